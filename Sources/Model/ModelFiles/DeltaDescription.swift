/// A gated delta net: a causal convolution over queries, keys and values, the delta rule with a decay and a rate of its own
/// for each token and head, and a gated norm (Gated Delta Networks, arXiv 2412.06464; as Qwen3.5 has it).
public struct DeltaDescription: Sendable, Hashable {
  /// Heads of queries and keys.
  public var keyHeadCount: Int
  /// Heads of values; a multiple of `keyHeadCount`.
  public var valueHeadCount: Int
  public var keyHeadDimension: Int
  public var valueHeadDimension: Int
  /// Tokens that the convolution sees, the current one included.
  public var convolutionWidth: Int

  public init(
    keyHeadCount: Int, valueHeadCount: Int, keyHeadDimension: Int, valueHeadDimension: Int, convolutionWidth: Int
  ) {
    self.keyHeadCount = keyHeadCount
    self.valueHeadCount = valueHeadCount
    self.keyHeadDimension = keyHeadDimension
    self.valueHeadDimension = valueHeadDimension
    self.convolutionWidth = convolutionWidth
  }

  /// Width of the queries, and of the keys.
  public var keyWidth: Int { keyHeadCount * keyHeadDimension }
  /// Width of the values and of the mixer's output.
  public var valueWidth: Int { valueHeadCount * valueHeadDimension }
  /// Queries, keys and values beside each other.
  public var channelCount: Int { 2 * keyWidth + valueWidth }

  /// Floats of the state of one sequence: the convolution's last inputs, then `[valueHeads][keyDimension][valueDimension]`.
  public var stateCount: Int { keptInputCount + valueHeadCount * keyHeadDimension * valueHeadDimension }
  /// Of these, the convolution's last inputs, `[convolutionWidth − 1][channels]`.
  public var keptInputCount: Int { (convolutionWidth - 1) * channelCount }

  /// What is no linear layer: module path, and shape.
  public var tensors: [(name: String, shape: [Int])] {
    [
      ("linear_attn.conv1d.weight", [channelCount, 1, convolutionWidth]), ("linear_attn.dt_bias", [valueHeadCount]),
      ("linear_attn.A_log", [valueHeadCount]), ("linear_attn.norm.weight", [valueHeadDimension]),
    ]
  }

  /// Floating-point operations for one token beside the linear layers, forward.
  public var flops: Double {
    let pair = Double(keyHeadDimension * valueHeadDimension)
    return 2 * Double(valueHeadCount) * (3 * pair + 64 * Double(keyHeadDimension + valueHeadDimension))
  }
}

/// The weights of a gated delta net that are no linear layers.
public struct DeltaWeights: Sendable {
  /// `[taps][channels]`
  public var convolution: [Float]
  /// −e^A of each head.
  public var decay: [Float]
  public var bias: [Float]
  /// `[valueHeadDimension]`
  public var norm: [Float]
}
