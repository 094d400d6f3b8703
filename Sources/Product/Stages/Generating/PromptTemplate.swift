import Conversations
import Datasets
import Diagnostics
import JSON

/// A text with places for what a row holds: `Ask this in other words: {query}`.
struct PromptTemplate: Sendable {
  private enum Part: Sendable {
    case text(String)
    case place(String)
  }

  private var parts: [Part] = []

  /// Whatever stands in braces and could be a column's name is a place; other braces are text.
  /// - Throws: `Diagnostic` (`bad-prompt`) for a template without a place.
  init(_ text: String) throws {
    var rest = Substring(text)
    var plain = ""
    while let open = rest.firstIndex(of: "{") {
      plain += rest[..<open]
      let after = rest[rest.index(after: open)...]
      if let close = after.firstIndex(of: "}"), Self.isName(after[..<close]) {
        parts.append(.text(plain))
        plain = ""
        parts.append(.place(String(after[..<close])))
        rest = after[after.index(after: close)...]
      } else {
        plain += "{"
        rest = after
      }
    }
    parts.append(.text(plain + rest))
    guard parts.count > 1 else {
      throw Diagnostic(
        code: "bad-prompt", "the prompt has no place for what a row holds, so every row would be asked the same",
        remedy: "write {query} where the row's question belongs", location: SourceLocation(file: "prompt"))
    }
  }

  private static func isName(_ text: Substring) -> Bool {
    !text.isEmpty && text.count <= 64
      && text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" || $0 == " " }
  }

  /// - Throws: `Diagnostic` (`bad-prompt`) that names the row, for a place that it has nothing for.
  func filled(_ row: ConversationRow) throws -> String {
    var result = ""
    for part in parts {
      switch part {
      case .text(let text): result += text
      case .place(let name): result += try value(name, row)
      }
    }
    return result
  }

  private func value(_ name: String, _ row: ConversationRow) throws -> String {
    let messages = row.conversation.messages
    switch name {
    case "query": if let last = messages.last(where: { $0.role == "user" }) { return last.text }
    case "response": if let last = messages.last(where: { $0.role == "assistant" }) { return last.text }
    case "system": if let first = messages.first(where: { $0.role == "system" }) { return first.text }
    default: break
    }
    if let column = row.fields[name], !column.isNull { return column.stringValue ?? column.text() }
    throw Diagnostic(
      code: "bad-prompt", "the prompt names '\(name)', and row \(row.ordinal) has nothing for it",
      remedy:
        "Places are {query}, {response}, {system} and the columns of the rows: \(row.fields.keys.sorted().joined(separator: ", ")).",
      location: SourceLocation(file: row.file, line: row.line))
  }
}
