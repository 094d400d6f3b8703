import Diagnostics
public import JSON
import Synchronization

/// A model on disk, whatever its container: configuration, weights by canonical name, and what the tokenizer needs.
///
/// Weights stay in their mapped files and are shared between processes. The exceptions are matrices of a GGUF that lie in
/// another order there: queries and keys of a Llama (`RowPermutation`), and gated delta nets with more value heads than
/// key heads (`ValueHeadOrder`). Each is copied into canonical order when first asked for and kept, so that kernels,
/// adapters and merges see plain contiguous rows in one order everywhere.
public final class ModelSource: Sendable {
  public enum Container: Sendable, Hashable {
    /// A Hugging Face folder: `config.json` and safetensors.
    case folder
    case gguf
  }

  public let container: Container
  /// The folder or the `.gguf` file.
  public let path: String
  public let configuration: ModelConfiguration
  /// The metadata of a GGUF model, where its tokenizer and template lie; `nil` for a folder.
  public let gguf: GGUFFile?
  /// `config.json` of a folder, as it is.
  public let huggingFaceConfiguration: JSONValue?

  /// Tensors of the parts beside the decoder, such as a vision tower, under their own names in the order of their files:
  /// nothing here reads them, and a written folder has them unchanged.
  public let carriedTensors: [TensorView]

  let tensors: [String: TensorView]
  /// The files' names of weights that are called otherwise there.
  let storedNames: [String: String]
  /// Weights that an adapter put in the place of the files' own.
  let changed: Set<String>
  /// Whose tokenizer is read instead of the model's own: that of an adapter with a resized vocabulary.
  private let tokenizerFolder: String?
  let reordered = Mutex<[String: TensorView]>([:])

  init(
    container: Container, path: String, configuration: ModelConfiguration, gguf: GGUFFile?,
    huggingFaceConfiguration: JSONValue?, tensors: [String: TensorView], storedNames: [String: String] = [:],
    carriedTensors: [TensorView] = [], changed: Set<String> = [], tokenizerFolder: String? = nil
  ) throws {
    self.container = container
    self.path = path
    self.configuration = configuration
    self.gguf = gguf
    self.huggingFaceConfiguration = huggingFaceConfiguration
    self.tensors = tensors
    self.storedNames = storedNames
    self.carriedTensors = carriedTensors
    self.changed = changed
    self.tokenizerFolder = tokenizerFolder
    try checkTensors()
  }

  /// Opens a Hugging Face folder, a `.gguf` file, or a folder that holds exactly one `.gguf` model at any depth up to 4.
  /// A GGUF model may be split into several files by llama.cpp's gguf-split; the path of any part opens the whole model.
  ///
  /// Afterward every tensor that the configuration needs is known to be there, with the right shape and a dtype of weights.
  /// - Throws: `Diagnostic` naming the file and, where one is at fault, the tensor; `DiagnosticList` when several
  ///   tensors are missing or misshapen.
  public static func open(_ path: String) throws -> ModelSource {
    guard FileListing.isDirectory(path) else { return try openGGUF(path) }
    if FileListing.isFile(path + "/config.json") { return try openFolder(path) }
    var models: Set<String> = []
    // The first part that is there stands for a model in parts.
    let candidates = FileListing.files(below: path, suffix: ".gguf", maximumDepth: 4).filter { file in
      models.insert(GGUFPartName(file)?.path(of: 1) ?? file).inserted
    }
    guard let only = candidates.first else {
      throw Diagnostic(
        code: "missing-model-file", "the folder holds neither 'config.json' nor a '.gguf' file",
        remedy: "give a Hugging Face model folder or a GGUF file", location: SourceLocation(file: path))
    }
    guard candidates.count == 1 else {
      throw Diagnostic(
        code: "ambiguous-model-file", "the folder holds \(candidates.count) '.gguf' models",
        remedy: "name one of them", location: SourceLocation(file: path), notes: candidates)
    }
    return try openGGUF(only)
  }

  /// The files of a GGUF model in order, all parts of a split one; empty for a folder.
  public var ggufFiles: [String] {
    guard let gguf else { return [] }
    guard let count = gguf.metadata["split.count"]?.intValue, count > 1, let name = GGUFPartName(path) else {
      return [path]
    }
    return (1...name.count).map { name.path(of: $0) }
  }

