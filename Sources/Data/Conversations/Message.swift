public import JSON

/// One turn of a conversation.
///
/// This is the only form a message has between a dataset row or a request and the chat template.
public struct Message: Sendable, Hashable {
  /// `system`, `developer`, `user`, `assistant` or `tool`; other roles pass through to the template.
  public var role: String
  public var content: MessageContent
  /// Functions that an assistant's turn calls.
  public var toolCalls: [ToolCall]
  /// Which call a `tool` message answers.
  public var toolCallID: String?
  /// Who speaks, or the function a `tool` message comes from.
  public var name: String?
  /// What an assistant thought before it spoke.
  public var reasoning: String?
  /// All other members, for templates that read them.
  public var extra: JSONObject

  public init(
    role: String, content: MessageContent, toolCalls: [ToolCall] = [], toolCallID: String? = nil, name: String? = nil,
    reasoning: String? = nil, extra: JSONObject = JSONObject()
  ) {
    self.role = role
    self.content = content
    self.toolCalls = toolCalls
    self.toolCallID = toolCallID
    self.name = name
    self.reasoning = reasoning
    self.extra = extra
  }

  public init(role: String, content: String, extra: JSONObject = JSONObject()) {
    self.init(role: role, content: .text(content), extra: extra)
  }

  /// The content as one text.
  public var text: String { content.text }

  /// Whether role and text are all there is.
  public var isPlain: Bool {
    toolCalls.isEmpty && toolCallID == nil && name == nil && reasoning == nil && extra.isEmpty
  }
}

/// What a message says.
public enum MessageContent: Sendable, Hashable {
  /// No content, as in an assistant's turn that only calls functions.
  case absent
  case text(String)
  /// Texts that were given one by one.
  case parts([String])

  /// The content as one text; parts stand on lines of their own, as in vLLM and llama.cpp.
  public var text: String {
    switch self {
    case .absent: ""
    case .text(let text): text
    case .parts(let parts): parts.joined(separator: "\n")
    }
  }
}

extension MessageContent: ExpressibleByStringLiteral, CustomStringConvertible {
  public init(stringLiteral value: String) { self = .text(value) }
  public var description: String { text }
}

/// A function call in an assistant's turn.
public struct ToolCall: Sendable, Hashable {
  public var id: String?
  public var name: String
  /// An object as a rule. Arguments that are no JSON stay the text they were.
  public var arguments: JSONValue

  public init(id: String? = nil, name: String, arguments: JSONValue) {
    self.id = id
    self.name = name
    self.arguments = arguments
  }

  /// The call as chat templates read it: arguments as an object, not as OpenAI's JSON text.
  public var json: JSONValue {
    var call = JSONObject()
    if let id { call["id"] = .string(id) }
    call["type"] = "function"
    call["function"] = ["name": .string(name), "arguments": arguments]
    return .object(call)
  }
}

extension Message {
  /// The message as chat templates read it. Templates know reasoning as `reasoning_content`.
  ///
  /// Missing content is an empty text, because most templates join content to other text without asking.
  public var json: JSONValue { json(content: .string(text)) }

  /// The same for templates that take content in parts.
  public var jsonInParts: JSONValue {
    guard case .parts(let parts) = content else { return json }
    return json(content: .array(parts.map { ["type": "text", "text": .string($0)] }))
  }

  private func json(content: JSONValue) -> JSONValue {
    var object = JSONObject([("role", .string(role)), ("content", content)])
    if let reasoning { object["reasoning_content"] = .string(reasoning) }
    if !toolCalls.isEmpty { object["tool_calls"] = .array(toolCalls.map(\.json)) }
    if let toolCallID { object["tool_call_id"] = .string(toolCallID) }
    if let name { object["name"] = .string(name) }
    for (key, value) in extra where object[key] == nil { object[key] = value }
    return .object(object)
  }
}
