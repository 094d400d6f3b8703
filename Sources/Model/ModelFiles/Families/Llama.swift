import JSON

extension ModelFamily {
  /// Llama 2 and 3, SmolLM2 and all that have their shape.
  static let llama = ModelFamily(
    name: "llama", classes: [HuggingFaceClass(type: "llama", name: "LlamaForCausalLM")], ggufArchitecture: "llama",
    modules: llamaModules, permutesQueryKey: true, ggufReadsFrequencyFactors: true,
    describe: { reader in
      let shape = try reader.shape(maximumPositions: 2048)
      let rope = try reader.rope(rotated: shape.headDimension, maximumPositions: shape.maximumPositions)
      return try reader.model(
        shape,
        layer: LayerDescription(
          attention: shape.attention(rope: rope), intermediateSize: shape.intermediateSize,
          projections: shape.projections()))
    },
    configurationFields: { _ in [("attention_bias", false), ("mlp_bias", false)] })
}
