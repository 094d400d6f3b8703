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
    let frequencies = try configuration.ggufFrequencyTensors()
    var tensors = frequencies.map { TensorSpecification(name: $0.name, shape: [$0.values.count], dtype: .f32) }
    let weights = configuration.expectedTensors
    let names = GGUFTensorNames(configuration)
    for (name, shape) in weights {
      guard let ggufName = names.gguf(canonical: name) else {
        throw Diagnostic(code: "unsupported-model", "tensor '\(name)' has no place in a GGUF file")
      }
      let layout = GGUFLayout(name, configuration)
      tensors.append(
        TensorSpecification(
          name: ggufName, shape: layout.fileShape(shape), dtype: storedKind(name, shape)))
    }
    let writer = try GGUFWriter(path, metadata: metadata, tensors: tensors)
    for (_, values) in frequencies { try values.withUnsafeBytes { try writer.append($0) } }
    let total = try tensors.reduce(0) { $0 + (try $1.byteCount()) }
    let canonical = rows ?? { try source.readRows($0, $1, into: $2) }
    var stream = TensorStream(
      rows: { name, range, output in
        try canonical(name, range, output)
        GGUFLayout(name, configuration).toFile(output, rowCount: range.count)
      }, observer: observer, total: total)
    for (name, shape) in weights {
      try stream.write(
        canonical: name, shape: shape, dtype: storedKind(name, shape),
        layout: shape.count == 1 ? .canonical : GGUFLayout(name, configuration)
      ) { try writer.append($0) }
    }
    try writer.finish()
  }

  private func tokenizerMetadata() throws -> [(String, GGUFWriteValue)] {
    if !requiresTokenizer, source.container == .folder, !FileListing.isFile(source.path(ofFile: "tokenizer.json")) {
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
