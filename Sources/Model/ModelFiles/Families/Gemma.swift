import JSON

extension ModelFamily {
  /// Gemma 3, its text part: five layers with a window and a rotation of their own to one that sees everything.
  static let gemma3 = ModelFamily(
    name: "gemma3",
    classes: [
      HuggingFaceClass(type: "gemma3_text", name: "Gemma3ForCausalLM"),
      HuggingFaceClass(type: "gemma3", name: "Gemma3ForConditionalGeneration", isNested: true),
    ], ggufArchitecture: "gemma3", modules: gemmaModules + queryKeyNorms, ggufNormsIncludeOne: true,
    ggufReadsWindow: true,
    ggufKeys: [localTheta: "rope.freq_base_swa", windowPattern: "attention.sliding_window_pattern"],
    tiesEmbeddings: true,
    describe: { reader in
      let shape = try reader.shape(keyValueHeads: 4, headDimension: 256, maximumPositions: 131_072)
      func rope(_ kind: String, theta: Double) throws -> RopeConfiguration {
        try reader.rope(
          kind: kind, theta: theta, rotated: shape.headDimension, maximumPositions: shape.maximumPositions)
      }
      let global = try rope("full_attention", theta: 1_000_000)
      let byKind = try reader.value("rope_parameters")?["sliding_attention"]
      let theta = try reader.positive(localTheta) ?? 10_000
      let local = byKind == nil ? RopeConfiguration(theta: theta) : try rope("sliding_attention", theta: theta)
      return try reader.gemma(
        shape, pattern: reader.optionalCount(windowPattern) ?? 6, hasQueryKeyNorm: true, global: global, local: local)
    },
    configurationFields: { model in
      let local = model.layers.first { $0.attention.window != nil }?.attention.rope
      return try gemmaFields(model) + [(localTheta, .number(local?.theta ?? 10_000))]
    },
    metadataFields: { model in
      let local = model.layers.first { $0.attention.window != nil }?.attention.rope ?? RopeConfiguration(theta: 10_000)
      for (index, layer) in model.layers.enumerated() where (layer.attention.window == nil) != (index % 6 == 5) {
        throw ModelFileFailure.unwritable("llama.cpp gives other layers of a Gemma 3 a window than this model does")
      }
      try requireScale(model)
      return [("rope.freq_base_swa", .float32(Float(local.theta)))]
    })

  /// Gemma 2: every second layer has a window; scores and logits are capped.
  static let gemma2 = ModelFamily(
    name: "gemma2", classes: [HuggingFaceClass(type: "gemma2", name: "Gemma2ForCausalLM")], ggufArchitecture: "gemma2",
    modules: gemmaModules, ggufNormsIncludeOne: true, ggufReadsWindow: true, tiesEmbeddings: true,
    describe: { reader in
      let shape = try reader.shape(keyValueHeads: 4, headDimension: 256, maximumPositions: 8192)
      let rope = try reader.rope(rotated: shape.headDimension, maximumPositions: shape.maximumPositions)
      return try reader.gemma(shape, pattern: 2, hasQueryKeyNorm: false, global: rope, local: rope)
    },
    configurationFields: { try gemmaFields($0) },
    metadataFields: { model in
      for (index, layer) in model.layers.enumerated() where (layer.attention.window == nil) != (index % 2 == 1) {
        throw ModelFileFailure.unwritable("llama.cpp gives other layers of a Gemma 2 a window than this model does")
      }
      guard model.tiesEmbeddings else {
        throw ModelFileFailure.unwritable("llama.cpp reads no output head of a Gemma 2, and this model has its own")
      }
      try requireScale(model)
      guard let cap = model.layers.first?.attention.softCap, let logits = model.logitSoftCap else {
        throw ModelFileFailure.unwritable("llama.cpp caps the scores and the logits of every Gemma 2")
      }
      return [("attn_logit_softcapping", .float32(cap)), ("final_logit_softcapping", .float32(logits))]
    })

  private static let localTheta = "rope_local_base_freq"
  private static let windowPattern = "sliding_window_pattern"

