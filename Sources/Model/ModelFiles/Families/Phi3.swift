import JSON

extension ModelFamily {
  /// Phi-3 and Phi-4-mini: fused projections, a part of each head rotated, LongRoPE.
  static let phi3 = ModelFamily(
    name: "phi3", classes: [HuggingFaceClass(type: "phi3", name: "Phi3ForCausalLM")], ggufArchitecture: "phi3",
    modules: [
      ("input_layernorm", "attn_norm"), ("self_attn.qkv_proj", "attn_qkv"), ("self_attn.o_proj", "attn_output"),
      ("post_attention_layernorm", "ffn_norm"), ("mlp.gate_up_proj", "ffn_up"), ("mlp.down_proj", "ffn_down"),
    ], spellsLongRopeAsYarn: true,
    describe: { reader in
      let shape = try reader.shape(maximumPositions: 4096)
      let rotated = try reader.rotatedDimension(headDimension: shape.headDimension)
      var attention = shape.attention(
        rope: try reader.rope(rotated: rotated, maximumPositions: shape.maximumPositions))
      attention.rotatedDimension = rotated
      attention.window = try reader.window()
      let (queries, keys) = (attention.queryWidth, attention.keyValueWidth)
      return try reader.model(
        shape,
        layer: LayerDescription(
          attention: attention, intermediateSize: shape.intermediateSize,
          projections: [
            Projection(
              "self_attn.qkv_proj", inputs: shape.hiddenSize,
              parts: [.init(.query, queries), .init(.key, keys), .init(.value, keys)]),
            Projection("self_attn.o_proj", .output, inputs: queries, outputs: shape.hiddenSize),
            Projection(
              "mlp.gate_up_proj", inputs: shape.hiddenSize,
              parts: [.init(.gate, shape.intermediateSize), .init(.up, shape.intermediateSize)]),
            Projection("mlp.down_proj", .down, inputs: shape.intermediateSize, outputs: shape.hiddenSize),
          ]))
    },
    configurationFields: { model in
      guard let attention = model.layers.first?.attention else { return [] }
      var fields: [(String, JSONValue)] = [
        ("partial_rotary_factor", .number(Double(attention.rotatedDimension) / Double(attention.headDimension)))
      ]
      if case .longrope(let long) = attention.rope?.scaling {
        fields.append(("original_max_position_embeddings", .integer(Int64(long.originalPositions))))
      }
      return fields
    })
}
