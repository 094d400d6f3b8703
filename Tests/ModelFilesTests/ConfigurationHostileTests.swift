import Diagnostics
import JSON
import ModelFiles
import Platform
import TestSupport
import Testing

@Suite struct ConfigurationHostileTests {
  private static let values: [JSONValue] = [
    .null, true, "", "yarn", -1, 0, 1, 2, 3, 0.5, 1e308, -1e308, 9_223_372_036_854_775_807, [], [1, 2], [[[]]],
    .object(JSONObject()), ["rope_type": "yarn"], ["rope_type": "dynamic", "factor": 0.0],
    ["rope_type": "llama3", "factor": 1e-300, "low_freq_factor": 1, "high_freq_factor": 1],
    ["rope_type": "linear", "factor": "8"], ["full_attention": [:]],
  ]

  private static let otherFamiliesKeys = [
    "rope_theta", "rope_scaling", "head_dim", "sliding_window", "layer_types", "no_rope_layers",
    "no_rope_layer_interval", "partial_rotary_factor", "query_pre_attn_scalar", "attn_logit_softcapping",
    "sliding_window_pattern", "rope_local_base_freq", "original_max_position_embeddings", "use_sliding_window",
  ]

  /// Each of these sizes is allowed by itself; together they are more than a plan can count with.
  @Test func sizesThatAreTooLargeTogetherAreRefused() throws {
    let json: JSONValue = [
      "model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 1000, "hidden_size": 1_048_576,
      "num_attention_heads": 16384, "num_key_value_heads": 16384, "head_dim": 16384, "num_hidden_layers": 4096,
      "intermediate_size": 4_194_304, "rms_norm_eps": 1e-5, "max_position_embeddings": 2048, "rope_theta": 10000,
      "hidden_act": "silu",
    ]
    let error = #expect(throws: Diagnostic.self) { try ModelConfiguration(huggingFace: json, path: "config.json") }
    #expect(error?.message.contains("parameters are more than any model has") == true, "\(error?.message ?? "")")
  }

