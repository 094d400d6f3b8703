import Diagnostics
import Glibc
import JSON

/// Writes a model as a Hugging Face folder that transformers opens. Equal input gives equal bytes; nothing in it names
/// a path, host or time.
public struct HuggingFaceModelWriter {
  public var source: ModelSource
  /// f32, f16 or bf16, for every tensor.
  public var dtype: TensorDType
  /// Replaces the base's chat template.
  public var chatTemplate: String?
  public var maximumShardByteCount = 5_000_000_000
  /// Whether a GGUF model without a tokenizer is an error.
  public var requiresTokenizer = true

  public init(source: ModelSource, dtype: TensorDType, chatTemplate: String? = nil) {
    self.source = source
    self.dtype = dtype
    self.chatTemplate = chatTemplate
  }

  /// Files beside the weights that are carried over from a folder as they are.
  static let carriedFiles = [
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
    "merges.txt", "chat_template.jinja", "chat_template.json", "generation_config.json", "preprocessor_config.json",
    "processor_config.json", "video_preprocessor_config.json",
  ]

  /// Writes everything into an existing folder.
  /// - Parameter rows: the weights; the source's own when `nil`.
  /// - Throws: `Diagnostic` (`cannot-write-file`, `disk-full`, `weight-overflow`, `weight-not-finite`,
  ///   `unsupported-tensor-dtype`, or what reading the tokenizer says).
  public func write(
    to folder: String, rows: WeightRows? = nil, observer: ModelWriteObserver = ModelWriteObserver()
  ) throws {
    guard [.f32, .f16, .bf16].contains(dtype) else {
      throw Diagnostic(
        code: "unsupported-tensor-dtype", "a model folder cannot hold \(dtype.rawValue) weights",
        remedy: "use f32, f16 or bf16, or write a GGUF file")
    }
    try writeJSON(.object(try configurationFile()), folder + "/config.json")
    try writeTokenizer(folder)
    try writeWeights(folder, rows ?? { try source.readRows($0, $1, into: $2) }, observer)
  }

  private func writeJSON(_ value: JSONValue, _ path: String) throws {
    try SequentialFile.write(value.bytes(.pretty) + [0x0A], to: path)
  }

  private func configurationFile() throws -> JSONObject {
    let name =
      switch dtype {
      case .f16: "float16"
      case .bf16: "bfloat16"
      default: "float32"
      }
    guard var object = source.huggingFaceConfiguration?.objectValue else {
      var object = try source.configuration.huggingFaceFields()
      object["torch_dtype"] = .string(name)
      return object
    }
    object["_name_or_path"] = nil
    setVocabulary(&object)
    if var text = object["text_config"]?.objectValue {
      for key in ["dtype", "torch_dtype"] where text.contains(key) { text[key] = .string(name) }
      object["text_config"] = .object(text)
    }
    // A head of its own makes the model untied, whatever its configuration said.
    if !source.configuration.tiesEmbeddings, object["tie_word_embeddings"]?.boolValue != false {
      object["tie_word_embeddings"] = false
    }
    if object.contains("dtype") || object.contains("torch_dtype") {
      for key in ["dtype", "torch_dtype"] where object.contains(key) { object[key] = .string(name) }
    } else {
      object["torch_dtype"] = .string(name)
    }
    return object
  }

  /// A resized vocabulary, wherever the configuration says its size.
  private func setVocabulary(_ object: inout JSONObject) {
    let size = JSONValue.integer(Int64(source.configuration.vocabularySize))
    if object.contains("vocab_size") { object["vocab_size"] = size }
    guard var text = object["text_config"]?.objectValue, text.contains("vocab_size") else { return }
    text["vocab_size"] = size
    object["text_config"] = .object(text)
  }

