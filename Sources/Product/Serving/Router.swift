import ChatPage
public import HTTPService
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
  public var acceptsAdapters: Bool
  /// Seconds since 1970 at which the service started.
  public var started: Int
  public var draining: Bool
  public var languages: ServiceLanguages

  public init(
    models: [Model], defaultModel: String? = nil, generation: GenerationDefaults = GenerationDefaults(),
    contextLength: Int = 2048,
    title: String = "", description: String = "", examples: [String] = [], systemPrompt: String? = nil,
    acceptsAdapters: Bool = true, started: Int = 0, draining: Bool = false,
    languages: ServiceLanguages = .english
  ) {
    self.models = models
    self.defaultModel = defaultModel
    self.generation = generation
    self.contextLength = contextLength
    self.title = title
    self.description = description
    self.examples = examples
    self.systemPrompt = systemPrompt
    self.acceptsAdapters = acceptsAdapters
    self.started = started
    self.draining = draining
    self.languages = languages
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

  private static func routed(_ request: HTTPRequest, _ state: RouterState) throws -> RouterAction {
    let page = pageFile(request.path)
    let oneModel = request.path.hasPrefix("/v1/models/")
    guard let method = oneModel || page != nil ? "GET" : Route.methods[request.path] else {
      throw APIError(status: 404, "there is no such route", code: "not_found")
    }
    guard request.method == method || (method == "GET" && request.method == "HEAD") else {
      var response = APIError(status: 405, "this route takes \(method)", code: "method_not_allowed").response
      response.headers["Allow"] = method
      return .respond(response)
    }
    if let page { return .respond(page) }
    if request.path == "/docs" {
      return .respond(DocsPage(state, request).response)
    }
    if request.path == "/health" { return .respond(health(state)) }
    switch request.path {
    case "/metrics": return .metrics
    case "/v1/models":
      return .respond(.json(["object": "list", "data": .array(state.models.map { modelCard($0, state) })]))
    case "/v1/service": return .respond(service(state))
    case "/v1/chat/completions": return .complete(try chatPlan(request, state))
    case "/v1/completions": return .complete(try textPlan(request, state))
    case "/chat": return .complete(try simplePlan(request, state))
    case "/tokenizer_info": return .describeTokenizer
    case "/tokenize":
      let fields = try RequestFields(request.body)
      try RequestMembers.check(fields.object, .tokenize)
      try checkModel(fields, state)
      guard let text = try fields.string("prompt") else { throw APIError.invalid("'prompt' must be a text", "prompt") }
      return .tokenize(text: text, addsSpecialTokens: try fields.bool("add_special_tokens") ?? true)
    case "/detokenize":
      let fields = try RequestFields(request.body)
      try RequestMembers.check(fields.object, .detokenize)
      try checkModel(fields, state)
      guard let list = fields.value("tokens")?.arrayValue else {
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

  // MARK: - The chat page

  /// Paths that need no key: a browser loads them before anybody can type one.
  public static var openPaths: Set<String> {
    Set(ChatPage.fileNames.map { "/page/" + $0 } + ["/", "/docs", "/health"])
  }

  /// The page at `/` and its parts below `/page/`, under a content policy that lets nothing else load.
  private static func pageFile(_ path: String) -> HTTPResponse? {
    let name = path == "/" ? "chat.html" : path.hasPrefix("/page/") ? String(path.dropFirst(6)) : nil
    guard let name, let file = ChatPage.file(name) else { return nil }
    return HTTPResponse(
      status: 200, contentType: file.contentType,
      headers: [
        "Content-Security-Policy":
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
          + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
      ], body: file.bytes)
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

  /// All models of a service have one tokenizer, but a name that is none of theirs is a mistake.
  private static func checkModel(_ fields: RequestFields, _ state: RouterState) throws {
    guard let name = try fields.string("model") else { return }
    guard state.models.contains(where: { $0.name == name }) else { throw unknownModel(name) }
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
    let loads = request.path == "/v1/load_lora_adapter"
    try RequestMembers.check(fields.object, loads ? .loadAdapter : .unloadAdapter)
    guard let name = try fields.string("lora_name"), !name.isEmpty, name.utf8.count <= 128,
      name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { throw APIError.invalid("'lora_name' must be 1 to 128 printable ASCII characters", "lora_name") }
    let known = state.models.first { $0.name == name }
    if !loads {
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
