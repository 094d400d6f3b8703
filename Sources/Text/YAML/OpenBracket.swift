import Diagnostics

/// A bracket that its author forgot to close, or closed with one of the other kind.
struct OpenBracket: Equatable {
  var bracket: Unicode.Scalar
  /// Both from 1.
  var line: Int
  var column: Int
  /// Where a bracket of the other kind stands in place of the closing one.
  var wrong: (line: Int, column: Int)?
  /// Where a `#` begins a comment with the closing bracket in it.
  var comment: (line: Int, column: Int)?

  var closer: Unicode.Scalar { bracket == "{" ? "}" : "]" }

  static func == (left: OpenBracket, right: OpenBracket) -> Bool {
    left.bracket == right.bracket && left.line == right.line && left.column == right.column
      && left.wrong?.line == right.wrong?.line && left.wrong?.column == right.wrong?.column
  }

  /// - Parameters:
  ///   - first: line and column of a bracket that YAML reads as one. `nil` where it closes: before a line that begins another
  ///     key no deeper than its own line, and before the end.
  init?(in text: SourceText, at first: (line: Int, column: Int)) {
    var open: [OpenBracket] = []
    guard let own = text.line(first.line) else { return nil }
    let depth = own.unicodeScalars.prefix { $0 == " " }.count
    var line = first.line
    while let scalars = text.line(line).map({ Array($0.unicodeScalars) }) {
      if line > first.line, Self.beginsKey(scalars, noDeeperThan: depth) { break }
      var index = line == first.line ? max(first.column - 1, 0) : 0
      var before: Unicode.Scalar?
      scan: while index < scalars.count {
        let scalar = scalars[index]
        switch scalar {
        case " ", "\t":
          index += 1
          continue
        case "#" where index == 0 || scalars[index - 1] == " " || scalars[index - 1] == "\t":
          // `# text` is written as a comment; a `#` that touches its word may be meant as text.
          if let last = open.last, last.comment == nil, scalars[index...].contains(last.closer), before != nil,
            index + 1 < scalars.count, scalars[index + 1] != " "
          {
            for position in open.indices { open[position].comment = (line, index + 1) }
          }
          break scan
        case "\"", "'":
          if before.map({ ",[{:".unicodeScalars.contains($0) }) != false {
            index += 1
            while index < scalars.count, scalars[index] != scalar {
              index += scalar == "\"" && scalars[index] == "\\" ? 2 : 1
            }
          }
        case "{", "[": open.append(OpenBracket(bracket: scalar, line: line, column: index + 1))
        case "}", "]":
          guard var last = open.popLast() else { return nil }
          if last.closer != scalar {
            last.wrong = (line, index + 1)
            self = last
            return
          }
          if open.isEmpty { return nil }
        default: break
        }
        before = scalar
        index += 1
      }
      line += 1
    }
    guard let outermost = open.first else { return nil }
    self = outermost
  }

  private init(bracket: Unicode.Scalar, line: Int, column: Int) {
    self.bracket = bracket
    self.line = line
    self.column = column
  }

  /// Whether a line is `key: …` or `- …` in a column up to a depth.
  private static func beginsKey(_ scalars: [Unicode.Scalar], noDeeperThan depth: Int) -> Bool {
    guard let start = scalars.firstIndex(where: { $0 != " " }), start <= depth else { return false }
    let end = scalars[start...].firstIndex { !FullWidth.isWord($0) } ?? scalars.endIndex
    if end == start + 1, scalars[start] == "-" { return scalars.indices.contains(end) && scalars[end] == " " }
    guard end > start, end < scalars.endIndex, scalars[end] == ":" else { return false }
    return end + 1 == scalars.endIndex || scalars[end + 1] == " "
  }
}
