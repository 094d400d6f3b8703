import ModelFiles
import Models
import Tensors
import Testing

/// Adapters on the last layers only.
@Suite struct LastLayersTests {
  /// Without DoRA, whose magnitudes change a weight also where B is 0, and without an adapted embedding below.
  private static let names = Golden.names.filter { !$0.hasSuffix("-dora") && !$0.hasSuffix("-tables") }

  private struct Pass {
    var losses: [SequenceLoss]
    var gradient: PassGradient
    var floats: Int
  }

  private func pass(
    _ golden: Golden, _ layout: AdapterLayout, _ values: FloatBuffer, storedLayers: Int, from first: Int = 0
  ) throws -> Pass {
    let pack = SequencePack(
      sequences: golden.rows.enumerated().map { PackSequence(ids: $1.ids, labels: $1.labels, row: $0) })
    var capacity = PassCapacity(tokens: 0, predictors: 0, keys: 0, storedLayers: storedLayers)
    capacity.include(pack)
    capacity.firstLayer = first
    let engine = PassEngine(model: golden.model, layout: layout, capacity: capacity)
    let gradient = PassGradient(layout: layout, configuration: golden.model.configuration, prefixes: .none)
    var input: LayerInput?
    if first > 0 {
      let states = try Self.inputs(golden, of: first)
      input = { sequence, rows in
        let from = states[sequence.row]
        for (index, value) in from.enumerated() { rows[index] = value }
        return true
      }
    }
    engine.forward(pack, parameters: FloatPointer(values.pointer), input: input)
    let losses = engine.loss(gradientScale: 1 / Float(pack.predictorCount), into: gradient)
    engine.backward(into: gradient)
    return Pass(
      losses: losses, gradient: gradient, floats: capacity.byteCount(golden.model.configuration, layout) / 4)
  }

  /// What enters a layer, of each row computed alone.
  private static func inputs(_ golden: Golden, of layer: Int) throws -> [[Float]] {
    try golden.rows.enumerated().map { index, row in
      var sequence = PackSequence(ids: row.ids, labels: row.labels, row: index)
      sequence.predictors = []
      sequence.targets = []
      let pack = SequencePack(sequences: [sequence])
      var capacity = PassCapacity(tokens: 0, predictors: 0, keys: 0, storedLayers: nil)
      capacity.include(pack)
      let engine = PassEngine(
        model: golden.model, layout: .empty(golden.model.configuration), capacity: capacity)
      return try withExtendedLifetime(engine) {
        let found = try #require(engine.inputs(of: layer, pack))
        return Array(
          UnsafeBufferPointer(start: found, count: pack.tokenCount * golden.model.configuration.hiddenSize))
      }
    }
  }

  private func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

  /// The gradients are those of an adapter on all layers whose B is 0 below; below, there are none, and no activations.
  @Test(arguments: names)
  func gradientsEqualThoseOfAllLayersWithNothingBelow(_ name: String) throws {
    let golden = try Golden(name)
    let configuration = golden.model.configuration
    let count = configuration.layerCount
    let whole = golden.adapter.layout
    for first in 1..<count {
      let last = AdapterLayout(configuration) { layer, projection in
        let pair = whole.pairs.first { $0.layer == layer && $0.projection.module == projection.module }
        guard layer >= first, let pair else { return nil }
        return (pair.rank, Double(pair.scale))
      }
      #expect(last.firstTrainedLayer == first && whole.firstTrainedLayer == 0)
      let zeroed = FloatBuffer(count: whole.parameterCount)
      zeroed.copy(from: golden.adapter.values)
      for pair in whole.pairs where pair.layer < first {
        (zeroed.pointer + pair.offsetB).update(repeating: 0, count: pair.rank * pair.outputs)
      }
      let values = FloatBuffer(count: last.parameterCount)
      for pair in last.pairs {
        let from = try #require(whole.pair(pair.layer, pair.index))
        (values.pointer + pair.offsetA).update(
          from: golden.adapter.values.pointer + from.offsetA, count: pair.rank * pair.inputs)
        (values.pointer + pair.offsetB).update(
          from: golden.adapter.values.pointer + from.offsetB, count: pair.rank * pair.outputs)
      }
      let all = try pass(golden, whole, zeroed, storedLayers: count)
      let some = try pass(golden, last, values, storedLayers: count)
      #expect(some.floats < all.floats)
      #expect(some.losses == all.losses)
      for pair in last.pairs {
        let other = try #require(whole.pair(pair.layer, pair.index))
        let (found, expected) = (some.gradient.buffer.pointer, all.gradient.buffer.pointer)
        #expect(
          bits(AdapterParameters.a(pair, in: found)) == bits(AdapterParameters.a(other, in: expected)), "\(pair.nameA)")
        #expect(
          bits(AdapterParameters.b(pair, in: found)) == bits(AdapterParameters.b(other, in: expected)), "\(pair.nameB)")
      }
      // From stored inputs of rows that were each computed alone, and with activations computed again.
      for (stored, start) in [(0, 0), (count, first), (0, first)] {
        let other = try pass(golden, last, values, storedLayers: stored, from: start)
        #expect(other.losses == some.losses)
        #expect(bits(Array(other.gradient.buffer.values)) == bits(Array(some.gradient.buffer.values)))
        #expect(start == 0 || stored == 0 || other.floats < some.floats)
      }
    }
  }

  /// What no gradient reaches has no part in the sums of packs.
  @Test func prefixesHaveNoGradientsBelowTheFirstAdapter() throws {
    let golden = try Golden("llama-tied")
    let configuration = golden.model.configuration
    let last = AdapterLayout(configuration) { layer, _ in layer == 1 ? (2, 1) : nil }
    let extent = PrefixExtent(tokens: 30, sequences: 2)
    let part = 2 * 30 * configuration.keyValueWidth
    for (layout, layers) in [(golden.adapter.layout, 2), (last, 1), (.empty(configuration), 0)] {
      let count = PassGradient.floatCount(layout: layout, configuration: configuration, prefixes: extent)
      #expect(count == layout.parameterCount + layers * part)
      #expect(PassGradient(layout: layout, configuration: configuration, prefixes: extent).buffer.count == count)
    }
  }
}
