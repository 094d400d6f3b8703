public import Conversations
import Diagnostics
public import JSON
public import ModelFiles

/// Turns conversations into tokens: prompts for serving, rows with labels for training, both from one template.
public struct ConversationEncoder: Sendable {
  public let tokenizer: Tokenizer
  public let template: ChatTemplate
  /// What was asked for, with what the template's defaults add: this is what must travel with the result.
  public let context: ChatContext
  /// How control tokens spelled out inside messages are read. `parsed` is what Hugging Face does; `literal` keeps a user
  /// from ending a turn by typing `<|im_end|>`.
  public var specialTokensInContent: Tokenizer.SpecialTokens
  /// Tokens that end the assistant's turn: the template's own, the tokenizer's end token, and those the model's
  /// configuration names.
  public private(set) var stopTokens: [TokenID]

  /// A template that can be told not to think is told so, unless the context says otherwise: rows without thinking then
  /// train exactly what serving asks for.
  public init(
    tokenizer: Tokenizer, template: ChatTemplate, context: ChatContext = ChatContext(),
    specialTokensInContent: Tokenizer.SpecialTokens = .parsed
  ) {
    self.tokenizer = tokenizer
    self.template = template
    self.specialTokensInContent = specialTokensInContent
    var context = context
    if template.hasThinkingSwitch, context.arguments["enable_thinking"] == nil {
      context.arguments["enable_thinking"] = false
    }
    self.context = context
    stopTokens = Self.findStopTokens(tokenizer, template, context)
  }

  /// The encoder of a model.
  /// - Throws: `Diagnostic` of the tokenizer or the template.
  public static func open(
    _ source: ModelSource, context: ChatContext = ChatContext(), tokenizer: Tokenizer? = nil
  ) throws -> ConversationEncoder {
    let tokenizer = try tokenizer ?? Tokenizer.open(source)
    let template = try ChatTemplate.open(source, tokenizer: tokenizer, choice: context.template)
    var encoder = ConversationEncoder(tokenizer: tokenizer, template: template, context: context)
    for token in source.configuration.eosTokenIDs.compactMap({ TokenID(exactly: $0) })
    where !encoder.stopTokens.contains(token) { encoder.stopTokens.append(token) }
    return encoder
  }

  /// The text of a prompt. A conversation without a system message get the context's.
  /// - Parameter arguments: variables that win over the context's.
  public func renderPrompt(
    _ conversation: Conversation, addGenerationPrompt: Bool = true, arguments: JSONObject = JSONObject()
  ) throws -> String {
    try Guarded.removed(
      render(prepared(conversation.messages), conversation.tools, addGenerationPrompt, arguments)
    ).text
  }

  /// The tokens of a prompt.
  public func encodePrompt(
    _ conversation: Conversation, addGenerationPrompt: Bool = true, arguments: JSONObject = JSONObject()
  ) throws -> [TokenID] {
    try encodeWhole(
      Array(render(prepared(conversation.messages), conversation.tools, addGenerationPrompt, arguments).utf8))
  }

  func render(
    _ messages: [JSONValue], _ tools: [JSONValue], _ addGenerationPrompt: Bool, _ arguments: JSONObject
  ) throws -> String {
    var all = context.arguments
    for (key, value) in arguments { all[key] = value }
    return try template.render(
      messages: messages, tools: tools, addGenerationPrompt: addGenerationPrompt, arguments: all, date: context.date)
  }

  /// Tokens of a rendered text from its start: the begin token stands there exactly once, whether the template spells it
  /// or only the tokenizer's post-processor knows of it.
  func encodeWhole(_ text: [UInt8]) throws -> [TokenID] {
    let tokens = try encodePart(text)
    let prefix = tokenizer.prefixTokens
    return prefix.isEmpty || tokens.starts(with: prefix) ? tokens : prefix + tokens
  }

  /// Tokens of a part of a rendered text.
  func encodePart(_ text: [UInt8]) throws -> [TokenID] {
    let (bytes, ignored) = Guarded.removed(text)
    return try bytes.withUnsafeBufferPointer {
      try tokenizer.encode(utf8: $0, addSpecialTokens: false, specialTokens: .parsed, ignored: ignored)
    }
  }

  /// The messages as the template gets them, the context's system prompt before those that bring none.
  func prepared(_ messages: [Message]) -> [JSONValue] {
    var output = messages.map(\.json)
    if let system = context.system, messages.first?.role != "system" {
      output.insert(Message(role: "system", content: system).json, at: 0)
    }
    guard specialTokensInContent == .literal else { return output }
    return output.map { message in
      guard var object = message.objectValue else { return message }
      for (key, value) in object where key != "role" { object[key] = Guarded.guarded(value, tokenizer) }
      return .object(object)
    }
  }

  /// What follows an answer: its first token ends the turn when it is a control token.
  private static func findStopTokens(
    _ tokenizer: Tokenizer, _ template: ChatTemplate, _ context: ChatContext
  ) -> [TokenID] {
    var stops: [TokenID] = []
    let answer = "answer"
    let messages: [JSONValue] = [
      ["role": "user", "content": "question"], ["role": "assistant", "content": .string(answer)],
    ]
    let text = try? template.render(
      messages: messages, addGenerationPrompt: false, arguments: context.arguments, date: context.date)
    if let text, let tokens = try? tokenizer.encode(text) {
      let answerTokens = Set((try? tokenizer.encode(answer)) ?? [])
      if let last = tokens.lastIndex(where: { answerTokens.contains($0) }), last + 1 < tokens.count,
        tokenizer.isSpecial(tokens[last + 1])
      {
        stops.append(tokens[last + 1])
      }
    }
    if let end = tokenizer.endToken, !stops.contains(end) { stops.append(end) }
    return stops
  }
}
