import Diagnostics
import YAML

// `{{vars.system}}`, `$vars.system` and `$(vars.system)` are how other programs write what is `${vars.system}` here. They would be
// taken as text without a word.

extension LoadSession {
  /// Warns of every text in a file that looks like a reference and is none.
  func warnOfLiteralReferences(in file: RecipeFile) {
    var tables = ["vars": file.vars, "params": file.parameters ?? []].mapValues { $0.map(\.key) }
    for name in ["env", "matrix"] { tables[name] = [] }
    for pair in file.vars + file.with + file.stages { warnOfLiteralReferences(in: pair.value, tables) }
  }

  private func warnOfLiteralReferences(in node: YAMLNode, _ tables: [String: [String]]) {
    switch node.content {
    case .sequence(let elements): for element in elements { warnOfLiteralReferences(in: element, tables) }
    case .mapping(let pairs): for pair in pairs { warnOfLiteralReferences(in: pair.value, tables) }
    case .scalar(let scalar):
      guard let (written, meant) = LiteralReference.first(in: scalar.text, tables) else { return }
      report(
        "literal-reference", "'\(written)' is taken as text, not as the value of a variable", at: node.mark,
        remedy: "write ${\(meant)}", severity: .warning)
    }
  }
}

private enum LiteralReference {
  /// The first one of a text, as written and as it should be.
  /// - Parameter tables: names by where they are declared.
  static func first(in text: String, _ tables: [String: [String]]) -> (written: String, meant: String)? {
    let bytes = Array(text.utf8)
    guard bytes.count <= 100_000, bytes.contains(where: { $0 == 0x24 || $0 == 0x7B || $0 == 0x25 || $0 == 0x3C }) else {
      return nil
    }
    // The whole text is a variable's name between the marks of another program: `$system`, `{{ system }}`.
    let inner = text.trimming { "${}()<>% ".contains($0) }
    if inner.utf8.count < text.utf8.count, !text.contains("${"), text.hasPrefix("$") || text.hasPrefix("{{") {
      if let table = tables.keys.sorted().first(where: { tables[$0]?.contains(String(inner)) == true }) {
        return (text, "\(table).\(inner)")
      }
    }
    for table in tables.keys.sorted() {
      var start = text.startIndex
      while let found = text[start...].firstRange(of: "\(table).") {
        start = found.upperBound
        var name = text[found.upperBound...].prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
        // The end of a sentence.
        while name.last == "." { name.removeLast() }
        var opening = ""
        for character in text[..<found.lowerBound].reversed() {
          guard "${(<% ".contains(character) else { break }
          opening = String(character) + opening
        }
        let opened = opening.filter { $0 != " " }
        let closing = text[name.endIndex...].prefix { "}>)% ".contains($0) }.filter { $0 != " " }
        // `${` is a reference, and `$${` is how one is quoted. A sentence may have a bracket before any word.
        guard !name.isEmpty, !opened.isEmpty, !opened.contains("${"),
          opening.last == "$" || !closing.isEmpty && opened != "("
        else { continue }
        return (opened + "\(table).\(name)" + closing, "\(table).\(name)")
      }
    }
    return nil
  }
}

extension String {
  fileprivate func trimming(_ isTrimmed: (Character) -> Bool) -> Substring {
    var rest = self[...]
    while let first = rest.first, isTrimmed(first) { rest.removeFirst() }
    while let last = rest.last, isTrimmed(last) { rest.removeLast() }
    return rest
  }
}
