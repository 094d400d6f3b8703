/// The shape and numerics of a decoder, whatever container it was read from.
public struct ModelConfiguration: Sendable, Hashable {
  public enum Architecture: String, Sendable, Hashable, CaseIterable {
    case llama, qwen2, qwen3
  }

  public var architecture: Architecture
  public var vocabularySize: Int
  public var hiddenSize: Int
  public var layerCount: Int
  /// Query heads.
  public var headCount: Int
  /// Key/value heads; divides `headCount`.
  public var keyValueHeadCount: Int
  /// Even; need not be `hiddenSize / headCount`.
  public var headDimension: Int
  public var intermediateSize: Int
  /// ε of every RMS norm, q/k norms included.
  public var normEpsilon: Double
  public var rope: RopeConfiguration
  /// The output head is the embedding matrix; no `lm_head.weight` exists then.
  public var tiesEmbeddings: Bool
  /// q, k and v projections have a bias (Qwen2).
  public var hasQueryKeyValueBias: Bool
  /// RMS norms of each query and key head, before RoPE (Qwen3).
  public var hasQueryKeyNorm: Bool
  public var maximumPositions: Int
  public var bosTokenID: Int?
  /// Every id that ends a generation, from the configuration and the generation defaults, in the order found.
  public var eosTokenIDs: [Int]
  public var padTokenID: Int?

  public init(
    architecture: Architecture, vocabularySize: Int, hiddenSize: Int, layerCount: Int, headCount: Int,
    keyValueHeadCount: Int, headDimension: Int, intermediateSize: Int, normEpsilon: Double, rope: RopeConfiguration,
    tiesEmbeddings: Bool, hasQueryKeyValueBias: Bool, hasQueryKeyNorm: Bool, maximumPositions: Int,
    bosTokenID: Int? = nil, eosTokenIDs: [Int] = [], padTokenID: Int? = nil
  ) {
    self.architecture = architecture
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.layerCount = layerCount
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    self.intermediateSize = intermediateSize
    self.normEpsilon = normEpsilon
    self.rope = rope
    self.tiesEmbeddings = tiesEmbeddings
    self.hasQueryKeyValueBias = hasQueryKeyValueBias
    self.hasQueryKeyNorm = hasQueryKeyNorm
    self.maximumPositions = maximumPositions
    self.bosTokenID = bosTokenID
    self.eosTokenIDs = eosTokenIDs
    self.padTokenID = padTokenID
  }

  /// Width of the query projection: `headCount · headDimension`.
  public var queryWidth: Int { headCount * headDimension }
  /// Width of the key and of the value projection.
  public var keyValueWidth: Int { keyValueHeadCount * headDimension }
}

/// One of the seven linear layers of a decoder layer.
public enum ProjectionKind: String, Sendable, Hashable, CaseIterable {
  case query = "q_proj"
  case key = "k_proj"
  case value = "v_proj"
  case output = "o_proj"
  case gate = "gate_proj"
  case up = "up_proj"
  case down = "down_proj"

  /// The module's path inside a layer, such as `self_attn.q_proj`.
  public var modulePath: String {
    switch self {
    case .query, .key, .value, .output: "self_attn.\(rawValue)"
    case .gate, .up, .down: "mlp.\(rawValue)"
    }
  }
}

extension ModelConfiguration {
  /// `[out, in]` of a projection's weight.
  public func shape(of projection: ProjectionKind) -> (out: Int, in: Int) {
    switch projection {
    case .query: (queryWidth, hiddenSize)
    case .key, .value: (keyValueWidth, hiddenSize)
    case .output: (hiddenSize, queryWidth)
    case .gate, .up: (intermediateSize, hiddenSize)
    case .down: (hiddenSize, intermediateSize)
    }
  }

  /// Every tensor the model must have, by canonical name, with its shape, in the order of computation.
  public var expectedTensors: [(name: String, shape: [Int])] {
    var tensors: [(name: String, shape: [Int])] = [("model.embed_tokens.weight", [vocabularySize, hiddenSize])]
    for layer in 0..<layerCount {
      let prefix = "model.layers.\(layer)."
      tensors.append((prefix + "input_layernorm.weight", [hiddenSize]))
      for projection in ProjectionKind.allCases {
        let shape = shape(of: projection)
        tensors.append((prefix + projection.modulePath + ".weight", [shape.out, shape.in]))
        if hasQueryKeyValueBias, [.query, .key, .value].contains(projection) {
          tensors.append((prefix + projection.modulePath + ".bias", [shape.out]))
        }
        if hasQueryKeyNorm, projection == .query || projection == .key {
          let norm = projection == .query ? "q_norm" : "k_norm"
          tensors.append((prefix + "self_attn.\(norm).weight", [headDimension]))
        }
        if projection == .output { tensors.append((prefix + "post_attention_layernorm.weight", [hiddenSize])) }
      }
    }
    tensors.append(("model.norm.weight", [hiddenSize]))
    if !tiesEmbeddings { tensors.append(("lm_head.weight", [vocabularySize, hiddenSize])) }
    return tensors
  }

  /// Elements of all expected tensors.
  public var parameterCount: Int {
    expectedTensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
  }
}
