import Diagnostics
import JSON
import ModelFiles
import Models
import Platform
import TestSupport
import Testing

/// Adapters that change their base beside its linear layers, against peft in f64.
@Suite struct ChangedBaseTests {
  static let names = [
    "changed-embedding", "changed-head", "changed-copy", "changed-tokens", "changed-vocabulary",
    "llama-tables", "qwen2-tables", "gemma2-tables",
  ]

  private struct Case {
    let folder: String
    let source: ModelSource
    let adapter: Adapter
    let rows: [[Int32]]
    let arrays: SafetensorsFile

    init(_ name: String) throws {
      folder = Golden.fixtures + "/" + name
      source = try ModelSource.open(folder)
      adapter = try Adapter.read(folder + "/adapter")
      let json = try MappedFile(folder + "/golden.json").withBytes { try JSONValue(parsing: $0) }
      rows = (json["rows"]?.arrayValue ?? []).prefix(3).map { row in
        (row["ids"]?.arrayValue ?? []).compactMap { $0.intValue.map { Int32($0) } }
      }
      arrays = try SafetensorsFile(folder + "/golden.safetensors")
    }

    /// The largest difference of logits from peft's.
    func difference(_ source: ModelSource, _ adapter: Adapter?) throws -> Float {
      let model = try TransformerModel(source)
      let parameters = try adapter.map { try AdapterParameters($0, model: model.configuration) }
      return try rows.enumerated().reduce(0) { worst, row in
        let expected = try #require(arrays.tensor("logits.adapter.\(row.offset)")).floats()
        return max(worst, largestDifference(try model.logits(row.element, adapter: parameters), expected))
      }
    }
  }

  @Test(arguments: names) func baseAndAdapterAnswerAsPeft(_ name: String) throws {
    let golden = try Case(name)
    let (base, adapter) = try golden.source.applying(golden.adapter)
    #expect(try golden.difference(base, adapter) < 1e-4)
    // Without the changes it would be another model, and the base stays what it was.
    if name != "changed-vocabulary" { #expect(try golden.difference(golden.source, adapter) > 1e-2) }
    let own = try #require(golden.arrays.tensor("logits.base.0")).floats()
    if name != "changed-vocabulary" {
      let found = try TransformerModel(golden.source).logits(golden.rows[0])
      #expect(largestDifference(found, own) < 1e-4)
    }
    #expect(base.configuration.vocabularySize == (name == "changed-vocabulary" ? 88 : 80))
    // Only rows that both tables share keep them tied.
    #expect(base.configuration.tiesEmbeddings == (name == "changed-tokens"))
  }

  /// llama.cpp gives other layers of a Gemma 3 a window, so that one of two layers has no GGUF form.
  static let ggufNames = names.filter { $0 != "changed-tokens" }

  @Test(arguments: names, ["folder", "gguf"]) func theMergedModelAnswersAsPeft(_ name: String, _ format: String) throws
  {
    if format == "gguf", !Self.ggufNames.contains(name) { return }
    let golden = try Case(name)
    let (base, adapter) = try golden.source.applying(golden.adapter)
    let merged = try MergedWeights(source: base, adapter: adapter)
    let folder = try TemporaryFolder()
    // llama.cpp computes the logits of every Gemma 2 from its embedding, whatever head the file holds.
    if format == "gguf", name == "gemma2-tables" {
      let error = #expect(throws: Diagnostic.self) {
        try GGUFModelWriter(source: base, dtype: .f32).write(to: folder.file("m.gguf"), rows: merged.rows)
      }
      #expect(error?.code == "unsupported-model" && error?.message.contains("output head") == true)
      #expect(error?.remedy == "write a model folder instead")
      #expect(!FileSystem.exists(folder.file("m.gguf")))
      return
    }
    var path = folder.path
    if format == "folder" {
      try HuggingFaceModelWriter(source: base, dtype: .f32).write(to: path, rows: merged.rows)
    } else {
      path += "/m.gguf"
      var writer = GGUFModelWriter(source: base, dtype: .f32)
      writer.requiresTokenizer = false
      try writer.write(to: path, rows: merged.rows)
    }
    #expect(try golden.difference(ModelSource.open(path), nil) < 1e-4)
  }

  /// The same adapter on the base's GGUF file, whose norms and rows lie otherwise there.
  @Test(arguments: ggufNames) func aGGUFBaseGivesTheSame(_ name: String) throws {
    let golden = try Case(name)
    let folder = try TemporaryFolder()
    var writer = GGUFModelWriter(source: golden.source, dtype: .f32)
    writer.requiresTokenizer = false
    try writer.write(to: folder.file("base.gguf"))
    let stored = try ModelSource.open(folder.file("base.gguf"))
    guard name != "changed-vocabulary" else {
      let error = #expect(throws: Diagnostic.self) { try stored.applying(golden.adapter) }
      #expect(error?.code == "unsupported-adapter" && error?.message.contains("88 tokens") == true)
      return
    }
    let (base, adapter) = try stored.applying(golden.adapter)
    #expect(try golden.difference(base, adapter) < 1e-4)
  }

