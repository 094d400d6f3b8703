import JSON

/// The sizes that nearly every decoder states.
struct DecoderShape {
  var hiddenSize: Int
  var layerCount: Int
  var headCount: Int
  var keyValueHeadCount: Int
  var headDimension: Int
  var intermediateSize: Int
  var maximumPositions: Int

  /// Separate projections of queries, keys and values, and of gate and up.
  func projections(biases: Bool = false) -> [Projection] {
    let queries = headCount * headDimension
    let keys = keyValueHeadCount * headDimension
    return [
      Projection("self_attn.q_proj", .query, inputs: hiddenSize, outputs: queries, hasBias: biases),
      Projection("self_attn.k_proj", .key, inputs: hiddenSize, outputs: keys, hasBias: biases),
      Projection("self_attn.v_proj", .value, inputs: hiddenSize, outputs: keys, hasBias: biases),
      Projection("self_attn.o_proj", .output, inputs: queries, outputs: hiddenSize),
      Projection("mlp.gate_proj", .gate, inputs: hiddenSize, outputs: intermediateSize),
      Projection("mlp.up_proj", .up, inputs: hiddenSize, outputs: intermediateSize),
      Projection("mlp.down_proj", .down, inputs: intermediateSize, outputs: hiddenSize),
    ]
  }

  func attention(rope: RopeConfiguration?) -> AttentionDescription {
    AttentionDescription(
      headCount: headCount, keyValueHeadCount: keyValueHeadCount, headDimension: headDimension, rope: rope)
  }
}

extension FamilyReader {
  /// - Parameters:
  ///   - keyValueHeads: when not stated; the number of query heads when `nil`.
  ///   - headDimension: when not stated; the hidden size by the number of heads when `nil`.
  ///   - maximumPositions: when not stated.
  func shape(keyValueHeads: Int? = nil, headDimension: Int? = nil, maximumPositions: Int) throws -> DecoderShape {
    let hidden = try count("hidden_size")
    let heads = try count("num_attention_heads")
    let stated = try optionalCount("num_key_value_heads")
    // A GGUF file states what differs from plain attention.
    let fallback = gguf == nil ? keyValueHeads ?? heads : heads
    let dimension = try optionalCount("head_dim") ?? (gguf == nil ? headDimension : nil) ?? hidden / heads
    if let values = try optionalCount(Self.valueDimensionKey), values != dimension {
      throw ModelFileFailure.unsupported(path, "values of another width than keys are not supported")
    }
    let width = try count("intermediate_size")
    // Widths are products of these, so they are bounded before anything is multiplied.
    for (key, value, limit) in [
      ("hidden_size", hidden, 1 << 20), ("num_attention_heads", heads, 1 << 14),
      ("num_key_value_heads", stated ?? fallback, 1 << 14), ("head_dim", dimension, 1 << 14),
      ("intermediate_size", width, 1 << 22),
    ] {
      guard (1...limit).contains(value) else { throw failure("\(label(key)): \(value) is outside 1…\(limit)") }
    }
    return DecoderShape(
      hiddenSize: hidden, layerCount: try layerCount(), headCount: heads, keyValueHeadCount: stated ?? fallback,
      headDimension: dimension, intermediateSize: width,
      maximumPositions: gguf == nil
        ? try optionalCount("max_position_embeddings") ?? maximumPositions : try count("max_position_embeddings"))
  }

  /// The description of a model whose embeddings, norms and head are the usual ones; the caller changes what is not.
  /// Vocabulary, token ids and tying are filled in by the container.
  func model(_ shape: DecoderShape, layers: [LayerDescription]) throws -> ModelConfiguration {
    ModelConfiguration(
      family: family.name, vocabularySize: 0, hiddenSize: shape.hiddenSize, layers: layers,
      normEpsilon: try positive("rms_norm_eps") ?? 1e-6, tiesEmbeddings: false, maximumPositions: shape.maximumPositions
    )
  }

  /// Layers that are all alike.
  func model(_ shape: DecoderShape, layer: LayerDescription) throws -> ModelConfiguration {
    try model(shape, layers: Array(repeating: layer, count: shape.layerCount))
  }
}
