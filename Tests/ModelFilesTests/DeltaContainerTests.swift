import Diagnostics
import JSON
import Platform
import QuantizedModels
import TestSupport
import Testing

@testable import ModelFiles

/// Models with gated delta nets, whose GGUF files order the value heads by another rule.
@Suite struct DeltaContainerTests {
  private static let net = "model.layers.0.linear_attn."

  private func written(_ model: DeltaModel, _ dtype: TensorDType = .f32, to folder: TemporaryFolder) throws
    -> (folder: ModelSource, gguf: ModelSource)
  {
    try model.write(to: folder.path)
    let source = try ModelSource.open(folder.path)
    var writer = GGUFModelWriter(source: source, dtype: dtype)
    writer.requiresTokenizer = false
    try writer.write(to: folder.file("model.gguf"))
    return (source, try ModelSource.open(folder.file("model.gguf")))
  }

  private func writeFolder(_ source: ModelSource, to path: String) throws {
    var writer = HuggingFaceModelWriter(source: source, dtype: .f32)
    writer.requiresTokenizer = false
    try writer.write(to: path)
  }

  private func rows(_ source: ModelSource, _ name: String) throws -> [Float] {
    let shape = try #require(source.configuration.expectedTensors.first { $0.name == name }).shape
    var values = [Float](repeating: 0, count: shape.reduce(1, *))
    let columns = shape.last ?? 1
    try values.withUnsafeMutableBufferPointer { try source.readRows(name, 0..<$0.count / columns, into: $0) }
    return values
  }

  @Test(arguments: [(1, 1), (2, 2), (1, 3), (2, 4), (2, 6), (3, 6)])
  func folderToGGUFAndBackIsTheSameModel(_ keyHeads: Int, _ valueHeads: Int) throws {
    let folder = try TemporaryFolder()
    let (source, copy) = try written(DeltaModel(keyHeads: keyHeads, valueHeads: valueHeads), to: folder)
    #expect(copy.configuration == source.configuration)
    let again = try TemporaryFolder()
    try writeFolder(copy, to: again.path)
    let back = try ModelSource.open(again.path)
    #expect(back.configuration == source.configuration)
    for (name, _) in source.configuration.expectedTensors {
      let expected = try source.tensor(name).floats()
      // 1 + w and −e^A are rounded to f32.
      let bound: Float = name.hasSuffix("norm.weight") || name.hasSuffix("A_log") ? 2e-7 : 0
      for found in [try rows(copy, name), try back.tensor(name).floats()] {
        #expect(zip(expected, found).allSatisfy { abs($0 - $1) <= bound } && expected.count == found.count, "\(name)")
      }
    }
    let delta = try #require(source.configuration.layers[0].delta)
    let (left, right) = (try source.deltaWeights(layer: 0, delta), try copy.deltaWeights(layer: 0, delta))
    #expect(left.convolution == right.convolution && left.bias == right.bias && left.norm == right.norm)
    #expect(zip(left.decay, right.decay).allSatisfy { abs($0 / $1 - 1) < 1e-6 })
  }

  /// With two key heads and four value heads, the file has the heads 0, 2, 1, 3.
  @Test func fileHasOneValueHeadOfEachKeyHeadAtATime() throws {
    let folder = try TemporaryFolder()
    let (source, _) = try written(DeltaModel(), to: folder)
    let file = try GGUFFile(folder.file("model.gguf"))
    func stored(_ name: String) throws -> [Float] { try #require(file.tensor("blk.0." + name)).floats() }
    func canonical(_ name: String) throws -> [Float] { try source.tensor(Self.net + name).floats() }
    let (d, hidden) = (16, 32)
    for (head, from) in [0, 2, 1, 3].enumerated() {
      func equal(_ left: [Float], _ right: [Float], first: Int = 0, _ width: Int) -> Bool {
        left[first + head * width..<first + (head + 1) * width]
          == right[first + from * width..<first + (from + 1) * width]
      }
      #expect(try equal(stored("attn_gate.weight"), canonical("in_proj_z.weight"), d * hidden))
      #expect(
        try equal(stored("attn_qkv.weight"), canonical("in_proj_qkv.weight"), first: 4 * d * hidden, d * hidden))
      #expect(try equal(stored("ssm_beta.weight"), canonical("in_proj_b.weight"), hidden))
      #expect(try equal(stored("ssm_alpha.weight"), canonical("in_proj_a.weight"), hidden))
      #expect(try equal(stored("ssm_conv1d.weight"), canonical("conv1d.weight"), first: 4 * d * 4, d * 4))
      #expect(try equal(stored("ssm_dt.bias"), canonical("dt_bias"), 1))
      #expect(try equal(stored("ssm_out.weight"), canonical("out_proj.weight"), d))
    }
    #expect(try stored("attn_qkv.weight")[..<(4 * d * hidden)] == canonical("in_proj_qkv.weight")[..<(4 * d * hidden)])
    #expect(try stored("ssm_norm.weight") == canonical("norm.weight"))
    #expect(try stored("ssm_a").allSatisfy { $0 < 0 })
    #expect(file.tensor("blk.0.ssm_conv1d.weight")?.shape == [8 * d, 4])
    #expect(file.metadata["qwen35.full_attention_interval"]?.intValue == 2)
  }

