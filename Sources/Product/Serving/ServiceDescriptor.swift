import Diagnostics
public import Inference
public import JSON
public import Platform
public import Tokenization

/// Everything that starts a service: what the `serve` stage writes and `lorapipe serve` reads.
///
/// Paths are those of the machine the service runs on and never leave it; names, digests and lineage are what clients
/// see. A service written to an artifact holds digests in place of paths, which whoever starts it resolves.
public struct ServiceDescriptor: Sendable, Hashable {
  /// An adapter offered beside the base.
  public struct Adapter: Sendable, Hashable {
    /// What a request's `model` names.
    public var name: String
    public var path: String
    /// How it was talked to in training; `nil` is the service's way.
    public var context: ChatContext?
    /// Hexadecimal SHA-256 of the artifact; `nil` for a folder outside the store.
    public var digest: Digest?
    /// Run, stage, data: shown by `/v1/models`.
    public var lineage: JSONObject

    public init(
      name: String, path: String, context: ChatContext? = nil, digest: Digest? = nil,
      lineage: JSONObject = JSONObject()
    ) {
      self.name = name
      self.path = path
      self.context = context
      self.digest = digest
      self.lineage = lineage
    }
  }

  /// The name of the base in the API.
  public var name: String
  public var modelPath: String
  public var modelDigest: Digest?
  public var adapters: [Adapter]
  /// Which model answers a request that names none; `nil` leaves it to `usualModel`.
  public var defaultModel: String?
  /// System prompt, template and its arguments: a model is served the way it was trained.
  public var context: ChatContext
  public var generation: GenerationDefaults
  /// Positions of the longest conversation; `nil` takes what the model was made for, within memory.
  public var contextLength: Int?
  /// How the KV cache stores keys and values; `nil` takes the usual type.
  public var keyValueType: KeyValueType?
  /// How inputs of products with quantized weights are rounded; `nil` takes the usual type.
  public var activations: ActivationType?
  /// Shown on the chat page.
  public var title: String
  public var description: String
  public var examples: [String]
  /// Where the service listens: no part of its JSON, because the place says nothing about the service.
  public var host: String
  public var port: Int
  public static let usualHost = "127.0.0.1"
  public static let usualPort = 8000
  /// Run, merge and data the model comes from.
  public var lineage: JSONObject

  public init(
    name: String, modelPath: String, modelDigest: Digest? = nil, adapters: [Adapter] = [],
    defaultModel: String? = nil, context: ChatContext = ChatContext(),
    generation: GenerationDefaults = GenerationDefaults(), contextLength: Int? = nil,
    keyValueType: KeyValueType? = nil, activations: ActivationType? = nil, title: String? = nil,
    description: String = "", examples: [String] = [], host: String = usualHost, port: Int = usualPort,
    lineage: JSONObject = JSONObject()
  ) {
    self.name = name
    self.modelPath = modelPath
    self.modelDigest = modelDigest
    self.adapters = adapters
    self.defaultModel = defaultModel
    self.context = context
    self.generation = generation
    self.contextLength = contextLength
    self.keyValueType = keyValueType
    self.activations = activations
    self.title = title ?? name
    self.description = description
    self.examples = examples
    self.host = host
    self.port = port
    self.lineage = lineage
  }
}

extension ServiceDescriptor {
  /// The model that answers a request that names none: the chosen one, else the adapter where there is just one, since
  /// it is what people came for, else the base.
  public var usualModel: String { defaultModel ?? (adapters.count == 1 ? adapters[0].name : name) }
}

/// What a request that says nothing gets.
public struct GenerationDefaults: Sendable, Hashable {
  public var temperature: Double
  public var topP: Double
  public var topK: Int
  public var minP: Double
  public var repetitionPenalty: Double
  public var maximumTokens: Int

  public init(
    temperature: Double = 0.7, topP: Double = 0.9, topK: Int = 0, minP: Double = 0, repetitionPenalty: Double = 1,
    maximumTokens: Int = GenerationRequest.usualMaximumTokens
  ) {
    self.temperature = temperature
    self.topP = topP
    self.topK = topK
    self.minP = minP
    self.repetitionPenalty = repetitionPenalty
    self.maximumTokens = maximumTokens
  }

