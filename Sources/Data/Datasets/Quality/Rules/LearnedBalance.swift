import Conversations

/// Whether what is learned lies elsewhere than the rows: ten thousand short rows beside a hundred long ones.
struct LearnedBalance {
  private struct Source {
    var rows = 0
    var characters = 0
  }

  private var sources: [String: Source] = [:]
  private var order: [String] = []

  mutating func add(_ row: RowText, source: String) {
    if sources[source] == nil { order.append(source) }
    let characters = row.answers.reduce(0) { $0 + $1.text.unicodeScalars.count }
    sources[source, default: Source()].rows += 1
    sources[source, default: Source()].characters += characters
  }

  var finding: DatasetReport.Finding? {
    guard sources.count > 1 else { return nil }
    let code = "learned-balance"
    let rows = sources.values.reduce(0) { $0 + $1.rows }
    let characters = sources.values.reduce(0) { $0 + $1.characters }
    let shares = order.compactMap { name -> (text: String, isFar: Bool)? in
      guard let source = sources[name], rows > 0, characters > 0 else { return nil }
      let ofRows = Double(source.rows) / Double(rows)
      let learned = Double(source.characters) / Double(characters)
      let text = "\(name): \(Self.percent(ofRows)) of the rows, \(Self.percent(learned)) of what is learned"
      return (text, ofRows >= 0.02 && learned * 3 < ofRows)
    }
    guard shares.contains(where: \.isFar) else {
      return .init(code: code, level: .pass, message: "every source has its share of what is learned", examples: [])
    }
    return .init(
      code: code, level: .note, message: "a source has less than a third of its share in what is learned",
      remedy: "Answers of other sources are far longer: mix by: tokens, or raise this source's share.",
      examples: shares.map(\.text), rows: 0)
  }

  private static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
