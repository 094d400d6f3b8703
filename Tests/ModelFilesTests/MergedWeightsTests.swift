import Diagnostics
import ModelFiles
import TestSupport
import Testing

@Suite struct MergedWeightsTests {
  @Test func mergedRowsAreBasePlusScaledProduct() throws {
    let source = try ModelSource.open(Fixture.path("qwen3-tied"))
    let adapter = try Adapter.read(Fixture.path("qwen3-tied/adapter"))
    let merged = try MergedWeights(source: source, adapter: adapter)
    for module in adapter.modules {
      let name = module.path + ".weight"
      let base = try source.tensor(name)
      let columns = base.columnCount
      var values = [Float](repeating: 0, count: base.elementCount)
      try values.withUnsafeMutableBufferPointer { try merged.rows(name, 0..<base.rowCount, $0) }
      let (weights, a, b) = (try base.floats(), try module.a.floats(), try module.b.floats())
      for (row, column) in [(0, 0), (base.rowCount - 1, columns - 1), (5, 7)] {
        var product = 0.0
        for r in 0..<module.rank { product += Double(b[row * module.rank + r]) * Double(a[r * columns + column]) }
        let expected = Double(weights[row * columns + column]) + module.scale * product
        #expect(abs(Double(values[row * columns + column]) - expected) < 1e-6)
      }
    }
  }

  @Test func roundingLossGrowsWithTheCoarsenessOfTheDType() throws {
    let source = try ModelSource.open(Fixture.path("llama-tied"))
    let adapter = try Adapter.read(Fixture.path("llama-tied/adapter"))
    func lost(_ dtype: TensorDType) throws -> Double {
      let folder = try TemporaryFolder()
      let merged = try MergedWeights(source: source, adapter: adapter)
      var writer = GGUFModelWriter(source: source, dtype: dtype)
      writer.requiresTokenizer = false
      try writer.write(
        to: folder.file("m.gguf"), rows: merged.rows, observer: ModelWriteObserver(tile: merged.observe))
      return merged.lostShare
    }
    let shares = try [TensorDType.f32, .f16, .bf16, .q80, .q40].map(lost)
    #expect(shares[0] == 0)
    #expect(shares == shares.sorted())
    #expect(shares[1] > 0 && shares[4] < 1)
  }

  @Test func adapterOfAnotherBaseIsNotMerged() throws {
    let source = try ModelSource.open(Fixture.path("qwen2-tied"))
    let adapter = try Adapter.read(Fixture.path("qwen3-tied/adapter"))
    #expect(throws: Diagnostic.self) { try MergedWeights(source: source, adapter: adapter) }
  }
}
