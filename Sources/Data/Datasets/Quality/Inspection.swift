import Conversations
import Diagnostics
import Platform

/// A row as the rules see it.
struct InspectedRow {
  let conversation: Conversation
  let place: RowPlace
  /// The file it is from, or the source of a mix.
  let source: String
  /// Of a mix.
  let side: DatasetSelection.Split?
}

/// What can be told of a row without the others, and on any thread.
private struct Look {
  let text: RowText
  let shingles: [UInt64]
  let print: RowFingerprint
  let unfilled: UnfilledNames.Look
  /// Positions of rules in `RowRule.all`, with what they found.
  let flaws: [(rule: Int, what: String)]

  init(_ conversation: Conversation) {
    text = RowText(conversation)
    shingles = NearDuplicates.shingles(of: text)
    print = RowFingerprint(conversation)
    unfilled = UnfilledNames.Look(text)
    var flaws: [(Int, String)] = []
    for (index, rule) in RowRule.all.enumerated() {
      if let what = rule.look(text) { flaws.append((index, what)) }
    }
    self.flaws = flaws
  }
}

/// All rules that look into the text of rows, and what they have found so far.
struct Inspection {
  private var found = RowRule.all.map { _ in FoundRows() }
  private var thinking = Thinking()
  private var names = OtherNames()
  private var unfilled: UnfilledNames
  private var contradictions = Contradictions()
  private var cut = CutAnswers()
  private var balance = LearnedBalance()
  private var likeness = Likeness()
  private var validation = SeenQuestions()
  private var probes = SeenQuestions()
  private var hasValidation = false
  private let hasProbes: Bool
  private var rows = 0

  /// - Parameters:
  ///   - probes: questions that an evaluation asks.
  ///   - filled: names that a recipe fills in the rows.
  init(probes: [String] = [], filled: [String] = []) {
    hasProbes = !probes.isEmpty
    unfilled = UnfilledNames(filled: filled)
    for probe in probes { self.probes.ask(TextTokens(probe), place: Excerpt.of(probe)) }
  }

  /// Rows that wait to be looked at: several at once, on all processors.
  private var waiting: [InspectedRow] = []
  private static let batch = 2048
  private static let piece = 64

  mutating func add(_ row: InspectedRow) {
    waiting.append(row)
    if waiting.count == Self.batch { lookAtWaiting() }
  }

  /// Looks at the rows that still wait; `findings` is complete only after it.
  mutating func finish() { lookAtWaiting() }

  private mutating func lookAtWaiting() {
    let rows = waiting
    waiting = []
    let pieces = (rows.count + Self.piece - 1) / Self.piece
    let work = { @Sendable (index: Int) in
      rows[(index * Self.piece)..<min((index + 1) * Self.piece, rows.count)].map { Look($0.conversation) }
    }
    // Nothing in it throws.
    let looks = (try? parallelMap(pieces) { (index) throws(Diagnostic) in work(index) }) ?? (0..<pieces).map(work)
    for (row, look) in zip(rows, looks.joined()) { add(row, look) }
  }

  private mutating func add(_ row: InspectedRow, _ look: Look) {
    rows += 1
    let (text, place) = (look.text, row.place)
    for flaw in look.flaws { found[flaw.rule].add(place.text, flaw.what) }
    thinking.add(text, place)
    names.add(text, place)
    unfilled.add(look.unfilled, place)
    contradictions.add(text, place)
    cut.add(text, place)
    balance.add(text, source: row.source)
    likeness.add(row, look.shingles, look.print)
    for question in text.questions {
      if row.side == .validation {
        hasValidation = true
        validation.ask(question.tokens, place: place.text)
        continue
      }
      // Who has no validation rows keeps no questions for them.
      if row.side != nil { validation.learn(question.tokens) }
      if hasProbes { probes.learn(question.tokens) }
    }
  }

  /// Whether a row has a placeholder such as `{{NAME}}`.
  var hasPlaceholders: Bool {
    zip(RowRule.all, found).contains { rule, rows in rule.code == RowRule.placeholders.code && !rows.isEmpty }
  }

  /// Every rule in a fixed order, passed or not.
  var findings: [DatasetReport.Finding] {
    var list = zip(RowRule.all, found).map { $0.finding($1, of: rows) }
    list += [unfilled.finding, thinking.finding, names.finding, contradictions.finding, cut.finding]
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
