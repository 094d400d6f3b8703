import Diagnostics

/// Names in other brackets than double braces, which no stage fills: `[NAME]`, `【名字】`.
///
/// Letters and templates have names in brackets too. So a name counts if it is near one that is filled: by a recipe, or in double
/// braces in another row. Where none is known, only `NAME` and `AUTHOR` count, in an answer that introduces itself.
struct UnfilledNames {
  private struct Name {
    var first: OtherBrackets.Found
    var rows = FoundRows()
    /// Those where an answer introduces itself.
    var introducing = FoundRows()
  }

  /// What a row shows by itself.
  struct Look {
    var found: [OtherBrackets.Found] = []
    var introduces = false
    /// Names in double braces.
    var filled: [String] = []

    init(_ row: RowText) {
      for part in row.parts {
        found += OtherBrackets.all(in: part.text)
        if part.has.contains(UInt8(ascii: "{")) { filled += Placeholders.leftOverNames(in: part.text) }
      }
      if !found.isEmpty { introduces = row.answers.contains(where: OtherNames.introduces) }
    }
  }

  /// More names than this are not looked at: they are no placeholders.
  private static let most = 1000
  private var names: [String: Name] = [:]
  private var order: [String] = []
  private var filled: Set<String>

  /// - Parameter filled: names that a recipe fills in these rows.
  init(filled: [String]) { self.filled = Set(filled) }

  mutating func add(_ look: Look, _ place: RowPlace) {
    if filled.count < Self.most { filled.formUnion(look.filled) }
    for (index, found) in look.found.enumerated()
    where !look.found[..<index].contains(where: { $0.name == found.name }) {
      if names[found.name] == nil {
        guard order.count < Self.most || OtherBrackets.usualNames.contains(found.name) else { continue }
        names[found.name] = Name(first: found)
        order.append(found.name)
      }
      names[found.name]?.rows.add(place.text, found.text)
      if look.introduces { names[found.name]?.introducing.add(place.text, found.text) }
    }
  }

  var finding: DatasetReport.Finding {
    let code = "other-brackets"
    let known = filled.sorted()
    var found: [(text: String, write: String, rows: FoundRows)] = []
    for name in order.compactMap({ names[$0] }) {
      if let near = OtherBrackets.near(name.first.name, among: known) {
        found.append((name.first.text, near, name.rows))
      } else if OtherBrackets.usualNames.contains(name.first.name), !name.introducing.isEmpty {
        found.append((name.first.text, name.first.name, name.introducing))
      }
    }
    guard let most = found.max(by: { $0.rows.count < $1.rows.count }) else {
      return .init(
        code: code, level: .pass, message: "no name stands in brackets that nothing fills", examples: [])
    }
    return .init(
      code: code, level: .warning,
      message:
        "\(DatasetReport.rows(most.rows.count)) with names in brackets that nothing fills: \(found.map(\.text).listed(8))",
      remedy:
        "Write \(Self.written(found.map(\.write))) in the rows: a substitute stage fills only names in double braces.",
      examples: found.flatMap { $0.rows.examples.prefix(found.count > 1 ? 2 : FoundRows.namedRows) },
      rows: most.rows.count, places: most.rows.places)
  }

  /// `{{NAME}}, {{AUTHOR}}`: each once, in double braces.
  static func written(_ names: [String]) -> String {
    names.reduce(into: [String]()) { if !$1.isEmpty, !$0.contains($1) { $0.append($1) } }
      .map { "{{\($0)}}" }.listed(8)
  }
}
