public import JSON

/// One turn of a conversation.
public struct Message: Sendable, Hashable {
  /// `system`, `user`, `assistant`, `tool_call` or `tool`; other roles pass through to the template.
  public var role: String
  public var content: String
  /// Members a template may read beside role and content: `tool_calls`, `reasoning_content`, `name`.
  public var extra: JSONObject

  public init(role: String, content: String, extra: JSONObject = JSONObject()) {
    self.role = role
    self.content = content
    self.extra = extra
  }

  /// The message as chat templates and APIs see it.
  public var json: JSONValue {
    var object = JSONObject([("role", .string(role)), ("content", .string(content))])
    for (key, value) in extra { object[key] = value }
    return .object(object)
  }
}

/// A dataset row in the one form everything after reading works on.
public struct Conversation: Sendable, Hashable {
  public var messages: [Message]
  /// Tools offered in this conversation, as templates take them.
  public var tools: [JSONValue]

  public init(messages: [Message], tools: [JSONValue] = []) {
    self.messages = messages
    self.tools = tools
  }
}
