import Diagnostics
public import JSON

extension ModelConfiguration {
  /// Reads a `config.json` as transformers 4 or 5 writes it.
  ///
  /// Whatever would change the numerics and is not implemented is refused by name.
  /// - Parameters:
  ///   - path: for messages.
  ///   - generation: `generation_config.json`, whose end-of-text ids are added.
  /// - Throws: `Diagnostic` (`bad-model-config`, `unsupported-model`).
  public init(huggingFace json: JSONValue, generation: JSONValue? = nil, path: String) throws {
    let reader = ConfigurationReader(json: json, path: path)
    guard json.objectValue != nil else { throw ModelFileFailure.configuration(path, "not a JSON object") }
    let architecture = try reader.architecture()
    try reader.refuseUnsupportedNumerics(architecture)

    let hidden = try reader.count("hidden_size")
    let heads = try reader.count("num_attention_heads")
    let keyValueHeads = try reader.optionalCount("num_key_value_heads") ?? (architecture == .llama ? heads : 32)
    let headDimension = try reader.optionalCount("head_dim") ?? (architecture == .qwen3 ? 128 : hidden / max(heads, 1))
    let maximumPositions =
      try reader.optionalCount("max_position_embeddings") ?? (architecture == .llama ? 2048 : 32768)
    var eos = try reader.tokenIDs(json["eos_token_id"], "eos_token_id")
    for id in try reader.tokenIDs(generation?["eos_token_id"], "eos_token_id") where !eos.contains(id) {
      eos.append(id)
    }
    self.init(
      architecture: architecture, vocabularySize: try reader.count("vocab_size"), hiddenSize: hidden,
      layerCount: try reader.count("num_hidden_layers"), headCount: heads, keyValueHeadCount: keyValueHeads,
      headDimension: headDimension, intermediateSize: try reader.count("intermediate_size"),
      normEpsilon: try reader.positive("rms_norm_eps") ?? 1e-6,
      rope: try reader.rope(maximumPositions: maximumPositions, headDimension: headDimension),
      tiesEmbeddings: json["tie_word_embeddings"]?.boolValue ?? false, hasQueryKeyValueBias: architecture == .qwen2,
      hasQueryKeyNorm: architecture == .qwen3, maximumPositions: maximumPositions,
      bosTokenID: try reader.tokenIDs(json["bos_token_id"], "bos_token_id").first, eosTokenIDs: eos,
      padTokenID: try reader.tokenIDs(json["pad_token_id"], "pad_token_id").first)
    try validate(path: path)
  }

  /// Checks what must hold between the sizes, and bounds that keep later arithmetic in range.
  func validate(path: String) throws {
    func failure(_ message: String) -> Diagnostic { ModelFileFailure.configuration(path, message) }
    guard headCount % keyValueHeadCount == 0 else {
      throw failure("\(headCount) attention heads are not a multiple of \(keyValueHeadCount) key/value heads")
    }
    guard headDimension % 2 == 0 else { throw failure("the head dimension \(headDimension) is odd") }
    let limits = [
      ("vocabulary", vocabularySize, 1 << 24), ("hidden size", hiddenSize, 1 << 20), ("layers", layerCount, 1 << 12),
      ("attention heads", headCount, 1 << 14), ("head dimension", headDimension, 1 << 14),
      ("intermediate size", intermediateSize, 1 << 22), ("positions", maximumPositions, 1 << 40),
    ]
    for (name, value, limit) in limits where value < 1 || value > limit {
      throw failure("\(name): \(value) is outside 1…\(limit)")
    }
    guard rope.theta > 1, rope.theta.isFinite else { throw failure("the RoPE base \(rope.theta) is not above 1") }
    if case .frequencyFactors(let factors) = rope.scaling {
      guard factors.count == headDimension / 2, factors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        throw failure("the RoPE frequency factors are not \(headDimension / 2) positive numbers")
      }
    }
    // A factor may be a number and its frequencies not.
    guard
      rope.inverseFrequencies(headDimension: headDimension, maximumPositions: maximumPositions).frequencies
        .allSatisfy({ $0.isFinite && $0 >= 0 })
    else { throw failure("the RoPE parameters give frequencies that are not finite numbers") }
    guard normEpsilon <= 1 else { throw failure("the norms' epsilon \(normEpsilon) is above 1") }
    if let id = (eosTokenIDs + [bosTokenID, padTokenID].compactMap { $0 }).first(where: { $0 >= vocabularySize }) {
      throw failure("token id \(id) is outside the vocabulary of \(vocabularySize)")
    }
  }
}