  private func writeTokenizer(_ folder: String) throws {
    let hasNone = source.gguf?.metadata["tokenizer.ggml.model"]?.stringValue == "none"
    if hasNone, !requiresTokenizer { return }
    if let gguf = source.gguf {
      let files = try HuggingFaceTokenizerFiles(gguf: gguf, configuration: source.configuration)
      for (name, value) in files.files { try writeJSON(value, folder + "/" + name) }
    } else {
      for name in Self.carriedFiles {
        guard let file = try source.file(named: name) else { continue }
        if chatTemplate != nil, name.hasPrefix("chat_template.") { continue }
        if chatTemplate != nil, name == "tokenizer_config.json",
          var object = try ModelSource.readJSON(file.path).objectValue, object.contains("chat_template")
        {
          object["chat_template"] = nil
          try writeJSON(.object(object), folder + "/" + name)
        } else {
          try SequentialFile.write(file.contents(), to: folder + "/" + name)
        }
      }
    }
    if let chatTemplate {
      try SequentialFile.write(Array(chatTemplate.utf8), to: folder + "/chat_template.jinja")
    } else if source.gguf != nil {
      try writeTemplates(try source.chatTemplates(), folder)
    } else {
      try carryTemplates(folder)
    }
  }

  /// Templates of a GGUF file: one as its own file, several as a list, which needs no default.
  private func writeTemplates(_ templates: ChatTemplateFiles, _ folder: String) throws {
    if templates.templates.count == 1, let chat = templates.chat {
      try SequentialFile.write(Array(chat.utf8), to: folder + "/chat_template.jinja")
    } else if !templates.isEmpty {
      let path = folder + "/tokenizer_config.json"
      var settings = try ModelSource.readJSON(path).objectValue ?? JSONObject()
      settings["chat_template"] = .array(
        templates.names.map { ["name": .string($0), "template": .string(templates.templates[$0] ?? "")] })
      try writeJSON(.object(settings), path)
    }
  }

  /// The further templates of a folder.
  private func carryTemplates(_ folder: String) throws {
    let name = "additional_chat_templates"
    guard FileListing.isDirectory(source.path + "/" + name) else { return }
    let files = FileListing.files(below: source.path + "/" + name, suffix: ".jinja", maximumDepth: 1)
    guard !files.isEmpty else { return }
    try FileListing.makeDirectory(folder + "/" + name)
    for path in files {
      let file = path.split(separator: "/").last.map(String.init) ?? ""
      try SequentialFile.write(try MappedFile(path).contents(), to: "\(folder)/\(name)/\(file)")
    }
  }

  private func writeWeights(_ folder: String, _ rows: @escaping WeightRows, _ observer: ModelWriteObserver) throws {
    let weights = try source.configuration.expectedTensors.map {
      TensorSpecification(
        name: source.storedName($0.name), shape: $0.shape,
        dtype: source.keepsDType($0.name) ? try source.tensor($0.name).dtype : dtype)
    }
    let canonical = Dictionary(
      uniqueKeysWithValues: zip(weights.map(\.name), source.configuration.expectedTensors.map(\.name)))
    let carried = Dictionary(uniqueKeysWithValues: source.carriedTensors.map { ($0.name, $0) })
    let tensors =
      weights
      + source.carriedTensors.map { TensorSpecification(name: $0.name, shape: $0.shape, dtype: $0.dtype) }
    var shards: [[TensorSpecification]] = [[]]
    var shardBytes = 0
    var total = 0
    for tensor in tensors {
      let bytes = try tensor.byteCount()
      if shardBytes > 0, shardBytes + bytes > maximumShardByteCount {
        shards.append([])
        shardBytes = 0
      }
      shards[shards.count - 1].append(tensor)
      shardBytes += bytes
      total += bytes
    }
    var stream = TensorStream(rows: rows, observer: observer, total: total)
    var map = JSONObject()
    for (index, shard) in shards.enumerated() {
      let name = shards.count == 1 ? "model.safetensors" : Self.shardName(index, shards.count)
      let writer = try SafetensorsWriter(folder + "/" + name, tensors: shard)
      for tensor in shard {
        if let name = canonical[tensor.name] {
          try stream.write(canonical: name, shape: tensor.shape, dtype: tensor.dtype) { try writer.append($0) }
        } else if let view = carried[tensor.name] {
          try stream.copy(view) { try writer.append($0) }
        }
        map[tensor.name] = .string(name)
      }
      try writer.finish()
    }
    if shards.count > 1 {
      let index: JSONValue = ["metadata": ["total_size": .integer(Int64(total))], "weight_map": .object(map)]
      try writeJSON(index, folder + "/model.safetensors.index.json")
    }
  }

  private static func shardName(_ index: Int, _ count: Int) -> String {
    func padded(_ number: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, 5 - text.utf8.count)) + text
    }
    return "model-\(padded(index + 1))-of-\(padded(count)).safetensors"
  }
}
