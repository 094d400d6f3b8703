import Conversations

extension RowRule {
  static let halfOpenThink = RowRule(
    code: "half-open-think", level: .error, what: "with <think> or </think> without its other half in an answer",
    pass: "every <think> is closed",
    remedy: "Write both, or neither: the model learns not to close its reasoning."
  ) { row in
    for part in row.answers where part.has.contains(UInt8(ascii: "<")) {
      let (open, close) = (part.bytes.count(of: Thinking.open), part.bytes.count(of: Thinking.close))
      if open != close { return open > close ? "<think> is not closed" : "</think> without <think>" }
      if let first = part.bytes.firstIndex(of: Thinking.close, from: 0),
        let begin = part.bytes.firstIndex(of: Thinking.open, from: 0), first < begin
      {
        return "</think> stands before <think>"
      }
    }
    return nil
  }
}

/// Rows with reasoning beside rows without: the model learns to think or not by chance.
struct Thinking {
  static let open = Array("<think>".utf8)
  static let close = Array("</think>".utf8)

  private var with = FoundRows()
  private var without = 0

  mutating func add(_ row: RowText, _ place: RowPlace) {
    let answers = row.answers
    guard !answers.isEmpty else { return }
    if row.conversation.messages.contains(where: { $0.reasoning?.isEmpty == false }) || answers.contains(where: thinks)
    {
      with.add(place.text)
    } else {
      without += 1
    }
  }

  /// An empty pair of marks is how Qwen3 writes that it does not think.
  private func thinks(_ part: RowText.Part) -> Bool {
    guard part.has.contains(UInt8(ascii: "<")), let open = part.bytes.firstIndex(of: Self.open, from: 0) else {
      return false
    }
    let end = part.bytes.firstIndex(of: Self.close, from: open) ?? part.bytes.count
    return part.bytes[(open + Self.open.count)..<max(end, open + Self.open.count)].contains { $0 > 0x20 }
  }

  var finding: DatasetReport.Finding {
    guard with.count > 0, without > 0 else {
      return .init(
        code: "mixed-thinking", level: .pass, message: with.count > 0 ? "every row thinks" : "no row thinks",
        examples: [])
    }
    return .init(
      code: "mixed-thinking", level: .warning,
      message: "\(DatasetReport.rows(with.count)) with reasoning in <think>, \(without) without",
      remedy:
        "Train them apart, or write an empty <think></think> where there is no reasoning, as the model's template does.",
      examples: with.examples, rows: min(with.count, without), places: with.places)
  }
}
