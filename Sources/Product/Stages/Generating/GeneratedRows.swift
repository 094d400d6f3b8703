import Conversations
import Datasets
import Diagnostics
import JSON
import Platform

/// What a row asks of the model, and the rows that its texts make.
struct GeneratedRows {
  private let parameters: GenerateStage.Parameters
  private let template: PromptTemplate?

  init(_ parameters: GenerateStage.Parameters) {
    self.parameters = parameters
    // The stage has checked it.
    template = parameters.prompt.flatMap { try? PromptTemplate($0) }
  }

  struct Counts {
    var rows = 0
    var tokens = 0
    var cut = 0
    var empty = 0
    var same = 0
    var unanswerable = 0
    /// Why the first row that could not be answered was not.
    var problem: String?
  }

  /// A seed of one text's own.
  static func seed(_ seed: UInt64, ordinal: Int, sample: Int) -> UInt64 {
    var rows = SplitMix64(seed: seed ^ UInt64(truncatingIfNeeded: ordinal) &* SplitMix64.step)
    var samples = SplitMix64(seed: rows.next() ^ UInt64(truncatingIfNeeded: sample) &* SplitMix64.step)
    return samples.next()
  }

  /// The conversation that the model is to continue.
  /// - Throws: `Diagnostic` that names the row: `no-question` when nothing in it can be answered.
  func request(_ row: ConversationRow) throws -> Conversation {
    if let template {
      return Conversation(messages: [Message(role: "user", content: try template.filled(row))])
    }
    let history = Self.history(row.conversation)
    guard !history.isEmpty else { throw Self.withoutQuestion(row) }
    return Conversation(messages: history, tools: row.conversation.tools)
  }

  private static func withoutQuestion(_ row: ConversationRow) -> Diagnostic {
    Diagnostic(
      code: "no-question", "row \(row.ordinal) asks nothing: there is no user's message to answer",
      remedy: "Leave such rows out with a filter stage, or give a prompt.",
      location: SourceLocation(file: row.file, line: row.line))
  }

  /// Up to what the last answer answers: the user's last message, or what a tool gave back.
  private static func history(_ conversation: Conversation) -> [Message] {
    guard let last = conversation.messages.lastIndex(where: { $0.role == "user" || $0.role == "tool" }) else {
      return []
    }
    return Array(conversation.messages[...last])
  }

  /// The rows that a row's texts make: the source row's other columns, and `messages`.
  func rows(_ row: ConversationRow, _ answers: [JournaledAnswer], _ counts: inout Counts) -> [JSONObject] {
    var seen: Set<String> = []
    var result: [JSONObject] = []
    for answer in answers {
      counts.tokens += answer.tokens
      if let problem = answer.problem {
        counts.unanswerable += 1
        counts.problem = counts.problem ?? problem
        continue
      }
      let text = Self.trimmed(answer.text)
      if answer.isCut {
        counts.cut += 1
        if parameters.onCut == .drop { continue }
      }
      guard !text.isEmpty else {
        counts.empty += 1
        continue
      }
      guard let fields = fields(row, text), seen.insert(text).inserted else {
        counts.same += 1
        continue
      }
      counts.rows += 1
      result.append(fields)
    }
    return result
  }

  /// - Returns: `nil` when the text is the row's own.
  private func fields(_ row: ConversationRow, _ text: String) -> JSONObject? {
    var messages = row.conversation.messages
    var extra: (name: String, value: JSONValue)?
    switch parameters.use {
    case .answers:
      messages = Self.history(row.conversation) + [Message(role: "assistant", content: text)]
    case .questions:
      guard let place = messages.lastIndex(where: { $0.role == "user" }),
        Self.trimmed(messages[place].text) != text
      else { return nil }
      messages[place] = Message(role: "user", content: text, extra: messages[place].extra)
    case .rejected:
      guard let own = messages.last(where: { $0.role == "assistant" }), Self.trimmed(own.text) != text else {
        return nil
      }
      extra = ("rejected_response", .string(text))
    }
    var fields = RowConversion.messages(Conversation(messages: messages, tools: row.conversation.tools))
    for (name, value) in row.others where fields[name] == nil { fields[name] = value }
    if let extra { fields[extra.name] = extra.value }
    return fields
  }

  private static func trimmed(_ text: String) -> String {
    let start = text.drop(while: \.isWhitespace)
    guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(start[...last])
  }
}
