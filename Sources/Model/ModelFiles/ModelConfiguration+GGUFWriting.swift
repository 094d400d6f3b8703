import Diagnostics

extension ModelConfiguration {
  /// Whether GGUF files of the family hold 1 + w of a norm.
  func ggufHoldsSum(of name: String) -> Bool {
    // The gated norm of a delta net multiplies by w itself.
    name.hasSuffix("norm.weight") && !name.hasSuffix(".linear_attn.norm.weight")
      && ModelFamily.named(family)?.ggufNormsIncludeOne == true
  }

  /// The family's name in GGUF.
  /// - Throws: `Diagnostic` (`unsupported-model`) when llama.cpp does not know the family.
  func ggufFamily() throws -> (family: ModelFamily, architecture: String) {
    guard let family = ModelFamily.named(family), let name = family.ggufArchitecture else {
      throw Diagnostic(
        code: "unsupported-model", "llama.cpp has no architecture for a '\(family)' model",
        remedy: "write a model folder instead")
    }
    return (family, name)
  }

  /// The metadata that describes the model, without its tokenizer.
  /// - Throws: `Diagnostic` (`unsupported-model`) for numerics GGUF has no place for.
  func ggufMetadata(name: String, dtype: TensorDType) throws -> [(String, GGUFWriteValue)] {
    let (family, prefix) = try ggufFamily()
    // A layer with another mixer says nothing of the attention.
    guard let layer = layers.first(where: { $0.delta == nil }) ?? layers.first else { return [] }
    let attention = layer.attention
    let window = layers.compactMap(\.attention.window).min()
    if let window, window < maximumPositions, !family.ggufReadsWindow {
      throw Diagnostic(
        code: "unsupported-model", "llama.cpp does not apply the sliding window of a '\(family.name)' model",
        remedy: "write a model folder instead")
    }
    let fileType: UInt32 =
      switch dtype {
      case .f32: 0
      case .q40: 2
      case .q80: 7
      case .bf16: 32
      default: 1
      }
    var entries: [(String, GGUFWriteValue)] = [
      ("general.architecture", .string(prefix)), ("general.type", .string("model")), ("general.name", .string(name)),
      ("general.file_type", .uint32(fileType)),
    ]
    if dtype.isQuantized { entries.append(("general.quantization_version", .uint32(2))) }
    var counts = [
      ("block_count", layerCount), ("context_length", maximumPositions), ("embedding_length", hiddenSize),
      ("feed_forward_length", layer.intermediateSize), ("attention.head_count", attention.headCount),
      ("attention.head_count_kv", attention.keyValueHeadCount), ("attention.key_length", attention.headDimension),
      ("attention.value_length", attention.headDimension), ("rope.dimension_count", attention.rotatedDimension),
      ("vocab_size", vocabularySize),
    ]
    if let window, family.ggufReadsWindow { counts.append(("attention.sliding_window", window)) }
    for (key, count) in counts { entries.append(("\(prefix).\(key)", .uint32(UInt32(clamping: count)))) }
    entries.append(("\(prefix).attention.layer_norm_rms_epsilon", .float32(Float(normEpsilon))))
    if let rope = layers.first(where: { $0.attention.rope != nil && $0.attention.window == nil })?.attention.rope
      ?? layers.compactMap(\.attention.rope).first
    {
      entries.append(("\(prefix).rope.freq_base", .float32(Float(rope.theta))))
      entries += try rope.ggufScaling.map { ("\(prefix).rope.scaling.\($0.0)", $0.1) }
    }
    for (key, value) in try family.metadataFields(self) { entries.append(("\(prefix).\(key)", value)) }
    return entries
  }

  /// The tensors beside the weights, where the scaling is given per frequency.
  func ggufFrequencyTensors() throws -> [(name: String, values: [Float])] {
    let (family, architecture) = try ggufFamily()
    guard let attention = layers.first(where: { $0.attention.rope != nil })?.attention, let rope = attention.rope else {
      return []
    }
    switch rope.scaling {
    case .llama3, .frequencyFactors:
      guard family.ggufReadsFrequencyFactors else {
        throw Diagnostic(
          code: "unsupported-model", "llama.cpp does not read RoPE frequency factors for \(architecture)",
          remedy: "write a model folder instead")
      }
      return [("rope_freqs.weight", rope.frequencyFactors(headDimension: attention.rotatedDimension))]
    case .longrope(let long):
      return [("rope_factors_long.weight", long.longFactors), ("rope_factors_short.weight", long.shortFactors)]
    default: return []
    }
  }
}

extension RopeConfiguration {
  /// The `rope.scaling.*` entries. `dynamic` has none: within the trained length it is plain RoPE.
  var ggufScaling: [(String, GGUFWriteValue)] {
    get throws {
      switch scaling {
      case .none, .dynamic, .llama3, .frequencyFactors: return []
      case .longrope(let long):
        return [
          ("original_context_length", .uint32(UInt32(clamping: long.originalPositions))),
          ("attn_factor", .float32(Float(long.attentionFactor))),
        ]
      case .linear(let factor): return [("type", .string("linear")), ("factor", .float32(Float(factor)))]
      case .yarn(let yarn):
        guard yarn.truncates else {
          throw Diagnostic(
            code: "unsupported-model", "GGUF has no place for YaRN without truncation",
            remedy: "write a model folder instead")
        }
        var entries: [(String, GGUFWriteValue)] = [
          ("type", .string("yarn")), ("factor", .float32(Float(yarn.factor))),
          ("original_context_length", .uint32(UInt32(clamping: yarn.originalPositions))),
          ("yarn_beta_fast", .float32(Float(yarn.betaFast))), ("yarn_beta_slow", .float32(Float(yarn.betaSlow))),
        ]
        let relative = yarn.attentionFactor / YarnScaling.impliedAttentionFactor(factor: yarn.factor)
        if abs(relative - 1) > 1e-9 { entries.append(("attn_factor", .float32(Float(relative)))) }
        return entries
      }
    }
  }
}
