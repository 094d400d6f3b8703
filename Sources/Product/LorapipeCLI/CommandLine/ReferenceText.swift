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
}
