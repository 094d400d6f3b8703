import Conversations
import HTTPService
import Inference
import JSON

extension Router {
  static func chatPlan(_ request: HTTPRequest, _ state: RouterState) throws -> CompletionPlan {
    let fields = try RequestFields(request.body)
    try RequestMembers.check(fields.object, .chat)
    guard let list = fields.value("messages")?.arrayValue, !list.isEmpty else {
      throw APIError.invalid("'messages' must be a list with at least one message", "messages")
    }
    var plan = try basePlan(.chat, fields, request, state)
    let tools = try toolChoice(fields)
    plan.prompts = [.conversation(Conversation(messages: try conversation(list, "messages"), tools: tools.tools))]
    if let format = tools.format {
      guard plan.format == .text else {
        throw APIError.invalid("'tool_choice' and 'response_format' both say what the reply is", "tool_choice")
      }
      plan.format = format
    } else if plan.format != .text, !tools.tools.isEmpty {
      throw APIError.invalid(
        "'response_format' is not offered beside 'tools'; say 'tool_choice': 'none' or leave the tools out",
        "response_format", code: "unsupported_parameter")
    }
    plan.allowsSeveralCalls = try fields.bool("parallel_tool_calls") ?? true
    plan.templateArguments = try fields.members("chat_template_kwargs") ?? JSONObject()
    if let effort = try fields.string("reasoning_effort") {
      let other = plan.templateArguments["reasoning_effort"]
      guard other == nil || other == .string(effort) else {
        throw APIError.invalid(
          "'reasoning_effort' and 'chat_template_kwargs' say different things", "reasoning_effort")
      }
      plan.templateArguments["reasoning_effort"] = .string(effort)
    }
    if let limit = try fields.limit("max_completion_tokens") {
      // OpenAI's newer name for the same.
      guard try fields.limit("max_tokens") ?? limit == limit else {
        throw APIError.invalid(
          "'max_tokens' and 'max_completion_tokens' are two names of one limit, and differ", "max_completion_tokens")
      }
      plan.maximumTokens = limit
    }
    let top = try fields.integer("top_logprobs", 0...20)
    if try fields.bool("logprobs") ?? false {
      plan.topProbabilities = top ?? 0
    } else if let top, top > 0 {
      throw APIError.invalid("'top_logprobs' needs 'logprobs': true", "top_logprobs")
    }
    return plan
  }

  static func textPlan(_ request: HTTPRequest, _ state: RouterState) throws -> CompletionPlan {
    let fields = try RequestFields(request.body)
    try RequestMembers.check(fields.object, .text)
    var plan = try basePlan(.text, fields, request, state)
    guard let prompt = fields.value("prompt") else { throw APIError.invalid("'prompt' is missing", "prompt") }
    plan.prompts = try prompts(prompt)
    plan.topProbabilities = try fields.integer("logprobs", 0...20)
    plan.echoes = try fields.bool("echo") ?? false
    plan.addsSpecialTokens = try fields.bool("add_special_tokens") ?? true
    if let best = try fields.integer("best_of", 1...16), best != plan.count {
      throw APIError.invalid("'best_of' must equal 'n'", "best_of", code: "unsupported_parameter")
    }
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
    try RequestMembers.check(fields.object, .simple)
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
    plan.prompts = [.conversation(Conversation(messages: messages))]
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
      presencePenalty: try fields.number("presence_penalty", -2...2) ?? 0, logitBias: try logitBias(fields),
      seed: try fields.integer("seed", Int.min...Int.max).map { UInt64(bitPattern: Int64($0)) })
    let streams = try fields.bool("stream") ?? false
    var includesUsage = false
    if let options = fields.value("stream_options") {
      guard streams else { throw APIError.invalid("'stream_options' needs 'stream': true", "stream_options") }
      guard let object = options.objectValue else {
        throw APIError.invalid("'stream_options' must be an object", "stream_options")
      }
      for (name, value) in object where !value.isNull {
        guard let isOn = value.boolValue else {
          throw APIError.invalid("'stream_options.\(name.prefix(40))' must be true or false", "stream_options")
        }
        switch name {
        case "include_usage": includesUsage = isOn
        // Padding of the pieces against eavesdroppers, which OpenAI does and asks about.
        case "include_obfuscation": break
        default:
          if isOn {
            throw APIError.invalid(
              "'stream_options.\(name.prefix(40))' is not offered", "stream_options", code: "unsupported_parameter")
          }
        }
      }
    }
    let stops = try fields.strings("stop", maximum: 16)
    guard stops.allSatisfy({ $0.utf8.count <= 1024 }) else {
      throw APIError.invalid("a stop string may have at most 1024 bytes", "stop")
    }
    return CompletionPlan(
      dialect: dialect, model: name, adapter: model.adapter, prompts: [],
      count: try fields.integer("n", 1...16) ?? 1, sampling: sampling,
      maximumTokens: try fields.limit("max_tokens") ?? defaults.maximumTokens,
      minimumTokens: try fields.integer("min_tokens", 0...Int.max) ?? 0, stops: stops,
      stopTokens: try fields.value("stop_token_ids").map { try tokenList($0, "stop_token_ids") } ?? [],
      ignoresEnd: try fields.bool("ignore_eos") ?? false, templateArguments: JSONObject(),
      format: try outputFormat(fields), allowsSeveralCalls: true, addsSpecialTokens: true, streams: streams,
      includesUsage: includesUsage, topProbabilities: nil, echoes: false, client: request.client)
  }

  /// - Parameter place: `messages` or `history`, for what goes wrong.
  private static func conversation(_ list: [JSONValue], _ place: String) throws -> [Message] {
    let messages: [Message]
    do throws(MessageProblem) {
      messages = try Message.list(list)
    } catch {
      throw APIError.invalid("'\(place)[\(error.index)]' \(error.what)", place)
    }
    for (index, message) in messages.enumerated() where message.content == .absent && message.toolCalls.isEmpty {
      throw APIError.invalid("'\(place)[\(index)]' has no content", place)
    }
    return messages
  }

  /// Tokens by number, as text, to what is added to their logits.
  private static func logitBias(_ fields: RequestFields) throws -> [Int32: Float] {
    guard let object = try fields.members("logit_bias") else { return [:] }
    var result: [Int32: Float] = [:]
    for (token, bias) in object {
      guard let token = Int32(token), token >= 0, let bias = bias.doubleValue, (-100...100).contains(bias) else {
        throw APIError.invalid("'logit_bias' must map tokens to numbers from -100 to 100", "logit_bias")
      }
      result[token] = Float(bias)
    }
    return result
  }

  private static func tokenList(_ value: JSONValue, _ name: String) throws -> [Int32] {
    let failure = APIError.invalid("'\(name)' must be a list of tokens", name)
    guard let list = value.arrayValue, list.count <= 1000 else { throw failure }
    return try tokens(list, failure)
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
