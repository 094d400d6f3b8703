/// The differences of two runs in the language of this process: titles and verdicts, not names and values.
enum DiffText {
  private static let endings = ["rows added", "rows removed", "rows changed"]

  static func reworded(_ text: String) -> String {
    guard Language.current != .english else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line($0) }.joined(separator: "\n")
  }

  private static func line(_ line: Substring) -> String {
    guard line.hasPrefix("  ") else { return said(String(line)) }
    for ending in endings where line.hasSuffix(" " + ending) {
      return String(line.dropLast(ending.count)) + said(ending)
    }
    guard line.hasSuffix(")"), let open = line.lastIndex(of: "(") else { return String(line) }
    let change = line[line.index(after: open)...].dropLast().split(separator: " ").map { word in
      ["better", "worse", "new", "gone"].contains(word) ? said(String(word)) : String(word)
    }
    return String(line[...open]) + change.joined(separator: " ") + ")"
  }
}
