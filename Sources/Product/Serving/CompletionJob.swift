import Conversations
import Diagnostics
import HTTPService
import Inference
import JSON
import Platform
import Synchronization
import Tokenization

/// One accepted request in work: its replies, and the answer they grow into. Used by the scheduler's thread alone.
///
/// `@unchecked Sendable`: it is built by one thread, handed over once through the scheduler's locked mailbox, and from
/// then on touched by the scheduler's thread only.
final class CompletionJob: @unchecked Sendable {
  let plan: CompletionPlan
  let sink: any ResponseSink
  /// One per choice: prompts in order, `count` of each.
  let requests: [GenerationRequest]
  let accepted: Double
  private(set) var firstToken: Double?
  /// The answer's status once all replies have ended.
  private(set) var status = 200
  private var choices: [Choice]
  private var unfinished: Int
  private var began = false
  private let id: String
  private let created: Int
  private let tokenizer: Tokenizer

  private struct Choice {
    var reply: GrowingReply
    /// Separates content from calls; `nil` when the request offers no functions.
    var reader: ToolCallReader?
    /// The reply's text without its calls.
    var content = ""
    var calls: [(id: String, call: ToolCall)] = []
    var end: GenerationEnd?
    /// With their probabilities, if the request asks for them.
    var tokens: [GeneratedToken] = []
    /// Where the next streamed token begins in the text.
    var offset = TextOffset()
  }

  init(
    plan: CompletionPlan, requests: [GenerationRequest], prompts: PromptEncoder, sink: any ResponseSink, id: String,
    created: Int
  ) {
    self.plan = plan
    self.requests = requests
    self.sink = sink
    self.id = id
    self.created = created
    tokenizer = prompts.tokenizer
    accepted = SystemClock.monotonic()
    let reader = Self.reader(plan, prompts)
    choices = requests.map {
      Choice(
        reply: GrowingReply(
          promptTokens: $0.prompt.count, tokenizer: prompts.tokenizer, stopTokens: $0.stopTokens, stops: plan.stops,
          minimumTokens: $0.minimumTokens),
        reader: reader)
    }
    unfinished = requests.count
  }

  private static func reader(_ plan: CompletionPlan, _ prompts: PromptEncoder) -> ToolCallReader? {
    guard case .conversation(let conversation)? = plan.prompts.first, !conversation.tools.isEmpty,
      let format = prompts.toolCallFormat
    else { return nil }
    let functions = conversation.tools.compactMap { tool in
      (tool["function"]?["name"]?.stringValue).map { ($0, tool["function"]?["parameters"] ?? .null) }
    }
    return ToolCallReader(format, functions: Dictionary(functions) { first, _ in first })
  }

  var isFinished: Bool { unfinished == 0 }
  var replyTokens: Int { choices.reduce(0) { $0 + $1.reply.tokenCount } }
  var promptTokens: Int { requests.reduce(0) { $0 + $1.prompt.count } }
  var cachedTokens: Int { choices.reduce(0) { $0 + $1.reply.cachedTokens } }

  /// Takes in what happened to choice `index`.
  /// - Returns: `false` when the choice needs nothing more from the generator.
  func receive(_ event: GenerationEvent, choice index: Int) -> Bool {
    guard choices[index].end == nil else { return false }
    if case .token = event, firstToken == nil { firstToken = SystemClock.monotonic() }
    let piece = choices[index].reply.take(event)
    let tokens = plan.topProbabilities == nil ? [] : piece.token.map { [$0] } ?? []
    choices[index].tokens += tokens
    let end = choices[index].reply.end
    give(piece.text, tokens: tokens, isLast: end != nil, choice: index)
    // One call is all that was allowed.
    let isEnough = !plan.allowsSeveralCalls && !choices[index].calls.isEmpty
    guard let end = end ?? (isEnough ? .stop : nil) else { return true }
    close(index, end)
    return false
  }

  /// Ends the whole job with an error; what was already sent stays sent.
  func fail(_ error: APIError) {
    guard unfinished > 0 else { return }
    unfinished = 0
    if began {
      sink.send(Self.event(sink.worded(error).json))
      sink.end()
    } else {
      sink.respond(error.response)
    }
  }

  private func give(_ text: String, tokens: [GeneratedToken], isLast: Bool, choice index: Int) {
    var piece = choices[index].reader?.push(text) ?? ToolCallReader.Piece(content: text)
    if isLast, let rest = choices[index].reader?.finish() {
      piece.content += rest.content
      piece.calls += rest.calls
    }
    if !plan.allowsSeveralCalls {
      piece.calls = Array(piece.calls.prefix(max(1 - choices[index].calls.count, 0)))
    }
    choices[index].content += piece.content
    let first = choices[index].calls.count
    choices[index].calls += piece.calls.map { ("call_" + Service.randomWord(), $0) }
    guard plan.streams, !piece.content.isEmpty || !tokens.isEmpty || !piece.calls.isEmpty else { return }
    begin()
    sink.send(Self.event(chunk(index, text: piece.content, tokens: tokens, callsFrom: first, end: nil)))
  }

