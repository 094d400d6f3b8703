import JSON

extension ModelFamily {
  /// Qwen3.5, 3.6 and 3.8, dense, their text part: gated delta nets in three of four layers, and attention whose output is
  /// gated in the fourth.
  static let qwen35 = ModelFamily(
    name: "qwen3.5",
    classes: [
      HuggingFaceClass(type: "qwen3_5_text", name: "Qwen3_5ForCausalLM"),
      HuggingFaceClass(type: "qwen3_5", name: "Qwen3_5ForConditionalGeneration", isNested: true),
    ], ggufArchitecture: "qwen35", modules: qwen35Modules + queryKeyNorms,
    ggufTensors: [("linear_attn.A_log", "ssm_a"), ("linear_attn.dt_bias", "ssm_dt.bias")], ggufTilesValueHeads: true,
    ggufNormsIncludeOne: true,
    ggufKeys: [
      "linear_num_key_heads": "ssm.group_count", "linear_num_value_heads": "ssm.time_step_rank",
      "linear_key_head_dim": "ssm.state_size", "linear_conv_kernel_dim": "ssm.conv_kernel",
      valueWidth: "ssm.inner_size", "full_attention_interval": "full_attention_interval",
      recurrentLayers: "attention.recurrent_layers", guessingLayers: "nextn_predict_layers",
    ],
    describe: { reader in
      var shape = try reader.shape(keyValueHeads: 4, headDimension: 256, maximumPositions: 32_768)
      shape.layerCount = try reader.decoderLayers(of: shape.layerCount)
      if try reader.flag("attn_output_gate") == false {
        throw ModelFileFailure.unsupported(reader.path, "attention without an output gate is not that of a Qwen3.5")
      }
      let rotated = try reader.rotatedDimension(headDimension: shape.headDimension, default: 0.25)
      var attention = shape.attention(rope: try reader.rope(rotated: rotated, maximumPositions: shape.maximumPositions))
      attention.rotatedDimension = rotated
      attention.hasQueryKeyNorm = true
      attention.hasOutputGate = true
      let delta = try reader.delta()
      let mlp = shape.projections().filter { $0.module.hasPrefix("mlp.") }
      let full = LayerDescription(
        attention: attention, intermediateSize: shape.intermediateSize,
        projections: [
          Projection("self_attn.q_proj", .query, inputs: shape.hiddenSize, outputs: attention.queryProjectionWidth),
          Projection("self_attn.k_proj", .key, inputs: shape.hiddenSize, outputs: attention.keyValueWidth),
          Projection("self_attn.v_proj", .value, inputs: shape.hiddenSize, outputs: attention.keyValueWidth),
          Projection("self_attn.o_proj", .output, inputs: attention.queryWidth, outputs: shape.hiddenSize),
        ] + mlp)
      var linear = LayerDescription(
        attention: .none, intermediateSize: shape.intermediateSize,
        projections: [
          Projection(
            "linear_attn.in_proj_qkv", .deltaInput, inputs: shape.hiddenSize, outputs: delta.channelCount),
          Projection("linear_attn.in_proj_z", .deltaGate, inputs: shape.hiddenSize, outputs: delta.valueWidth),
          Projection("linear_attn.in_proj_b", .deltaRate, inputs: shape.hiddenSize, outputs: delta.valueHeadCount),
          Projection("linear_attn.in_proj_a", .deltaDecay, inputs: shape.hiddenSize, outputs: delta.valueHeadCount),
          Projection("linear_attn.out_proj", .output, inputs: delta.valueWidth, outputs: shape.hiddenSize),
        ] + mlp)
      linear.delta = delta
      let kinds = try reader.linearLayers(count: shape.layerCount)
      var model = try reader.model(shape, layers: kinds.map { $0 ? linear : full })
      model.normsAddOne = true
      return model
    },
    configurationFields: { try qwen35Fields($0) },
    metadataFields: { try qwen35Metadata($0) })

  /// What only GGUF has a name for: the width of all values, which layers are delta nets, and the blocks after the
  /// decoder's layers.
  fileprivate static let valueWidth = "ssm.inner_size"
  fileprivate static let recurrentLayers = "attention.recurrent_layers"
  fileprivate static let guessingLayers = "nextn_predict_layers"