  @Test(arguments: names) func aWrittenAdapterIsTheSame(_ name: String) throws {
    let golden = try Case(name)
    let folder = try TemporaryFolder()
    try Adapter.write(
      to: folder.path, configuration: golden.adapter.configuration, model: golden.source.configuration,
      modules: golden.adapter.modules.map { try AdapterModuleValues($0) }, changes: golden.adapter.changes)
    let again = try Adapter.read(folder.path)
    #expect(again.configuration == golden.adapter.configuration)
    let (base, adapter) = try golden.source.applying(again)
    #expect(try golden.difference(base, adapter) < 1e-4)
  }

  /// What takes plain adapters only says so, instead of leaving out what it does not know.
  @Test(arguments: names) func plainUsesRefuseThem(_ name: String) throws {
    let golden = try Case(name)
    let folder = try TemporaryFolder()
    let uses: [() throws -> Void] = [
      { _ = try AdapterParameters(golden.adapter, model: golden.source.configuration) },
      { _ = try MergedWeights(source: golden.source, adapter: golden.adapter) },
      { try golden.adapter.writeGGUF(to: folder.file("a.gguf"), model: golden.source.configuration) },
    ]
    for use in uses {
      let error = #expect(throws: Diagnostic.self) { try use() }
      #expect(error?.code == "unsupported-adapter")
    }
  }

  @Test func changesOfAnotherBaseAreRefused() throws {
    for (name, other) in [
      ("changed-tokens", "llama-tied"), ("changed-copy", "llama-tied"), ("changed-embedding", "gemma3"),
      ("changed-head", "gemma3"),
    ] {
      let adapter = try Adapter.read(Golden.fixtures + "/\(name)/adapter")
      let error = #expect(throws: Diagnostic.self) {
        try ModelSource.open(Golden.fixtures + "/" + other).applying(adapter)
      }
      #expect(error?.code == "adapter-mismatch", "\(name) on \(other)")
    }
  }

  @Test(arguments: [
    ("changed-copy", "modules_to_save", "null", "unsupported-adapter"),
    ("changed-copy", "modules_to_save", #"["embed_tokens", "q_norm", "lm_head"]"#, "bad-adapter"),
    ("changed-copy", "modules_to_save", "7", "bad-adapter-config"),
    // Of another kind than peft writes: as a default, each would change what the adapter does, unseen.
    ("changed-copy", "use_rslora", #""true""#, "bad-adapter-config"),
    ("changed-copy", "use_dora", "1", "bad-adapter-config"),
    ("changed-copy", "lora_dropout", #""0.1""#, "bad-adapter-config"),
    ("changed-copy", "peft_type", "7", "bad-adapter-config"), ("changed-copy", "bias", "true", "bad-adapter-config"),
    ("changed-copy", "ensure_weight_tying", #""no""#, "bad-adapter-config"),
    ("changed-tokens", "trainable_token_indices", "null", "bad-adapter"),
    ("changed-tokens", "trainable_token_indices", "[5, 4]", "bad-adapter"),
    ("changed-tokens", "trainable_token_indices", "[5, 5, 60]", "bad-adapter-config"),
    ("changed-tokens", "trainable_token_indices", #"{"mlp": [5, 4, 60]}"#, "bad-adapter-config"),
    ("changed-tokens", "trainable_token_indices", "[5, 4, 80]", "adapter-mismatch"),
    ("changed-tokens", "target_modules", #"["q_proj", "lm_head"]"#, "bad-adapter"),
    ("changed-head", "use_dora", "false", "bad-adapter"),
    ("changed-embedding", "use_dora", "true", "unsupported-adapter"),
    ("changed-embedding", "r", "3", "bad-adapter"),
  ]) func aConfigurationThatDoesNotFitTheFileIsRefused(
    _ name: String, _ key: String, _ value: String, _ code: String
  ) throws {
    let golden = try Case(name)
    var json = try #require(
      MappedFile(golden.folder + "/adapter/adapter_config.json").withBytes { try JSONValue(parsing: $0) }.objectValue)
    json[key] = try JSONValue(parsing: value)
    let file = try SafetensorsFile(golden.folder + "/adapter/adapter_model.safetensors")
    let error = #expect(throws: Diagnostic.self) {
      let configuration = try AdapterConfiguration(json: .object(json), path: "adapter_config.json")
      _ = try golden.source.applying(Adapter(configuration: configuration, file: file))
    }
    #expect(error?.code == code, "\(error?.message ?? "")")
  }
}
