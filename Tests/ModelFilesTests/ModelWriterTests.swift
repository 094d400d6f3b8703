import Diagnostics
import JSON
import ModelFiles
import TestSupport
import Testing

@Suite struct ModelWriterTests {
  @Test(arguments: Fixture.cases)
  func folderWrittenInF32HoldsTheSameModel(_ name: String) throws {
    let source = try ModelSource.open(Fixture.path(name))
    let folder = try TemporaryFolder()
    try HuggingFaceModelWriter(source: source, dtype: .f32).write(to: folder.path)
    let copy = try ModelSource.open(folder.path)
    #expect(copy.configuration == source.configuration)
    try expectEqualWeights(source, copy)
  }

  @Test(arguments: [
    "llama-tied", "qwen2-tied", "qwen2-untied", "qwen3-tied", "qwen3-untied", "smollm3", "gemma3", "gemma2", "phi3",
    "ministral3",
  ])
  func ggufWrittenInF32HoldsTheSameModelInCanonicalOrder(_ name: String) throws {
    let source = try ModelSource.open(Fixture.path(name))
    let folder = try TemporaryFolder()
    var writer = GGUFModelWriter(source: source, dtype: .f32)
    writer.requiresTokenizer = false
    try writer.write(to: folder.file("model.gguf"))
    let copy = try ModelSource.open(folder.path)
    var configuration = copy.configuration
    // Token ids belong to the tokenizer, which these models lack.
    configuration.bosTokenID = source.configuration.bosTokenID
    configuration.eosTokenIDs = source.configuration.eosTokenIDs
    configuration.padTokenID = source.configuration.padTokenID
    for layer in configuration.layers.indices {
      configuration.layers[layer].attention.rope?.takeAttentionFactor(
        of: source.configuration.layers[layer].attention.rope)
    }
    #expect(configuration == source.configuration)
    try expectEqualWeights(source, copy)
  }

  @Test(arguments: ["llama-untied", "mistral"])
  func whatLlamaCppCannotExpressIsRefused(_ name: String) throws {
    var json = try #require(try Fixture.json(name + "/config.json").objectValue)
    // A Llama of GGUF has no window; frequency factors of a yarn without truncation have no name.
    if name == "llama-untied" {
      json["rope_parameters"] = [
        "rope_type": "yarn", "rope_theta": 10000, "factor": 4, "original_max_position_embeddings": 16,
        "truncate": false,
      ]
    }
    let folder = try TemporaryFolder()
    try HuggingFaceModelWriter(source: ModelSource.open(Fixture.path(name)), dtype: .f32).write(to: folder.path)
    try folder.write("config.json", JSONValue.object(json).text())
    var writer = GGUFModelWriter(source: try ModelSource.open(folder.path), dtype: .f32)
    writer.requiresTokenizer = false
    let error = #expect(throws: Diagnostic.self) { try writer.write(to: folder.file("m.gguf")) }
    #expect(error?.code == "unsupported-model")
  }

  /// Small weights that no adapter changes keep their dtype; and llama.cpp has no heads of two widths.
  @Test func theDeltaNetsOwnWeightsKeepTheirPrecision() throws {
    let source = try ModelSource.open(Fixture.path("qwen3.5"))
    let folder = try TemporaryFolder()
    try HuggingFaceModelWriter(source: source, dtype: .bf16).write(to: folder.path)
    let copy = try ModelSource.open(folder.path)
    for name in ["conv1d.weight", "A_log", "dt_bias", "norm.weight"] {
      let tensor = "model.layers.0.linear_attn." + name
      #expect(try copy.tensor(tensor).dtype == .f32)
      #expect(try copy.tensor(tensor).floats() == source.tensor(tensor).floats())
    }
    #expect(try copy.tensor("model.layers.0.linear_attn.in_proj_qkv.weight").dtype == .bf16)
    var writer = GGUFModelWriter(source: source, dtype: .f32)
    writer.requiresTokenizer = false
    let error = #expect(throws: Diagnostic.self) { try writer.write(to: folder.file("m.gguf")) }
    #expect(error?.code == "unsupported-model")
  }

