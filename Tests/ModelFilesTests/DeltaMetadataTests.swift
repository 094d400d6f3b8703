import Diagnostics
import Platform
import QuantizedModels
import TestSupport
import Testing

@testable import ModelFiles

/// What the metadata of a GGUF file says of gated delta nets, and what it may not say.
@Suite struct DeltaMetadataTests {
  private func open(
    _ folder: TemporaryFolder, changing changes: [String: GGUFWriteValue?] = [:],
    tensors change: ([TensorSpecification]) -> [TensorSpecification] = { $0 }
  ) throws -> ModelSource {
    let model = DeltaModel()
    var metadata = model.metadata.filter { changes[$0.0] == nil }
    for (key, value) in changes.sorted(by: { $0.key < $1.key }) {
      if let value { metadata.append((key, value)) }
    }
    try model.writeGGUF(to: folder.file("m.gguf"), .f32, metadata: metadata, tensors: change(model.tensors(.f32)))
    return try ModelSource.open(folder.file("m.gguf"))
  }

  private func diagnostics(_ body: () throws -> Void) -> [Diagnostic] {
    do {
      try body()
    } catch let error as Diagnostic {
      return [error]
    } catch let error as DiagnosticList {
      return error.diagnostics
    } catch {}
    return []
  }

  @Test func unchangedFileOpens() throws {
    let model = try open(TemporaryFolder()).configuration
    #expect(model.layers.map { $0.delta != nil } == [true, false])
    #expect(model.layers[0].delta?.valueHeadDimension == 16 && model.layers[1].attention.rotatedDimension == 4)
  }

  @Test(arguments: [
    "ssm.conv_kernel", "ssm.state_size", "ssm.group_count", "ssm.time_step_rank", "ssm.inner_size",
  ])
  func missingSizeIsNamed(_ key: String) throws {
    let folder = try TemporaryFolder()
    let errors = diagnostics { _ = try open(folder, changing: ["qwen35." + key: nil]) }
    #expect(errors.first?.message == "metadata 'qwen35.\(key)' is missing")
    #expect(errors.first?.location?.file == folder.file("m.gguf"))
  }

  @Test(arguments: [
    ("ssm.group_count", GGUFWriteValue.uint32(3), "multiple of 3 key heads"),
    ("ssm.group_count", .uint32(0), "group_count"),
    ("ssm.time_step_rank", .uint32(2000), "time_step_rank"), ("ssm.time_step_rank", .uint32(6), "ssm.inner_size"),
    ("ssm.inner_size", .uint32(63), "ssm.inner_size"), ("ssm.inner_size", .uint32(.max), "ssm.inner_size"),
    ("ssm.inner_size", .uint32(8192), "ssm.inner_size"), ("ssm.conv_kernel", .uint32(400), "ssm.conv_kernel"),
    ("ssm.conv_kernel", .uint32(3), "conv1d"), ("ssm.state_size", .uint32(8), "in_proj_qkv"),
    ("ssm.conv_kernel", .string("4"), "ssm.conv_kernel"), ("nextn_predict_layers", .uint32(2), "nextn_predict_layers"),
    ("attention.recurrent_layers", .int32s([1]), "attention.recurrent_layers"),
    ("attention.recurrent_layers", .string("x"), "attention.recurrent_layers"),
    ("full_attention_interval", .uint32(3), "model.layers.1.linear_attn"),
    ("full_attention_interval", .uint32(0), "full_attention_interval"),
  ])
  func contradictionIsNamed(_ c: (key: String, value: GGUFWriteValue, word: String)) throws {
    let folder = try TemporaryFolder()
    let errors = diagnostics { _ = try open(folder, changing: ["qwen35." + c.key: c.value]) }
    #expect(!errors.isEmpty && errors.contains { $0.message.contains(c.word) }, "\(errors.map(\.message))")
    #expect(errors.allSatisfy { $0.location?.file == folder.file("m.gguf") })
  }

  /// All that are missing or misshapen are named at once.
  @Test func tensorsThatDisagreeAreNamed() throws {
    let folder = try TemporaryFolder()
    let errors = diagnostics {
      _ = try open(folder) { tensors in
        tensors.filter { $0.name != "blk.0.ssm_norm.weight" }.map { tensor in
          var tensor = tensor
          if tensor.name == "blk.0.ssm_a" { tensor.shape = [5] }
          if tensor.name == "blk.0.ssm_out.weight" { tensor.shape = [32, 32] }
          return tensor
        }
      }
    }
    for name in ["A_log", "out_proj.weight", "norm.weight"] {
      #expect(errors.contains { $0.message.contains("'model.layers.0.linear_attn.\(name)'") }, "\(name)")
    }
    #expect(errors.count == 3)
  }

