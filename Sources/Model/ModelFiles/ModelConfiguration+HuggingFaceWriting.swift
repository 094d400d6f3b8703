import Diagnostics
import JSON

extension ModelConfiguration {
  /// The members of a `config.json` for a model that had none, in the spelling that transformers 4 and 5 both read.
  /// - Throws: `Diagnostic` (`unsupported-model`) for RoPE factors that have no name there.
  func huggingFaceFields() throws -> JSONObject {
    guard let family = ModelFamily.named(family), let form = family.classes.first,
      let layer = layers.first(where: { $0.delta == nil }) ?? layers.first
    else {
      throw Diagnostic(code: "unsupported-model", "a '\(family)' model has no form in transformers")
    }
    let number = { (value: Int) -> JSONValue in .integer(Int64(value)) }
    let eos: JSONValue =
      eosTokenIDs.count == 1 ? number(eosTokenIDs[0]) : eosTokenIDs.isEmpty ? .null : .array(eosTokenIDs.map(number))
    let attention = layer.attention
    // The layers that see everything carry the model's own rotation, where there are others.
    let rotated =
      layers.first { $0.attention.rope != nil && $0.attention.window == nil }
      ?? layers.first {
        $0.attention.rope != nil
      }
    let rope = rotated?.attention.rope ?? RopeConfiguration(theta: 10_000)
    var object = JSONObject([
      ("architectures", [.string(form.name)]),
      ("attention_dropout", 0.0),
      ("bos_token_id", bosTokenID.map(number) ?? .null),
      ("eos_token_id", eos),
      ("head_dim", number(attention.headDimension)),
      ("hidden_act", "silu"),
      ("hidden_size", number(hiddenSize)),
      ("initializer_range", 0.02),
      ("intermediate_size", number(layer.intermediateSize)),
      ("max_position_embeddings", number(maximumPositions)),
      ("model_type", .string(form.type)),
      ("num_attention_heads", number(attention.headCount)),
      ("num_hidden_layers", number(layerCount)),
      ("num_key_value_heads", number(attention.keyValueHeadCount)),
      ("pad_token_id", padTokenID.map(number) ?? .null),
      ("rms_norm_eps", .number(normEpsilon)),
      (
        "rope_scaling",
        try rope.huggingFaceScaling(headDimension: attention.rotatedDimension, maximumPositions: maximumPositions)
      ),
      ("rope_theta", .number(rope.theta)),
      ("tie_word_embeddings", .bool(tiesEmbeddings)),
      ("use_cache", true),
      ("vocab_size", number(vocabularySize)),
    ])
    if let window = layers.compactMap(\.attention.window).first {
      object["sliding_window"] = number(window)
      if layers.contains(where: { $0.attention.window == nil }) {
        object["layer_types"] = .array(
          layers.map { $0.attention.window == nil ? "full_attention" : "sliding_attention" })
      }
    }
    for (key, value) in try family.configurationFields(self) { object[key] = value }
    return object
  }
}

extension RopeConfiguration {
  /// `rope_scaling` of a `config.json`; null for plain RoPE.
  func huggingFaceScaling(headDimension: Int, maximumPositions: Int) throws -> JSONValue {
    switch scaling {
    case .none: return .null
    case .linear(let factor): return ["rope_type": "linear", "factor": .number(factor)]
    case .dynamic(let factor): return ["rope_type": "dynamic", "factor": .number(factor)]
    case .llama3(let factor, let low, let high, let original):
      return [
        "rope_type": "llama3", "factor": .number(factor), "low_freq_factor": .number(low),
        "high_freq_factor": .number(high), "original_max_position_embeddings": .integer(Int64(original)),
      ]
    case .yarn(let yarn):
      return [
        "rope_type": "yarn", "factor": .number(yarn.factor),
        "original_max_position_embeddings": .integer(Int64(yarn.originalPositions)),
        "beta_fast": .number(yarn.betaFast), "beta_slow": .number(yarn.betaSlow),
        "attention_factor": .number(yarn.attentionFactor), "truncate": .bool(yarn.truncates),
      ]
    case .longrope(let long):
      return [
        "rope_type": "longrope", "short_factor": .array(long.shortFactors.map { .number(decimal($0)) }),
        "long_factor": .array(long.longFactors.map { .number(decimal($0)) }),
        "original_max_position_embeddings": .integer(Int64(long.originalPositions)),
        "attention_factor": .number(long.attentionFactor),
      ]
    case .frequencyFactors(let factors):
      guard let known = llama3Equivalent(of: factors, headDimension: headDimension) else {
        throw Diagnostic(
          code: "unsupported-model", "the model's RoPE frequency factors are not those of a Llama 3 model",
          remedy: "start from the Hugging Face folder of the model instead of its GGUF file")
      }
      return try RopeConfiguration(theta: theta, scaling: known)
        .huggingFaceScaling(headDimension: headDimension, maximumPositions: maximumPositions)
    }
  }

  /// The shortest decimal that reads back to the number.
  private func decimal(_ value: Float) -> Double { Double("\(value)") ?? Double(value) }

  /// The Llama 3.x parameters that give these factors, among those that were released.
  private func llama3Equivalent(of factors: [Float], headDimension: Int) -> Scaling? {
    for factor in [8.0, 32.0, 16.0, 4.0] {
      let candidate = Scaling.llama3(
        factor: factor, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 8192)
      let expected = RopeConfiguration(theta: theta, scaling: candidate).frequencyFactors(headDimension: headDimension)
      if zip(expected, factors).allSatisfy({ abs($0 - $1) <= 1e-4 * abs($1) }) { return candidate }
    }
    return nil
  }

  /// What each plain frequency is divided by: GGUF's `rope_freqs`.
  func frequencyFactors(headDimension: Int) -> [Float] {
    let plain = RopeConfiguration(theta: theta).inverseFrequencies(headDimension: headDimension, maximumPositions: 1)
    let scaled = inverseFrequencies(headDimension: headDimension, maximumPositions: 1)
    return zip(plain.frequencies, scaled.frequencies).map { $0 / $1 }
  }
}
