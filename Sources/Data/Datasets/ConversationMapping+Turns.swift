import Conversations
import JSON

extension Conversation {
  /// A conversation from a list of turns, in OpenAI's form, sharegpt's, or pairs of human and assistant.
  static func mapping(
    turns value: JSONValue, column: String, _ row: JSONObject
  ) throws(RowProblem) -> (conversation: Conversation, shape: RowShape) {
    guard let turns = try embedded(value, column).arrayValue else {
      throw RowProblem(
        code: "row-shape", "'\(column)' is \(JSONRow.name(of: value)), not a list of messages",
        remedy: "Write it as [{\"role\": \"user\", \"content\": …}, …].")
    }
    var messages: [Message] = []
    var isShareGPT = false
    for (index, turn) in turns.enumerated() {
      guard let turn = turn.objectValue else {
        throw RowProblem(code: "row-shape", "message \(index + 1) is \(JSONRow.name(of: turn)), not an object")
      }
      if turn.contains("from") || turn.contains("value") { isShareGPT = true }
      try append(turn, number: index + 1, to: &messages)
    }
    guard messages.contains(where: { $0.role == "assistant" }) else {
      throw RowProblem(
        code: "row-shape", "has no assistant turn to learn from",
        remedy: "Every conversation needs at least one assistant message.")
    }
    if messages.first?.role != "system" { messages = try systemMessages(row) + messages }
    return (Conversation(messages: messages, tools: try tools(row)), isShareGPT ? .sharegpt : .messages)
  }

  private static func append(_ turn: JSONObject, number: Int, to messages: inout [Message]) throws(RowProblem) {
    guard let role = ColumnTable.column("role", ColumnTable.role, in: turn) else {
      guard try appendPair(turn, to: &messages) else {
        throw RowProblem(
          code: "row-shape", "message \(number) has no role",
          remedy: "Use role and content, or from and value.")
      }
      return
    }
    guard let word = role.value.stringValue, !word.isEmpty else {
      throw RowProblem(code: "row-shape", "message \(number): the role is not text")
    }
    let content = ColumnTable.column("content", ColumnTable.content, in: turn)
    var extra = JSONObject()
    for (key, value) in turn where !value.isNull && key != role.name && key != content?.name { extra[key] = value }
    guard content != nil || extra.contains("tool_calls") else {
      throw RowProblem(code: "row-shape", "message \(number) has no content")
    }
    let text = try plainText(content?.value ?? .null, number: number)
    let name = ColumnTable.role(word)
    if name == "tool_call" {
      try appendToolCall(text, number: number, to: &messages)
    } else {
      messages.append(Message(role: name, content: text, extra: extra))
    }
  }

  /// `{"human": …, "assistant": …}`, as some sets write an exchange.
  private static func appendPair(_ turn: JSONObject, to messages: inout [Message]) throws(RowProblem) -> Bool {
    let user = ColumnTable.claimants(ColumnTable.user, in: turn)
    let assistant = ColumnTable.claimants(ColumnTable.assistant, in: turn)
    guard user.count == 1, assistant.count == 1 else { return false }
    messages.append(Message(role: "user", content: try text(user[0].value, user[0].name)))
    messages.append(Message(role: "assistant", content: try text(assistant[0].value, assistant[0].name)))
    return true
  }

  /// Content as text: a string, or a list of parts that are all text.
  private static func plainText(_ content: JSONValue, number: Int) throws(RowProblem) -> String {
    guard let parts = content.arrayValue else { return try text(content, "content") }
    var joined = ""
    for part in parts {
      if let text = part.stringValue ?? (part["type"]?.stringValue == "text" ? part["text"]?.stringValue : nil) {
        joined += text
      } else {
        throw RowProblem(
          code: "row-shape", "message \(number) has a part that is not text",
          remedy: "Only text can be learned; drop rows with images or sound.")
      }
    }
    return joined
  }

  /// A call written as a turn of its own joins the assistant's turn, where templates look for it.
  private static func appendToolCall(
    _ text: String, number: Int, to messages: inout [Message]
  ) throws(RowProblem) {
    guard let call = try? JSONValue(parsing: text).objectValue, let name = call["name"]?.stringValue else {
      throw RowProblem(
        code: "row-shape", "message \(number): a tool call is not JSON with name and arguments",
        remedy: "Write it as {\"name\": …, \"arguments\": {…}}.")
    }
    let function: JSONValue = ["name": .string(name), "arguments": call["arguments"] ?? call["parameters"] ?? [:]]
    let entry: JSONValue = ["type": "function", "function": function]
    if messages.last?.role != "assistant" { messages.append(Message(role: "assistant", content: "")) }
    let last = messages.count - 1
    messages[last].extra["tool_calls"] = .array((messages[last].extra["tool_calls"]?.arrayValue ?? []) + [entry])
  }
}