  @Test func layersAreAttentionWhereTheListSaysSo() throws {
    // One flag for each block, as numbers or as booleans.
    let model = try open(TemporaryFolder(), changing: ["qwen35.attention.recurrent_layers": .int32s([1, 0])])
    #expect(model.configuration.layers.map { $0.delta != nil } == [true, false])
  }

  /// Blocks after the decoder's layers, which guess further tokens, are counted and not read.
  @Test func blocksBehindTheDecoderAreLeftOut() throws {
    let folder = try TemporaryFolder()
    let source = try open(
      folder, changing: ["qwen35.block_count": .uint32(3), "qwen35.nextn_predict_layers": .uint32(1)]
    ) { tensors in
      tensors
        + ["attn_norm", "nextn.eh_proj"].map {
          TensorSpecification(name: "blk.2.\($0).weight", shape: [32], dtype: .f32)
        }
    }
    #expect(source.configuration.layerCount == 2)
    #expect(!source.tensorNames.contains { $0.hasPrefix("model.layers.2") })
    // A block that nothing announces is refused as before.
    let errors = diagnostics {
      _ = try open(folder) { $0 + [TensorSpecification(name: "blk.2.attn_norm.weight", shape: [32], dtype: .f32)] }
    }
    #expect(errors.first?.message.contains("model.layers.2") == true)
  }

  @Test func decayThatIsNotBelowZeroIsRefused() throws {
    let folder = try TemporaryFolder()
    let model = DeltaModel()
    let tensors = model.tensors(.f32)
    let writer = try GGUFWriter(folder.file("m.gguf"), metadata: model.metadata, tensors: tensors)
    for tensor in tensors {
      let values = [Float](repeating: 0.25, count: tensor.shape.reduce(1, *))
      try values.withUnsafeBytes { try writer.append($0) }
    }
    try writer.finish()
    let source = try ModelSource.open(folder.path)
    let delta = try #require(source.configuration.layers[0].delta)
    let reads: [() throws -> Void] = [
      { _ = try source.deltaWeights(layer: 0, delta) },
      { _ = try source.tensor("model.layers.0.linear_attn.A_log") },
    ]
    for read in reads {
      let errors = diagnostics(read)
      #expect(errors.first?.code == "bad-tensor-value" && errors.first?.message.contains("A_log") == true)
      #expect(errors.first?.location?.file == folder.file("m.gguf") && errors.first?.remedy != nil)
    }
  }

  @Test func mutatedFilesAreReadSafelyOrRefused() throws {
    let folder = try TemporaryFolder()
    let model = DeltaModel()
    try model.writeGGUF(to: folder.file("m.gguf"), .f32)
    let bytes = try Fixture.bytes(folder.file("m.gguf"))
    let header = try bytes.count - model.tensors(.f32).reduce(0) { try $0 + GGUFWriter.aligned($1.byteCount()) }
    var random = SplitMix64(seed: 15)
    var accepted = 0
    for index in 0..<2000 {
      let mutated = HostileInput.mutated(bytes, below: header, &random)
      let isRead = HostileInput.isAcceptedOrDiagnosed("mutation \(index)") {
        let source = try ModelSource.openGGUF(GGUFFile(path: "hostile.gguf", memory: GuardedMemory.copy(mutated)))
        for name in source.tensorNames { HostileInput.touch(try source.tensor(name)) }
        for (layer, description) in source.configuration.layers.enumerated() {
          if let delta = description.delta { _ = try source.deltaWeights(layer: layer, delta) }
        }
      }
      accepted += isRead ? 1 : 0
    }
    #expect(accepted > 0 && accepted < 2000)
  }

  /// llama.cpp's metadata has no place for these.
  @Test func whatLlamaCppCannotExpressIsRefused() throws {
    let folder = try TemporaryFolder()
    var model = try open(folder).configuration
    let attention = model.layers[1]
    model.layers = [attention, model.layers[0], model.layers[0]]
    #expect(diagnostics { _ = try model.ggufMetadata(name: "m", dtype: .f32) }.first?.message.contains("n-th") == true)
    model.layers = [attention]
    #expect(
      diagnostics { _ = try model.ggufMetadata(name: "m", dtype: .f32) }.first?.message.contains("has none") == true)
    let other = try ModelSource.open(Fixture.path("qwen3.5")).configuration
    let error = diagnostics { _ = try other.ggufMetadata(name: "m", dtype: .f32) }.first
    #expect(error?.code == "unsupported-model" && error?.message.contains("8 and 6") == true)
  }
}
