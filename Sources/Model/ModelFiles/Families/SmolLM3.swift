import JSON

extension ModelFamily {
  /// SmolLM3: a Llama whose every fourth layer rotates nothing.
  static let smollm3 = ModelFamily(
    name: "smollm3", classes: [HuggingFaceClass(type: "smollm3", name: "SmolLM3ForCausalLM")],
    ggufArchitecture: "smollm3", modules: llamaModules, permutesQueryKey: true, tiesEmbeddings: true,
    describe: { reader in
      let shape = try reader.shape(keyValueHeads: 4, maximumPositions: 32768)
      let rope = try reader.rope(
        theta: 2_000_000, rotated: shape.headDimension, maximumPositions: shape.maximumPositions)
      let rotates = try reader.rotatingLayers(count: shape.layerCount)
      let window = try reader.flag("use_sliding_window") == true ? reader.window() : nil
      let slides = try reader.slidingLayers(count: shape.layerCount) ?? rotates.map { !$0 }
      return try reader.model(
        shape,
        layers: rotates.indices.map { layer in
          var attention = shape.attention(rope: rotates[layer] ? rope : nil)
          if slides[layer] { attention.window = window }
          return LayerDescription(
            attention: attention, intermediateSize: shape.intermediateSize, projections: shape.projections())
        })
    },
    configurationFields: { model in
      [
        ("attention_bias", false), ("mlp_bias", false),
        ("use_sliding_window", .bool(model.layers.contains { $0.attention.window != nil })),
        ("no_rope_layers", .array(model.layers.map { .integer($0.attention.rope == nil ? 0 : 1) })),
      ]
    },
    metadataFields: { model in
      // llama.cpp takes every fourth layer for one without rotation; the file has no place for another rule.
      for (index, layer) in model.layers.enumerated() where (layer.attention.rope == nil) != (index % 4 == 3) {
        throw ModelFileFailure.unwritable("llama.cpp rotates other layers of a SmolLM3 than this model does")
      }
      return []
    })
}

extension FamilyReader {
  /// Whether each layer rotates; `no_rope_layers` has 1 for one that does.
  fileprivate func rotatingLayers(count: Int) throws -> [Bool] {
    guard let stated = try value("no_rope_layers") else {
      let interval = try optionalCount("no_rope_layer_interval") ?? 4
      return (0..<count).map { ($0 + 1) % interval != 0 }
    }
    guard let flags = stated.arrayValue, flags.count >= count,
      flags.allSatisfy({ $0.intValue == 0 || $0.intValue == 1 })
    else { throw failure("'no_rope_layers' does not have a 0 or a 1 for each of the \(count) layers") }
    return flags.prefix(count).map { $0.intValue == 1 }
  }
}
