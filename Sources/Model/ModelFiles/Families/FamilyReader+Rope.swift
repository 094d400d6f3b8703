import Diagnostics
import JSON

extension FamilyReader {
  /// The rotation of the layers.
  /// - Parameters:
  ///   - kind: whose parameters, where a `config.json` has them by layer kind.
  ///   - theta: the base when none is given.
  ///   - rotated: rotated dimensions of a head.
  func rope(kind: String? = nil, theta: Double = 10_000, rotated: Int, maximumPositions: Int) throws
    -> RopeConfiguration
  {
    if let gguf { return try ggufRope(gguf, theta: theta, maximumPositions: maximumPositions) }
    let parameters = try ropeParameters(kind)
    let theta = try positive(parameters?["rope_theta"], "'rope_theta'") ?? positive("rope_theta") ?? theta
    return try rope(parameters, theta: theta, rotated: rotated, maximumPositions: maximumPositions)
  }

  /// `rope_parameters` (transformers 5) or `rope_scaling` (4); of one layer kind when they differ by it.
  func ropeParameters(_ kind: String? = nil) throws -> JSONValue? {
    let stated = try value("rope_parameters") ?? value("rope_scaling")
    guard let stated else { return nil }
    guard stated.objectValue != nil else { throw failure("the RoPE parameters are not an object") }
    let byKind = stated["full_attention"] != nil || stated["sliding_attention"] != nil
    guard byKind else { return stated }
    guard let kind else {
      throw ModelFileFailure.unsupported(path, "RoPE parameters that differ by layer are not those of a \(family.name)")
    }
    guard let parameters = stated[kind], !parameters.isNull else { return nil }
    guard parameters.objectValue != nil else { throw failure("the RoPE parameters are not an object") }
    return parameters
  }

  /// The part of a head that is rotated, from `partial_rotary_factor` or GGUF's `rope.dimension_count`.
  /// - Throws: `Diagnostic` (`bad-model-config`) when the share is not in 0…1.
  func rotatedDimension(headDimension: Int, default share: Double = 1) throws -> Int {
    if gguf != nil { return try optionalCount(Self.rotatedDimensionKey) ?? headDimension }
    let beside = try positive("partial_rotary_factor")
    let factor = try positive(ropeParameters()?["partial_rotary_factor"], "'partial_rotary_factor'") ?? beside ?? share
    guard factor <= 1 else { throw failure("'partial_rotary_factor' is above 1") }
    return Int(Double(headDimension) * factor)
  }

  /// The length a model was trained for before its RoPE was scaled.
  func originalPositions(maximumPositions: Int) throws -> Int {
    if let gguf {
      let key = "\(family.ggufArchitecture ?? "").rope.scaling.original_context_length"
      let positions = gguf.metadata[key]?.intValue ?? maximumPositions
      guard positions > 0, positions <= 1 << 40 else { throw failure("metadata '\(key)' is not positive") }
      return positions
    }
    let key = "original_max_position_embeddings"
    // Phi-3 states it beside the parameters.
    guard let value = try positive(ropeParameters()?[key], "'\(key)'") ?? positive(key) else { return maximumPositions }
    guard let positions = Int(exactly: value), positions <= 1 << 40 else {
      throw failure("'\(key)' is not a whole number")
    }
    return positions
  }

