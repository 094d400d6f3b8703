/// The one description of a decoder, whatever container it was read from: sizes, layer by layer what is computed and
/// what the tensors are called.
///
/// Training, generation, readers, writers, adapters and estimates work from it; none of them knows the family's name.
/// A family (`ModelFamily`) says how to make it from a container's hyperparameters.
public struct ModelConfiguration: Sendable, Hashable {
  /// The name of the family in `ModelFamily.all`.
  public var family: String
  public var vocabularySize: Int
  public var hiddenSize: Int
  public var layers: [LayerDescription]
  /// ε of every RMS norm, q/k norms included.
  public var normEpsilon: Double
  /// RMS norms multiply by 1 + w instead of w.
  public var normsAddOne: Bool
  /// What embeddings are multiplied by.
  public var embeddingScale: Float
  /// Logits l become c · tanh(l / c).
  public var logitSoftCap: Float?
  /// The output head is the embedding matrix; no `lm_head.weight` exists then.
  public var tiesEmbeddings: Bool
  public var maximumPositions: Int
  public var bosTokenID: Int?
  /// Every id that ends a generation, from the configuration and the generation defaults, in the order found.
  public var eosTokenIDs: [Int]
  public var padTokenID: Int?
  /// Where the decoder's modules lie in the model's class, as adapters name them: `model.`, or deeper when the model has
  /// a vision part.
  public var modulePrefix = "model."

  public init(
    family: String, vocabularySize: Int, hiddenSize: Int, layers: [LayerDescription], normEpsilon: Double,
    normsAddOne: Bool = false, embeddingScale: Float = 1, logitSoftCap: Float? = nil, tiesEmbeddings: Bool,
    maximumPositions: Int, bosTokenID: Int? = nil, eosTokenIDs: [Int] = [], padTokenID: Int? = nil
  ) {
    self.family = family
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.layers = layers
    self.normEpsilon = normEpsilon
    self.normsAddOne = normsAddOne
    self.embeddingScale = embeddingScale
    self.logitSoftCap = logitSoftCap
    self.tiesEmbeddings = tiesEmbeddings
    self.maximumPositions = maximumPositions
    self.bosTokenID = bosTokenID
    self.eosTokenIDs = eosTokenIDs
    self.padTokenID = padTokenID
  }

  public var layerCount: Int { layers.count }

  /// The widest of the layers, where room for any of them is needed.
  public var queryWidth: Int { layers.reduce(0) { max($0, $1.attention.queryWidth) } }
  public var keyValueWidth: Int { layers.reduce(0) { max($0, $1.attention.keyValueWidth) } }
  public var intermediateSize: Int { layers.reduce(0) { max($0, $1.intermediateSize) } }
  public var headDimension: Int { layers.reduce(0) { max($0, $1.attention.headDimension) } }
  public var headCount: Int { layers.reduce(0) { max($0, $1.attention.headCount) } }
  public var keyValueHeadCount: Int { layers.reduce(0) { max($0, $1.attention.keyValueHeadCount) } }

  /// The widest output of a mixer.
  public var mixerWidth: Int { layers.reduce(0) { max($0, $1.mixerWidth) } }
  /// Layers that keep keys and values.
  public var attentionLayerCount: Int { layers.reduce(0) { $0 + ($1.delta == nil ? 1 : 0) } }
  /// Whether layers hand a state from token to token: then a shared beginning also hands on the state after it.
  public var isRecurrent: Bool { layers.contains { $0.delta != nil } }
  /// Floats of the states of one sequence.
  public var stateCount: Int { layers.reduce(0) { $0 + ($1.delta?.stateCount ?? 0) } }

  /// Positions a sequence may have: what the model was trained for. LongRoPE changes all frequencies past its original
  /// length, so sequences end there.
  public var usablePositions: Int {
    layers.reduce(maximumPositions) { least, layer in
      if case .longrope(let scaling) = layer.attention.rope?.scaling { return min(least, scaling.originalPositions) }
      return least
    }
  }
}

extension ModelConfiguration {
  /// Every tensor the model must have, by canonical name, with its shape, in the order of computation.
  public var expectedTensors: [(name: String, shape: [Int])] {
    var tensors: [(name: String, shape: [Int])] = [("model.embed_tokens.weight", [vocabularySize, hiddenSize])]
    for (index, layer) in layers.enumerated() {
      let prefix = "model.layers.\(index)."
      func norm(_ name: String?) {
        if let name { tensors.append((prefix + name + ".weight", [hiddenSize])) }
      }
      norm(layer.norms.beforeMixer)
      for projection in layer.projections {
        if projection.group == .mlpInput, projection.rows(of: .gate)?.lowerBound == 0 { norm(layer.norms.beforeMLP) }
        if projection.group == .mixerOutput, let delta = layer.delta {
          tensors += delta.tensors.map { (prefix + $0.name, $0.shape) }
        }
        tensors.append((prefix + projection.module + ".weight", [projection.outputs, projection.inputs]))
        if projection.hasBias { tensors.append((prefix + projection.module + ".bias", [projection.outputs])) }
        if layer.attention.hasQueryKeyNorm {
          for (role, name) in [(ProjectionRole.query, "q_norm"), (.key, "k_norm")]
          where projection.rows(of: role) != nil {
            tensors.append((prefix + "self_attn.\(name).weight", [layer.attention.headDimension]))
          }
        }
        if projection.group == .mixerOutput { norm(layer.norms.afterMixer) }
        if projection.group == .mlpInner { norm(layer.norms.afterMLP) }
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

  /// A linear layer's name in the base model's class, such as `model.layers.0.self_attn.q_proj`.
  public func path(layer: Int, _ module: String) -> String { "\(modulePrefix)layers.\(layer).\(module)" }
}
