/// One decoder layer: what it computes and what its parts are called.
///
///     x += afterMixer(mixer(beforeMixer(x)))
///     x += afterMLP(down(activation(gate(y)) · up(y))),  y = beforeMLP(x)
public struct LayerDescription: Sendable, Hashable {
  /// `.none` in a layer with another mixer.
  public var attention: AttentionDescription
  /// The mixer, where it is a gated delta net.
  public var delta: DeltaDescription?
  public var intermediateSize: Int
  public var activation: Activation
  public var norms: LayerNorms
  /// All linear layers in the order of computation, each role once.
  public var projections: [Projection]

  public init(
    attention: AttentionDescription, intermediateSize: Int, activation: Activation = .silu,
    norms: LayerNorms = LayerNorms(), projections: [Projection]
  ) {
    self.attention = attention
    self.intermediateSize = intermediateSize
    self.activation = activation
    self.norms = norms
    self.projections = projections
  }

  /// Width of the mixer's output.
  public var mixerWidth: Int { delta?.valueWidth ?? attention.queryWidth }

  /// The projection with a role, as its index in `projections`, and the rows of it that have the role.
  public func place(of role: ProjectionRole) -> (projection: Int, rows: Range<Int>)? {
    for (index, projection) in projections.enumerated() {
      if let rows = projection.rows(of: role) { return (index, rows) }
    }
    return nil
  }

  /// The projection that a module path or the end of one names.
  public func projection(_ target: String) -> Projection? { projections.first { $0.isNamed(target) } }
}

/// The function between gate and up.
public enum Activation: String, Sendable, Hashable {
  case silu
  /// The approximation of GELU by tanh.
  case geluTanh
}

/// The names of a layer's RMS norms; `nil` where it has none.
public struct LayerNorms: Sendable, Hashable {
  public var beforeMixer = "input_layernorm"
  /// On the mixer's output, before it is added to the residual stream.
  public var afterMixer: String?
  public var beforeMLP = "post_attention_layernorm"
  /// On the MLP's output, before it is added to the residual stream.
  public var afterMLP: String?

  public init() {}

  /// The norms of Gemma: one before and one after each half.
  public static let sandwich: LayerNorms = {
    var norms = LayerNorms()
    norms.afterMixer = "post_attention_layernorm"
    norms.beforeMLP = "pre_feedforward_layernorm"
    norms.afterMLP = "post_feedforward_layernorm"
    return norms
  }()
}

/// Causal attention with grouped key/value heads.
public struct AttentionDescription: Sendable, Hashable {
  /// Query heads.
  public var headCount: Int
  /// Key/value heads; divides `headCount`.
  public var keyValueHeadCount: Int
  /// Even; need not be `hiddenSize / headCount`.
  public var headDimension: Int
  /// `nil`: the layer rotates nothing.
  public var rope: RopeConfiguration?
  /// The first dimensions of a head that are rotated; even, at most `headDimension`.
  public var rotatedDimension: Int
  /// A query sees this many positions, its own included; `nil`: all before it.
  public var window: Int?
  /// What scores are multiplied by.
  public var scale: Float
  /// Scores s become c · tanh(s / c).
  public var softCap: Float?
  /// RMS norms of each query and key head, before rotation.
  public var hasQueryKeyNorm: Bool
  /// Queries grow with their position.
  public var queryGrowth: QueryGrowth?
  /// The output of attention is multiplied by σ(gate). The query projection makes each head's query and, behind it, its
  /// gate; the heads have norms.
  public var hasOutputGate = false

  /// No attention: no heads, no width.
  public static let none = AttentionDescription(
    headCount: 0, keyValueHeadCount: 0, headDimension: 0, rope: nil, scale: 1)

  /// - Parameter scale: 1/√headDimension when `nil`.
  public init(
    headCount: Int, keyValueHeadCount: Int, headDimension: Int, rope: RopeConfiguration?, rotatedDimension: Int? = nil,
    window: Int? = nil, scale: Float? = nil, softCap: Float? = nil, hasQueryKeyNorm: Bool = false,
    queryGrowth: QueryGrowth? = nil
  ) {
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    self.rope = rope
    self.rotatedDimension = rotatedDimension ?? headDimension
    self.window = window
    self.scale = scale ?? 1 / Float(headDimension).squareRoot()
    self.softCap = softCap
    self.hasQueryKeyNorm = hasQueryKeyNorm
    self.queryGrowth = queryGrowth
  }

  /// Width of the queries: `headCount · headDimension`.
  public var queryWidth: Int { headCount * headDimension }
  /// Width of what the query projection makes, gates included.
  public var queryProjectionWidth: Int { queryWidth * (hasOutputGate ? 2 : 1) }
  /// Distance between the queries of two heads there.
  public var queryStride: Int { headDimension * (hasOutputGate ? 2 : 1) }
  /// Width of the keys and of the values.
  public var keyValueWidth: Int { keyValueHeadCount * headDimension }

  /// Keys that `tokens` consecutive queries see in all when `prefix` keys lie before them, as a sum of products: what
  /// the cost of attention goes by.
  public func visibleKeys(tokens: Int, prefix: Int) -> Double {
    let all = Double(tokens) * (Double(prefix) + Double(tokens) / 2)
    guard let window, prefix + tokens > window else { return all }
    // The first queries, which see less than a window, and the others.
    let growing = max(0, min(tokens, window - prefix))
    return Double(growing) * (Double(prefix) + Double(growing) / 2) + Double(tokens - growing) * Double(window)
  }
}

/// A factor on the queries that grows with their position p, as Llama 4 and Ministral 3 have it:
/// `1 + beta · ln(1 + ⌊p / originalPositions⌋)`.
public struct QueryGrowth: Sendable, Hashable {
  public var beta: Double
  public var originalPositions: Int

  public init(beta: Double, originalPositions: Int) {
    self.beta = beta
    self.originalPositions = originalPositions
  }
}
