import JSON

extension ModelFamily {
  /// Members of a `config.json` for a model that had none. The family is as old as transformers 5, whose spelling this is.
  static func qwen35Fields(_ model: ModelConfiguration) throws -> [(String, JSONValue)] {
    guard let delta = model.layers.lazy.compactMap(\.delta).first,
      let attention = model.layers.first(where: { $0.delta == nil })?.attention, let rope = attention.rope
    else { throw ModelFileFailure.unwritable("a Qwen3.5 has layers of both kinds, and this model does not") }
    let number = { (value: Int) -> JSONValue in .integer(Int64(value)) }
    var parameters =
      try rope.huggingFaceScaling(headDimension: attention.rotatedDimension, maximumPositions: model.maximumPositions)
      .objectValue ?? JSONObject([("rope_type", "default")])
    parameters["rope_theta"] = .number(rope.theta)
    parameters["partial_rotary_factor"] = .number(
      Double(attention.rotatedDimension) / Double(attention.headDimension))
    return [
      ("attention_bias", false),
      ("layer_types", .array(model.layers.map { $0.delta == nil ? "full_attention" : "linear_attention" })),
      ("linear_conv_kernel_dim", number(delta.convolutionWidth)),
      ("linear_key_head_dim", number(delta.keyHeadDimension)),
      ("linear_num_key_heads", number(delta.keyHeadCount)),
      ("linear_num_value_heads", number(delta.valueHeadCount)),
      ("linear_value_head_dim", number(delta.valueHeadDimension)),
      ("rope_parameters", .object(parameters)), ("rope_scaling", .null),
    ]
  }

  /// GGUF metadata of the delta nets.
  /// - Throws: `Diagnostic` (`unsupported-model`) for shapes that llama.cpp has no metadata for.
  static func qwen35Metadata(_ model: ModelConfiguration) throws -> [(String, GGUFWriteValue)] {
    guard let delta = model.layers.lazy.compactMap(\.delta).first else {
      throw ModelFileFailure.unwritable("llama.cpp knows a Qwen3.5 only with gated delta nets, and this model has none")
    }
    guard delta.keyHeadDimension == delta.valueHeadDimension else {
      throw ModelFileFailure.unwritable(
        "llama.cpp has one size for the key heads and the value heads of a gated delta net, and this model has"
          + " \(delta.keyHeadDimension) and \(delta.valueHeadDimension)")
    }
    let kinds = model.layers.map { $0.delta != nil }
    // Every n-th layer is attention; n past the last layer means that none is.
    let interval = (1...model.layerCount + 1).first { n in
      kinds.enumerated().allSatisfy { $0.element == (($0.offset + 1) % n != 0) }
    }
    guard let interval else {
      throw ModelFileFailure.unwritable(
        "llama.cpp expects attention in every n-th layer, and this model has it elsewhere")
    }
    let counts = [
      ("ssm.conv_kernel", delta.convolutionWidth), ("ssm.state_size", delta.keyHeadDimension),
      ("ssm.group_count", delta.keyHeadCount), ("ssm.time_step_rank", delta.valueHeadCount),
      ("ssm.inner_size", delta.valueWidth), ("full_attention_interval", interval),
    ]
    return counts.map { ($0.0, .uint32(UInt32(clamping: $0.1))) }
      // How the rotated pairs are divided among time, height and width of an image; for text all three are equal.
      + [("rope.dimension_sections", .int32s([11, 11, 10, 0]))]
  }
}
