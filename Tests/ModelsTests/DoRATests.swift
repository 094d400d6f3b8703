import ModelFiles
import Models
import Platform
import Tensors
import TestSupport
import Testing

/// DoRA's factors of rows, and the merged weights.
@Suite struct DoRATests {
  static let names = Golden.names.filter { $0.hasSuffix("dora") }

  /// m / ‖W + s·B·A‖ of a row, formed in double precision.
  private func factor(_ golden: Golden, _ pair: AdapterLayout.Pair, _ row: Int) throws -> Double {
    let weight = try golden.model.source.tensor("model.layers.\(pair.layer).\(pair.projection.module).weight").floats()
    let values = FloatPointer(golden.adapter.values.pointer)
    let (a, b) = (AdapterParameters.a(pair, in: values), AdapterParameters.b(pair, in: values))
    var square = 0.0
    for column in 0..<pair.inputs {
      var sum = Double(weight[row * pair.inputs + column])
      for r in 0..<pair.rank {
        sum += Double(pair.scale) * Double(b[row * pair.rank + r]) * Double(a[r * pair.inputs + column])
      }
      square += sum * sum
    }
    let magnitude = try #require(AdapterParameters.magnitude(pair, in: values))
    return Double(magnitude[row]) / square.squareRoot()
  }

  /// Training's factors, from small products, and generation's, from formed rows; of `[outputs]` of each pair in turn.
  private func check(_ golden: Golden, kernels: Kernels) throws {
    let scales = try #require(golden.adapter.rowScales(of: golden.model, workers: 2, kernels: kernels))
    let adapter = try Adapter.read(golden.folder + "/adapter")
    var place = 0
    for pair in golden.adapter.layout.pairs {
      let weight = try golden.model.source.tensor("model.layers.\(pair.layer).\(pair.projection.module).weight")
      let formed = try #require(
        try adapter.module(layer: pair.layer, pair.projection.module)?.rowScales(of: weight, threads: 3))
      for row in 0..<pair.outputs {
        let expected = try factor(golden, pair, row)
        #expect(abs(Double(scales.values.pointer[place + row]) / expected - 1) < 2e-6, "\(pair.modulePath) \(row)")
        #expect(abs(Double(formed[row]) / expected - 1) < 2e-6, "\(pair.modulePath) \(row)")
      }
      place += pair.outputs
    }
    #expect(scales.values.count == 2 * place)
  }

  @Test(arguments: names, Kernels.InstructionSet.allCases)
  func factorsAreMagnitudesByLengths(_ name: String, _ set: Kernels.InstructionSet) throws {
    guard let kernels = Kernels(set) else { return }
    try check(Golden(name), kernels: kernels)
  }

  /// An update that all but undoes a row leaves a length that the sum of products cannot give.
  @Test func aRowThatIsAlmostUndoneIsMeasured() throws {
    let golden = try Golden("qwen2-dora")
    let pair = try #require(golden.adapter.layout.pairs.first)
    let weight = try golden.model.source.tensor("model.layers.0.\(pair.projection.module).weight").floats()
    let values = golden.adapter.values.pointer
    let row = 5
    for column in 0..<pair.inputs { values[pair.offsetA + column] = weight[row * pair.inputs + column] }
    for r in 0..<pair.rank { values[pair.offsetB + r * pair.outputs + row] = r == 0 ? -0.9999 / pair.scale : 0 }
    let scales = try #require(golden.adapter.rowScales(of: golden.model))
    let expected = try factor(golden, pair, row)
    #expect(expected > 100)
    // 1 − 0.9999 has four digits fewer than f32.
    #expect(abs(Double(scales.values.pointer[row]) / expected - 1) < 2e-3)
  }

  /// A fresh DoRA answers as its base, because its magnitudes are the lengths of the base's rows.
  @Test(arguments: names) func aFreshAdapterChangesNothing(_ name: String) throws {
    let golden = try Golden(name)
    let fresh = try AdapterParameters(
      initial: golden.adapter.configuration, model: golden.model.configuration, seed: 7, weights: { golden.model })
    let ids = golden.rows[0].ids
    let found = try golden.model.logits(ids, adapter: fresh)
    #expect(largestDifference(found, try golden.array("logits.base.0")) < 1e-4)
    #expect(fresh.layout == golden.adapter.layout)
  }

  /// The merged model, written and opened again, answers as peft's base and adapter.
  @Test(arguments: names + ["phi3", "qwen3-tied"]) func theMergedModelAnswersAsPeft(_ name: String) throws {
    let golden = try Golden(name)
    let merged = try MergedWeights(source: golden.model.source, adapter: Adapter.read(golden.folder + "/adapter"))
    let folder = try TemporaryFolder()
    try HuggingFaceModelWriter(source: golden.model.source, dtype: .f32).write(
      to: folder.path, rows: merged.rows, observer: ModelWriteObserver(tile: merged.observe))
    let model = try TransformerModel(ModelSource.open(folder.path))
    for index in 0..<3 {
      let found = try model.logits(golden.rows[index].ids)
      #expect(largestDifference(found, try golden.array("logits.adapter.\(index)")) < 1e-4)
    }
    #expect(merged.lostShare == 0)
  }
}
