import Diagnostics

extension ModelConfiguration {
  /// Reads the configuration out of a GGUF file's metadata and tensor table.
  /// - Throws: `Diagnostic` (`bad-gguf`, `bad-model-config`, `unsupported-model`).
  public init(gguf file: GGUFFile) throws {
    let path = file.path
    func failure(_ message: String) -> Diagnostic { ModelFileFailure.configuration(path, message) }
    guard let name = file.metadata["general.architecture"]?.stringValue else {
      throw failure("metadata 'general.architecture' is missing")
    }
    if let type = file.metadata["general.type"]?.stringValue, type != "model" {
      throw ModelFileFailure.unsupported(
        path, "this GGUF file holds \(type == "adapter" ? "an adapter" : "a '\(type)'"), not a model",
        remedy: "give the base model's file")
    }
    guard let architecture = Architecture(rawValue: name) else {
      throw ModelFileFailure.unsupported(path, "model architecture '\(name)' is not supported")
    }
    func value(_ key: String) -> GGUFValue? { file.metadata["\(name).\(key)"] }
    func count(_ key: String, default fallback: Int? = nil) throws -> Int {
      guard let entry = value(key) else {
        guard let fallback else { throw failure("metadata '\(name).\(key)' is missing") }
        return fallback
      }
      guard let count = entry.intValue, count > 0, count <= 1 << 40 else {
        throw failure("metadata '\(name).\(key)' is not one positive whole number")
      }
      return count
    }
    func number(_ key: String) throws -> Double? {
      guard let entry = value(key) else { return nil }
      guard let number = entry.doubleValue, number.isFinite, number > 0 else {
        throw failure("metadata '\(name).\(key)' is not a positive number")
      }
      return number
    }
    func tokenID(_ key: String) -> Int? { file.metadata["tokenizer.ggml.\(key)"]?.intValue }

    for key in ["expert_count", "attention.sliding_window", "attn_logit_softcapping", "final_logit_softcapping"] {
      if let given = value(key)?.doubleValue, given != 0 {
        throw ModelFileFailure.unsupported(path, "metadata '\(name).\(key)' asks for numerics that are not supported")
      }
    }
    for key in ["logit_scale", "embedding_scale", "residual_scale", "attention.scale"] {
      if let given = value(key)?.doubleValue, given != 0, given != 1 {
        throw ModelFileFailure.unsupported(path, "metadata '\(name).\(key)' asks for a multiplier, not supported")
      }
    }

    let hidden = try count("embedding_length")
    let heads = try count("attention.head_count")
    let headDimension = try count("attention.key_length", default: hidden / heads)
    let rotated = try count("rope.dimension_count", default: headDimension)
    guard try count("attention.value_length", default: headDimension) == headDimension, rotated == headDimension else {
      throw ModelFileFailure.unsupported(path, "RoPE over part of a head, or values of another width, is not supported")
    }
    guard let embedding = file.tensor("token_embd.weight"), embedding.shape.count == 2 else {
      throw Diagnostic(
        code: "missing-tensor", "tensor 'token_embd.weight' is missing", location: SourceLocation(file: path))
    }
    let maximumPositions = try count("context_length")
    let epsilon = try number("attention.layer_norm_rms_epsilon") ?? 1e-6
    let eos =
      try file.integers(GGUFGenerationMetadata.endTokens)
      ?? ["eos_token_id", "eot_token_id", "eom_token_id"].compactMap(tokenID)
    self.init(
      architecture: architecture, vocabularySize: embedding.rowCount, hiddenSize: hidden,
      layerCount: try count("block_count"), headCount: heads,
      keyValueHeadCount: try count("attention.head_count_kv", default: heads), headDimension: headDimension,
      intermediateSize: try count("feed_forward_length"),
      // Stored as f32: the shortest decimal that reads back to it is what the original configuration said.
      normEpsilon: Double("\(Float(epsilon))") ?? epsilon,
      rope: try Self.rope(file, value: value, number: number, maximumPositions: maximumPositions),
      tiesEmbeddings: file.tensor("output.weight") == nil, hasQueryKeyValueBias: architecture == .qwen2,
      hasQueryKeyNorm: architecture == .qwen3, maximumPositions: maximumPositions, bosTokenID: tokenID("bos_token_id"),
      eosTokenIDs: eos.reduce(into: []) { if !$0.contains($1) { $0.append($1) } },
      padTokenID: tokenID("padding_token_id"))
    try validate(path: path)
  }

  private static func rope(
    _ file: GGUFFile, value: (String) -> GGUFValue?, number: (String) throws -> Double?, maximumPositions: Int
  ) throws -> RopeConfiguration {
    let theta = try number("rope.freq_base") ?? 10_000
    let kind = value("rope.scaling.type")?.stringValue ?? "none"
    let factor = try number("rope.scaling.factor") ?? 1
    if let factors = file.tensor("rope_freqs.weight") {
      guard kind == "none" || factor == 1 else {
        throw ModelFileFailure.unsupported(file.path, "'rope_freqs' together with RoPE scaling is not supported")
      }
      return RopeConfiguration(theta: theta, scaling: .frequencyFactors(try factors.floats()))
    }
    switch kind {
    case "none": return RopeConfiguration(theta: theta)
    case "linear": return RopeConfiguration(theta: theta, scaling: factor == 1 ? .none : .linear(factor: factor))
    case "yarn":
      let original = value("rope.scaling.original_context_length")?.intValue ?? maximumPositions
      guard original > 0 else {
        throw ModelFileFailure.configuration(file.path, "the original context length is not positive")
      }
      // `attn_factor` multiplies the factor that YaRN implies.
      let attention = try (number("rope.scaling.attn_factor") ?? 1) * YarnScaling.impliedAttentionFactor(factor: factor)
      return RopeConfiguration(
        theta: theta,
        scaling: .yarn(
          YarnScaling(
            factor: factor, originalPositions: original, betaFast: try number("rope.scaling.yarn_beta_fast") ?? 32,
            betaSlow: try number("rope.scaling.yarn_beta_slow") ?? 1, attentionFactor: attention)))
    default: throw ModelFileFailure.unsupported(file.path, "RoPE scaling '\(kind)' is not supported")
    }
  }
}
