import Inference
public import JSON

/// What the router knows of the service: a value, so that routing is a pure function of request and state.
public struct RouterState: Sendable {
  public struct Model: Sendable, Hashable {
    public var name: String
    /// `nil` for the base.
    public var adapter: String?
    public var digest: String?
    public var lineage: JSONObject

    public init(name: String, adapter: String? = nil, digest: String? = nil, lineage: JSONObject = JSONObject()) {
      self.name = name
      self.adapter = adapter
      self.digest = digest
      self.lineage = lineage
    }
  }

  /// The base first, then the adapters.
  public var models: [Model]
  /// Who answers when a request names nobody; `nil` is the first.
  public var defaultModel: String?
  public var generation: GenerationDefaults
  public var contextLength: Int
  public var title: String
  public var description: String
  public var examples: [String]
  public var systemPrompt: String?
  /// `nil` asks for none.
  public var apiKey: String?
  /// Whether only this machine may ask: then a browser's request must be for this machine's own name.
  public var isLoopback: Bool
  public var acceptsAdapters: Bool
  public var metrics: String
  /// Seconds since 1970 at which the service started.
  public var started: Int
  public var draining: Bool
  /// A fresh word for the page's content policy.
  public var nonce: String

  public init(
    models: [Model], defaultModel: String? = nil, generation: GenerationDefaults = GenerationDefaults(),
    contextLength: Int = 2048,
    title: String = "", description: String = "", examples: [String] = [], systemPrompt: String? = nil,
    apiKey: String? = nil, isLoopback: Bool = true, acceptsAdapters: Bool = true, metrics: String = "",
    started: Int = 0, draining: Bool = false, nonce: String = "0"
  ) {
    self.models = models
    self.defaultModel = defaultModel
    self.generation = generation
    self.contextLength = contextLength
    self.title = title
    self.description = description
    self.examples = examples
    self.systemPrompt = systemPrompt
    self.apiKey = apiKey
    self.isLoopback = isLoopback
    self.acceptsAdapters = acceptsAdapters
    self.metrics = metrics
    self.started = started
    self.draining = draining
    self.nonce = nonce
  }
}

extension RouterState {
  /// The name of the model that answers a request that names none.
  var usualModel: String {
    models.first { $0.name == defaultModel }?.name ?? models.first?.name ?? ""
  }
}

/// Decides what a request gets: an answer at once, or a plan for one.
public enum Router {
  public static func route(_ request: HTTPRequest, _ state: RouterState) -> RouterAction {
    do {
      return try routed(request, state)
    } catch let error as APIError {
      return .respond(error.response)
    } catch {
      return .respond(APIError(status: 500, type: "server_error", "the server failed").response)
    }
  }

  private static let methods: [String: String] = [
    "/": "GET", "/health": "GET", "/metrics": "GET", "/v1/models": "GET", "/v1/service": "GET",
    "/v1/chat/completions": "POST", "/v1/completions": "POST", "/chat": "POST", "/v1/load_lora_adapter": "POST",
    "/v1/unload_lora_adapter": "POST", "/tokenizer_info": "GET", "/tokenize": "POST", "/detokenize": "POST",
  ]

  private static func routed(_ request: HTTPRequest, _ state: RouterState) throws -> RouterAction {
    try checkOrigin(request, state)
    let oneModel = request.path.hasPrefix("/v1/models/")
    guard let method = oneModel ? "GET" : methods[request.path] else {
      throw APIError(status: 404, "there is no such route", code: "not_found")
    }
    guard request.method == method || (method == "GET" && request.method == "HEAD") else {
      var response = APIError(status: 405, "this route takes \(method)", code: "method_not_allowed").response
      response.headers["Allow"] = method
      return .respond(response)
    }
    if request.path == "/health" { return .respond(health(state)) }
    if request.path == "/" { return .respond(ChatPage.response(nonce: state.nonce)) }
    try checkKey(request, state)
    switch request.path {
    case "/metrics":
      return .respond(
        HTTPResponse(
          status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(state.metrics.utf8)))
    case "/v1/models":
      return .respond(.json(["object": "list", "data": .array(state.models.map { modelCard($0, state) })]))
    case "/v1/service": return .respond(service(state))
    case "/v1/chat/completions": return .complete(try chatPlan(request, state))
    case "/v1/completions": return .complete(try textPlan(request, state))
    case "/chat": return .complete(try simplePlan(request, state))
    case "/tokenizer_info": return .describeTokenizer
    case "/tokenize":
      let fields = try RequestFields(request.body)
      guard let text = try fields.string("prompt") else { throw APIError.invalid("'prompt' must be a text", "prompt") }
      return .tokenize(text: text, addsSpecialTokens: try fields.bool("add_special_tokens") ?? true)
    case "/detokenize":
      guard let list = try RequestFields(request.body).value("tokens")?.arrayValue else {
        throw APIError.invalid("'tokens' must be a list of tokens", "tokens")
      }
      return .detokenize(try tokens(list, APIError.invalid("'tokens' must be a list of tokens", "tokens")))
    case "/v1/load_lora_adapter", "/v1/unload_lora_adapter": return try adapterAction(request, state)
    default:
      let name = String(request.path.dropFirst("/v1/models/".count))
      guard let model = state.models.first(where: { $0.name == name }) else { throw unknownModel(name) }
      return .respond(.json(modelCard(model, state)))
    }
  }