  @Test(arguments: Fixture.cases)
  func mutatedModelConfigurationIsReadSafelyOrRefused(_ name: String) throws {
    let object = try #require(try Fixture.json(name + "/config.json").objectValue)
    var random = SplitMix64(seed: 13)
    for index in 0..<1500 {
      var mutated = object
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let key = try #require(
          (object.keys + Self.otherFamiliesKeys).randomElement(using: &random))
        mutated[key] = Bool.random(using: &random) ? Self.values.randomElement(using: &random) : nil
      }
      if var text = mutated["text_config"]?.objectValue {
        let key = try #require((text.keys + Self.otherFamiliesKeys).randomElement(using: &random))
        text[key] = Bool.random(using: &random) ? Self.values.randomElement(using: &random) : nil
        mutated["text_config"] = .object(text)
      }
      HostileInput.isAcceptedOrDiagnosed("\(name) \(index): \(JSONValue.object(mutated).text())") {
        let configuration = try ModelConfiguration(huggingFace: .object(mutated), path: "config.json")
        _ = configuration.parameterCount
        for layer in configuration.layers {
          _ = layer.attention.rope?.inverseFrequencies(
            headDimension: layer.attention.rotatedDimension, maximumPositions: configuration.maximumPositions)
        }
      }
    }
  }

  /// Found by hand: each was read as something else than it says, or computed with numbers that are none.
  @Test(arguments: [
    #""rope_scaling": {"rope_type": ["yarn"]}"#, #""rope_scaling": {"type": 3, "factor": 8.0}"#,
    #""rope_scaling": {"rope_type": "linear", "factor": 1e-310}"#, #""hidden_act": 3"#, #""hidden_act": ["silu"]"#,
    #""rms_norm_eps": 1e300"#, #""head_dim": 3"#, #""num_attention_heads": 3"#, #""num_key_value_heads": 3"#,
    #""num_hidden_layers": 9007199254740993"#, #""vocab_size": 4611686018427387904"#, #""eos_token_id": [1, "x"]"#,
    #""rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 1, "original_max_position_embeddings": 64}"#,
  ])
  func memberThatMeansNothingIsRefused(_ member: String) throws {
    var object = try #require(try Fixture.json("llama-tied/config.json").objectValue)
    object["rope_parameters"] = nil
    let changed = try #require(try JSONValue(parsing: "{\(member)}").objectValue)
    for (key, value) in changed { object[key] = value }
    let error = #expect(throws: Diagnostic.self) {
      try ModelConfiguration(huggingFace: .object(object), path: "config.json")
    }
    #expect(error?.location?.file == "config.json" && error?.message.isEmpty == false)
  }

  /// Configurations that mix families, or whose parts contradict each other, are refused by the name of the key.
  @Test(arguments: [
    ("mistral", #""sliding_window": 0"#, "sliding_window"),
    ("gemma3", #""sliding_window": 0"#, "sliding_window"),
    ("gemma3", #""layer_types": ["full_attention"]"#, "layer_types"),
    ("gemma3", #""layer_types": ["chunked_attention", "x", "x", "x", "x", "x"]"#, "layer_types"),
    ("gemma3", #""use_bidirectional_attention": true"#, "use_bidirectional_attention"),
    ("gemma3", #""model_type": "gemma2""#, "Gemma3ForCausalLM"),
    ("gemma2", #""query_pre_attn_scalar": 0"#, "query_pre_attn_scalar"),
    ("gemma2", #""attn_logit_softcapping": -5"#, "attn_logit_softcapping"),
    ("llama-tied", #""query_pre_attn_scalar": 16"#, "query_pre_attn_scalar"),
    ("llama-tied", #""no_rope_layers": [1, 0]"#, "no_rope_layers"),
    ("llama-tied", #""linear_num_key_heads": 4"#, "linear_num_key_heads"),
    ("llama-tied", #""num_local_experts": 8"#, "num_local_experts"),
    ("llama-tied", #""layer_types": ["linear_attention", "full_attention"]"#, "layer_types"),
    ("qwen3-tied", #""layer_types": ["sliding_attention", "full_attention"]"#, "layer_types"),
    ("smollm3", #""no_rope_layers": [1, 0]"#, "no_rope_layers"),
    ("smollm3", #""no_rope_layers": [1, 0, 2, 1]"#, "no_rope_layers"),
    ("qwen3.5", #""linear_num_value_heads": 3"#, "multiple"),
    ("qwen3.5", #""linear_conv_kernel_dim": 400"#, "linear_conv_kernel_dim"),
    ("qwen3.5", #""attn_output_gate": false"#, "output gate"),
    ("phi3", #""rope_parameters": {"rope_type": "longrope", "short_factor": [1, 1]}"#, "long_factor"),
    ("phi3", #""rope_parameters": {"rope_type": "default", "partial_rotary_factor": 0.4}"#, "RoPE over 3"),
    ("phi3", #""rope_parameters": {"rope_type": "default", "partial_rotary_factor": 1.5}"#, "partial_rotary_factor"),
    ("gemma3-nested", #""text_config": {"model_type": "llama"}"#, "llama"),
    ("gemma3-nested", #""text_config": 3"#, "text_config"),
    ("llama-tied", #""model_type": "qwen3_5_moe""#, "gated delta net"),
    ("llama-tied", #""model_type": "gemma4""#, "per-layer embeddings"),
  ])
  func contradictionIsRefusedByName(_ c: (name: String, member: String, word: String)) throws {
    var object = try #require(try Fixture.json(c.name + "/config.json").objectValue)
    let changed = try #require(try JSONValue(parsing: "{\(c.member)}").objectValue)
    for (key, value) in changed { object[key] = value }
    if changed.contains("model_type"), c.name == "llama-tied" { object["architectures"] = nil }
    let error = #expect(throws: Diagnostic.self) {
      try ModelConfiguration(huggingFace: .object(object), path: "config.json")
    }
    #expect(
      error?.location?.file == "config.json" && error?.message.contains(c.word) == true, "\(error?.message ?? "")")
  }

  @Test func mutatedAdapterConfigurationIsReadSafelyOrRefused() throws {
    let object = try #require(try Fixture.json("qwen3-tied/adapter/adapter_config.json").objectValue)
    let model = try ModelSource.open(Fixture.path("qwen3-tied")).configuration
    let file = try SafetensorsFile(Fixture.path("qwen3-tied/adapter/adapter_model.safetensors"))
    var random = SplitMix64(seed: 14)
    for index in 0..<3000 {
      var mutated = object
      let key = try #require(object.keys.randomElement(using: &random))
      mutated[key] = Bool.random(using: &random) ? Self.values.randomElement(using: &random) : nil
      HostileInput.isAcceptedOrDiagnosed("\(index): \(JSONValue.object(mutated).text())") {
        let configuration = try AdapterConfiguration(json: .object(mutated), path: "adapter_config.json")
        _ = configuration.parameterCount(for: model)
        try Adapter(configuration: configuration, file: file).validate(for: model)
      }
    }
  }

  @Test(arguments: [
    #"{"weight_map": {"a": "../../etc/passwd"}}"#, #"{"weight_map": {"a": "/etc/passwd"}}"#,
    #"{"weight_map": {"a": ".."}}"#, #"{"weight_map": {"a": 3}}"#, #"{"weight_map": []}"#, #"{}"#, "[", "",
    #"{"weight_map": {"a": "missing.safetensors"}}"#,
  ])
  func indexThatLeadsElsewhereIsRefused(_ index: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("config.json", try Fixture.bytes(Fixture.path("llama-tied/config.json")))
    try folder.write("model.safetensors.index.json", index)
    #expect(throws: Diagnostic.self) { try ModelSource.open(folder.path) }
  }

  @Test func everyTruncationOfAShardIsRefusedByName() throws {
    let folder = try TemporaryFolder()
    for name in [
      "config.json", "model.safetensors.index.json", "model-00001-of-00003.safetensors",
      "model-00003-of-00003.safetensors",
    ] { try folder.write(name, try Fixture.bytes(Fixture.path("llama-untied/" + name))) }
    let shard = try Fixture.bytes(Fixture.path("llama-untied/model-00002-of-00003.safetensors"))
    for length in stride(from: 0, to: shard.count, by: 1777) {
      try folder.write("model-00002-of-00003.safetensors", Array(shard[..<length]))
      do {
        _ = try ModelSource.open(folder.path)
        Issue.record("opened with a shard of \(length) bytes")
      } catch let error as Diagnostic {
        #expect(error.location?.file.hasSuffix("model-00002-of-00003.safetensors") == true)
      }
    }
  }

  @Test func foldersAndPipesAreNotTakenForFiles() throws {
    let folder = try TemporaryFolder()
    #expect(throws: Diagnostic.self) { try MappedFile(folder.path) }
    #expect(throws: Diagnostic.self) { try MappedFile(folder.file("absent")) }
    #expect(throws: Diagnostic.self) { try ModelSource.open(folder.path) }
    #expect(throws: Diagnostic.self) { try MappedFile("/dev/zero") }
  }
}
