import Conversations
import JSON

extension Conversation {
  /// A conversation from a list of turns, in OpenAI's form, sharegpt's, or pairs of human and assistant.
  /// - Parameter needsAnswer: whether a turn of the assistant must be among them.
  static func mapping(
    turns value: JSONValue, column: String, _ row: JSONObject, needsAnswer: Bool = true
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
    guard !needsAnswer || messages.contains(where: { $0.role == "assistant" }) else {
      throw RowProblem(
        code: "row-shape", "has no assistant turn to learn from",
        remedy: "Every conversation needs at least one assistant message.")
    }
    if !["system", "developer"].contains(messages.first?.role) { messages = try systemMessages(row) + messages }
    return (Conversation(messages: messages, tools: try tools(row)), isShareGPT ? .sharegpt : .messages)
  }

  private static func append(_ turn: JSONObject, number: Int, to messages: inout [Message]) throws(RowProblem) {
    guard let role = ColumnTable.column("role", ColumnTable.role, in: turn) else {
      guard try appendPair(turn, number: number, to: &messages) else {
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
    var object = JSONObject([("role", .string(ColumnTable.role(word)))])
    if let content { object["content"] = written(content.value) }
    for (key, value) in turn where !value.isNull && key != role.name && key != content?.name { object[key] = value }
    do throws(MessageProblem) {
      let message = try Message(json: .object(object))
      guard content != nil || !message.toolCalls.isEmpty else { throw MessageProblem(what: "has no content") }
      try messages.append(turn: message)
    } catch {
      throw RowProblem(code: "row-shape", "message \(number) \(error.what)", remedy: error.remedy)
    }
  }

  /// A number or boolean as the text JSON writes it.
  private static func written(_ value: JSONValue) -> JSONValue {
    switch value {
    case .bool, .integer, .numeral, .number: .string(value.text())
    default: value
    }
  }

  /// `{"human": …, "assistant": …}`, as some sets write an exchange. What else stands there belongs to the answer: a mark
  /// of what is learned, for example.
  private static func appendPair(
    _ turn: JSONObject, number: Int, to messages: inout [Message]
  ) throws(RowProblem) -> Bool {
    let user = ColumnTable.claimants(ColumnTable.user, in: turn)
    let assistant = ColumnTable.claimants(ColumnTable.assistant, in: turn)
    guard user.count == 1, assistant.count == 1 else { return false }
    messages.append(Message(role: "user", content: try text(user[0].value, user[0].name)))
    var answer = JSONObject([
      ("role", "assistant"), ("content", .string(try text(assistant[0].value, assistant[0].name))),
    ])
    for (key, value) in turn where !value.isNull && key != user[0].name && key != assistant[0].name {
      guard !ColumnTable.system.contains(ColumnTable.name(key)), answer[key] == nil else {
        throw RowProblem(
          code: "row-shape", "message \(number) has '\(key)' beside \(user[0].name) and \(assistant[0].name)",
          remedy: "Write it as a message of its own, with role and content.")
      }
      answer[key] = value
    }
    do throws(MessageProblem) {
      messages.append(try Message(json: .object(answer)))
    } catch {
      throw RowProblem(code: "row-shape", "message \(number) \(error.what)", remedy: error.remedy)
    }
    return true
  }
}
