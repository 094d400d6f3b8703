import JSON

extension ModelFamily {
  /// Mistral 7B and its successors up to Mistral Small: a Llama, the first with a sliding window in all layers. In GGUF it
  /// is a Llama.
  static let mistral = ModelFamily(
    name: "mistral",
    classes: [
      HuggingFaceClass(type: "mistral", name: "MistralForCausalLM"),
      HuggingFaceClass(type: "mistral3", name: "Mistral3ForConditionalGeneration", isNested: true),
    ], ggufArchitecture: "llama", modules: llamaModules, permutesQueryKey: true,
    describe: { reader in
      let shape = try reader.shape(keyValueHeads: 8, maximumPositions: 131_072)
      return try reader.mistral(shape, window: reader.states("sliding_window") ? reader.window() : 4096, growth: nil)
    }, configurationFields: { mistralFields($0) })

  /// Ministral 3: YaRN, and queries that grow with their position.
  static let ministral3 = ModelFamily(
    name: "ministral3",
    classes: [
      HuggingFaceClass(type: "ministral3", name: "Ministral3ForCausalLM"),
      HuggingFaceClass(type: "mistral3", name: "Mistral3ForConditionalGeneration", isNested: true),
    ], ggufArchitecture: "mistral3", modules: llamaModules, permutesQueryKey: true,
    ggufKeys: [queryGrowth: "attention.temperature_scale"],
    describe: { reader in
      let shape = try reader.shape(keyValueHeads: 8, headDimension: 128, maximumPositions: 262_144)
      let beta =
        try reader.gguf == nil
        ? reader.positive(reader.ropeParameters()?[queryGrowth], "'\(queryGrowth)'") : reader.positive(queryGrowth)
      let original = try reader.originalPositions(maximumPositions: shape.maximumPositions)
      return try reader.mistral(
        shape, window: reader.window(),
        growth: beta.map { QueryGrowth(beta: $0, originalPositions: original) })
    },
    configurationFields: { model in
      guard let attention = model.layers.first?.attention, let rope = attention.rope, let growth = attention.queryGrowth
      else { return mistralFields(model) }
      // transformers 5 alone has this family, so its spelling is the one to write.
      var parameters = try rope.huggingFaceScaling(
        headDimension: attention.rotatedDimension, maximumPositions: model.maximumPositions
      ).objectValue
      parameters?["rope_theta"] = .number(rope.theta)
      parameters?[queryGrowth] = .number(growth.beta)
      return mistralFields(model) + [("rope_parameters", parameters.map { .object($0) } ?? .null)]
    },
    metadataFields: { model in
      guard let growth = model.layers.first?.attention.queryGrowth else { return [] }
      return [("attention.temperature_scale", .float32(Float(growth.beta)))]
    })

  private static let queryGrowth = "llama_4_scaling_beta"

  /// A window that is not stated is one of 4096.
  private static func mistralFields(_ model: ModelConfiguration) -> [(String, JSONValue)] {
    [("sliding_window", model.layers.first?.attention.window.map { .integer(Int64($0)) } ?? .null)]
  }
}

extension FamilyReader {
  fileprivate func mistral(_ shape: DecoderShape, window: Int?, growth: QueryGrowth?) throws -> ModelConfiguration {
    var attention = shape.attention(
      rope: try rope(rotated: shape.headDimension, maximumPositions: shape.maximumPositions))
    attention.window = window
    attention.queryGrowth = growth
    return try model(
      shape,
      layer: LayerDescription(
        attention: attention, intermediateSize: shape.intermediateSize, projections: shape.projections()))
  }
}