/// Reads typed members of a `config.json`.
private struct ConfigurationReader {
  let json: JSONValue
  let path: String

  private func failure(_ message: String) -> Diagnostic { ModelFileFailure.configuration(path, message) }

  /// A member that is present and not null.
  private func member(_ key: String) -> JSONValue? {
    guard let value = json[key], !value.isNull else { return nil }
    return value
  }

  func count(_ key: String) throws -> Int {
    guard let value = try optionalCount(key) else { throw failure("'\(key)' is missing") }
    return value
  }

  func optionalCount(_ key: String) throws -> Int? {
    guard let value = member(key) else { return nil }
    guard let count = value.intValue, count > 0, count <= 1 << 40 else {
      throw failure("'\(key)' is not a positive whole number")
    }
    return count
  }

  func positive(_ key: String) throws -> Double? { try positive(member(key), key) }

  private func positive(_ value: JSONValue?, _ key: String) throws -> Double? {
    guard let value, !value.isNull else { return nil }
    guard let number = value.doubleValue, number > 0, number.isFinite else {
      throw failure("'\(key)' is not a positive number")
    }
    return number
  }

  func tokenIDs(_ value: JSONValue?, _ key: String) throws -> [Int] {
    guard let value, !value.isNull else { return [] }
    return try (value.arrayValue ?? [value]).map { element in
      guard let id = element.intValue, id >= 0 else { throw failure("'\(key)' is not a token id") }
      return id
    }
  }

  func architecture() throws -> ModelConfiguration.Architecture {
    let classes = (member("architectures")?.arrayValue ?? []).compactMap(\.stringValue)
    let known: [String: ModelConfiguration.Architecture] = [
      "LlamaForCausalLM": .llama, "Qwen2ForCausalLM": .qwen2, "Qwen3ForCausalLM": .qwen3,
    ]
    if let type = member("model_type")?.stringValue, let architecture = ModelConfiguration.Architecture(rawValue: type)
    {
      if let other = classes.first(where: { known[$0] != architecture }) {
        throw ModelFileFailure.unsupported(path, "model class '\(other)' is not supported")
      }
      return architecture
    }
    if member("model_type") == nil, let name = classes.first, let architecture = known[name] { return architecture }
    let name = member("model_type")?.stringValue ?? classes.first ?? "unnamed"
    throw ModelFileFailure.unsupported(path, "model architecture '\(name)' is not supported")
  }

  func refuseUnsupportedNumerics(_ architecture: ModelConfiguration.Architecture) throws {
    func refuse(_ key: String, _ what: String) -> Diagnostic {
      ModelFileFailure.unsupported(path, "'\(key)' asks for \(what), which is not supported")
    }
    if let activation = member("hidden_act"), !["silu", "swish"].contains(activation.stringValue) {
      throw refuse("hidden_act", "the activation '\(activation.stringValue ?? activation.text())'")
    }
    for key in ["attn_logit_softcapping", "final_logit_softcapping"] where member(key) != nil {
      throw refuse(key, "soft-capping")
    }
    let multipliers = [
      "attention_multiplier", "residual_multiplier", "embedding_multiplier", "logits_scaling", "logit_scale",
    ]
    for key in multipliers {
      if let value = member(key), value.doubleValue != 1 { throw refuse(key, "a multiplier") }
    }
    let parameters = member("rope_parameters") ?? member("rope_scaling")
    for value in [member("partial_rotary_factor"), parameters?["partial_rotary_factor"]] {
      if let value, !value.isNull, value.doubleValue != 1 { throw refuse("partial_rotary_factor", "partial RoPE") }
    }
    let attentionBias = member("attention_bias")?.boolValue ?? false
    if attentionBias, architecture != .qwen2 { throw refuse("attention_bias", "biases in the attention projections") }
    if member("mlp_bias")?.boolValue == true { throw refuse("mlp_bias", "biases in the MLP") }
    if let quantization = member("quantization_config") {
      let method = quantization["quant_method"]?.stringValue ?? "unknown"
      throw ModelFileFailure.unsupported(
        path, "weights quantised by '\(method)' are not supported",
        remedy: "use the original model, or a GGUF file")
    }
    if let types = member("layer_types")?.arrayValue {
      if let other = types.first(where: { $0.stringValue != "full_attention" }) {
        throw refuse("layer_types", "'\(other.stringValue ?? "?")'")
      }
    } else if member("use_sliding_window")?.boolValue == true, member("sliding_window") != nil {
      let layers = member("num_hidden_layers")?.intValue ?? 0
      if (member("max_window_layers")?.intValue ?? 28) < layers {
        throw refuse("use_sliding_window", "a sliding window")
      }
    }
  }

