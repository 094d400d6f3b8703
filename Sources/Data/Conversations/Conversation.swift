public import JSON

/// What everything between reading and rendering works on: a dataset row, a chat or a request.
public struct Conversation: Sendable, Hashable {
  public var messages: [Message]
  /// Tools offered in this conversation, as templates take them.
  public var tools: [JSONValue]

  public init(messages: [Message], tools: [JSONValue] = []) {
    self.messages = messages
    self.tools = tools
  }
}