  private static let qwen35Modules: [(canonical: String, gguf: String)] = [
    ("input_layernorm", "attn_norm"), ("self_attn.q_proj", "attn_q"), ("self_attn.k_proj", "attn_k"),
    ("self_attn.v_proj", "attn_v"), ("self_attn.o_proj", "attn_output"), ("linear_attn.in_proj_qkv", "attn_qkv"),
    ("linear_attn.in_proj_z", "attn_gate"), ("linear_attn.in_proj_b", "ssm_beta"),
    ("linear_attn.in_proj_a", "ssm_alpha"), ("linear_attn.conv1d", "ssm_conv1d"), ("linear_attn.norm", "ssm_norm"),
    ("linear_attn.out_proj", "ssm_out"), ("post_attention_layernorm", "post_attention_norm"),
    ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"), ("mlp.down_proj", "ffn_down"),
  ]
}

extension FamilyReader {
  /// Whether each layer is a gated delta net.
  fileprivate func linearLayers(count: Int) throws -> [Bool] {
    let interval = try optionalCount("full_attention_interval") ?? 4
    if let value = try value(ModelFamily.recurrentLayers) {
      // The blocks after the decoder's layers are counted, too.
      let flags = value.arrayValue?.compactMap { $0.boolValue ?? $0.intValue.map { $0 != 0 } } ?? []
      guard flags.count >= count, flags.count == value.arrayValue?.count else {
        throw failure("\(label(ModelFamily.recurrentLayers)) does not name the kind of each of the \(count) layers")
      }
      return Array(flags.prefix(count))
    }
    guard let value = try value("layer_types") else { return (0..<count).map { ($0 + 1) % interval != 0 } }
    guard let names = value.arrayValue, names.count == count else {
      throw failure("\(label("layer_types")) does not name the kind of each of the \(count) layers")
    }
    return try names.map { name in
      switch name.stringValue {
      case "full_attention": return false
      case "linear_attention": return true
      default:
        throw ModelFileFailure.unsupported(
          path,
          "'layer_types' asks for '\(name.stringValue ?? name.text())', which a \(family.name) model does not have")
      }
    }
  }

  /// Layers of the decoder among a GGUF file's blocks.
  fileprivate func decoderLayers(of blocks: Int) throws -> Int {
    guard let guessing = try value(ModelFamily.guessingLayers) else { return blocks }
    guard let count = guessing.intValue, count >= 0, count < blocks else {
      throw failure("\(label(ModelFamily.guessingLayers)) is not a number of the \(blocks) blocks")
    }
    return blocks - count
  }

  /// The gated delta net. A GGUF file states all its sizes, and the width of all value heads in place of that of one.
  fileprivate func delta() throws -> DeltaDescription {
    func size(_ key: String, _ limit: Int, default fallback: Int) throws -> Int {
      let size = gguf == nil ? try optionalCount(key) ?? fallback : try count(key)
      // Bounds that keep later arithmetic in range.
      guard size <= limit else { throw failure("\(label(key)): \(size) is outside 1…\(limit)") }
      return size
    }
    let keyHeads = try size("linear_num_key_heads", 1 << 10, default: 16)
    let valueHeads = try size("linear_num_value_heads", 1 << 10, default: 32)
    guard valueHeads % keyHeads == 0 else {
      throw failure("\(valueHeads) linear value heads are not a multiple of \(keyHeads) key heads")
    }
    let keyDimension = try size("linear_key_head_dim", 1 << 10, default: 128)
    var valueDimension = 0
    if gguf == nil {
      valueDimension = try size("linear_value_head_dim", 1 << 10, default: 128)
    } else {
      let width = try size(ModelFamily.valueWidth, 1 << 20, default: 0)
      guard width % valueHeads == 0, width / valueHeads <= 1 << 10 else {
        throw failure("\(label(ModelFamily.valueWidth)): \(width) is not the width of \(valueHeads) heads")
      }
      valueDimension = width / valueHeads
    }
    return DeltaDescription(
      keyHeadCount: keyHeads, valueHeadCount: valueHeads, keyHeadDimension: keyDimension,
      valueHeadDimension: valueDimension, convolutionWidth: try size("linear_conv_kernel_dim", 16, default: 4))
  }
}