  private func begin() {
    guard !began else { return }
    began = true
    sink.begin(status: 200, contentType: "text/event-stream; charset=utf-8")
    guard plan.dialect == .chat else { return }
    for index in choices.indices { sink.send(Self.event(roleChunk(index))) }
  }

  private func close(_ index: Int, _ end: GenerationEnd) {
    choices[index].end = end
    if let failure = end.failure { return fail(APIError(status: 500, type: "server_error", failure.message)) }
    unfinished -= 1
    if end == .memory, !began, unfinished == 0 {
      status = 503
      return sink.respond(
        APIError(status: 503, type: "server_error", "the service ran out of memory for this reply", retryAfter: 5)
          .response)
    }
    if plan.streams {
      begin()
      sink.send(Self.event(chunk(index, text: "", tokens: [], callsFrom: choices[index].calls.count, end: end)))
      guard unfinished == 0 else { return }
      if plan.includesUsage { sink.send(Self.event(usageChunk())) }
      sink.send(Array("data: [DONE]\n\n".utf8))
      sink.end()
    } else if unfinished == 0 {
      sink.respond(.json(whole()))
    }
  }

  static func event(_ value: JSONValue) -> [UInt8] { Array("data: ".utf8) + value.bytes() + [10, 10] }

  // MARK: - OpenAI's shapes

  private func reason(_ index: Int, _ end: GenerationEnd?) -> JSONValue {
    switch end {
    case nil: .null
    case .stop: choices[index].calls.isEmpty ? "stop" : "tool_calls"
    default: "length"
    }
  }

  /// Calls as OpenAI writes them: arguments as JSON text.
  private func calls(_ index: Int, from first: Int, inStream: Bool) -> JSONValue {
    .array(
      choices[index].calls.enumerated().dropFirst(first).map { number, entry in
        var object = JSONObject()
        if inStream { object["index"] = .integer(Int64(number)) }
        object["id"] = .string(entry.id)
        object["type"] = "function"
        object["function"] = [
          "name": .string(entry.call.name),
          "arguments": .string(entry.call.arguments.stringValue ?? entry.call.arguments.text()),
        ]
        return .object(object)
      })
  }

  private func head(_ object: String) -> JSONObject {
    JSONObject([
      ("id", .string(id)), ("object", .string(object)), ("created", .integer(Int64(created))),
      ("model", .string(plan.model)),
    ])
  }

  /// Of the prompts' tokens, those the first reply to each found computed.
  private var cachedOnce: Int {
    stride(from: 0, to: choices.count, by: max(plan.count, 1)).reduce(0) { $0 + choices[$1].reply.cachedTokens }
  }

  private var speculation: SpeculationCounts {
    choices.reduce(into: SpeculationCounts()) { $0 += $1.reply.speculation }
  }

  private var usage: JSONValue {
    // A prompt counts once, however many replies it gets.
    let prompt = promptTokens / max(plan.count, 1)
    return [
      "prompt_tokens": .integer(Int64(prompt)), "completion_tokens": .integer(Int64(replyTokens)),
      "total_tokens": .integer(Int64(prompt + replyTokens)),
      "prompt_tokens_details": ["cached_tokens": .integer(Int64(cachedOnce))],
      // OpenAI's names, for predictions that a client sends; here the draft tokens come from the text itself.
      "completion_tokens_details": [
        "accepted_prediction_tokens": .integer(Int64(speculation.accepted)),
        "rejected_prediction_tokens": .integer(Int64(speculation.proposed - speculation.accepted)),
      ],
    ]
  }

  private func roleChunk(_ index: Int) -> JSONValue {
    var object = head("chat.completion.chunk")
    object["choices"] = [
      ["index": .integer(Int64(index)), "delta": ["role": "assistant", "content": ""], "finish_reason": .null]
    ]
    return .object(object)
  }

  private func chunk(
    _ index: Int, text: String, tokens: [GeneratedToken], callsFrom first: Int, end: GenerationEnd?
  ) -> JSONValue {
    var object = head(plan.dialect == .chat ? "chat.completion.chunk" : "text_completion")
    var choice = JSONObject([("index", .integer(Int64(index)))])
    if plan.dialect == .chat {
      var delta = JSONObject()
      if end == nil, !text.isEmpty || first == choices[index].calls.count { delta["content"] = .string(text) }
      if first < choices[index].calls.count { delta["tool_calls"] = calls(index, from: first, inStream: true) }
      choice["delta"] = .object(delta)
      if plan.topProbabilities != nil { choice["logprobs"] = tokens.isEmpty ? .null : chatProbabilities(tokens) }
    } else {
      choice["text"] = .string(text)
      choice["logprobs"] =
        tokens.isEmpty ? .null : textProbabilities(tokens, firstIsUnscored: false, from: &choices[index].offset)
    }
    choice["finish_reason"] = reason(index, end)
    object["choices"] = [.object(choice)]
    return .object(object)
  }

