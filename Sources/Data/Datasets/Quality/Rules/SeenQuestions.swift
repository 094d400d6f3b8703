import Conversations

/// Questions that are asked to measure, and occur among the rows that are learned: what they measure is memory.
///
/// A question occurs when it is asked in the same words, or when twelve words of it in a row (characters in Chinese) stand in
/// a learned question (the measure of contamination since GPT-3).
struct SeenQuestions {
  static let width = 12

  private var questions: Set<UInt64> = []
  private var runs: Set<UInt64> = []
  private var asked: [(tokens: TextTokens, place: String)] = []

  /// A question of a row that is learned.
  mutating func learn(_ tokens: TextTokens) {
    guard !tokens.hashes.isEmpty else { return }
    questions.insert(tokens.sequence)
    if tokens.hashes.count >= Self.width { runs.formUnion(tokens.shingles(Self.width)) }
  }

  /// A question that measures.
  mutating func ask(_ tokens: TextTokens, place: String) {
    if !tokens.hashes.isEmpty { asked.append((tokens, place)) }
  }

  /// How often each way of being seen occurs.
  var found: (equal: FoundRows, similar: FoundRows) {
    var (equal, similar) = (FoundRows(), FoundRows())
    for question in asked {
      if questions.contains(question.tokens.sequence) {
        equal.add(question.place)
      } else if question.tokens.hashes.count >= Self.width,
        question.tokens.shingles(Self.width).contains(where: runs.contains)
      {
        similar.add(question.place)
      }
    }
    return (equal, similar)
  }

  func finding(_ code: String, _ what: String, pass: String, remedy: String) -> DatasetReport.Finding {
    let (equal, similar) = found
    guard !equal.isEmpty || !similar.isEmpty else {
      return .init(code: code, level: .pass, message: pass, examples: [])
    }
    return .init(
      code: code, level: equal.isEmpty ? .note : .warning,
      message: "\(what): \(equal.count) in the same words, \(similar.count) with twelve words in a row of one",
      remedy: remedy,
      examples: Array((equal.examples + similar.examples).prefix(FoundRows.namedRows)),
      rows: equal.count + similar.count,
      places: equal.places + similar.places)
  }
}
