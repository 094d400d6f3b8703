import Diagnostics
import JSON
import ModelFiles
import TestSupport
import Testing

@Suite struct ModelSourceTests {
  @Test(arguments: Fixture.cases)
  func goldenModelOpensWithEveryTensorInShape(_ name: String) throws {
    let source = try ModelSource.open(Fixture.path(name))
    #expect(source.container == .folder)
    for (tensor, shape) in source.configuration.expectedTensors {
      #expect(try source.tensor(tensor).shape == shape)
    }
    #expect(source.tensorNames.count == source.configuration.expectedTensors.count)
    #expect(source.configuration.family == String(name.prefix { $0 != "-" }))
    #expect(source.configuration.tiesEmbeddings == !(name.hasSuffix("-untied") || name == "mistral"))
  }

  @Test func configurationFieldsAreRead() throws {
    let configuration = try ModelSource.open(Fixture.path("qwen3-untied")).configuration
    #expect(configuration.headDimension == 16)
    #expect(configuration.queryWidth == 64)
    #expect(configuration.keyValueWidth == 32)
    let normed = configuration.layers.map { $0.attention.hasQueryKeyNorm }
    let biased = configuration.layers.flatMap(\.projections).filter { $0.hasBias }
    #expect(normed == [true, true] && biased.isEmpty)
    #expect(configuration.normEpsilon == 1e-5)
    #expect(configuration.eosTokenIDs == [2])
    guard case .yarn(let yarn) = configuration.layers[0].attention.rope?.scaling else {
      Issue.record("not yarn: \(configuration.layers[0].attention)")
      return
    }
    #expect(yarn.factor == 4 && yarn.originalPositions == 16)
    #expect(abs(yarn.attentionFactor - 1.138_629_436_111_989) < 1e-12)
  }