  private func usageChunk() -> JSONValue {
    var object = head(plan.dialect == .chat ? "chat.completion.chunk" : "text_completion")
    object["choices"] = []
    object["usage"] = usage
    return .object(object)
  }

  private func whole() -> JSONValue {
    if plan.dialect == .simple {
      return ["response": .string(choices.first?.content ?? ""), "model": .string(plan.model)]
    }
    var object = head(plan.dialect == .chat ? "chat.completion" : "text_completion")
    object["choices"] = .array(
      choices.enumerated().map { index, choice in
        var entry = JSONObject([("index", .integer(Int64(index)))])
        if plan.dialect == .chat {
          entry["message"] = message(index)
          entry["logprobs"] = plan.topProbabilities == nil ? .null : chatProbabilities(choice.tokens)
        } else {
          entry["text"] = .string(echoed(index) + choice.reply.text)
          entry["logprobs"] = plan.topProbabilities == nil ? .null : textProbabilities(index)
        }
        entry["finish_reason"] = reason(index, choice.end)
        return .object(entry)
      })
    object["usage"] = usage
    return .object(object)
  }

  private func message(_ index: Int) -> JSONValue {
    let choice = choices[index]
    var message = JSONObject([("role", "assistant"), ("content", .string(choice.content))])
    if !choice.calls.isEmpty {
      if choice.content.allSatisfy(\.isWhitespace) { message["content"] = .null }
      message["tool_calls"] = calls(index, from: 0, inStream: false)
    }
    return .object(message)
  }

  private func echoed(_ index: Int) -> String {
    guard plan.echoes else { return "" }
    if case .text(let text) = plan.prompts[index / max(plan.count, 1)] { return text }
    return tokenizer.decode(requests[index].prompt)
  }

  private func chatProbabilities(_ tokens: [GeneratedToken]) -> JSONValue {
    func entry(_ token: Int32, _ logProbability: Float) -> JSONObject {
      let bytes = tokenizer.bytes(of: token)
      return JSONObject([
        ("token", .string(String(decoding: bytes, as: UTF8.self))), ("logprob", Self.number(logProbability)),
        ("bytes", .array(bytes.map { .integer(Int64($0)) })),
      ])
    }
    return [
      "content": .array(
        tokens.map { token in
          var object = entry(token.token, token.logProbability ?? 0)
          object["top_logprobs"] = .array(token.top.map { .object(entry($0.token, $0.logProbability)) })
          return .object(object)
        })
    ]
  }

  private func textProbabilities(_ index: Int) -> JSONValue {
    let choice = choices[index]
    var offset = TextOffset()
    guard plan.echoes, let first = requests[index].prompt.first else {
      return textProbabilities(choice.tokens, firstIsUnscored: false, from: &offset)
    }
    return textProbabilities(
      [GeneratedToken(token: first)] + choice.reply.promptScores + choice.tokens, firstIsUnscored: true, from: &offset)
  }

  /// Tokens, their probabilities, the likeliest of each place, and where each begins in the text (in characters).
  private func textProbabilities(
    _ tokens: [GeneratedToken], firstIsUnscored: Bool, from offset: inout TextOffset
  ) -> JSONValue {
    var offsets: [JSONValue] = []
    let texts = tokens.map { token in
      let bytes = tokenizer.bytes(of: token.token)
      // Control tokens that the tokenizer put around a text are not part of it.
      offsets.append(.integer(Int64(offset.pass(isShown(token.token) ? bytes : []))))
      return String(decoding: bytes, as: UTF8.self)
    }
    return [
      "tokens": .array(texts.map { .string($0) }),
      "token_logprobs": .array(
        tokens.enumerated().map { $0 == 0 && firstIsUnscored ? .null : Self.number($1.logProbability ?? 0) }),
      "top_logprobs": .array(
        tokens.enumerated().map { index, token in
          if index == 0, firstIsUnscored { return .null }
          var object = JSONObject()
          // The likelier of two tokens that read alike keeps the place.
          for top in token.top.reversed() {
            object[String(decoding: tokenizer.bytes(of: top.token), as: UTF8.self)] = Self.number(top.logProbability)
          }
          return .object(object)
        }),
      "text_offset": .array(offsets),
    ]
  }

  /// Whether a token's bytes stand in the text that is returned: control tokens do only in a prompt of tokens.
  private func isShown(_ token: Int32) -> Bool {
    if case .tokens? = plan.prompts.first { return true }
    return !tokenizer.isSpecial(token)
  }

  /// JSON has no infinity: what cannot happen is as unlikely as a float can say.
  private static func number(_ value: Float) -> JSONValue {
    .number(Double(value.isFinite ? value : -Float.greatestFiniteMagnitude))
  }
}
