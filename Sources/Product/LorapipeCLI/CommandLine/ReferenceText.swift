/// The reference of a kind of stage in the language of this process: every text of its paragraphs and tables, while names,
/// values and code stay.
enum ReferenceText {
  static func reworded(_ section: String) -> String {
    guard Language.current != .english else { return section }
    return section.split(separator: "\n", omittingEmptySubsequences: false).map { line($0) }.joined(separator: "\n")
  }

  private static func line(_ line: Substring) -> String {
    let whole = said(String(line))
    guard whole == line, line.hasPrefix("| "), line.hasSuffix(" |") else { return whole }
    let texts = cells(line.dropFirst(2).dropLast(1)).map { cell($0) }
    return "|" + texts.map { $0.isEmpty ? " " : " \($0) " }.joined(separator: "|") + "|"
  }

  private static func cells(_ line: Substring) -> [String] {
    var cells: [String] = []
    var rest = line
    while let end = rest.firstRange(of: " | ") {
      cells.append(String(rest[..<end.lowerBound]))
      rest = rest[end.upperBound...]
    }
    // The last cell ends with the space before the bar.
    return cells + [String(rest.last == " " ? rest.dropLast() : rest)]
  }

  private static func cell(_ text: String) -> String {
    let isCode = text.hasPrefix("`") && text.dropFirst().firstIndex(of: "`") == text.indices.last
    return text.allSatisfy(\.isWhitespace) || isCode ? text : said(text)
  }

  // MARK: On a terminal

  /// The same section for a terminal: a table's row becomes a line with its name, type and default, and its text below.
  static func terminal(_ section: String, width: Int = 88) -> String {
    var lines: [String] = []
    var isHead = true
    for line in section.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("| ") || line.hasPrefix("|-"), line.hasSuffix("|") else {
        isHead = true
        let text = line.drop { $0 == "#" || $0 == " " }
        lines += text.isEmpty ? [""] : HelpScreen.wrap(String(text), width: width)
        continue
      }
      let cells = cells(line.dropFirst(2).dropLast(1)).map { $0.filter { $0 != "`" } }
      if isHead {
        lines.append(cells[0] + ":")
        isHead = false
        continue
      }
      if cells.allSatisfy({ $0.allSatisfy { "- ".contains($0) } }) { continue }
      let facts = cells.dropFirst().dropLast().filter { !$0.allSatisfy(\.isWhitespace) }
      let title = HelpScreen.wrap(([cells[0]] + facts).joined(separator: "  "), width: width - 6)
      lines += title.enumerated().map { ($0 == 0 ? "  " : "      ") + $1 }
      if cells.count > 1, let text = cells.last {
        lines += HelpScreen.wrap(text, width: width - 6).map { "      " + $0 }
      }
    }
    return lines.joined(separator: "\n")
  }
}
