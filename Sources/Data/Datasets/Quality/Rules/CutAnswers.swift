/// Answers that end in the middle of a sentence: somebody cut them, and the model learns to stop anywhere.
///
/// A comma, a colon or an open bracket at the end says so by itself. A word does where most answers end with a full stop: not
/// everybody writes one.
struct CutAnswers {
  private static let longAnswer = 40
  /// Shorter answers of several sentences count too.
  private static let shortAnswer = 16
  private static let fewest = 8
  private var closed = 0
  /// Answers that end with a word.
  private var open = FoundRows()
  /// All of them, those that are cut for certain included.
  private var all = FoundRows()
  private var certain = FoundRows()

  mutating func add(_ row: RowText, _ place: RowPlace) {
    guard let answer = row.parts.last, answer.role == "assistant", answer.tokens.hashes.count >= Self.fewest,
      let last = answer.text.unicodeScalars.last(where: { !$0.properties.isWhitespace })
    else { return }
    // A list, a table, code or a sum may end with any word.
    let line = answer.text.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
    let isText = !line.contains("|") && !line.contains("=") && !line.contains("`") && !line.contains("{")
    if isText, Self.halfway.contains(last) {
      add(&certain, answer, place)
      add(&all, answer, place)
      return
    }
    // Nothing is missing after a hashtag, an address or a signature's handle.
    let word = answer.text.split(whereSeparator: \.isWhitespace).last ?? ""
    guard last.properties.isAlphabetic, !word.hasPrefix("#"), !word.hasPrefix("@"), !word.contains("://") else {
      closed += 1
      return
    }
    let isLong = answer.tokens.hashes.count >= Self.longAnswer
    let isProse = isText && TextTokens(line).hashes.count >= 12
    if isProse, isLong || answer.tokens.hashes.count >= Self.shortAnswer && Self.hasSentence(answer.text) {
      add(&open, answer, place)
      add(&all, answer, place)
    } else if isLong {
      closed += 1
    }
  }

  /// What no sentence ends with.
  private static let halfway: Set<Unicode.Scalar> = [",", "，", "、", ":", "：", "(", "（", "[", "【", "「", "『", "《", "“"]

  /// Whether a sentence ends before the last one.
  private static func hasSentence(_ text: String) -> Bool {
    text.contains { "。！？".contains($0) } || text.firstRange(of: ". ") != nil || text.firstRange(of: "? ") != nil
  }

  private func add(_ rows: inout FoundRows, _ answer: RowText.Part, _ place: RowPlace) {
    rows.add(place.text, "…\(String(answer.text.suffix(24)).replacing("\n", with: " "))")
  }

  var finding: DatasetReport.Finding {
    let isTold = closed >= 4 * open.count
    if open.isEmpty, certain.isEmpty {
      return .init(code: "cut-answers", level: .pass, message: "answers end where their sentences end", examples: [])
    }
    if !isTold, certain.isEmpty {
      return .init(
        code: "cut-answers", level: .pass, message: "no answer ends with a comma, a colon or an open bracket",
        examples: [])
    }
    return (isTold ? all : certain).finding(
      "cut-answers", .warning, pass: "", "whose answer ends inside a sentence, where \(closed) end with one",
      remedy: "Complete or remove them: the model learns to stop anywhere.")
  }
}
