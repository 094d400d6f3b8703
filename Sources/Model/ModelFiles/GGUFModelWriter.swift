import Diagnostics

/// Writes a model as one GGUF file that llama.cpp opens. Equal input gives equal bytes.
///
/// Norms and biases stay f32. In a q4_0 file the embedding and the head are q8_0, and a matrix whose rows are no whole
/// number of blocks is f16.
public struct GGUFModelWriter {
  public var source: ModelSource
  /// f32, f16, bf16, q8_0 or q4_0, for the matrices.
  public var dtype: TensorDType
  /// `general.name`: what programs show.
  public var name: String
  /// Replaces the base's chat template.
  public var chatTemplate: String?
  /// How the model was talked to in training, as JSON: kept in the file, so that it is served the same way.
  public var chatContext: String?
  /// The metadata that holds it.
  public static let chatContextKey = "lorapipe.chat"
  /// Whether a model without a tokenizer is an error.
  public var requiresTokenizer = true

  public init(source: ModelSource, dtype: TensorDType, name: String = "model", chatTemplate: String? = nil) {
    self.source = source
    self.dtype = dtype
    self.name = name
    self.chatTemplate = chatTemplate
  }

  /// - Parameter rows: the weights in canonical order; the source's own when `nil`.
  /// - Throws: `Diagnostic` (`cannot-write-file`, `disk-full`, `weight-overflow`, `weight-not-finite`,
  ///   `unsupported-tensor-dtype`, `unsupported-model`, or what reading the tokenizer says).
  public func write(
    to path: String, rows: WeightRows? = nil, observer: ModelWriteObserver = ModelWriteObserver()
  ) throws {
    guard Quantize.writableKinds.contains(dtype) else {
      throw Diagnostic(
        code: "unsupported-tensor-dtype", "weights cannot be written as \(dtype.rawValue)",
        remedy: "use f32, f16, bf16, q8_0 or q4_0")
    }
    let configuration = source.configuration
    var metadata = try configuration.ggufMetadata(name: name, dtype: dtype) + tokenizerMetadata()
    let context = chatContext ?? source.gguf?.metadata[Self.chatContextKey]?.stringValue
    if let context { metadata.append((Self.chatContextKey, .string(context))) }
    let factors = try configuration.ggufFrequencyFactors()
    var tensors: [TensorSpecification] = []
    if let factors {
      tensors.append(TensorSpecification(name: "rope_freqs.weight", shape: [factors.count], dtype: .f32))
    }
    let weights = configuration.expectedTensors
    for (name, shape) in weights {
      guard let ggufName = GGUFTensorNames.gguf(canonical: name) else {
        throw Diagnostic(code: "unsupported-model", "tensor '\(name)' has no place in a GGUF file")
      }
      tensors.append(TensorSpecification(name: ggufName, shape: shape, dtype: storedKind(name, shape)))
    }
    let writer = try GGUFWriter(path, metadata: metadata, tensors: tensors)
    try factors?.withUnsafeBytes { try writer.append($0) }
    let total = try tensors.reduce(0) { $0 + (try $1.byteCount()) }
    var stream = TensorStream(
      rows: rows ?? { try source.readRows($0, $1, into: $2) }, observer: observer, total: total)
    for (name, shape) in weights {
      let reordered = RowPermutation.applies(to: name, architecture: configuration.architecture)
      try stream.write(
        canonical: name, shape: shape, dtype: storedKind(name, shape),
        headDimension: reordered && shape.count == 2 ? configuration.headDimension : nil
      ) { try writer.append($0) }
    }
    try writer.finish()
  }

  private func tokenizerMetadata() throws -> [(String, GGUFWriteValue)] {
    if !requiresTokenizer, source.container == .folder, !FileListing.isFile(source.path + "/tokenizer.json") {
      return [("tokenizer.ggml.model", .string("none"))]
    }
    return try GGUFTokenizerMetadata.entries(source, chatTemplate: chatTemplate)
  }

  private func storedKind(_ name: String, _ shape: [Int]) -> TensorDType {
    guard shape.count == 2 else { return .f32 }
    guard dtype.isQuantized else { return dtype }
    if (shape.last ?? 1) % dtype.blockElementCount != 0 { return .f16 }
    let isVocabulary = name == "model.embed_tokens.weight" || name == "lm_head.weight"
    return dtype == .q40 && isVocabulary ? .q80 : dtype
  }
}

extension ModelConfiguration {
  /// The metadata that describes the model, without its tokenizer.
  /// - Throws: `Diagnostic` (`unsupported-model`) for numerics GGUF has no place for.
  func ggufMetadata(name: String, dtype: TensorDType) throws -> [(String, GGUFWriteValue)] {
    let prefix = architecture.rawValue
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
    let counts = [
      ("block_count", layerCount), ("context_length", maximumPositions), ("embedding_length", hiddenSize),
      ("feed_forward_length", intermediateSize), ("attention.head_count", headCount),
      ("attention.head_count_kv", keyValueHeadCount), ("attention.key_length", headDimension),
      ("attention.value_length", headDimension), ("rope.dimension_count", headDimension),
      ("vocab_size", vocabularySize),
    ]
    for (key, count) in counts { entries.append(("\(prefix).\(key)", .uint32(UInt32(clamping: count)))) }
    entries.append(("\(prefix).attention.layer_norm_rms_epsilon", .float32(Float(normEpsilon))))
    entries.append(("\(prefix).rope.freq_base", .float32(Float(rope.theta))))
    entries += try rope.ggufScaling.map { ("\(prefix).rope.scaling.\($0.0)", $0.1) }
    return entries
  }

  /// The `rope_freqs` tensor, where the scaling is given per frequency.
  func ggufFrequencyFactors() throws -> [Float]? {
    switch rope.scaling {
    case .llama3, .frequencyFactors:
      guard architecture == .llama else {
        throw Diagnostic(
          code: "unsupported-model", "llama.cpp does not read RoPE frequency factors for \(architecture.rawValue)",
          remedy: "write a model folder instead")
      }
      return rope.frequencyFactors(headDimension: headDimension)
    default: return nil
    }
  }
}

extension RopeConfiguration {
  /// The `rope.scaling.*` entries. `dynamic` has none: within the trained length it is plain RoPE.
  var ggufScaling: [(String, GGUFWriteValue)] {
    get throws {
      switch scaling {
      case .none, .dynamic, .llama3, .frequencyFactors: return []
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