  public var json: JSONValue {
    [
      "temperature": .number(temperature), "top_p": .number(topP), "top_k": .integer(Int64(topK)),
      "min_p": .number(minP), "repetition_penalty": .number(repetitionPenalty),
      "max_tokens": .integer(Int64(maximumTokens)),
    ]
  }

  /// Members that are absent keep their defaults.
  public init(json: JSONValue) {
    self.init()
    temperature = json["temperature"]?.doubleValue ?? temperature
    topP = json["top_p"]?.doubleValue ?? topP
    topK = json["top_k"]?.intValue ?? topK
    minP = json["min_p"]?.doubleValue ?? minP
    repetitionPenalty = json["repetition_penalty"]?.doubleValue ?? repetitionPenalty
    maximumTokens = json["max_tokens"]?.intValue ?? maximumTokens
  }
}

extension ServiceDescriptor {
  /// Version of the format below.
  public static let formatVersion = 1

  public var json: JSONValue {
    var object = JSONObject([
      ("format", .integer(Int64(Self.formatVersion))), ("name", .string(name)), ("model", .string(modelPath)),
      ("model_digest", modelDigest.map { .string($0.hex) } ?? .null),
      (
        "adapters",
        .array(
          adapters.map {
            [
              "name": .string($0.name), "path": .string($0.path), "digest": $0.digest.map { .string($0.hex) } ?? .null,
              "context": $0.context?.json ?? .null, "lineage": .object($0.lineage),
            ]
          })
      ),
      ("context", context.json), ("generation", generation.json),
      ("title", .string(title)), ("description", .string(description)),
      ("examples", .array(examples.map { .string($0) })), ("lineage", .object(lineage)),
    ])
    if let defaultModel { object["default_model"] = .string(defaultModel) }
    if let contextLength { object["context_length"] = .integer(Int64(contextLength)) }
    if let keyValueType { object["kv_cache"] = .string(keyValueType.rawValue) }
    if let activations { object["activations"] = .string(activations.rawValue) }
    return .object(object)
  }

  /// - Throws: `Diagnostic` (`bad-service-descriptor`).
  public init(json: JSONValue) throws {
    func failure(_ message: String) -> Diagnostic { Diagnostic(code: "bad-service-descriptor", message) }
    guard let format = json["format"]?.intValue else { throw failure("the service has no format number") }
    guard format <= Self.formatVersion else {
      throw Diagnostic(
        code: "bad-service-descriptor",
        "the service was written in format \(format), this program knows \(Self.formatVersion)",
        remedy: "use the program that wrote it, or a newer one")
    }
    guard let name = json["name"]?.stringValue, let model = json["model"]?.stringValue else {
      throw failure("the service names no model")
    }
    var adapters: [Adapter] = []
    for entry in json["adapters"]?.arrayValue ?? [] {
      guard let name = entry["name"]?.stringValue, let path = entry["path"]?.stringValue else {
        throw failure("an adapter of the service has no name or no path")
      }
      adapters.append(
        Adapter(
          name: name, path: path,
          context: try entry["context"].flatMap { $0.isNull ? nil : try ChatContext(json: $0) },
          digest: entry["digest"]?.stringValue.flatMap { Digest($0) },
          lineage: entry["lineage"]?.objectValue ?? JSONObject()))
    }
    let type = try json["kv_cache"].flatMap { written -> KeyValueType? in
      if written.isNull { return nil }
      guard let type = written.stringValue.flatMap(KeyValueType.init(rawValue:)) else {
        throw failure("the service has a KV cache of an unknown type: '\(written.stringValue ?? written.text())'")
      }
      return type
    }
    let activations = try json["activations"]?.stringValue.map { name in
      guard let type = ActivationType(rawValue: name) else {
        throw failure("the service rounds activations to an unknown type: '\(name)'")
      }
      return type
    }
    self.init(
      name: name, modelPath: model, modelDigest: json["model_digest"]?.stringValue.flatMap { Digest($0) },
      adapters: adapters,
      defaultModel: json["default_model"]?.stringValue, context: try ChatContext(json: json["context"] ?? [:]),
      generation: GenerationDefaults(json: json["generation"] ?? .null),
      contextLength: json["context_length"]?.intValue, keyValueType: type,
      activations: activations, title: json["title"]?.stringValue, description: json["description"]?.stringValue ?? "",
      examples: (json["examples"]?.arrayValue ?? []).compactMap(\.stringValue),
      lineage: json["lineage"]?.objectValue ?? JSONObject())
  }
}