  private static let gemmaModules: [(canonical: String, gguf: String)] = [
    ("input_layernorm", "attn_norm"), ("self_attn.q_proj", "attn_q"), ("self_attn.k_proj", "attn_k"),
    ("self_attn.v_proj", "attn_v"), ("self_attn.o_proj", "attn_output"),
    ("post_attention_layernorm", "post_attention_norm"), ("pre_feedforward_layernorm", "ffn_norm"),
    ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"), ("mlp.down_proj", "ffn_down"),
    ("post_feedforward_layernorm", "post_ffw_norm"),
  ]

  private static func gemmaFields(_ model: ModelConfiguration) throws -> [(String, JSONValue)] {
    guard let attention = model.layers.first?.attention else { return [] }
    let scalar = 1 / (attention.scale * attention.scale)
    return [
      ("attention_bias", false), ("hidden_activation", "gelu_pytorch_tanh"), ("hidden_act", "gelu_pytorch_tanh"),
      ("query_pre_attn_scalar", .integer(Int64(scalar.rounded()))),
      ("attn_logit_softcapping", attention.softCap.map { .number(Double($0)) } ?? .null),
      ("final_logit_softcapping", model.logitSoftCap.map { .number(Double($0)) } ?? .null),
    ]
  }

  /// llama.cpp scales by the head dimension, except in the 27B models, whose scalar is the hidden size by the heads.
  fileprivate static func impliedScalar(
    _ shape: AttentionDescription, hiddenSize: Int, layerCount: Int, of name: String
  )
    -> Int
  {
    let layers = name == "gemma3" ? 62 : 46
    return layerCount == layers ? hiddenSize / shape.headCount : shape.headDimension
  }

  private static func requireScale(_ model: ModelConfiguration) throws {
    guard let attention = model.layers.first?.attention else { return }
    let implied = impliedScalar(
      attention, hiddenSize: model.hiddenSize, layerCount: model.layerCount, of: model.family)
    guard attention.scale == 1 / Float(implied).squareRoot() else {
      throw ModelFileFailure.unwritable("llama.cpp scales the scores of this model otherwise than it does")
    }
  }
}

extension FamilyReader {
  /// - Parameter pattern: layers of a period, of which the last sees everything.
  fileprivate func gemma(
    _ shape: DecoderShape, pattern: Int, hasQueryKeyNorm: Bool, global: RopeConfiguration, local: RopeConfiguration
  ) throws -> ModelConfiguration {
    let activation = try activation("hidden_activation", default: .geluTanh)
    _ = try value("hidden_act")
    let slides =
      try slidingLayers(count: shape.layerCount) ?? (0..<shape.layerCount).map { ($0 + 1) % pattern != 0 }
    // Gemma 3 may say that it does not cap, which Gemma 2 cannot leave out.
    let cap = try positive("attn_logit_softcapping").map { Float($0) }
    let logitCap = try positive("final_logit_softcapping").map { Float($0) }
    let window = try states("sliding_window") ? window() : 4096
    var attention = shape.attention(rope: nil)
    attention.hasQueryKeyNorm = hasQueryKeyNorm
    attention.softCap = cap ?? (hasQueryKeyNorm || states("attn_logit_softcapping") ? nil : 50)
    let implied =
      gguf == nil
      ? 256
      : ModelFamily.impliedScalar(
        attention, hiddenSize: shape.hiddenSize, layerCount: shape.layerCount, of: family.name)
    attention.scale = 1 / Float(try optionalCount("query_pre_attn_scalar") ?? implied).squareRoot()
    var result = try model(
      shape,
      layers: slides.map { slides in
        var attention = attention
        attention.rope = slides ? local : global
        attention.window = slides ? window : nil
        return LayerDescription(
          attention: attention, intermediateSize: shape.intermediateSize, activation: activation, norms: .sandwich,
          projections: shape.projections())
      })
    result.normsAddOne = true
    // In f32, which everything is computed in; the same models in bf16 round the factor to bf16.
    result.embeddingScale = Float(shape.hiddenSize).squareRoot()
    result.logitSoftCap = logitCap ?? (hasQueryKeyNorm || states("final_logit_softcapping") ? nil : 30)
    return result
  }
}
