/// Long answers that end in the middle of a sentence, where others end with a full stop: somebody cut them, and the model
/// learns to stop anywhere.
struct CutAnswers {
  private static let longAnswer = 40
  private var closed = 0
  private var open = FoundRows()

  mutating func add(_ row: RowText, _ place: RowPlace) {
    guard let answer = row.parts.last, answer.role == "assistant", answer.bytes.count > 120,
      answer.tokens.hashes.count >= Self.longAnswer,
      let last = answer.text.unicodeScalars.last(where: { !$0.properties.isWhitespace })
    else { return }
    guard last == "," || last == "，" || last == "、" || last.properties.isAlphabetic else {
      closed += 1
      return
    }
    // A list, a table, code or a sum may end with any word.
    let line = answer.text.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
    let isProse =
      !line.contains("|") && !line.contains("=") && !line.contains("`") && TextTokens(line).hashes.count >= 12
    if last == "," || last == "，" || last == "、" || (isProse && last.properties.isAlphabetic) {
      open.add(place.text, "…\(String(answer.text.suffix(24)).replacing("\n", with: " "))")
    } else {
      closed += 1
    }
  }

  var finding: DatasetReport.Finding {
    guard !open.isEmpty, closed >= 4 * open.count else {
      return .init(code: "cut-answers", level: .pass, message: "answers end where their sentences end", examples: [])
    }
    return open.finding(
      "cut-answers", .warning, pass: "", "whose long answer ends inside a sentence, where \(closed) end with one",
      remedy: "Complete or remove them: the model learns to stop anywhere.")
  }
}
