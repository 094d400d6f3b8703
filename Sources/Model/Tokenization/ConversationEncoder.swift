public import Conversations
import Diagnostics
public import JSON
import JinjaTemplates
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
  let probe: CoverageProbe
  /// Whether the template takes content that is a list of parts; else it gets their text.
  private let takesParts: Bool

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
    let settled = context
    let render: CoverageProbe.Render = { messages, tools in
      try template.render(
        messages: messages, tools: tools, addGenerationPrompt: false, arguments: settled.arguments, date: settled.date)
    }
    probe = CoverageProbe(render: render)
    takesParts = Self.takesParts(render)
  }

  /// The encoder of a model.
  /// - Parameter needsEmbeddings: whether every token must have a row in the model's embedding.
  /// - Throws: `Diagnostic` of the tokenizer or the template; `token-without-embedding`.
  public static func open(
    _ source: ModelSource, context: ChatContext = ChatContext(), tokenizer: Tokenizer? = nil,
    needsEmbeddings: Bool = true
  ) throws -> ConversationEncoder {
    let tokenizer = try tokenizer ?? Tokenizer.open(source)
    if needsEmbeddings { try tokenizer.requireEmbeddings(source.configuration.vocabularySize, path: source.path) }
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
    try Guarded.removed(renderWhole(conversation, addGenerationPrompt, arguments)).text
  }

  /// The tokens of a prompt.
  public func encodePrompt(
    _ conversation: Conversation, addGenerationPrompt: Bool = true, arguments: JSONObject = JSONObject()
  ) throws -> [TokenID] {
    try encodeWhole(Array(renderWhole(conversation, addGenerationPrompt, arguments).utf8))
  }

  /// - Throws: `Diagnostic` of the template, and `not-rendered` for a message that it leaves out.
  private func renderWhole(
    _ conversation: Conversation, _ addGenerationPrompt: Bool, _ arguments: JSONObject
  ) throws -> String {
    let messages = prepared(conversation.messages)
    let text = try render(messages, conversation.tools, addGenerationPrompt, arguments)
    try requireCoverage(
      messages, given: conversation.messages.count, tools: conversation.tools, needsReasoning: false)
    return text
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
    let knowsDeveloper = template.template.source.contains("developer")
    var output = messages.map { message in
      var message = message
      // OpenAI's newer name for the system prompt, where the template does not know it.
      if message.role == "developer", !knowsDeveloper { message.role = "system" }
      return takesParts ? message.jsonInParts : message.json
    }
    if let system = context.system, !["system", "developer"].contains(messages.first?.role) {
      output.insert(Message(role: "system", content: system).json, at: 0)
    }
    guard specialTokensInContent == .literal else { return output }
    return output.map { message in
      guard var object = message.objectValue else { return message }
      for (key, value) in object where key != "role" { object[key] = Guarded.guarded(value, tokenizer) }
      return .object(object)
    }
  }

  private static func takesParts(_ render: CoverageProbe.Render) -> Bool {
    let mark = "lpqpartz"
    let message: JSONValue = ["role": "user", "content": [["type": "text", "text": .string(mark)]]]
    guard let text = try? render([message], []), text.contains(mark) else { return false }
    // A template that prints the list itself does not take it.
    return !text.contains("'text'") && !text.contains("\"text\"")
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