  /// Canonical names of all weights, sorted.
  public var tensorNames: [String] { tensors.keys.sorted() }

  /// Canonical names of the weights that an adapter put in the place of the files' own (`applying`).
  public var changedTensors: Set<String> { changed }

  public func contains(_ name: String) -> Bool { tensors[name] != nil }

  /// What the model's own files call a weight.
  func storedName(_ canonical: String) -> String { storedNames[canonical] ?? canonical }

  /// What an RMS norm multiplies by: its weights, plus one where the model says so and its file does not hold the sum.
  /// - Throws: `Diagnostic` when the tensor is missing or holds no weights.
  public func normScale(_ name: String) throws -> [Float] {
    let stored = try tensor(name).floats()
    return configuration.normsAddOne && !holdsSumOfNorm(name) ? stored.map { 1 + $0 } : stored
  }

  /// Whether the file holds 1 + w of a norm whose canonical tensor is w.
  func holdsSumOfNorm(_ name: String) -> Bool {
    layout(of: name).values == .sumWithOne
  }

  /// The output head's matrix `[vocabulary, hidden]`: the embedding's when tied.
  public func outputHead() throws -> TensorView {
    try tensor(configuration.tiesEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight")
  }

  /// The bytes of a file beside the weights (`tokenizer.json`); `nil` when it is absent or the model is a GGUF.
  /// - Throws: `Diagnostic` when it is there and cannot be read.
  public func file(named name: String) throws -> MappedFile? {
    let file = path(ofFile: name)
    guard container == .folder, FileListing.isFile(file) else { return nil }
    return try MappedFile(file)
  }

  /// Where a file beside the weights lies.
  func path(ofFile name: String) -> String {
    let own = path + "/" + name
    guard let tokenizerFolder, Self.tokenizerFiles.contains(name) else { return own }
    // All files of one tokenizer come from one folder.
    guard FileListing.isFile(tokenizerFolder + "/tokenizer.json") else { return own }
    return tokenizerFolder + "/" + name
  }

  private static let tokenizerFiles: Set<String> = [
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
    "merges.txt",
  ]

  /// The dtype most weights are stored in.
  public var dominantDType: TensorDType {
    var bytes: [TensorDType: Int] = [:]
    for tensor in tensors.values { bytes[tensor.dtype, default: 0] += tensor.byteCount }
    return bytes.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }?.key ?? .f32
  }

  /// Bytes of all weights as stored.
  public var weightByteCount: Int { tensors.values.reduce(0) { $0 + $1.byteCount } }

  /// Bytes of all weights as `tensor` gives them: some matrices of a GGUF are widened there.
  public var canonicalByteCount: Int {
    tensors.reduce(0) { sum, tensor in
      let isStored = layout(of: tensor.key).movesWholeBlocks(of: tensor.value.dtype)
      return sum + (isStored ? tensor.value.byteCount : 4 * tensor.value.elementCount)
    }
  }

  private func checkTensors() throws {
    var problems: [Diagnostic] = []
    let location = SourceLocation(file: path)
    for (name, shape) in configuration.expectedTensors {
      guard problems.count < 20 else { break }
      guard let tensor = tensors[name] else {
        problems.append(
          Diagnostic(
            code: "missing-tensor", "tensor '\(name)' is missing", remedy: "the model is incomplete; download it again",
            location: location))
        continue
      }
      if tensor.shape != shape {
        problems.append(
          Diagnostic(
            code: "bad-tensor-shape",
            "tensor '\(name)' has the shape \(tensor.shape), the configuration calls for \(shape)", location: location))
      } else if !tensor.dtype.isWeight {
        problems.append(ModelFileFailure.dtype(path, tensor: name, tensor.dtype.rawValue))
      }
    }
    // A tensor that is not asked for would change the result if it were: a bias, a scale, another expert.
    let expected = Set(configuration.expectedTensors.map(\.name))
    let ignored = { (name: String) in name == "lm_head.weight" || name.hasSuffix(".rotary_emb.inv_freq") }
    if problems.isEmpty, let other = tensors.keys.filter({ !expected.contains($0) && !ignored($0) }).min() {
      throw ModelFileFailure.unsupported(
        path, "tensor '\(other)' has no place in the model the configuration describes")
    }
    if problems.count == 1 { throw problems[0] }
    if !problems.isEmpty { throw DiagnosticList(problems) }
  }
}
