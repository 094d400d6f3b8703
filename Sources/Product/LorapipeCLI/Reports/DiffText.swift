/// The differences of two runs in the language of this process: titles and verdicts, not names and values.
enum DiffText {
  private static let endings = ["rows added", "rows removed", "rows changed"]

  static func reworded(_ text: String) -> String {
    guard Language.current != .english else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line($0) }.joined(separator: "\n")
  }

  /// The times of a line such as `  train.seconds  9 s → 37.2 s  (+28.2 s)`.
  private static func times(_ line: Substring) -> String {
    guard line.contains(".seconds  ") else { return String(line) }
    return String(line).replacing(#/([0-9.]+) (ms|s|min)(?=$|[ )])/#) { found in
      say(Wording(template: "{0} \(found.output.2)", arguments: [String(found.output.1)]))
    }
  }

  private static func line(_ whole: Substring) -> String {
    guard whole.hasPrefix("  ") else { return said(String(whole)) }
    let line = Substring(times(whole))
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