  /// `rope_parameters` (transformers 5) or `rope_theta` with `rope_scaling` (4).
  func rope(maximumPositions: Int, headDimension: Int) throws -> RopeConfiguration {
    let parameters = member("rope_parameters") ?? member("rope_scaling")
    if let parameters, parameters.objectValue == nil { throw failure("the RoPE parameters are not an object") }
    if parameters?["full_attention"] != nil || parameters?["sliding_attention"] != nil {
      throw ModelFileFailure.unsupported(path, "RoPE parameters that differ by layer are not supported")
    }
    func number(_ key: String) throws -> Double? { try positive(parameters?[key], key) }
    func required(_ key: String) throws -> Double {
      guard let value = try number(key) else { throw failure("the RoPE parameters lack '\(key)'") }
      return value
    }
    func originalPositions() throws -> Int {
      guard let value = try number("original_max_position_embeddings") else { return maximumPositions }
      guard let positions = Int(exactly: value), positions <= 1 << 40 else {
        throw failure("'original_max_position_embeddings' is not a whole number")
      }
      return positions
    }
    let theta = try number("rope_theta") ?? positive("rope_theta") ?? 10_000
    let stated = [parameters?["rope_type"], parameters?["type"]].compactMap { $0 }.first { !$0.isNull }
    guard let kind = stated.map(\.stringValue) ?? "default" else { throw failure("'rope_type' is not a text") }
    switch kind {
    case "default": return RopeConfiguration(theta: theta)
    case "linear": return RopeConfiguration(theta: theta, scaling: .linear(factor: try required("factor")))
    case "dynamic":
      guard headDimension > 2 else { throw failure("dynamic RoPE needs a head dimension above 2") }
      let factor = try required("factor")
      guard factor >= 1 else { throw failure("the RoPE factor \(factor) is below 1") }
      return RopeConfiguration(theta: theta, scaling: .dynamic(factor: factor))
    case "llama3":
      let low = try required("low_freq_factor")
      let high = try required("high_freq_factor")
      guard high > low else { throw failure("'high_freq_factor' is not above 'low_freq_factor'") }
      return RopeConfiguration(
        theta: theta,
        scaling: .llama3(
          factor: try required("factor"), lowFrequencyFactor: low, highFrequencyFactor: high,
          originalPositions: try originalPositions()))
    case "yarn":
      let original = try originalPositions()
      let factor = try number("factor") ?? Double(maximumPositions) / Double(original)
      let attention =
        try number("attention_factor")
        ?? YarnScaling.impliedAttentionFactor(
          factor: factor, mscale: parameters?["mscale"]?.doubleValue,
          mscaleAllDim: parameters?["mscale_all_dim"]?.doubleValue)
      return RopeConfiguration(
        theta: theta,
        scaling: .yarn(
          YarnScaling(
            factor: factor, originalPositions: original, betaFast: try number("beta_fast") ?? 32,
            betaSlow: try number("beta_slow") ?? 1, attentionFactor: attention,
            truncates: parameters?["truncate"]?.boolValue ?? true)))
    default:
      throw ModelFileFailure.unsupported(
        path, "RoPE scaling '\(kind)' is not supported", remedy: "default, linear, dynamic, llama3 and yarn are")
    }
  }
}
