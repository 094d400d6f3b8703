import Diagnostics
import Platform
import TestSupport
import Testing

@testable import ModelFiles

@Suite struct GGUFHostileTests {
  /// A whole tiny model with a tokenizer.
  private static let model: [UInt8] = {
    guard let folder = try? TemporaryFolder(), let source = try? ModelSource.open(Fixture.path("llama-tied")) else {
      return []
    }
    var metadata = (try? source.configuration.ggufMetadata(name: "tiny", dtype: .f32)) ?? []
    metadata += [
      ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("smollm")),
      ("tokenizer.ggml.tokens", .strings((0..<80).map { "t\($0)" })),
      ("tokenizer.ggml.token_type", .int32s((0..<80).map { $0 < 3 ? 3 : 1 })),
      ("tokenizer.ggml.merges", .strings(["t 1", "t 2"])), ("tokenizer.ggml.bos_token_id", .uint32(1)),
      ("tokenizer.ggml.eos_token_id", .uint32(2)), ("tokenizer.ggml.add_bos_token", .bool(false)),
    ]
    let tensors = source.configuration.expectedTensors.compactMap { tensor in
      GGUFTensorNames(source.configuration).gguf(canonical: tensor.name).map {
        TensorSpecification(name: $0, shape: tensor.shape, dtype: .f32)
      }
    }
    guard let writer = try? GGUFWriter(folder.file("m.gguf"), metadata: metadata, tensors: tensors) else { return [] }
    for (name, _) in source.configuration.expectedTensors {
      guard let view = try? source.tensor(name) else { return [] }
      view.withBytes { bytes in try? writer.append(bytes) }
    }
    try? writer.finish()
    return (try? Fixture.bytes(folder.file("m.gguf"))) ?? []
  }()

  private func open(_ bytes: [UInt8]) throws {
    let file = try GGUFFile(path: "hostile.gguf", memory: GuardedMemory.copy(bytes))
    for tensor in file.tensors { HostileInput.touch(tensor) }
    for value in file.metadata.values {
      if let array = value.arrayValue { _ = array.elementType == .string ? try array.strings().count : array.count }
    }
    let configuration = try ModelConfiguration(gguf: file)
    let source = try ModelSource.openGGUF(file)
    for name in source.tensorNames { HostileInput.touch(try source.tensor(name)) }
    _ = try HuggingFaceTokenizerFiles(gguf: file, configuration: configuration)
    for layer in configuration.layers {
      _ = layer.attention.rope?.inverseFrequencies(
        headDimension: layer.attention.rotatedDimension, maximumPositions: configuration.maximumPositions)
    }
  }

  /// Bytes before the tensors' data.
  private static var headerLength: Int {
    let weights = 86_144
    return max(0, model.count - weights)
  }

  @Test func wellFormedModelOpens() throws {
    #expect(Self.model.count > 80_000)
    try open(Self.model)
  }

  @Test func everyTruncationOfTheHeaderIsRefused() {
    let model = Self.model
    for length in Array(0..<Self.headerLength) + [model.count - 1, model.count - 40, model.count - 4096] {
      let accepted = HostileInput.isAcceptedOrDiagnosed("length \(length)") { try open(Array(model[..<length])) }
      if accepted { Issue.record("accepted a file cut to \(length) bytes") }
    }
  }

  @Test func mutatedFilesAreReadSafelyOrRefused() {
    var random = SplitMix64(seed: 12)
    for index in 0..<4000 {
      let mutated = HostileInput.mutated(Self.model, below: Self.headerLength, &random)
      HostileInput.isAcceptedOrDiagnosed("mutation \(index)") { try open(mutated) }
    }
  }

  /// A header of raw fields, little-endian.
  private func header(_ fields: [any FixedWidthInteger], _ rest: [UInt8] = []) -> [UInt8] {
    fields.flatMap { field in
      var field = UInt64(truncatingIfNeeded: field).littleEndian
      return withUnsafeBytes(of: &field) { Array($0) }
    } + rest
  }

  private func little(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
  private func little(_ value: UInt64) -> [UInt8] { withUnsafeBytes(of: value.littleEndian) { Array($0) } }
  private func text(_ value: String) -> [UInt8] { little(UInt64(value.utf8.count)) + Array(value.utf8) }
  private func start(tensors: UInt64, metadata: UInt64, version: UInt32 = 3) -> [UInt8] {
    little(0x4655_4747 as UInt32) + little(version) + little(tensors) + little(metadata)
  }

  private func refusal(_ bytes: [UInt8]) -> String {
    do {
      _ = try GGUFFile(path: "hostile.gguf", memory: GuardedMemory.copy(bytes))
      return "accepted"
    } catch {
      return (error as? Diagnostic)?.message ?? "\(error)"
    }
  }

  @Test func hugeCountsAreRefusedBeforeAnythingIsAllocated() {
    #expect(refusal(start(tensors: .max, metadata: 0)).contains("tensor count"))
    #expect(refusal(start(tensors: 0, metadata: 1 << 62)).contains("metadata count"))
    let array = start(tensors: 0, metadata: 1) + text("k") + little(9 as UInt32)
    #expect(refusal(array + little(4 as UInt32) + little(UInt64.max / 4 + 1)).contains("array length"))
    #expect(refusal(array + little(8 as UInt32) + little(1 << 40 as UInt64)).contains("array length"))
    #expect(refusal(start(tensors: 0, metadata: 1) + little(UInt64.max) + [0, 0, 0, 0, 0]).contains("string length"))
  }

  @Test func arraysInArraysHaveALimit() {
    var bytes = start(tensors: 0, metadata: 1) + text("deep") + little(9 as UInt32)
    for _ in 0..<100 { bytes += little(9 as UInt32) + little(1 as UInt64) }
    bytes += little(0 as UInt32) + little(1 as UInt64) + [7]
    #expect(refusal(bytes).contains("nests arrays deeper"))
  }

  @Test func otherVersionsAndByteOrdersAreRefused() {
    #expect(refusal(start(tensors: 0, metadata: 0, version: 1)).contains("version 1"))
    #expect(refusal(start(tensors: 0, metadata: 0, version: 0x0300_0000)).contains("version"))
    #expect(refusal(Array("GGML".utf8) + [0, 0, 0, 0]).contains("does not start with 'GGUF'"))
    #expect(refusal(start(tensors: 0, metadata: 0, version: 2)) == "accepted")
  }

  private func tensorFile(
    _ extents: [UInt64], type: UInt32 = 0, offset: UInt64 = 0, name: String = "w", count: UInt64 = 1, data: Int = 256
  ) -> [UInt8] {
    var bytes = start(tensors: count, metadata: 0)
    for _ in 0..<count {
      bytes += text(name) + little(UInt32(extents.count))
      for extent in extents { bytes += little(extent) }
      bytes += little(type) + little(offset)
    }
    return bytes + [UInt8](repeating: 0, count: (32 - bytes.count % 32) % 32 + data)
  }

  @Test func tensorsThatContradictTheFileAreRefusedByName() {
    #expect(refusal(tensorFile([8, 8])) == "accepted")
    #expect(refusal(tensorFile([8, 9])).contains("tensor 'w'"))
    #expect(refusal(tensorFile([8, 8], offset: 32)).contains("tensor 'w'"))
    #expect(refusal(tensorFile([8, 8], offset: 8)).contains("not aligned"))
    #expect(refusal(tensorFile([8], offset: 1 << 63)).contains("tensor 'w'"))
    #expect(refusal(tensorFile([1 << 40, 1 << 40])).contains("tensor 'w'"))
    #expect(refusal(tensorFile([1 << 63])).contains("tensor 'w'"))
    #expect(refusal(tensorFile([])).contains("0 dimensions"))
    #expect(refusal(tensorFile([1, 1, 1, 1, 1])).contains("5 dimensions"))
    #expect(refusal(tensorFile([8], count: 2)).contains("occurs twice"))
    #expect(refusal(tensorFile([31], type: 8)).contains("tensor 'w'"))
  }

  @Test func unsupportedKindIsNamed() {
    #expect(refusal(tensorFile([256], type: 16)) == "tensor 'w' is stored as iq2_xxs, which is not supported")
    #expect(refusal(tensorFile([32], type: 999)) == "tensor 'w' is stored as type 999, which is not supported")
  }
}
