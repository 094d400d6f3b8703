import JSON

extension ModelFamily {
  /// Qwen3.5, 3.6 and 3.8, dense, their text part: gated delta nets in three of four layers, and attention whose output is
  /// gated in the fourth.
  static let qwen35 = ModelFamily(
    name: "qwen3.5",
    classes: [
      HuggingFaceClass(type: "qwen3_5_text", name: "Qwen3_5ForCausalLM"),
      HuggingFaceClass(type: "qwen3_5", name: "Qwen3_5ForConditionalGeneration", isNested: true),
    ], ggufArchitecture: nil, modules: qwen35Modules,
    describe: { reader in
      let shape = try reader.shape(keyValueHeads: 4, headDimension: 256, maximumPositions: 32_768)
      if try reader.flag("attn_output_gate") == false {
        throw ModelFileFailure.unsupported(reader.path, "attention without an output gate is not that of a Qwen3.5")
      }
      let rotated = try reader.rotatedDimension(headDimension: shape.headDimension, default: 0.25)
      var attention = shape.attention(rope: try reader.rope(rotated: rotated, maximumPositions: shape.maximumPositions))
      attention.rotatedDimension = rotated
      attention.hasQueryKeyNorm = true
      attention.hasOutputGate = true
      let delta = DeltaDescription(
        keyHeadCount: try reader.optionalCount("linear_num_key_heads") ?? 16,
        valueHeadCount: try reader.optionalCount("linear_num_value_heads") ?? 32,
        keyHeadDimension: try reader.optionalCount("linear_key_head_dim") ?? 128,
        valueHeadDimension: try reader.optionalCount("linear_value_head_dim") ?? 128,
        convolutionWidth: try reader.optionalCount("linear_conv_kernel_dim") ?? 4)
      try delta.validate(path: reader.path)
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
    })

  /// GGUF files of this family order the heads of values in another way and are not read.
  private static let qwen35Modules: [(canonical: String, gguf: String)] =
    [
      "input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj",
      "linear_attn.in_proj_qkv", "linear_attn.in_proj_z", "linear_attn.in_proj_b", "linear_attn.in_proj_a",
      "linear_attn.out_proj", "post_attention_layernorm", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj",
    ].map { ($0, $0) }
}

extension FamilyReader {
  /// Whether each layer is a gated delta net.
  fileprivate func linearLayers(count: Int) throws -> [Bool] {
    let interval = try optionalCount("full_attention_interval") ?? 4
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
}

extension DeltaDescription {
  /// Bounds that keep later arithmetic in range.
  /// - Throws: `Diagnostic` (`bad-model-config`).
  fileprivate func validate(path: String) throws {
    func check(_ name: String, _ value: Int, _ limit: Int) throws {
      guard value >= 1, value <= limit else {
        throw ModelFileFailure.configuration(path, "'\(name)': \(value) is outside 1…\(limit)")
      }
    }
    try check("linear_num_key_heads", keyHeadCount, 1 << 10)
    try check("linear_num_value_heads", valueHeadCount, 1 << 10)
    try check("linear_key_head_dim", keyHeadDimension, 1 << 10)
    try check("linear_value_head_dim", valueHeadDimension, 1 << 10)
    try check("linear_conv_kernel_dim", convolutionWidth, 16)
    guard valueHeadCount % keyHeadCount == 0 else {
      throw ModelFileFailure.configuration(
        path, "\(valueHeadCount) linear value heads are not a multiple of \(keyHeadCount) key heads")
    }
  }
}
