import Conversations

/// Questions that measure, and rows to learn from that ask the same: what is measured there is memory.
///
/// "The same" is what `SeenQuestions` calls so. Here the questions are known before the rows, so only they are kept, and
/// each with the row that gives it away.
struct LeakedQuestions {
  private let asked: [AskedQuestion]
  private var whole: [UInt64: [Int]] = [:]
  private var runs: [UInt64: [Int]] = [:]
  /// By question, the first row that asks it in the same words.
  private var equal: [Int: String] = [:]
  /// By question, the first row that shares a run of words with it.
  private var similar: [Int: String] = [:]

  init(_ asked: [AskedQuestion]) {
    self.asked = asked
    for (index, question) in asked.enumerated() {
      let tokens = TextTokens(question.text)
      guard !tokens.hashes.isEmpty else { continue }
      whole[tokens.sequence, default: []].append(index)
      guard tokens.hashes.count >= SeenQuestions.width else { continue }
      for run in tokens.shingles(SeenQuestions.width) { runs[run, default: []].append(index) }
    }
  }

  /// A row to learn from.
  mutating func look(_ conversation: Conversation, place: RowPlace) {
    for message in conversation.messages where message.role == "user" {
      let tokens = TextTokens(message.text)
      guard !tokens.hashes.isEmpty else { continue }
      for index in whole[tokens.sequence] ?? [] where equal[index] == nil { equal[index] = place.text }
      guard !runs.isEmpty, tokens.hashes.count >= SeenQuestions.width else { continue }
      for run in tokens.shingles(SeenQuestions.width) {
        for index in runs[run] ?? [] where similar[index] == nil { similar[index] = place.text }
      }
    }
  }

  var finding: DatasetReport.Finding {
    let same = equal.keys.sorted()
    let near = similar.keys.filter { equal[$0] == nil }.sorted()
    guard !same.isEmpty || !near.isEmpty else {
      return .init(code: "leaked-questions", level: .pass, message: "no test question is learned", examples: [])
    }
    let pairs = same.map { ($0, equal[$0] ?? "") } + near.map { ($0, similar[$0] ?? "") }
    return .init(
      code: "leaked-questions", level: same.isEmpty ? .note : .warning,
      message:
        "test questions that are also learned: \(same.count) in the same words, \(near.count) with twelve words in a row of one",
      remedy: "They measure memory. Ask what the rows do not ask to measure what was understood.",
      examples: pairs.prefix(FoundRows.namedRows).map { "\(asked[$0.0].place.text) ≈ \($0.1)" },
      rows: pairs.count, places: pairs.prefix(FoundRows.maximumPlaces).map { asked[$0.0].place.text })
  }
}