  // MARK: - Who may ask

  /// A page of another site must not use a service of this machine: its browser says where the page came from, and a
  /// name rebound to this machine is not the machine's name.
  private static func checkOrigin(_ request: HTTPRequest, _ state: RouterState) throws {
    let refused = APIError(status: 403, type: "permission_error", "requests from other sites are refused")
    let host = request.headers["host"]
    if let origin = request.headers["origin"] {
      guard let host, let mark = origin.firstRange(of: "://"), origin[mark.upperBound...] == host else { throw refused }
    }
    if state.isLoopback, let host {
      let name = hostName(host)
      guard name == "localhost" || name.hasSuffix(".localhost") || name == "[::1]" || isLoopbackAddress(name) else {
        throw refused
      }
    }
  }

  private static func isLoopbackAddress(_ name: String) -> Bool {
    name.hasPrefix("127.") && name.utf8.allSatisfy { $0 == 0x2E || (0x30...0x39).contains($0) }
  }

  private static func hostName(_ host: String) -> String {
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") { return String(host[...end]) }
    return String(host.prefix { $0 != ":" }).lowercased()
  }

  private static func checkKey(_ request: HTTPRequest, _ state: RouterState) throws {
    guard let key = state.apiKey else { return }
    let header = request.headers["authorization"] ?? ""
    let offered = header.lowercased().hasPrefix("bearer ") ? String(header.dropFirst(7)) : ""
    guard equalInConstantTime(Array(offered.utf8), Array(key.utf8)) else {
      throw APIError(
        status: 401, type: "authentication_error", "a valid API key is needed, as 'Authorization: Bearer KEY'",
        code: "invalid_api_key")
    }
  }

  /// Takes as long for a wrong key as for the right one: every byte offered is compared, whatever came before it.
  static func equalInConstantTime(_ offered: [UInt8], _ key: [UInt8]) -> Bool {
    var difference = UInt(bitPattern: offered.count ^ key.count)
    for index in offered.indices { difference |= UInt(offered[index] ^ (key.isEmpty ? 1 : key[index % key.count])) }
    return difference == 0 && !key.isEmpty
  }

  // MARK: - Descriptions

  private static func health(_ state: RouterState) -> HTTPResponse {
    .json(
      ["status": .string(state.draining ? "draining" : "healthy"), "model": .string(state.usualModel)],
      status: state.draining ? 503 : 200)
  }

  private static func modelCard(_ model: RouterState.Model, _ state: RouterState) -> JSONValue {
    var card = JSONObject([
      ("id", .string(model.name)), ("object", "model"), ("created", .integer(Int64(state.started))),
      ("owned_by", "lorapipe"), ("max_model_len", .integer(Int64(state.contextLength))),
      ("root", .string(state.models.first?.name ?? model.name)),
      ("parent", model.adapter == nil ? .null : .string(state.models.first?.name ?? "")),
    ])
    if let digest = model.digest { card["digest"] = .string(digest) }
    if !model.lineage.isEmpty { card["lineage"] = .object(model.lineage) }
    return .object(card)
  }

  /// What the chat page shows and starts from.
  private static func service(_ state: RouterState) -> HTTPResponse {
    .json([
      "title": .string(state.title), "description": .string(state.description),
      "examples": .array(state.examples.map { .string($0) }), "system": state.systemPrompt.map { .string($0) } ?? .null,
      "generation": state.generation.json, "context_length": .integer(Int64(state.contextLength)),
      "default": .string(state.usualModel),
      "models": .array(
        state.models.map { ["id": .string($0.name), "adapter": .bool($0.adapter != nil)] }),
    ])
  }

  static func unknownModel(_ name: String) -> APIError {
    APIError(
      status: 404, "the model '\(name.prefix(80))' does not exist here; /v1/models lists those that do",
      parameter: "model", code: "model_not_found")
  }

  // MARK: - Adapters

  private static func adapterAction(_ request: HTTPRequest, _ state: RouterState) throws -> RouterAction {
    guard state.acceptsAdapters else {
      throw APIError(status: 403, type: "permission_error", "this service does not load adapters while running")
    }
    let fields = try RequestFields(request.body)
    guard let name = try fields.string("lora_name"), !name.isEmpty, name.utf8.count <= 128,
      name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { throw APIError.invalid("'lora_name' must be 1 to 128 printable ASCII characters", "lora_name") }
    let known = state.models.first { $0.name == name }
    if request.path == "/v1/unload_lora_adapter" {
      guard known?.adapter != nil else { throw unknownModel(name) }
      return .unloadAdapter(name: name)
    }
    guard known == nil else {
      throw APIError.invalid("a model named '\(name)' is already served", "lora_name", code: "already_loaded")
    }
    guard let path = try fields.string("lora_path"), !path.isEmpty, !path.contains("\0") else {
      throw APIError.invalid("'lora_path' must name the adapter's folder", "lora_path")
    }
    return .loadAdapter(name: name, path: path)
  }
}