  /// What is no part of the decoder keeps its bytes, its names and its place in the configuration.
  @Test func theVisionPartIsCarriedAlong() throws {
    let source = try ModelSource.open(Fixture.path("gemma3-nested"))
    #expect(source.carriedTensors.count == 23)
    let folder = try TemporaryFolder()
    try HuggingFaceModelWriter(source: source, dtype: .bf16).write(to: folder.path)
    let before = try SafetensorsFile(Fixture.path("gemma3-nested/model.safetensors"))
    let after = try SafetensorsFile(folder.file("model.safetensors"))
    #expect(Set(after.tensors.map(\.name)) == Set(before.tensors.map(\.name)))
    for tensor in before.tensors {
      let copy = try #require(after.tensor(tensor.name))
      let isText = tensor.name.hasPrefix("language_model.")
      #expect(copy.dtype == (isText ? .bf16 : tensor.dtype))
      if !isText { #expect(try copy.floats() == tensor.floats()) }
    }
    let written = try JSONValue(parsing: Fixture.bytes(folder.file("config.json")))
    #expect(written["vision_config"] == (try Fixture.json("gemma3-nested/config.json"))["vision_config"])
    #expect(written["dtype"] == "bfloat16")
    #expect(try ModelSource.open(folder.path).configuration == source.configuration)
  }

  @Test func queryRowsOfALlamaGGUFLieInNeighborOrder() throws {
    let source = try ModelSource.open(Fixture.path("llama-tied"))
    let folder = try TemporaryFolder()
    var writer = GGUFModelWriter(source: source, dtype: .f32)
    writer.requiresTokenizer = false
    try writer.write(to: folder.file("model.gguf"))
    let stored = try #require(try GGUFFile(folder.file("model.gguf")).tensor("blk.1.attn_q.weight")).floats()
    let canonical = try source.tensor("model.layers.1.self_attn.q_proj.weight").floats()
    // Head dimension 8: row 2i + j of a head there is row 4j + i here.
    for (row, from) in [(0, 0), (1, 4), (2, 1), (3, 5), (8, 8), (9, 12), (31, 31)] {
      #expect(stored[row * 32..<(row + 1) * 32] == canonical[from * 32..<(from + 1) * 32])
    }
  }

  @Test func ropeScalingSurvivesGGUF() throws {
    let folder = try TemporaryFolder()
    let source = try ModelSource.open(Fixture.path("llama-untied"))
    var writer = GGUFModelWriter(source: source, dtype: .f32)
    writer.requiresTokenizer = false
    try writer.write(to: folder.file("model.gguf"))
    let copy = try ModelSource.open(folder.path).configuration
    let expected = try #require(source.configuration.layers[0].attention.rope)
      .inverseFrequencies(headDimension: 8, maximumPositions: 64).frequencies
    let actual = try #require(copy.layers[0].attention.rope)
      .inverseFrequencies(headDimension: 8, maximumPositions: 64).frequencies
    for (left, right) in zip(expected, actual) { #expect(abs(left - right) <= 2e-7 * abs(left)) }
  }

  @Test(arguments: [(TensorDType.f16, Float(0x1p-11)), (.bf16, 0x1p-8), (.q80, 1.0 / 127), (.q40, 1.0 / 7)])
  func narrowerKindsStayWithinTheirRounding(_ dtype: TensorDType, _ relative: Float) throws {
    let source = try ModelSource.open(Fixture.path("qwen3-tied"))
    let folder = try TemporaryFolder()
    var writer = GGUFModelWriter(source: source, dtype: dtype)
    writer.requiresTokenizer = false
    var tiles = 0
    try writer.write(
      to: folder.file("model.gguf"), observer: ModelWriteObserver(tile: { _ in tiles += 1 }))
    #expect(tiles == source.configuration.expectedTensors.count)
    let copy = try ModelSource.open(folder.path)
    for name in source.tensorNames {
      let before = try source.tensor(name).floats()
      let after = try copy.tensor(name).floats()
      let bound = relative * (before.map(abs).max() ?? 0)
      #expect(zip(before, after).allSatisfy { abs($0 - $1) <= bound }, "\(name)")
    }
    #expect(copy.dominantDType == dtype)
  }

  @Test func equalModelsGiveEqualBytes() throws {
    let source = try ModelSource.open(Fixture.path("qwen2-untied"))
    let first = try TemporaryFolder()
    let second = try TemporaryFolder()
    for folder in [first, second] {
      try HuggingFaceModelWriter(source: source, dtype: .bf16).write(to: folder.path)
      var writer = GGUFModelWriter(source: source, dtype: .q80)
      writer.requiresTokenizer = false
      try writer.write(to: folder.file("model.gguf"))
    }
    for name in ["config.json", "model.safetensors", "model.gguf"] {
      #expect(try Fixture.bytes(first.file(name)) == Fixture.bytes(second.file(name)))
    }
  }

  @Test func shardsAreWrittenWithAnIndexAndReadBack() throws {
    let source = try ModelSource.open(Fixture.path("llama-tied"))
    let folder = try TemporaryFolder()
    var writer = HuggingFaceModelWriter(source: source, dtype: .f32)
    writer.maximumShardByteCount = 30_000
    try writer.write(to: folder.path)
    let index = try JSONValue(parsing: Fixture.bytes(folder.file("model.safetensors.index.json")))
    #expect(Set((index["weight_map"]?.objectValue?.values ?? []).compactMap(\.stringValue)).count == 4)
    try expectEqualWeights(source, try ModelSource.open(folder.path))
  }

  @Test func overflowNamesTheTensor() throws {
    let source = try ModelSource.open(Fixture.path("llama-tied"))
    let folder = try TemporaryFolder()
    do {
      try HuggingFaceModelWriter(source: source, dtype: .f16).write(
        to: folder.path,
        rows: { name, rows, output in
          try source.readRows(name, rows, into: output)
          if name == "model.layers.1.mlp.down_proj.weight", rows.contains(3) { output[0] = 70_000 }
        })
      Issue.record("written")
    } catch let error as Diagnostic {
      #expect(error.code == "weight-overflow")
      #expect(error.message.contains("model.layers.1.mlp.down_proj.weight"))
    }
  }

  @Test func adapterGoesToGGUFWithItsScalesFoldedIn() throws {
    let model = try ModelSource.open(Fixture.path("qwen3-tied")).configuration
    let adapter = try Adapter.read(Fixture.path("qwen3-tied/adapter"))
    let folder = try TemporaryFolder()
    try adapter.writeGGUF(to: folder.file("adapter.gguf"), model: model)
    let file = try GGUFFile(folder.file("adapter.gguf"))
    #expect(file.metadata["general.type"]?.stringValue == "adapter")
    let alpha = try #require(file.metadata["adapter.lora.alpha"]?.doubleValue)
    for module in adapter.modules {
      let name = module.module == "self_attn.k_proj" ? "attn_k" : module.module == "mlp.up_proj" ? "ffn_up" : ""
      guard !name.isEmpty else { continue }
      let b = try #require(file.tensor("blk.\(module.layer).\(name).weight.lora_b"))
      let written = try b.floats().map { Double($0) * alpha / Double(module.rank) }
      for (left, right) in zip(written, try module.b.floats().map { Double($0) * module.scale }) {
        #expect(abs(left - right) <= 1e-6)
      }
    }
  }

  private func expectEqualWeights(_ left: ModelSource, _ right: ModelSource) throws {
    #expect(left.tensorNames == right.tensorNames)
    for name in left.tensorNames {
      // A container may hold 1 + w of a norm: what the norm multiplies by is the same number.
      if name.hasSuffix("norm.weight") {
        #expect(try left.normScale(name) == right.normScale(name), "\(name)")
      } else {
        #expect(try left.tensor(name).floats() == right.tensor(name).floats(), "\(name)")
      }
    }
  }
}

extension RopeConfiguration {
  /// GGUF holds the attention factor in f32: takes the other's when the two are that close.
  fileprivate mutating func takeAttentionFactor(of other: RopeConfiguration?) {
    switch (scaling, other?.scaling) {
    case (.yarn(var mine), .yarn(let theirs)?):
      if abs(mine.attentionFactor - theirs.attentionFactor) < 1e-6 { mine.attentionFactor = theirs.attentionFactor }
      scaling = .yarn(mine)
    case (.longrope(var mine), .longrope(let theirs)?):
      if abs(mine.attentionFactor - theirs.attentionFactor) < 1e-6 { mine.attentionFactor = theirs.attentionFactor }
      scaling = .longrope(mine)
    default: break
    }
  }
}
