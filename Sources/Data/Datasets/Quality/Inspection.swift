import Conversations

/// A row as the rules see it.
struct InspectedRow {
  let text: RowText
  let place: RowPlace
  /// The file it is from, or the source of a mix.
  let source: String
  /// Of a mix.
  let side: DatasetSelection.Split?
}

/// All rules that look into the text of rows, and what they have found so far.
struct Inspection {
  private var found = RowRule.all.map { _ in FoundRows() }
  private var thinking = Thinking()
  private var names = OtherNames()
  private var contradictions = Contradictions()
  private var cut = CutAnswers()
  private var balance = LearnedBalance()
  private var likeness = Likeness()
  private var validation = SeenQuestions()
  private var probes = SeenQuestions()
  private var hasValidation = false
  private let hasProbes: Bool
  private var rows = 0

  /// - Parameter probes: questions that an evaluation asks.
  init(probes: [String] = []) {
    hasProbes = !probes.isEmpty
    for probe in probes { self.probes.ask(probe, place: Excerpt.of(probe)) }
  }

  mutating func add(_ row: InspectedRow) {
    rows += 1
    for (index, rule) in RowRule.all.enumerated() {
      if let what = rule.look(row.text) { found[index].add(row.place.text, what) }
    }
    thinking.add(row.text, row.place)
    names.add(row.text, row.place)
    contradictions.add(row.text, row.place)
    cut.add(row.text, row.place)
    balance.add(row.text, source: row.source)
    likeness.add(row)
    for question in row.text.questions {
      if row.side == .validation {
        hasValidation = true
        validation.ask(question.text, place: row.place.text)
        continue
      }
      validation.learn(question.text)
      if hasProbes { probes.learn(question.text) }
    }
  }

  /// Every rule in a fixed order, passed or not.
  var findings: [DatasetReport.Finding] {
    var list = zip(RowRule.all, found).map { $0.finding($1, of: rows) }
    list += [thinking.finding, names.finding, contradictions.finding, cut.finding]
    list += likeness.findings(acrossOnly: false)
    if hasValidation {
      list.append(
        validation.finding(
          "validation-seen", "questions of the validation that are also learned",
          pass: "no question of the validation is learned",
          remedy: "Their loss measures memory: remove the copies, or validate on other rows."))
    }
    if hasProbes {
      list.append(
        probes.finding(
          "probes-seen", "probes that are also learned", pass: "no probe is learned",
          remedy: "They measure memory. Ask what the rows do not ask to measure what was understood."))
    }
    if let balance = balance.finding { list.append(balance) }
    return list
  }

  /// What only a look at several files together shows.
  var findingsAcross: [DatasetReport.Finding] {
    likeness.findings(acrossOnly: true) + [contradictions.finding] + (balance.finding.map { [$0] } ?? [])
  }
}
