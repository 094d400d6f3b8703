import Conversations

extension RowRule {
  static let turnOrder = RowRule(
    code: "turn-order", level: .warning, what: "whose turns are not in the usual order",
    pass: "turns alternate",
    remedy: "Let user and assistant alternate, the system prompt first, an answer last."
  ) { row in
    let messages = row.conversation.messages
    if let index = messages.indices.dropFirst().first(where: { messages[$0].role == "system" }) {
      return "message \(index + 1) is a second system prompt"
    }
    if let first = messages.first, first.role == "system", blank(first.text) { return "the system prompt is empty" }
    let turns = messages.filter { $0.role == "user" || $0.role == "assistant" }
    for (before, after) in zip(messages, messages.dropFirst()) where before.role == after.role {
      // Several results of tools may stand together.
      if before.role == "user" || (before.role == "assistant" && before.toolCalls.isEmpty) {
        return "two messages of the \(before.role) in a row"
      }
    }
    if let first = turns.first, first.role == "assistant", LearningMark.isLearned(first) {
      return "the assistant speaks first"
    }
    if let last = messages.last, last.role != "assistant" { return "the last message is the \(last.role)'s" }
    if messages.contains(where: { $0.role == "user" && blank($0.text) }) { return "a question is empty" }
    return nil
  }

  private static func blank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

  /// A model that learns to call tools it was not offered calls them when none is offered.
  static let toolsMissing = RowRule(
    code: "tools-missing", level: .warning, what: "that call or answer as a tool, and offer no tools",
    pass: "rows that use tools offer them", remedy: "Give the row a column 'tools' with the functions it may call."
  ) { row in
    guard row.conversation.tools.isEmpty else { return nil }
    for message in row.conversation.messages {
      if let call = message.toolCalls.first { return "calls \(call.name)" }
      if message.role == "tool" { return "has a message of a tool" }
    }
    return nil
  }
}

extension LearningMark {
  /// Whether a message is learned unless something else says otherwise; a mark that cannot be read is another finding.
  static func isLearned(_ message: Message) -> Bool { (try? read(message.extra)) ?? true }
}
