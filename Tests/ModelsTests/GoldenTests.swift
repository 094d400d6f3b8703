import JSON
import ModelFiles
import Models
import Tensors
import Testing

/// Logits, losses and gradients against transformers and peft in f64.
@Suite struct GoldenTests {
  @Test(arguments: Golden.names)
  func logitsEqualTransformers(_ name: String) throws {
    let golden = try Golden(name)
    for (index, row) in golden.rows.prefix(3).enumerated() {
      let base = try golden.model.logits(row.ids)
      #expect(largestDifference(base, try golden.array("logits.base.\(index)")) < 1e-4)
      let adapted = try golden.model.logits(row.ids, adapter: golden.adapter)
      #expect(largestDifference(adapted, try golden.array("logits.adapter.\(index)")) < 1e-4)
    }
  }

  /// The same in training: an output matrix that the files hold is the one the loss is computed with, tied or not.
  @Test(arguments: ["llama-untied", "qwen2-untied", "qwen3-untied"])
  func anOutputMatrixOfItsOwnReachesTheLogitsOfATiedModel(_ name: String) throws {
    let golden = try Golden(name)
    let tied = try Golden.tied(name)
    #expect(tied.configuration.tiesEmbeddings == golden.model.configuration.tiesEmbeddings)
    for (index, row) in golden.rows.prefix(2).enumerated() {
      #expect(largestDifference(try tied.logits(row.ids), try golden.array("logits.base.\(index)")) < 1e-4)
    }
  }

  @Test(arguments: Golden.names, Kernels.InstructionSet.allCases)
  func lossAndGradientsEqualPeft(_ name: String, _ set: Kernels.InstructionSet) throws {
    guard let kernels = Kernels(set) else { return }
    let golden = try Golden(name)
    let pack = SequencePack(
      sequences: golden.rows.enumerated().map { PackSequence(ids: $1.ids, labels: $1.labels, row: $0) })
    try expectGoldenGradients(golden, kernels: kernels, storedLayers: golden.model.configuration.layerCount, pack: pack)
  }

  @Test(arguments: Golden.names)
  func recomputedActivationsGiveTheSameBits(_ name: String) throws {
    let golden = try Golden(name)
    let pack = SequencePack(
      sequences: golden.rows.enumerated().map { PackSequence(ids: $1.ids, labels: $1.labels, row: $0) })
    let all = try gradient(golden, kernels: .best, storedLayers: golden.model.configuration.layerCount, pack: pack)
    for stored in 0..<golden.model.configuration.layerCount {
      let some = try gradient(golden, kernels: .best, storedLayers: stored, pack: pack)
      #expect(some.losses == all.losses)
      #expect(Array(some.gradient.buffer.values) == Array(all.gradient.buffer.values))
    }
  }

  private func gradient(_ golden: Golden, kernels: Kernels, storedLayers: Int, pack: SequencePack) throws -> (
    losses: [SequenceLoss], gradient: PassGradient
  ) {
    var capacity = PassCapacity(tokens: 0, predictors: 0, keys: 0, storedLayers: storedLayers)
    capacity.include(pack)
    let engine = PassEngine(model: golden.model, layout: golden.adapter.layout, capacity: capacity, kernels: kernels)
    let gradient = PassGradient(
      layout: golden.adapter.layout, configuration: golden.model.configuration, prefixes: .none)
    let scales = golden.adapter.rowScales(of: golden.model, kernels: kernels)
    engine.forward(
      pack, parameters: FloatPointer(golden.adapter.values.pointer),
      rowScales: scales.map { FloatPointer($0.values.pointer) })
    let losses = engine.loss(gradientScale: 1 / Float(pack.predictorCount), into: gradient)
    engine.backward(into: gradient)
    return (losses, gradient)
  }

  private func expectGoldenGradients(_ golden: Golden, kernels: Kernels, storedLayers: Int, pack: SequencePack) throws {
    let (losses, gradient) = try gradient(golden, kernels: kernels, storedLayers: storedLayers, pack: pack)
    let sum = losses.reduce(0) { $0 + $1.sum }
    let count = losses.reduce(0) { $0 + $1.count }
    let expected = try #require(golden.json["adapter_loss"]?.doubleValue)
    #expect(count == golden.json["labeled"]?.intValue)
    #expect(abs(sum / Double(count) - expected) < 1e-5 * expected)
    for pair in golden.adapter.layout.pairs {
      let a = AdapterParameters.a(pair, in: gradient.buffer.pointer)
      let b = AdapterParameters.b(pair, in: gradient.buffer.pointer)
      #expect(relativeError(a, try golden.array("gradient." + pair.nameA)) < 2e-5, "\(pair.nameA)")
      #expect(relativeError(b, try golden.array("gradient." + pair.nameB)) < 2e-5, "\(pair.nameB)")
      guard let magnitude = AdapterParameters.magnitude(pair, in: gradient.buffer.pointer) else { continue }
      let expected = try golden.array("gradient." + pair.nameMagnitude + ".weight")
      #expect(relativeError(magnitude, expected) < 2e-5, "\(pair.nameMagnitude)")
    }
    let updates = AdapterParameters.updates(golden.adapter.layout, in: gradient.buffer.pointer)
    for tensor in try BaseChanges(updates, of: golden.model.configuration).tensors {
      #expect(try relativeError(tensor.floats(), golden.array("gradient." + tensor.name)) < 2e-5, "\(tensor.name)")
    }
  }
}
