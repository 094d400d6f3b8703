import Conversations
import HTTPService
import Inference
import JSON

extension Router {
  static func chatPlan(_ request: HTTPRequest, _ state: RouterState) throws -> CompletionPlan {
    let fields = try RequestFields(request.body)
    guard let list = fields.value("messages")?.arrayValue, !list.isEmpty else {
      throw APIError.invalid("'messages' must be a list with at least one message", "messages")
    }
    var plan = try basePlan(.chat, fields, request, state)
    plan.prompts = [.conversation(try conversation(list, "messages"))]
    if let limit = try fields.integer("max_completion_tokens", 0...Int.max) { plan.maximumTokens = limit }
    if try fields.bool("logprobs") ?? false {
      plan.topProbabilities = try fields.integer("top_logprobs", 0...20) ?? 0
    } else if fields.value("top_logprobs") != nil {
      throw APIError.invalid("'top_logprobs' needs 'logprobs': true", "top_logprobs")
    }
    return plan
  }

  static func textPlan(_ request: HTTPRequest, _ state: RouterState) throws -> CompletionPlan {
    let fields = try RequestFields(request.body)
    var plan = try basePlan(.text, fields, request, state)
    guard let prompt = fields.value("prompt") else { throw APIError.invalid("'prompt' is missing", "prompt") }
    plan.prompts = try prompts(prompt)
    plan.topProbabilities = try fields.integer("logprobs", 0...20)
    plan.echoes = try fields.bool("echo") ?? false
    // The completions route has always had a small default of its own.
    if fields.value("max_tokens") == nil { plan.maximumTokens = min(16, plan.maximumTokens) }
    guard !(plan.echoes && plan.streams) else {
      throw APIError.invalid("'echo' is not offered with 'stream'", "echo")
    }
    return plan
  }

  /// `message`, `history`, `max_tokens`, `temperature` → `response`, `model`. History is a list of messages, or of
  /// pairs of question and answer.
  static func simplePlan(_ request: HTTPRequest, _ state: RouterState) throws -> CompletionPlan {
    let fields = try RequestFields(request.body)
    var plan = try basePlan(.simple, fields, request, state)
    guard let text = try fields.string("message"), !text.isEmpty else {
      throw APIError.invalid("'message' must be a text", "message")
    }
    var messages: [Message] = []
    if let history = fields.value("history") {
      guard let turns = history.arrayValue else { throw APIError.invalid("'history' must be a list", "history") }
      for (index, turn) in turns.enumerated() {
        if let pair = turn.arrayValue {
          guard pair.count == 2, let question = pair[0].stringValue, let answer = pair[1].stringValue else {
            throw APIError.invalid("'history[\(index)]' must be a pair of texts or a message", "history")
          }
          messages.append(Message(role: "user", content: question))
          messages.append(Message(role: "assistant", content: answer))
        } else {
          messages += try conversation([turn], "history")
        }
      }
    }
    messages.append(Message(role: "user", content: text))
    plan.prompts = [.conversation(messages)]
    plan.streams = false
    return plan
  }

  // MARK: - Parts

