public import Conversations
public import Diagnostics
import JSON

/// Which rows of a dataset to leave out, and why.
public struct RowFilter: Sendable, Hashable {
  /// Flaws for which a row is left out: codes of `findingNames`.
  public var findings: [String] = []
  /// The languages to keep; empty keeps all.
  public var languages: [RowLanguage] = []
  /// Characters that all answers of a row have together.
  public var minimumAnswer: Int?
  public var maximumAnswer: Int?
  /// Characters of the whole row without its system prompt.
  public var maximumCharacters: Int?
  /// A regular expression that must be found in one of the messages.
  public var keep: String?
  /// A regular expression that must be found in none of them.
  public var drop: String?
  /// Whether to keep what would be left out, and the other way round.
  public var isInverted = false

  public init() {}

  /// The flaws that one row shows by itself.
  public static var findingNames: [String] { RowRule.all.map(\.code) }

  /// - Throws: `Diagnostic` (`bad-pattern`) for a regular expression that does not compile.
  public func check() throws {
    for (name, pattern) in [("keep", keep), ("drop", drop)] {
      guard let pattern else { continue }
      do { _ = try Regex(pattern) } catch {
        throw Diagnostic(
          code: "bad-pattern", "the pattern '\(pattern)' does not compile: \(error)",
          location: SourceLocation(file: name))
      }
    }
  }

  public struct Tally: Sendable, Hashable {
    public var rows = 0
    public var badRows = 0
    /// How many rows each reason applies to; a row counts for its first reason.
    public var reasons: [String: Int] = [:]
    public var warnings: [Diagnostic] = []
    public var dropped: Int { reasons.values.reduce(0, +) }
  }

  /// Why a row is left out; `nil` when it is not.
  private func reason(
    _ conversation: Conversation, _ rules: [RowRule], _ keep: Regex<AnyRegexOutput>?, _ drop: Regex<AnyRegexOutput>?
  ) -> String? {
    if !languages.isEmpty, !languages.contains(RowLanguage(conversation)) { return "language" }
    let answer = conversation.messages.reduce(0) {
      $1.role == "assistant" ? $0 + $1.text.unicodeScalars.count : $0
    }
    if let minimumAnswer, answer < minimumAnswer { return "short" }
    if let maximumAnswer, answer > maximumAnswer { return "long" }
    if let maximumCharacters, conversation.characterCount > maximumCharacters { return "long" }
    func isFound(_ pattern: Regex<AnyRegexOutput>) -> Bool {
      conversation.messages.contains { $0.text.firstMatch(of: pattern) != nil }
    }
    if let keep, !isFound(keep) { return "no-match" }
    if let drop, isFound(drop) { return "match" }
    guard !rules.isEmpty else { return nil }
    let text = RowText(conversation)
    return rules.first { $0.look(text) != nil }?.code
  }

  /// Reads rows and writes those that stay, with their columns, as one file of JSON lines.
  /// - Throws: `Diagnostic`, or `DiagnosticList` of what is wrong with rows that cannot be read.
  public func rewrite(_ source: DatasetSource, to path: String) throws -> Tally {
    try check()
    let rules = RowRule.all.filter { findings.contains($0.code) }
    let keepPattern = try keep.map { try Regex($0) }
    let dropPattern = try drop.map { try Regex($0) }
    var tally = Tally()
    var problems = RowProblems()
    var renamed: Set<String> = []
    let output = try JSONLinesFile(path: path)
    for file in source.files.files {
      let reader = try source.files.reader(file)
      while let record = try reader.next() {
        switch record {
        case .bad(let number, let diagnostic): problems.add(diagnostic, row: number)
        case .row(let row):
          let conversation: Conversation
          do throws(RowProblem) {
            conversation = try Conversation.mapping(row.fields).conversation
          } catch {
            problems.add(
              error.diagnostic(file: file.label, line: row.line, row: row.number, source.files.reading), row: row.number
            )
            continue
          }
          let reason = reason(conversation, rules, keepPattern, dropPattern)
          if let reason { tally.reasons[reason, default: 0] += 1 }
          if (reason == nil) != isInverted {
            tally.rows += 1
            try output.append(row.fields)
          }
        }
      }
      renamed.formUnion(reader.renamedColumns)
    }
    if source.onBadRow == .error, !problems.isEmpty {
      throw problems.error(note: "on_bad_row: drop leaves such rows out and counts them")
    }
    try output.finish()
    tally.badRows = problems.count
    tally.warnings = DatasetFiles.columnWarnings(source.files.reading, found: renamed)
    guard tally.rows > 0 else {
      let label = source.files.files.first?.label ?? path
      guard !tally.reasons.isEmpty || problems.isEmpty else {
        throw Diagnostic(
          emptyDataset: "'\(label)' has no readable rows", problems.diagnostics,
          remedy: "Check that it is the file you meant.", location: SourceLocation(file: label))
      }
      let reasons = tally.reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
      throw Diagnostic(
        code: "empty-dataset", "no row of '\(label)' is left",
        remedy: "Change the conditions, or look at the rows with data lint.", location: SourceLocation(file: label),
        notes: reasons.isEmpty ? [] : ["left out: \(reasons.joined(separator: ", "))"])
    }
    return tally
  }
}
