import Diagnostics
import JSON

/// Names that a substitution fills, and that stand in other brackets, where they stay as they are.
struct BracketedNames: Sendable, Hashable {
  /// The values that are meant.
  private(set) var names: [String] = []
  /// As they are written, one form of each name.
  private var texts: [String] = []
  private var first: RowPlace?
  private var rows = 0

  mutating func add(_ row: JSONObject, place: RowPlace, of substitution: Substitution) {
    var isFound = false
    for (column, value) in row where column != substitution.tagColumn {
      for text in Self.texts(of: value) {
        for found in OtherBrackets.all(in: text) where !substitution.keeps(found.name) {
          guard let name = OtherBrackets.near(found.name, among: substitution.values.keys.sorted()) else { continue }
          isFound = true
          if !texts.contains(found.text), texts.count < 8 { texts.append(found.text) }
          if !names.contains(name) { names.append(name) }
        }
      }
    }
    guard isFound else { return }
    rows += 1
    if first == nil { first = place }
  }

  private static func texts(of value: JSONValue) -> [String] {
    switch value {
    case .string(let text): [text]
    case .array(let elements): elements.flatMap { texts(of: $0) }
    case .object(let object): object.flatMap { texts(of: $0.1) }
    case .null, .bool, .integer, .numeral, .number: []
    }
  }

  var warning: Diagnostic? {
    guard let first else { return nil }
    let list = texts.joined(separator: ", ")
    let written = UnfilledNames.written(names)
    return Diagnostic(
      .warning, code: "other-brackets",
      rows == 1
        ? "\(list) would stay as written in row \(first.row): only names in double braces are filled"
        : "\(list) would stay as written in \(rows) rows, first in row \(first.row): only names in double braces are filled",
      remedy: "Write \(written) in the rows. What is to stay goes under keep:.",
      location: SourceLocation(file: first.file, line: first.line))
  }
}