  @Test func configurationsOfBothTransformersVersionsMeanTheSame() throws {
    let golden = try Fixture.json("llama-tied/golden.json")
    let variants = try #require(golden["variants"]?.arrayValue)
    let kinds = try variants.map { variant in
      let json = try #require(variant["config"])
      func rope(_ json: JSONValue) throws -> RopeConfiguration {
        try #require(ModelConfiguration(huggingFace: json, path: "config.json").layers[0].attention.rope)
      }
      let expected = try rope(json)
      // The other version's spelling of the same.
      var other = try #require(json.objectValue)
      if var scaling = other["rope_scaling"]?.objectValue {
        scaling["rope_theta"] = other["rope_theta"]
        other["rope_parameters"] = .object(scaling)
        other["rope_scaling"] = nil
        other["rope_theta"] = nil
      } else {
        var scaling = try #require(other["rope_parameters"]?.objectValue)
        other["rope_theta"] = scaling["rope_theta"]
        scaling["rope_theta"] = nil
        other["rope_scaling"] = .object(scaling)
        other["rope_parameters"] = nil
      }
      #expect(try rope(.object(other)) == expected)
      return expected.scaling
    }
    #expect(kinds.first == .linear(factor: 2.5))
    #expect(kinds.contains(.dynamic(factor: 2)))
    #expect(
      kinds.contains(.llama3(factor: 4, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 32)))
  }

  @Test(arguments: [
    ("final_logit_softcapping", "30.0"), ("attn_logit_softcapping", "50.0"), ("residual_multiplier", "0.2"),
    ("partial_rotary_factor", "0.5"), ("hidden_act", "\"gelu\""), ("attention_bias", "true"), ("mlp_bias", "true"),
    ("quantization_config", "{\"quant_method\": \"gptq\"}"), ("model_type", "\"glm4\""),
    ("rope_parameters", "{\"rope_type\": \"proportional\", \"rope_theta\": 1e4}"),
    ("layer_types", "[\"full_attention\", \"sliding_attention\"]"), ("architectures", "[\"LlamaForCausalLMX\"]"),
  ])
  func unsupportedNumericsAreRefusedByName(_ key: String, _ value: String) throws {
    var json = try #require(try Fixture.json("llama-tied/config.json").objectValue)
    json[key] = try JSONValue(parsing: value)
    do {
      _ = try ModelConfiguration(huggingFace: .object(json), path: "config.json")
      Issue.record("\(key) was accepted")
    } catch let error as Diagnostic {
      #expect(error.code == "unsupported-model")
      #expect(error.location?.file == "config.json")
    }
  }

  @Test func aWindowIsThatOfTheLayersThatHaveIt() throws {
    var json = try #require(try Fixture.json("qwen2-tied/config.json").objectValue)
    json["layer_types"] = nil
    json["sliding_window"] = 8
    json["max_window_layers"] = 1
    func windows() throws -> [Int?] {
      try ModelConfiguration(huggingFace: .object(json), path: "config.json").layers.map(\.attention.window)
    }
    #expect(try windows() == [nil, nil])
    json["use_sliding_window"] = true
    #expect(try windows() == [nil, 8])
    json["max_window_layers"] = 2
    #expect(try windows() == [nil, nil])
    json["layer_types"] = ["sliding_attention", "full_attention"]
    #expect(try windows() == [8, nil])
    json["sliding_window"] = 0
    #expect(throws: Diagnostic.self) { try windows() }
  }

  @Test func missingAndMisshapenTensorsAreAllNamed() throws {
    let folder = try TemporaryFolder()
    var json = try #require(try Fixture.json("llama-tied/config.json").objectValue)
    json["num_hidden_layers"] = 3
    json["vocab_size"] = 81
    try folder.write("config.json", JSONValue.object(json).text())
    try folder.write("model.safetensors", try Fixture.bytes(Fixture.path("llama-tied/model.safetensors")))
    do {
      _ = try ModelSource.open(folder.path)
      Issue.record("opened")
    } catch let error as DiagnosticList {
      let messages = error.diagnostics.map(\.message)
      #expect(
        messages.contains(
          "tensor 'model.embed_tokens.weight' has the shape [80, 32], the configuration calls for [81, 32]"))
      #expect(messages.contains("tensor 'model.layers.2.mlp.down_proj.weight' is missing"))
    }
  }

  /// A golden model with one tensor more, or one of another kind.
  private func changed(
    _ change: (inout [TensorSpecification]) -> Void
  ) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("config.json", try Fixture.bytes(Fixture.path("llama-tied/config.json")))
    let source = try ModelSource.open(Fixture.path("llama-tied"))
    var tensors = source.configuration.expectedTensors.map {
      TensorSpecification(name: $0.name, shape: $0.shape, dtype: .f32)
    }
    change(&tensors)
    let writer = try SafetensorsWriter(folder.file("model.safetensors"), tensors: tensors)
    for tensor in tensors { try writer.append([Float](repeating: 0, count: tensor.byteCount() / 4)) }
    try writer.finish()
    return folder
  }

  @Test func tensorThatTheConfigurationHasNoPlaceForIsRefused() throws {
    let folder = try changed {
      $0.append(TensorSpecification(name: "model.layers.0.self_attn.q_proj.bias", shape: [32], dtype: .f32))
    }
    do {
      _ = try ModelSource.open(folder.path)
      Issue.record("opened")
    } catch let error as Diagnostic {
      #expect(error.code == "unsupported-model")
      #expect(error.message.contains("'model.layers.0.self_attn.q_proj.bias'"))
    }
    let harmless = try changed {
      $0.append(TensorSpecification(name: "lm_head.weight", shape: [80, 32], dtype: .f32))
      $0.append(TensorSpecification(name: "model.layers.0.self_attn.rotary_emb.inv_freq", shape: [4], dtype: .f32))
    }
    #expect(try ModelSource.open(harmless.path).outputHead().name == "model.embed_tokens.weight")
  }

  @Test func weightsOfAnIntegerKindAreRefusedByName() throws {
    let folder = try changed { $0[3].dtype = .i32 }
    do {
      _ = try ModelSource.open(folder.path)
      Issue.record("opened")
    } catch let error as Diagnostic {
      #expect(error.code == "unsupported-tensor-dtype")
      #expect(error.message.contains("'model.layers.0.self_attn.k_proj.weight' is stored as i32"))
    }
  }

  @Test func ropeFrequenciesFollowTheirDefinitions() {
    let plain = RopeConfiguration(theta: 10_000).inverseFrequencies(headDimension: 8, maximumPositions: 64)
    #expect(plain.frequencies == [1, 0.1, 0.01, 0.001].map { Float($0) }.enumerated().map { 1 / powf10($0.offset) })
    let linear = RopeConfiguration(theta: 10_000, scaling: .linear(factor: 2))
      .inverseFrequencies(headDimension: 8, maximumPositions: 64)
    #expect(linear.frequencies == plain.frequencies.map { $0 / 2 })
    let dynamic = RopeConfiguration(theta: 10_000, scaling: .dynamic(factor: 2))
    #expect(
      dynamic.inverseFrequencies(headDimension: 8, maximumPositions: 64, sequenceLength: 64).frequencies
        == plain.frequencies)
    #expect(
      dynamic.inverseFrequencies(headDimension: 8, maximumPositions: 64, sequenceLength: 128).frequencies[3]
        < plain.frequencies[3])
  }

  private func powf10(_ exponent: Int) -> Float { (0..<exponent).reduce(Float(1)) { value, _ in value * 10 } }
}
