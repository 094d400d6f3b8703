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

  public init(source: ModelSource, dtype: TensorDType, chatTemplate: String? = nil) {
    self.source = source
    self.dtype = dtype
    self.chatTemplate = chatTemplate
  }

  /// Files beside the weights that are carried over from a folder as they are.
  static let carriedFiles = [
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json",
    "merges.txt", "chat_template.jinja", "chat_template.json", "generation_config.json",
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

  private func writeTokenizer(_ folder: String) throws {
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
    let tensors = source.configuration.expectedTensors.map {
      TensorSpecification(name: $0.name, shape: $0.shape, dtype: dtype)
    }
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
        try stream.write(canonical: tensor.name, shape: tensor.shape, dtype: tensor.dtype) { try writer.append($0) }
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

extension ModelConfiguration {
  /// The members of a `config.json` for a model that had none, in the spelling that transformers 4 and 5 both read.
  /// - Throws: `Diagnostic` (`unsupported-model`) for RoPE factors that have no name there.
  func huggingFaceFields() throws -> JSONObject {
    let className =
      switch architecture {
      case .llama: "LlamaForCausalLM"
      case .qwen2: "Qwen2ForCausalLM"
      case .qwen3: "Qwen3ForCausalLM"
      }
    let number = { (value: Int) -> JSONValue in .integer(Int64(value)) }
    let eos: JSONValue =
      eosTokenIDs.count == 1 ? number(eosTokenIDs[0]) : eosTokenIDs.isEmpty ? .null : .array(eosTokenIDs.map(number))
    var object = JSONObject([
      ("architectures", [.string(className)]),
      ("attention_dropout", 0.0),
      ("bos_token_id", bosTokenID.map(number) ?? .null),
      ("eos_token_id", eos),
      ("head_dim", number(headDimension)),
      ("hidden_act", "silu"),
      ("hidden_size", number(hiddenSize)),
      ("initializer_range", 0.02),
      ("intermediate_size", number(intermediateSize)),
      ("max_position_embeddings", number(maximumPositions)),
      ("model_type", .string(architecture.rawValue)),
      ("num_attention_heads", number(headCount)),
      ("num_hidden_layers", number(layerCount)),
      ("num_key_value_heads", number(keyValueHeadCount)),
      ("pad_token_id", padTokenID.map(number) ?? .null),
      ("rms_norm_eps", .number(normEpsilon)),
      ("rope_scaling", try rope.huggingFaceScaling(headDimension: headDimension, maximumPositions: maximumPositions)),
      ("rope_theta", .number(rope.theta)),
      ("tie_word_embeddings", .bool(tiesEmbeddings)),
      ("use_cache", true),
      ("vocab_size", number(vocabularySize)),
    ])
    if architecture == .llama || architecture == .qwen3 { object["attention_bias"] = false }
    if architecture == .llama { object["mlp_bias"] = false } else { object["use_sliding_window"] = false }
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
