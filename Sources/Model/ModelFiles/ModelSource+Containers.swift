import Diagnostics
import JSON

extension ModelSource {
  static func openGGUF(_ path: String) throws -> ModelSource { try openGGUF(GGUFFile(path)) }

  static func openGGUF(_ file: GGUFFile) throws -> ModelSource {
    let parts = try GGUFParts(file)
    let file = parts.files[0]
    let path = file.path
    let configuration = try ModelConfiguration(gguf: file)
    var tensors: [String: TensorView] = [:]
    let names = GGUFTensorNames(configuration)
    for tensor in parts.files.flatMap(\.tensors) {
      if Self.ropeTensors.contains(tensor.name) || isBeyondDecoder(tensor.name, configuration, file) { continue }
      guard let name = names.canonical(gguf: tensor.name) else {
        throw ModelFileFailure.unsupported(path, "tensor '\(tensor.name)' has no place in a supported model")
      }
      let layout = GGUFLayout(name, configuration)
      let shape = layout.canonicalShape(tensor.shape)
      let view = TensorView(
        name: name, shape: shape, dtype: tensor.dtype, memory: tensor.memory, offset: tensor.offset)
      tensors[name] = view ?? tensor
    }
    return try ModelSource(
      container: .gguf, path: path, configuration: configuration, gguf: file, huggingFaceConfiguration: nil,
      tensors: tensors)
  }

  /// Whether a tensor belongs to the blocks after the decoder's layers, which guess further tokens. transformers does not
  /// read them either.
  private static func isBeyondDecoder(_ name: String, _ model: ModelConfiguration, _ file: GGUFFile) -> Bool {
    let parts = name.split(separator: ".", maxSplits: 2)
    guard parts.count == 3, parts[0] == "blk", let block = Int(parts[1]), let family = ModelFamily.named(model.family),
      let blocks = file.metadata["\(family.ggufArchitecture ?? "").block_count"]?.intValue
    else { return false }
    return block >= model.layerCount && block < blocks
  }

  /// GGUF tensors that belong to the configuration.
  private static let ropeTensors: Set<String> = [
    "rope_freqs.weight", "rope_factors_short.weight", "rope_factors_long.weight",
  ]

  /// The canonical name of a tensor of a class whose decoder is one part of several; `nil` when it belongs to another.
  private static func canonicalName(ofNested name: String) -> String? {
    // As transformers 4 and as 5 wrote them.
    for prefix in ["language_model.model.", "model.language_model."] where name.hasPrefix(prefix) {
      return "model." + name.dropFirst(prefix.count)
    }
    for prefix in ["language_model.lm_head.", "lm_head."] where name.hasPrefix(prefix) {
      return "lm_head." + name.dropFirst(prefix.count)
    }
    return nil
  }

  static func openFolder(_ path: String) throws -> ModelSource {
    let configurationPath = path + "/config.json"
    let json = try readJSON(configurationPath)
    let generationPath = path + "/generation_config.json"
    let generation = FileListing.isFile(generationPath) ? try readJSON(generationPath) : nil
    var configuration = try ModelConfiguration(huggingFace: json, generation: generation, path: configurationPath)
    let isNested = configuration.modulePrefix != "model."
    var tensors: [String: TensorView] = [:]
    var storedNames: [String: String] = [:]
    var carried: [TensorView] = []
    for shard in try shards(path) {
      let file = try SafetensorsFile(path + "/" + shard.name)
      for tensor in file.tensors {
        if let expected = shard.tensors, !expected.contains(tensor.name) {
          throw ModelFileFailure.safetensors(
            file.path, "tensor '\(tensor.name)' is not in the index as part of this file")
        }
        guard isNested else {
          tensors[tensor.name] = tensor
          continue
        }
        guard let name = canonicalName(ofNested: tensor.name) else {
          carried.append(tensor)
          continue
        }
        var view = tensor
        view.name = name
        tensors[name] = view
        storedNames[name] = tensor.name
      }
      if let missing = shard.tensors?.filter({ file.tensor($0) == nil }).min() {
        throw Diagnostic(
          code: "missing-tensor", "tensor '\(missing)' is missing",
          remedy: "the model is incomplete; download it again",
          location: SourceLocation(file: file.path))
      }
    }
    if configuration.tiesEmbeddings, var head = tensors["lm_head.weight"] {
      if let embedding = tensors["model.embed_tokens.weight"] {
        // A head of its own is used even where the configuration calls it tied, as transformers 5 does.
        configuration.tiesEmbeddings = head.hasSameContent(as: embedding)
      } else {
        head.name = "model.embed_tokens.weight"
        tensors[head.name] = head
      }
    }
    return try ModelSource(
      container: .folder, path: path, configuration: configuration, gguf: nil, huggingFaceConfiguration: json,
      tensors: tensors, storedNames: storedNames, carriedTensors: carried)
  }

  /// The weight files, with the tensors the index puts in each.
  private static func shards(_ path: String) throws -> [(name: String, tensors: Set<String>?)] {
    let indexPath = path + "/model.safetensors.index.json"
    guard FileListing.isFile(indexPath) else {
      guard FileListing.isFile(path + "/model.safetensors") else {
        throw Diagnostic(
          code: "missing-model-file", "the folder holds neither 'model.safetensors' nor an index of shards",
          remedy: "only safetensors weights are read; fetch the model again",
          location: SourceLocation(file: path))
      }
      return [("model.safetensors", nil)]
    }
    guard let map = try readJSON(indexPath)["weight_map"]?.objectValue else {
      throw ModelFileFailure.configuration(indexPath, "'weight_map' is missing")
    }
    var names: [String: Set<String>] = [:]
    for (tensor, value) in map {
      guard let shard = value.stringValue, !shard.isEmpty, !shard.utf8.contains(UInt8(ascii: "/")), shard != "..",
        shard != "."
      else {
        throw ModelFileFailure.configuration(indexPath, "tensor '\(tensor)' does not name a file of this folder")
      }
      names[shard, default: []].insert(tensor)
    }
    guard names.count <= 10_000 else {
      throw ModelFileFailure.configuration(indexPath, "the index names \(names.count) files")
    }
    return names.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  static func readJSON(_ path: String) throws -> JSONValue { try readJSON(MappedFile(path)) }

  static func readJSON(_ file: MappedFile) throws -> JSONValue {
    do {
      return try file.withBytes { (bytes) throws(JSONParseError) in try JSONValue(parsing: bytes, maximumDepth: 64) }
    } catch {
      throw ModelFileFailure.json(file.path, error)
    }
  }
}
