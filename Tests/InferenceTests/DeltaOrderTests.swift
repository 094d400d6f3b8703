import ModelFiles
import Models
import Platform
import QuantizedModels
import TestSupport
import Testing

@testable import Inference

/// A Qwen3.5 computes the same from a GGUF file, whose value heads lie in another order, as from its folder.
@Suite struct DeltaOrderTests {
  private static func adapter(_ model: ModelConfiguration, in folder: TemporaryFolder, dora: Bool) throws -> Adapter {
    var random = SplitMix64(seed: 5)
    let names = ["in_proj_qkv", "in_proj_z", "in_proj_b", "in_proj_a", "out_proj"]
    let modules = try names.map { name in
      let projection = try #require(model.layers[0].projection(name))
      func values(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -0.3...0.3, using: &random) } }
      return AdapterModuleValues(
        layer: 0, module: projection.module, a: values(3 * projection.inputs), b: values(3 * projection.outputs),
        magnitude: dora ? values(projection.outputs).map { 1 + $0 } : nil)
    }
    let path = folder.file(dora ? "dora" : "lora")
    try FileSystem.makeDirectory(path)
    try Adapter.write(
      to: path, configuration: AdapterConfiguration(rank: 3, alpha: 6, usesDoRA: dora, targets: names), model: model,
      modules: modules)
    return try Adapter.read(path)
  }

  private static let ids = (0..<21).map { Int32($0 * 37 % 61 + 1) }

  private static func difference(_ left: [Float], _ right: [Float]) -> Float {
    guard left.count == right.count, !left.isEmpty else { return .infinity }
    return zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) } / max(right.reduce(0) { max($0, abs($1)) }, 1e-9)
  }

  /// q4_k and q6_k: blocks of 256 over heads of 128. Inputs of quantized products are rounded to 16 bits, and the norm behind
  /// the delta rule magnifies that (2.6e-4 was found); another order of heads gives other logits altogether.
  @Test(arguments: [
    (2, 4, 128, TensorDType.q4K, Float(1e-3)), (1, 4, 128, .q6K, 1e-3), (2, 6, 32, .q80, 1e-3), (2, 4, 16, .f32, 1e-5),
    (3, 3, 32, .q80, 1e-3),
  ])
  func fileComputesWhatItsFolderDoes(
    _ c: (keyHeads: Int, valueHeads: Int, width: Int, dtype: TensorDType, bound: Float)
  ) throws {
    let folder = try TemporaryFolder()
    let shape = DeltaModel(
      keyHeads: c.keyHeads, valueHeads: c.valueHeads, headDimension: c.width,
      hidden: c.dtype.blockElementCount == 256 ? 256 : 64)
    try shape.writeGGUF(to: folder.file("model.gguf"), c.dtype)
    let source = try ModelSource.open(folder.file("model.gguf"))
    var writer = HuggingFaceModelWriter(source: source, dtype: .f32)
    writer.requiresTokenizer = false
    try writer.write(to: folder.path)
    let file = try InferenceModel.open(folder.file("model.gguf"), threads: 1)
    let plain = try InferenceModel.open(folder.path, threads: 1)
    #expect((file.layers[0].outputOrder != nil) == (c.valueHeads > c.keyHeads))
    for dora in [nil, false, true] {
      let adapter = try dora.map { try Self.adapter(source.configuration, in: folder, dora: $0) }
      func logits(_ model: InferenceModel, threads: Int = 1) throws -> [Float] {
        try Golden.logits(
          model, adapter: adapter.map { try InferenceAdapter($0, for: model) }, ids: Self.ids, chunk: 8,
          threads: threads)
      }
      let (found, expected) = (try logits(file), try logits(plain))
      #expect(Self.difference(found, expected) < c.bound, "\(dora.map { "\($0)" } ?? "base")")
      #expect(try logits(file, threads: 2) == found)
      // Training's own forward pass, which reads canonical copies.
      func trained(_ source: ModelSource) throws -> [Float] {
        try TransformerModel(source).logits(
          Self.ids, adapter: adapter.map { try AdapterParameters($0, model: source.configuration) })
      }
      #expect(try Self.difference(trained(source), trained(ModelSource.open(folder.path))) < 1e-5)
      #expect(try Self.difference(trained(source), expected) < 1e-4)
    }
  }
}