  private static func basePlan(
    _ dialect: CompletionPlan.Dialect, _ fields: RequestFields, _ request: HTTPRequest, _ state: RouterState
  ) throws -> CompletionPlan {
    guard !state.draining else {
      throw APIError(status: 503, type: "server_error", "the service is shutting down", retryAfter: 5)
    }
    let name = try fields.string("model") ?? state.usualModel
    guard let model = state.models.first(where: { $0.name == name }) else { throw unknownModel(name) }
    let defaults = state.generation
    let sampling = SamplingParameters(
      temperature: try fields.number("temperature", 0...2) ?? defaults.temperature,
      topP: try fields.number("top_p", 0...1) ?? defaults.topP,
      topK: max(try fields.integer("top_k", -1...Int.max) ?? defaults.topK, 0),
      minP: try fields.number("min_p", 0...1) ?? defaults.minP,
      repetitionPenalty: try fields.number("repetition_penalty", 0.01...10) ?? defaults.repetitionPenalty,
      frequencyPenalty: try fields.number("frequency_penalty", -2...2) ?? 0,
      presencePenalty: try fields.number("presence_penalty", -2...2) ?? 0,
      seed: try fields.integer("seed", Int.min...Int.max).map { UInt64(bitPattern: Int64($0)) })
    let streams = try fields.bool("stream") ?? false
    var includesUsage = false
    if let options = fields.value("stream_options") {
      guard streams else { throw APIError.invalid("'stream_options' needs 'stream': true", "stream_options") }
      includesUsage = options["include_usage"]?.boolValue ?? false
    }
    let stops = try fields.strings("stop", maximum: 16)
    guard stops.allSatisfy({ $0.utf8.count <= 1024 }) else {
      throw APIError.invalid("a stop string may have at most 1024 bytes", "stop")
    }
    for unsupported in ["tools", "functions"] where fields.value(unsupported)?.arrayValue?.isEmpty == false {
      throw APIError.invalid("'\(unsupported)' is not offered", unsupported, code: "unsupported_parameter")
    }
    if let bias = fields.value("logit_bias")?.objectValue, !bias.isEmpty {
      throw APIError.invalid("'logit_bias' is not offered", "logit_bias", code: "unsupported_parameter")
    }
    if let suffix = try fields.string("suffix"), !suffix.isEmpty {
      throw APIError.invalid("'suffix' is not offered", "suffix", code: "unsupported_parameter")
    }
    if let best = try fields.integer("best_of", 1...16), try best != fields.integer("n", 1...16) ?? 1 {
      throw APIError.invalid("'best_of' must equal 'n'", "best_of", code: "unsupported_parameter")
    }
    if let format = fields.value("response_format")?["type"]?.stringValue, format != "text" {
      throw APIError.invalid(
        "only the response format 'text' is offered", "response_format", code: "unsupported_parameter")
    }
    return CompletionPlan(
      dialect: dialect, model: name, adapter: model.adapter, prompts: [],
      count: try fields.integer("n", 1...16) ?? 1, sampling: sampling,
      maximumTokens: try fields.integer("max_tokens", 0...Int.max) ?? defaults.maximumTokens, stops: stops,
      streams: streams, includesUsage: includesUsage, topProbabilities: nil, echoes: false, client: request.client)
  }

  /// - Parameter place: `messages` or `history`, for what goes wrong.
  private static func conversation(_ list: [JSONValue], _ place: String) throws -> [Message] {
    do throws(MessageProblem) {
      return try Message.list(list)
    } catch {
      throw APIError.invalid("'\(place)[\(error.index)]' \(error.what)", place)
    }
  }

  static func tokens(_ list: [JSONValue], _ failure: APIError) throws -> [Int32] {
    try list.map { entry in
      guard let number = entry.intValue, let token = Int32(exactly: number), token >= 0 else { throw failure }
      return token
    }
  }

  /// A text, a list of texts, a list of tokens, or a list of lists of tokens.
  private static func prompts(_ value: JSONValue) throws -> [CompletionPlan.Prompt] {
    let failure = APIError.invalid(
      "'prompt' must be a text, a list of texts, a list of tokens, or a list of lists of tokens", "prompt")
    if let text = value.stringValue { return [.text(text)] }
    guard let list = value.arrayValue, let first = list.first else { throw failure }
    if first.intValue != nil { return [.tokens(try tokens(list, failure))] }
    guard list.count <= 64 else { throw APIError.invalid("'prompt' may hold at most 64 prompts", "prompt") }
    return try list.map { entry in
      if let text = entry.stringValue { return .text(text) }
      guard let inner = entry.arrayValue else { throw failure }
      return .tokens(try tokens(inner, failure))
    }
  }
}
