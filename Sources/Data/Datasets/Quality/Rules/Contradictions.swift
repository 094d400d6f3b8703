import Conversations

/// Questions that are asked again, in any spelling, and answered with other words: the model learns to be unsure.
struct Contradictions {
  /// Answers with fewer common words than this share are taken to disagree.
  private static let threshold = 0.2

  private var first: [UInt64: (answer: [UInt64], place: String)] = [:]
  private var found = FoundRows()

  mutating func add(_ row: RowText, _ place: RowPlace) {
    guard let answer = row.parts.last, answer.role == "assistant", row.parts.count > 1,
      row.conversation.messages.last?.toolCalls.isEmpty == true
    else { return }
    let words = answer.tokens.distinctTokens
    guard let earlier = first[Self.question(row)] else {
      first[Self.question(row)] = (words, place.text)
      return
    }
    if TextTokens.jaccard(earlier.answer, words) < Self.threshold {
      found.add(place.text, "answers otherwise than \(earlier.place): \(Excerpt.of(row.questions.last?.text ?? ""))")
    }
  }

  /// Everything before the answer.
  private static func question(_ row: RowText) -> UInt64 {
    var tokens = TextTokens()
    for part in row.parts.dropLast() {
      tokens.addBoundary(part.role)
      tokens.add(part.tokens)
      if part.tokens.hashes.isEmpty { tokens.addBoundary(part.text) }
    }
    return tokens.sequence
  }

  var finding: DatasetReport.Finding {
    found.finding(
      "contradictions", .warning, pass: "no question has answers that share hardly a word",
      "with an earlier row's question and an answer that shares hardly a word with that row's",
      remedy: "Keep those where both answers are right, as in stories; remove the others.")
  }
}

/// The beginning of a text, on one line.
enum Excerpt {
  static func of(_ text: String, _ length: Int = 40) -> String {
    let line = text.map { $0.isNewline ? " " : $0 }
    return line.count > length ? "\"" + String(line.prefix(length)) + "…\"" : "\"" + String(line) + "\""
  }
}

extension FoundRows {
  func finding(
    _ code: String, _ level: DatasetReport.Finding.Level, pass: String, _ what: String, remedy: String
  ) -> DatasetReport.Finding {
    guard !isEmpty else { return .init(code: code, level: .pass, message: pass, examples: []) }
    return .init(
      code: code, level: level, message: "\(DatasetReport.rows(count)) \(what)", remedy: remedy, examples: examples,
      rows: count, places: places)
  }
}
