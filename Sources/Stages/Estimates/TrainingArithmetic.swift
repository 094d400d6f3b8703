public import ModelFiles

/// Counts that follow from a recipe and a model's shape, with no weights at hand.
public enum TrainingArithmetic {
  /// Updates of a training: ⌈epochs · ⌈⌈rows ÷ batch⌉ ÷ accumulation⌉⌉, bounded by `maximum`.
  public static func steps(
    rows: Int, batchSize: Int, accumulation: Int, epochs: Double, maximum: Int? = nil
  ) -> Int {
    guard rows > 0, batchSize > 0, accumulation > 0, epochs > 0, epochs.isFinite else { return 0 }
    let batches = (rows + batchSize - 1) / batchSize
    let windows = (batches + accumulation - 1) / accumulation
    let exact = epochs * Double(windows)
    guard exact < 1e15 else { return maximum ?? Int.max }
    // 0.1 · 10 must not become eleven tenths' worth of steps by a rounding error.
    let nearest = exact.rounded()
    let steps = Int(abs(exact - nearest) < 1e-9 * max(1, exact) ? nearest : exact.rounded(.up))
    return min(max(steps, 1), maximum ?? .max)
  }

  /// Elements of A and B over all targets: Σ rank · (in + out).
  public static func trainableParameters(
    _ configuration: ModelConfiguration, rank: Int, targets: [ProjectionKind]
  ) -> Int {
    targets.reduce(0) { sum, target in
      let shape = configuration.shape(of: target)
      return sum + rank * (shape.in + shape.out)
    } * configuration.layerCount
  }

  /// Floating-point operations of training on one token: forward and input gradient of every frozen matrix
  /// (2 · 2 · elements), the head forward and backward at labelled positions, and causal attention over half of `context`.
  public static func operationsPerToken(
    _ configuration: ModelConfiguration, context: Int, labelledShare: Double
  ) -> Double {
    let linear = ProjectionKind.allCases.reduce(0.0) { sum, kind in
      let shape = configuration.shape(of: kind)
      return sum + Double(shape.in) * Double(shape.out)
    }
    let layers = Double(configuration.layerCount)
    let head = Double(configuration.vocabularySize) * Double(configuration.hiddenSize)
    let attention = 6 * Double(configuration.queryWidth) * Double(context)
    return layers * (4 * linear + attention) + 4 * head * labelledShare
  }

  /// Bytes of activations kept for one token between forward and backward, in f32: layer input, q, k, v, attention
  /// output, the stream after attention, gate and up, and the adapter's inner products.
  public static func activationBytesPerToken(
    _ configuration: ModelConfiguration, rank: Int, targets: Int
  ) -> Int {
    let layer =
      2 * configuration.hiddenSize + 2 * configuration.queryWidth + 2 * configuration.keyValueWidth
      + 2 * configuration.intermediateSize + rank * targets + configuration.headCount
    return 4 * layer * configuration.layerCount
  }
}