  private func rope(_ parameters: JSONValue?, theta: Double, rotated: Int, maximumPositions: Int) throws
    -> RopeConfiguration
  {
    func number(_ key: String) throws -> Double? { try positive(parameters?[key], "'\(key)'") }
    func required(_ key: String) throws -> Double {
      guard let value = try number(key) else { throw failure("the RoPE parameters lack '\(key)'") }
      return value
    }
    func originalPositions() throws -> Int {
      // Phi-3 states it beside the parameters.
      let key = "original_max_position_embeddings"
      guard let value = try number(key) ?? positive(key) else { return maximumPositions }
      guard let positions = Int(exactly: value), positions <= 1 << 40 else {
        throw failure("'\(key)' is not a whole number")
      }
      return positions
    }
    if let share = parameters?["partial_rotary_factor"], !share.isNull, share.doubleValue != 1, !isPartial {
      throw ModelFileFailure.unsupported(
        path, "'partial_rotary_factor' asks for partial RoPE, which a \(family.name) model does not have")
    }
    let stated = [parameters?["rope_type"], parameters?["type"]].compactMap { $0 }.first { !$0.isNull }
    guard let kind = stated.map(\.stringValue) ?? "default" else { throw failure("'rope_type' is not a text") }
    switch kind {
    case "default": return RopeConfiguration(theta: theta)
    case "linear": return RopeConfiguration(theta: theta, scaling: .linear(factor: try required("factor")))
    case "dynamic":
      guard rotated > 2 else { throw failure("dynamic RoPE needs a head dimension above 2") }
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
    case "yarn" where !family.spellsLongRopeAsYarn:
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
    case "longrope",
      "su" where family.spellsLongRopeAsYarn,
      "yarn" where family.spellsLongRopeAsYarn:
      let original = try originalPositions()
      let factor = try number("factor") ?? Double(maximumPositions) / Double(original)
      return RopeConfiguration(
        theta: theta,
        scaling: .longrope(
          LongRopeScaling(
            shortFactors: try factors(parameters, "short_factor"), longFactors: try factors(parameters, "long_factor"),
            originalPositions: original,
            attentionFactor: try number("attention_factor")
              ?? LongRopeScaling.impliedAttentionFactor(factor: factor, originalPositions: original))))
    default:
      throw ModelFileFailure.unsupported(
        path, "RoPE scaling '\(kind)' is not supported",
        remedy: "default, linear, dynamic, llama3, yarn and longrope are")
    }
  }

  private func factors(_ parameters: JSONValue?, _ key: String) throws -> [Float] {
    let numbers = parameters?[key]?.arrayValue?.map(\.doubleValue)
    guard let numbers, let factors = numbers as? [Double] else {
      throw failure("the RoPE parameters' '\(key)' is not a list of numbers")
    }
    return factors.map { Float($0) }
  }

  /// Whether the family asked which part of a head is rotated.
  private var isPartial: Bool { wasAsked("partial_rotary_factor") }

  private func ggufRope(_ file: GGUFFile, theta: Double, maximumPositions: Int) throws -> RopeConfiguration {
    let prefix = "\(family.ggufArchitecture ?? "").rope.scaling."
    func number(_ key: String) throws -> Double? {
      guard let entry = file.metadata[prefix + key] else { return nil }
      guard let number = entry.doubleValue, number.isFinite, number > 0 else {
        throw failure("metadata '\(prefix)\(key)' is not a positive number")
      }
      return number
    }
    let theta = try positive("rope_theta") ?? theta
    let kind = file.metadata[prefix + "type"]?.stringValue ?? "none"
    let factor = try number("factor") ?? 1
    if let factors = file.tensor("rope_freqs.weight") {
      guard kind == "none" || factor == 1 else {
        throw ModelFileFailure.unsupported(path, "'rope_freqs' together with RoPE scaling is not supported")
      }
      return RopeConfiguration(theta: theta, scaling: .frequencyFactors(try factors.floats()))
    }
    if let short = file.tensor("rope_factors_short.weight"), let long = file.tensor("rope_factors_long.weight") {
      let positions = try originalPositions(maximumPositions: maximumPositions)
      return RopeConfiguration(
        theta: theta,
        scaling: .longrope(
          LongRopeScaling(
            shortFactors: try short.floats(), longFactors: try long.floats(), originalPositions: positions,
            attentionFactor: try number("attn_factor") ?? 1)))
    }
    switch kind {
    case "none", "longrope": return RopeConfiguration(theta: theta)
    case "linear": return RopeConfiguration(theta: theta, scaling: factor == 1 ? .none : .linear(factor: factor))
    case "yarn":
      // `attn_factor` multiplies the factor that YaRN implies, for all dimensions alike where there is a multiplier.
      let attention =
        try (number("attn_factor") ?? 1)
        * YarnScaling.impliedAttentionFactor(
          factor: factor, mscale: 1, mscaleAllDim: number("yarn_log_multiplier"))
      return RopeConfiguration(
        theta: theta,
        scaling: .yarn(
          YarnScaling(
            factor: factor, originalPositions: try originalPositions(maximumPositions: maximumPositions),
            betaFast: try number("yarn_beta_fast") ?? 32,
            betaSlow: try number("yarn_beta_slow") ?? 1, attentionFactor: attention)))
    default: throw ModelFileFailure.unsupported(path, "RoPE scaling '\(kind)' is not supported")
    }
  }
}
