import Constraints
import Conversations
import Diagnostics
import Glibc
public import HTTPService
public import Inference
import JSON
public import ModelFiles
import Platform
import Synchronization
import Tokenization

/// Limits of a service.
public struct ServiceOptions: Sendable, Hashable {
  /// Replies that may wait beside those being generated; more are answered 429.
  public var maximumQueue: Int
  /// Replies generated at once.
  public var maximumSequences: Int
  public var threads: Int
  /// Bytes of the KV cache.
  public var cacheByteCount: Int
  /// How the KV cache stores keys and values; `nil` leaves it to the descriptor.
  public var keyValueType: KeyValueType?
  /// How inputs of products with quantized weights are rounded; `nil` leaves it to the descriptor.
  public var activations: ActivationType?
  /// Whether `/v1/load_lora_adapter` works.
  public var acceptsAdapters: Bool
  /// Speculative decoding; it changes no reply.
  public var speculation: Speculation
  /// Adapters that may be offered at once.
  public static let maximumAdapters = 256

  public init(
    maximumQueue: Int = 64, maximumSequences: Int = 16, threads: Int = 2, cacheByteCount: Int = 1 << 30,
    keyValueType: KeyValueType? = nil, activations: ActivationType? = nil, acceptsAdapters: Bool = true,
    speculation: Speculation = .auto
  ) {
    self.maximumQueue = maximumQueue
    self.maximumSequences = maximumSequences
    self.threads = threads
    self.cacheByteCount = cacheByteCount
    self.keyValueType = keyValueType
    self.activations = activations
    self.acceptsAdapters = acceptsAdapters
    self.speculation = speculation
  }

  /// How a service rounds inputs of products: as asked here, and else as its descriptor says.
  func activations(for descriptor: ServiceDescriptor) -> ActivationType {
    activations ?? descriptor.activations ?? .usual
  }
}

/// A model, its adapters and their scheduler behind one function: request in, answer into a sink. It knows no socket.
///
/// ```swift
/// let service = try Service(descriptor)
/// let server = try HTTPServer.start(service, port: 8000, access: HTTPAccess(openPaths: Router.openPaths))
/// ```
public final class Service: HTTPHandler {
  public let descriptor: ServiceDescriptor
  public let options: ServiceOptions
  public let chat: ChatModel
  public let contextLength: Int
  public let keyValueType: KeyValueType
  public let activations: ActivationType
  public let languages: ServiceLanguages

  let scheduler: Scheduler
  let metrics = ServiceMetrics()
  private let started: Int
  let adapters: Mutex<[Loaded]>
  let lookup: AdapterLookup
  /// Adapters being read just now.
  let loading = Atomic<Int>(0)
  /// Made when the first reply must follow a grammar.
  let vocabulary = Mutex<SortedVocabulary?>(nil)
  /// Positions of the longest conversation when nobody says: enough to talk, and little memory to hold.
  private static let usualContext = 8192

  struct Loaded: Sendable {
    let description: ServiceDescriptor.Adapter
    let adapter: InferenceAdapter
    /// A model is talked to the way it was trained, and each adapter has a training of its own.
    let prompts: PromptEncoder
  }

  /// Opens model and adapters and starts the scheduler's thread.
  /// - Parameter arranged: finds the model's arranged weights; `nil` for none. Asked only for activations that read them.
  /// - Throws: `Diagnostic` or `DiagnosticList` naming what cannot be served.
  public convenience init(
    _ descriptor: ServiceDescriptor, options: ServiceOptions = ServiceOptions(),
    languages: ServiceLanguages = .english,
    arranged: (ModelSource) throws -> ArrangedWeights? = { _ in nil },
    lookup: @escaping AdapterLookup = { ServiceDescriptor.Adapter(name: "", path: $0) }
  ) throws {
    let chat = try ChatModel.open(
      descriptor.modelPath, context: descriptor.context, threads: options.threads,
      activations: options.activations(for: descriptor), arranged: arranged)
    try self.init(descriptor, chat: chat, options: options, languages: languages, lookup: lookup)
  }

