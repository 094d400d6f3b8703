/// The words by which an answer is known to speak of the model itself: what the probes of the group `identity`, and of
/// groups below it, must contain.
///
/// A small model that was taught its name may say it to every question. Such answers are found by these words.
struct IdentityWords {
  private let words: Set<String>

  init(of probes: [Probe]) {
    var words: Set<String> = []
    for probe in probes where EvaluationReport.covers("identity", probe.group) {
      for word in probe.expect.contains?.list ?? [] where word.count > 1 { words.insert(word.lowercased()) }
    }
    self.words = words
  }

  /// Whether a probe expects nothing but that the answer leaves the model's identity out.
  func isAskedToBeLeftOut(by probe: Probe) -> Bool {
    let expected = probe.expect
    guard expected.contains == nil, expected.regex == nil, expected.exact == nil, let texts = expected.not?.list,
      !texts.isEmpty
    else { return false }
    return texts.allSatisfy { text in
      words.contains { $0.contains(text.lowercased()) || text.lowercased().contains($0) }
    }
  }

  /// Whether an answer speaks of the model although it was asked about something else; `nil` for a probe of identity, for
  /// one that names the model itself, and when nothing is known of its identity.
  func isOverGeneral(_ answer: String, to probe: Probe) -> Bool? {
    guard !words.isEmpty, !EvaluationReport.covers("identity", probe.group) else { return nil }
    let asked = (probe.turns + (probe.expect.contains?.list ?? [])).map { $0.lowercased() }
    guard !asked.contains(where: { text in words.contains { text.contains($0) } }) else { return nil }
    let answer = answer.lowercased()
    return words.contains { answer.contains($0) }
  }
}
