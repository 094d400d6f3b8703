import JSON

extension ModelFamily {
  /// Qwen2 and Qwen2.5: biases on queries, keys and values.
  static let qwen2 = ModelFamily(
    name: "qwen2", classes: [HuggingFaceClass(type: "qwen2", name: "Qwen2ForCausalLM")], ggufArchitecture: "qwen2",
    modules: llamaModules,
    describe: { reader in
      // Biases are part of the family; the key says nothing here.
      _ = try reader.value("attention_bias")
      let shape = try reader.shape(keyValueHeads: 32, maximumPositions: 32768)
      return try reader.qwen(shape, shape.projections(biases: true), hasQueryKeyNorm: false)
    },
    configurationFields: { qwenFields($0) })

  /// Qwen3: norms of query and key heads.
  static let qwen3 = ModelFamily(
    name: "qwen3", classes: [HuggingFaceClass(type: "qwen3", name: "Qwen3ForCausalLM")], ggufArchitecture: "qwen3",
    modules: llamaModules + queryKeyNorms,
    describe: { reader in
      let shape = try reader.shape(keyValueHeads: 32, headDimension: 128, maximumPositions: 32768)
      return try reader.qwen(shape, shape.projections(), hasQueryKeyNorm: true)
    },
    configurationFields: { [("attention_bias", false)] + qwenFields($0) })

  private static func qwenFields(_ model: ModelConfiguration) -> [(String, JSONValue)] {
    [("use_sliding_window", .bool(model.layers.contains { $0.attention.window != nil }))]
  }
}

extension FamilyReader {
  fileprivate func qwen(_ shape: DecoderShape, _ projections: [Projection], hasQueryKeyNorm: Bool) throws
    -> ModelConfiguration
  {
    let rope = try rope(rotated: shape.headDimension, maximumPositions: shape.maximumPositions)
    // The window is that of the layers from `max_window_layers` on, and of none unless it is used.
    let window = try flag("use_sliding_window") == true ? try window() : nil
    let first = try value("max_window_layers")?.intValue ?? 28
    let kinds = try slidingLayers(count: shape.layerCount)
    if window == nil, kinds?.contains(true) == true {
      throw failure("'layer_types' names sliding layers, and no sliding window is used")
    }
    return try model(
      shape,
      layers: (0..<shape.layerCount).map { layer in
        var attention = shape.attention(rope: rope)
        attention.hasQueryKeyNorm = hasQueryKeyNorm
        if kinds?[layer] ?? (layer >= first) { attention.window = window }
        return LayerDescription(
          attention: attention, intermediateSize: shape.intermediateSize, projections: projections)
      })
  }
}