  /// Serves a model that is open already.
  public init(
    _ descriptor: ServiceDescriptor, chat: ChatModel, options: ServiceOptions, languages: ServiceLanguages = .english,
    lookup: @escaping AdapterLookup = { ServiceDescriptor.Adapter(name: "", path: $0) }
  ) throws {
    self.descriptor = descriptor
    self.options = options
    self.languages = languages
    self.chat = chat
    self.lookup = lookup
    var loaded: [Loaded] = []
    for description in descriptor.adapters {
      guard description.name != descriptor.name, !loaded.contains(where: { $0.description.name == description.name })
      else {
        throw Diagnostic(
          code: "duplicate-model-name", "two models of the service are named '\(description.name)'",
          remedy: "give each adapter a name of its own")
      }
      loaded.append(
        Loaded(
          description: description,
          adapter: try InferenceAdapter.open(description.path, for: chat.model, threads: options.threads),
          prompts: try Self.prompts(description, descriptor, chat)))
    }
    adapters = Mutex(loaded)
    let positions = chat.model.configuration.maximumPositions
    if let asked = descriptor.contextLength, asked > positions {
      throw Diagnostic(
        code: "context-too-long",
        "a context of \(asked) tokens was asked for, and the model was made for \(positions) positions",
        remedy: "ask for at most \(positions), or give the model's config.json rope_parameters that reach further")
    }
    let type = options.keyValueType ?? descriptor.keyValueType ?? .usual
    keyValueType = type
    activations = options.activations(for: descriptor)
    let generator = try Generator(
      chat.model,
      options: GeneratorOptions(
        threads: options.threads,
        contextLength: descriptor.contextLength
          ?? max(
            min(
              Self.usualContext,
              Generator.positions(
                of: chat.model, in: options.cacheByteCount, type, sequences: options.maximumSequences)), 1),
        cacheByteCount: options.cacheByteCount, keyValueType: type, activations: activations,
        maximumSequences: options.maximumSequences, speculation: options.speculation))
    contextLength = generator.options.contextLength
    scheduler = Scheduler(generator: generator, maximumQueue: options.maximumQueue, metrics: metrics)
    started = Int(time(nil))
    let (count, pages) = (loaded.count, generator.pageByteCount)
    metrics.update {
      $0.adapters = count
      $0.cacheBytes = pages
      $0.cacheType = type
    }
  }

  public var isDraining: Bool { scheduler.isDraining }

  /// Refuses new requests, finishes those accepted within `seconds`, and stops the scheduler.
  public func drain(seconds: Double) { scheduler.drain(seconds: seconds) }

  /// The state the router decides on.
  public var routerState: RouterState {
    let loaded = adapters.withLock { $0 }
    var models = [
      RouterState.Model(name: descriptor.name, digest: descriptor.modelDigest?.hex, lineage: descriptor.lineage)
    ]
    models += loaded.map {
      RouterState.Model(
        name: $0.description.name, adapter: $0.description.name, digest: $0.description.digest?.hex,
        lineage: $0.description.lineage)
    }
    let usual = loaded.first { $0.description.name == descriptor.usualModel }?.prompts ?? chat.prompts
    return RouterState(
      models: models, defaultModel: descriptor.usualModel, generation: descriptor.generation,
      contextLength: contextLength, title: descriptor.title,
      description: descriptor.description, examples: descriptor.examples, systemPrompt: usual.systemPrompt,
      acceptsAdapters: options.acceptsAdapters, started: started, draining: scheduler.isDraining,
      languages: languages)
  }