  /// Blocks inside a head move whole; blocks that two heads share are widened to the same numbers.
  @Test(arguments: [(32, TensorDType.q80, true), (64, .q40, true), (16, .q80, false)])
  func blocksKeepTheirNumbers(_ width: Int, _ dtype: TensorDType, _ areWhole: Bool) throws {
    let folder = try TemporaryFolder()
    let (source, copy) = try written(DeltaModel(keyHeads: 2, valueHeads: 4, headDimension: width), dtype, to: folder)
    let name = Self.net + "out_proj.weight"
    let found = try copy.tensor(name)
    #expect(found.dtype == (areWhole ? dtype : .f32))
    #expect(try copy.tensor(Self.net + "in_proj_z.weight").dtype == dtype)
    #expect(try found.floats() == rows(copy, name))
    if areWhole {
      // The same blocks as of the canonical row.
      let columns = 4 * width
      var bytes = [UInt8](repeating: 0, count: try #require(dtype.byteCount(elementCount: columns)))
      var expected = [Float](repeating: 0, count: columns)
      try source.tensor(name).floats()[..<columns].withUnsafeBufferPointer { row in
        try bytes.withUnsafeMutableBytes { try Quantize.row(row, as: dtype, into: $0) }
      }
      bytes.withUnsafeBytes { bytes in
        expected.withUnsafeMutableBufferPointer {
          _ = Dequantize.row(bytes, dtype: dtype, into: $0, count: columns)
        }
      }
      #expect(try Array(found.floats()[..<columns]) == expected)
    }
    #expect((copy.canonicalByteCount > copy.weightByteCount) == !areWhole)
    // Stored order: what generation reads without a copy.
    let (matrix, order) = try copy.inFileOrder(name)
    #expect(matrix.dtype == dtype && order?.fileHead(canonical: 1) == 2)
  }

  @Test(arguments: [TensorDType.q4K, .q6K])
  func quantizedFileBecomesAFolderWithItsNumbers(_ dtype: TensorDType) throws {
    let folder = try TemporaryFolder()
    let model = DeltaModel(keyHeads: 2, valueHeads: 4, headDimension: 128, hidden: 256)
    try model.writeGGUF(to: folder.file("model.gguf"), dtype)
    let source = try ModelSource.open(folder.path)
    try writeFolder(source, to: folder.path)
    let copy = try ModelSource.open(folder.path)
    #expect(copy.container == .folder && copy.configuration == source.configuration)
    let file = try GGUFFile(folder.file("model.gguf"))
    let stored = try #require(file.tensor("blk.0.ssm_out.weight")).floats()
    let canonical = try copy.tensor(Self.net + "out_proj.weight").floats()
    for row in [0, 255] {
      for (head, from) in [0, 2, 1, 3].enumerated() {
        let (left, right) = (row * 512 + head * 128, row * 512 + from * 128)
        #expect(stored[left..<left + 128] == canonical[right..<right + 128])
      }
    }
    for (name, _) in source.configuration.expectedTensors {
      #expect(try source.tensor(name).floats().count == copy.tensor(name).floats().count)
    }
    #expect(try source.tensor(Self.net + "in_proj_qkv.weight").dtype == dtype)
  }

  @Test func mergedWeightsAreTheSameFromBothContainers() throws {
    let folder = try TemporaryFolder()
    let (source, copy) = try written(DeltaModel(keyHeads: 2, valueHeads: 6), to: folder)
    let modules = try ["in_proj_qkv", "in_proj_z", "in_proj_a", "out_proj"].map { name in
      let projection = try #require(source.configuration.layers[0].projection(name))
      func values(_ count: Int) -> [Float] { (0..<count).map { Float($0 % 23) / 23 - 0.5 } }
      return AdapterModuleValues(
        layer: 0, module: projection.module, a: values(2 * projection.inputs),
        b: values(2 * projection.outputs))
    }
    let configuration = AdapterConfiguration(
      rank: 2, alpha: 4, targets: ["in_proj_qkv", "in_proj_z", "in_proj_a", "out_proj"])
    try FileSystem.makeDirectory(folder.file("adapter"))
    try Adapter.write(
      to: folder.file("adapter"), configuration: configuration, model: source.configuration, modules: modules)
    let adapter = try Adapter.read(folder.file("adapter"))
    let (left, right) = (
      try MergedWeights(source: source, adapter: adapter), try MergedWeights(source: copy, adapter: adapter)
    )
    for name in ["in_proj_qkv", "in_proj_z", "in_proj_a", "out_proj"] {
      let tensor = Self.net + name + ".weight"
      let shape = try source.tensor(tensor).shape
      var (one, other) = (
        [Float](repeating: 0, count: shape[0] * shape[1]), [Float](repeating: 1, count: shape[0] * shape[1])
      )
      try one.withUnsafeMutableBufferPointer { try left.rows(tensor, 0..<shape[0], $0) }
      try other.withUnsafeMutableBufferPointer { try right.rows(tensor, 0..<shape[0], $0) }
      #expect(one == other)
    }
    // The file's rows of B and columns of A: with two key heads and six value heads 0, 3, 1, 4, 2, 5.
    try adapter.writeGGUF(to: folder.file("adapter.gguf"), model: source.configuration)
    let file = try GGUFFile(folder.file("adapter.gguf"))
    let a = try #require(file.tensor("blk.0.ssm_out.weight.lora_a")).floats()
    let b = try #require(file.tensor("blk.0.attn_gate.weight.lora_b")).floats()
    for (head, from) in [0, 3, 1, 4, 2, 5].enumerated() {
      #expect(a[head * 16..<(head + 1) * 16] == modules[3].a[from * 16..<(from + 1) * 16])
      #expect(b[head * 32..<(head + 1) * 32] == modules[1].b[from * 32..<(from + 1) * 32])
    }
  }
}
