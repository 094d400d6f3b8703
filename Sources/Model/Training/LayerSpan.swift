import ModelFiles
import Models

/// Which layers a training computes, and which of them go backward: the others' work is saved.
struct LayerSpan: Sendable, Hashable {
  /// The first that is computed. What enters it was stored before unless it is 0.
  var first = 0
  /// The first that the gradient reaches.
  var trained = 0

  static let all = LayerSpan()

  init(first: Int = 0, trained: Int = 0) {
    self.first = first
    self.trained = trained
  }

  init(_ layout: AdapterLayout, _ resources: TrainingResources) {
    trained = layout.firstTrainedLayer
    first = resources.reusesFrozenLayers ? trained : 0
  }

  /// Floating-point operations of a sequence, forward and backward.
  func cost(_ sequence: PackSequence, _ model: ModelConfiguration) -> Double {
    if self == .all { return WindowPlan.cost(sequence, model) }
    var sum = Double(sequence.predictors.count) * 2 * model.headFlops
    for layer in first..<model.layerCount { sum += cost(layer, sequence, model, backward: layer >= trained) }
    return sum
  }

  /// The same without backward.
  func forwardCost(_ sequence: PackSequence, _ model: ModelConfiguration) -> Double {
    if first == 0 { return WindowPlan.forwardCost(sequence, model) }
    return (first..<model.layerCount).reduce(Double(sequence.predictors.count) * model.headFlops) {
      $0 + cost($1, sequence, model, backward: false)
    }
  }

  /// Floating-point operations of the layers below one, forward, for a row of so many tokens.
  static func lowerCost(_ layer: Int, tokens: Int, _ model: ModelConfiguration) -> Double {
    let sequence = PackSequence(
      tokens: [Int32](repeating: 0, count: max(tokens, 0)), predictors: [], targets: [], row: 0)
    return (0..<min(layer, model.layerCount)).reduce(0) {
      $0 + LayerSpan.all.cost($1, sequence, model, backward: false)
    }
  }

  private func cost(
    _ layer: Int, _ sequence: PackSequence, _ model: ModelConfiguration, backward: Bool
  ) -> Double {
    let description = model.layers[layer]
    let tokens = Double(sequence.tokens.count)
    let keys = description.attention.visibleKeys(tokens: sequence.tokens.count, prefix: sequence.prefixLength)
    return tokens * (backward ? 2 : 1) * description.linearFlops
      + keys * (backward ? 14 : 4) * Double(description.attention.queryWidth)
      + tokens * (backward ? 4 : 1) * (description.delta?.flops ?? 0)
  }
}