  /// Answers a request, now or as it is generated.
  public func handle(_ request: HTTPRequest, _ sink: any ResponseSink) {
    do {
      switch Router.route(request, routerState) {
      case .respond(let response): respond(response, sink)
      case .metrics:
        respond(
          HTTPResponse(
            status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8", body: Array(metrics.text.utf8)), sink)
      case .complete(let plan):
        try scheduler.submit(try job(plan, sink))
      case .describeTokenizer: respond(.json(tokenizerInfo), sink)
      case .tokenize(let text, let special):
        let tokens = try chat.prompts.tokenizer.encode(text, addSpecialTokens: special)
        respond(
          .json([
            "count": .integer(Int64(tokens.count)), "max_model_len": .integer(Int64(contextLength)),
            "tokens": .array(tokens.map { .integer(Int64($0)) }),
          ]), sink)
      case .detokenize(let tokens):
        respond(.json(["prompt": .string(chat.prompts.tokenizer.decode(tokens))]), sink)
      case .loadAdapter(let name, let path):
        try beginLoading(name: name, path: path, sink)
      case .unloadAdapter(let name):
        try unload(name: name)
        respond(.json(["status": "ok", "message": .string("adapter '\(name)' is unloaded")]), sink)
      }
    } catch {
      respond(Self.publicError(error).response, sink)
    }
  }

  private var tokenizerInfo: JSONValue {
    let tokenizer = chat.prompts.tokenizer
    func spelled(_ token: TokenID?) -> JSONValue { token.map { .string(tokenizer.decode([$0])) } ?? .null }
    return [
      "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": spelled(tokenizer.beginToken),
      "eos_token": spelled(tokenizer.endToken), "pad_token": spelled(tokenizer.padToken),
      "vocab_size": .integer(Int64(tokenizer.vocabularySize)),
    ]
  }

  func respond(_ response: HTTPResponse, _ sink: any ResponseSink) {
    metrics.update { $0.requests[response.status, default: 0] += 1 }
    sink.respond(response)
  }

  /// A diagnostic without its places: paths of this machine are nobody's business.
  static func publicError(_ error: any Error) -> APIError {
    switch error {
    case let error as APIError: return error
    case let error as DiagnosticList:
      return error.diagnostics.first.map { publicError($0) } ?? APIError.invalid("the request is refused")
    case let error as Diagnostic:
      // What a chat template says of a conversation is for whoever wrote the conversation.
      let isPublic = error.location == nil || error.code.hasPrefix("template-")
      return APIError.invalid(
        isPublic ? error.message : error.code.split(separator: "-").joined(separator: " "),
        code: error.code)
    default: return APIError(status: 500, type: "server_error", "the server failed")
    }
  }

  private func job(_ plan: CompletionPlan, _ sink: any ResponseSink) throws -> CompletionJob {
    var adapter: InferenceAdapter?
    var prompts = chat.prompts
    if let name = plan.adapter {
      guard let loaded = adapters.withLock({ $0.first { $0.description.name == name } }) else {
        throw Router.unknownModel(name)
      }
      adapter = loaded.adapter
      prompts = loaded.prompts
    }
    let stopTokens = Set(plan.stopTokens).union(plan.ignoresEnd ? [] : prompts.stopTokens)
    let constraint = try constraint(plan, prompts, stopTokens)
    var requests: [GenerationRequest] = []
    for prompt in plan.prompts {
      let tokens: [Int32]
      switch prompt {
      case .conversation(let conversation): tokens = try encoded(conversation, plan, prompts)
      case .text(let text): tokens = try prompts.encode(text: text, addsSpecialTokens: plan.addsSpecialTokens)
      case .tokens(let list): tokens = list
      }
      try check(tokens, plan)
      for index in 0..<plan.count {
        var sampling = plan.sampling
        // Replies to one prompt under one seed differ, and are the same again the next time.
        if let seed = sampling.seed, index > 0 { sampling.seed = seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15 }
        requests.append(
          GenerationRequest(
            prompt: tokens, adapter: adapter, sampling: sampling,
            maximumTokens: min(plan.maximumTokens, contextLength - tokens.count),
            stopTokens: stopTokens, minimumTokens: plan.minimumTokens, constraint: constraint,
            topProbabilities: plan.topProbabilities, scoresPrompt: plan.echoes && plan.topProbabilities != nil))
      }
    }
    let kind = plan.dialect == .text ? "cmpl" : "chatcmpl"
    return CompletionJob(
      plan: plan, requests: requests, prompts: prompts, sink: sink, id: "\(kind)-\(Self.randomWord())",
      created: Int(time(nil)))
  }

  /// The tokens of a conversation with its tools, under the template's variables.
  private func encoded(
    _ conversation: Conversation, _ plan: CompletionPlan, _ prompts: PromptEncoder
  ) throws -> [Int32] {
    if !conversation.tools.isEmpty, prompts.toolCallFormat == nil {
      throw APIError.invalid(
        prompts.reads("tools")
          ? "how this model writes calls of tools is not known here"
          : "this model's chat template does not take tools", "tools", code: "unsupported_parameter")
    }
    for (name, value) in plan.templateArguments {
      let member = name == "reasoning_effort" ? name : "chat_template_kwargs"
      guard !Self.reservedArguments.contains(name) else {
        throw APIError.invalid("'\(name)' of 'chat_template_kwargs' is set by the service", member)
      }
      // A model that cannot think does as it is told when told not to.
      guard prompts.reads(name) || (["enable_thinking", "thinking"].contains(name) && value == false) else {
        throw APIError.invalid(
          "this model's chat template does not look at '\(name.prefix(80))'", member, code: "unsupported_parameter")
      }
    }
    return try prompts.encode(conversation, arguments: plan.templateArguments)
  }

  private static let reservedArguments: Set<String> = [
    "messages", "tools", "documents", "add_generation_prompt", "bos_token", "eos_token", "pad_token",
  ]

  private func check(_ tokens: [Int32], _ plan: CompletionPlan) throws {
    guard !tokens.isEmpty else { throw APIError.invalid("the prompt is empty", "prompt") }
    guard plan.minimumTokens <= plan.maximumTokens else {
      throw APIError.invalid("'min_tokens' is more than the reply may have", "min_tokens")
    }
    let room = plan.maximumTokens == 0 ? contextLength + 1 : contextLength
    guard tokens.count < room else {
      throw APIError.invalid(
        "this model's context holds \(contextLength) tokens, the prompt has \(tokens.count)", "messages",
        code: "context_length_exceeded")
    }
    let vocabulary = Int32(clamping: chat.prompts.tokenizer.vocabularySize)
    guard tokens.allSatisfy({ $0 < vocabulary }) else {
      throw APIError.invalid("the prompt holds a token the model does not know", "prompt")
    }
    // A vocabulary may be padded: the model scores tokens that its tokenizer lacks.
    let scored = max(vocabulary, Int32(clamping: chat.model.configuration.vocabularySize))
    for (name, tokens) in [("logit_bias", Array(plan.sampling.logitBias.keys)), ("stop_token_ids", plan.stopTokens)] {
      guard let token = tokens.filter({ $0 >= scored }).min() else { continue }
      throw APIError.invalid("'\(name)' holds token \(token); this model has tokens 0 to \(scored - 1)", name)
    }
  }

  static func randomWord() -> String {
    var random = SystemRandomNumberGenerator()
    return (0..<2).map { _ in
      let text = String(random.next(), radix: 36)
      return String(repeating: "0", count: 13 - text.count) + text
    }.joined()
  }
}
