public import Diagnostics
public import JSON

/// What a mix came to.
public struct MixMetrics: Sendable, Hashable {
  public struct Source: Sendable, Hashable {
    public var name: String
    public var role: RowRole
    /// Rows in its files, and how many of them could not be read and were dropped.
    public var read: Int
    public var bad: Int
    /// Columns that no conversation shows, the commonest first.
    public var unusedColumns: [String] = []
    public var duplicatesRemoved: Int
    public var train: Int
    public var validation: Int
  }

  /// Rows that have one of the flaws that a row shows by itself.
  public struct Flaw: Sendable, Hashable {
    /// The finding of `data lint`.
    public var code: String
    public var rows: Int
  }

  /// Sizes of a role or of all.
  public struct Amount: Sendable, Hashable {
    public var rows = 0
    public var characters = 0
    /// When the mix counted tokens.
    public var tokens: Int?
    public var languages: [RowLanguage: Int] = [:]
  }

  public var sources: [Source]
  public var domain = Amount()
  public var general = Amount()
  public var train: Int
  public var validation: Int
  /// Rows equal to an earlier one after the caps, removed or not.
  public var duplicates: Int
  public var duplicatesRemoved: Int
  /// Rows nearly the same as an earlier one, without equal ones.
  public var nearDuplicates: Int
  /// Validation rows with a question that is also learned.
  public var validationSeen = 0
  /// Rows with a flaw, by its code; flaws of no row are left out.
  public var findings: [Flaw] = []
  public var lengths: LengthSummary
  public var unit: MixOptions.Unit

  init(_ state: MixState, countsTokens: Bool) {
    sources = state.pools.map { pool in
      Source(
        name: pool.input.name, role: pool.input.role, read: pool.tally.rows, bad: pool.tally.badRows,
        unusedColumns: pool.tally.unusedColumns.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key),
        duplicatesRemoved: pool.duplicatesRemoved, train: pool.train.count, validation: pool.validation.count)
    }
    train = state.train.count
    validation = state.validation.count
    duplicates = state.duplicates
    duplicatesRemoved = state.pools.reduce(0) { $0 + $1.duplicatesRemoved }
    nearDuplicates = state.nearDuplicates
    unit = state.options.unit
    var lengths: [Int] = []
    if countsTokens { (domain.tokens, general.tokens) = (0, 0) }
    for row in state.train + state.validation {
      let facts = state.facts(row)
      lengths.append(facts.characters)
      if state.pools[row.pool].input.role == .domain {
        domain.add(facts, countsTokens)
      } else {
        general.add(facts, countsTokens)
      }
    }
    self.lengths = LengthSummary(lengths)
    if let inspection = state.inspection { look(inspection, state) }
  }

  private mutating func look(_ inspection: MixInspection, _ state: MixState) {
    var asked: Set<UInt64> = []
    var counts = RowRule.all.map { _ in 0 }
    func row(_ reference: PoolRow) -> MixInspection.Row? { inspection.rows[reference.pool][reference.position] }
    for reference in state.train { asked.formUnion(row(reference)?.questions ?? []) }
    for reference in state.validation where row(reference)?.questions.contains(where: asked.contains) == true {
      validationSeen += 1
    }
    for reference in state.train + state.validation {
      guard let flaws = row(reference)?.flaws, flaws != 0 else { continue }
      for bit in counts.indices where flaws & (1 << UInt32(bit)) != 0 { counts[bit] += 1 }
    }
    findings = zip(RowRule.all, counts).filter { $0.1 > 0 }.map { Flaw(code: $0.0.code, rows: $0.1) }
  }

  /// Says that the model would learn to write `{{NAME}}`.
  var placeholdersWarning: Diagnostic? {
    guard let left = findings.first(where: { $0.code == RowRule.placeholders.code }) else { return nil }
    return Diagnostic(
      .warning, code: "placeholders",
      "the model would learn to write placeholders such as {{NAME}}: they are in \(DatasetReport.rows(left.rows)) of the mix",
      remedy: DatasetSource.placeholdersRemedy)
  }

  /// Says which flaws the chosen rows have that a reader should look at.
  var findingsWarning: Diagnostic? {
    let rows = train + validation
    let serious = findings.filter { finding in
      guard finding.code != RowRule.placeholders.code, let rule = RowRule.all.first(where: { $0.code == finding.code })
      else { return false }
      return rule.level != .note && Double(finding.rows) >= rule.share * Double(rows)
    }
    guard !serious.isEmpty else { return nil }
    return Diagnostic(
      .warning, code: "findings",
      "chosen rows have flaws: \(serious.map { "\($0.code) in \(DatasetReport.rows($0.rows))" }.joined(separator: ", "))",
      remedy: "lorapipe data lint names the rows and what to do.")
  }

  /// General to one of domain, in the unit mixed by; `nil` when either is absent.
  public var realizedRatio: Double? {
    let amounts = unit == .rows ? (domain.rows, general.rows) : (domain.tokens ?? 0, general.tokens ?? 0)
    return amounts.0 > 0 && amounts.1 > 0 ? Double(amounts.1) / Double(amounts.0) : nil
  }

  /// Says so when nobody chose the ratio and it came out far from what keeps a model both taught and whole.
  func ratioWarning(_ options: MixOptions) -> Diagnostic? {
    options.ratio == nil ? realizedRatio.flatMap { Self.ratioWarning($0) } : nil
  }

  /// - Parameter role: `domain` or `general`, of which a mix with a ratio has no rows.
  public static func missing(_ role: String) -> Diagnostic {
    Diagnostic(
      code: "ratio-needs-both", "a ratio needs \(role) rows, and there are none",
      remedy: "Name datasets under both domain: and general:, or leave out ratio:.")
  }

  /// General rows to one of the domain that teach something and keep the rest: fewer let a model forget, more hide what it is
  /// to learn. The measured recipes lie at its lower end, 1:1.5 and 1:2, because a name is learned from few rows.
  public static let usualRatios = 1...10

  /// - Parameter ratio: general to one of domain.
  public static func ratioWarning(_ ratio: Double) -> Diagnostic? {
    let (least, most) = (usualRatios.lowerBound, usualRatios.upperBound)
    guard ratio < Double(least) || ratio > Double(most) else { return nil }
    return Diagnostic(
      .warning, code: "ratio-unusual",
      "the realized ratio of domain to general is 1:\(Self.rounded(ratio)), outside 1:\(least) to 1:\(most)",
      remedy: "Set ratio:, for example \"1:5\", or change the '#N' caps.")
  }

  static func rounded(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let text = "\(hundredths / 100)"
    let rest = hundredths % 100
    return rest == 0 ? text : rest % 10 == 0 ? "\(text).\(rest / 10)" : "\(text).\(rest < 10 ? "0" : "")\(rest)"
  }

  /// Final figures by name, for the run's records.
  public var flattened: [(name: String, value: JSONValue)] {
    var list: [(name: String, value: JSONValue)] = [
      ("rows", .integer(Int64(train + validation))), ("rows.train", .integer(Int64(train))),
      ("rows.validation", .integer(Int64(validation))), ("rows.domain", .integer(Int64(domain.rows))),
      ("rows.general", .integer(Int64(general.rows))),
      ("rows.bad", .integer(Int64(sources.reduce(0) { $0 + $1.bad }))),
    ]
    let unused = sources.flatMap(\.unusedColumns).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    if !unused.isEmpty { list.append(("columns.unused", .string(unused.joined(separator: ", ")))) }
    if let tokens = domain.tokens { list.append(("tokens.domain", .integer(Int64(tokens)))) }
    if let tokens = general.tokens { list.append(("tokens.general", .integer(Int64(tokens)))) }
    if let ratio = realizedRatio { list.append(("ratio", .number((ratio * 10_000).rounded() / 10_000))) }
    list.append(("duplicates", .integer(Int64(duplicates))))
    list.append(("duplicates.removed", .integer(Int64(duplicatesRemoved))))
    list.append(("near_duplicates", .integer(Int64(nearDuplicates))))
    if validation > 0 { list.append(("validation.seen", .integer(Int64(validationSeen)))) }
    for finding in findings { list.append(("findings.\(finding.code)", .integer(Int64(finding.rows)))) }
    for language in RowLanguage.allCases {
      let rows = (domain.languages[language] ?? 0) + (general.languages[language] ?? 0)
      list.append(("language.\(language.rawValue)", .integer(Int64(rows))))
    }
    list.append(("length.median", .integer(Int64(lengths.median))))
    list.append(("length.p95", .integer(Int64(lengths.percentile95))))
    list.append(("length.maximum", .integer(Int64(lengths.maximum))))
    return list
  }

  /// Everything, as one value.
  public var json: JSONValue {
    var object = JSONObject([
      ("rows", ["train": .integer(Int64(train)), "validation": .integer(Int64(validation))]),
      ("domain", domain.json), ("general", general.json),
      (
        "duplicates",
        [
          "found": .integer(Int64(duplicates)), "near": .integer(Int64(nearDuplicates)),
          "removed": .integer(Int64(duplicatesRemoved)),
        ]
      ), ("lengths", lengths.json),
    ])
    object["findings"] = .object(JSONObject(findings.map { ($0.code, .integer(Int64($0.rows))) }))
    if let ratio = realizedRatio {
      object["ratio"] = [
        "by": .string(unit.rawValue), "generalPerDomain": .number((ratio * 10_000).rounded() / 10_000),
      ]
    }
    object["sources"] = .array(
      sources.map { source in
        [
          "name": .string(source.name), "role": .string(source.role.rawValue), "read": .integer(Int64(source.read)),
          "bad": .integer(Int64(source.bad)), "unusedColumns": .array(source.unusedColumns.map { .string($0) }),
          "duplicatesRemoved": .integer(Int64(source.duplicatesRemoved)),
          "train": .integer(Int64(source.train)), "validation": .integer(Int64(source.validation)),
        ]
      })
    return .object(object)
  }
}

extension MixMetrics.Amount {
  fileprivate mutating func add(_ facts: RowFacts, _ countsTokens: Bool) {
    rows += 1
    characters += facts.characters
    languages[facts.language, default: 0] += 1
    if countsTokens { tokens = (tokens ?? 0) + facts.tokens }
  }

  var json: JSONValue {
    var object = JSONObject([("rows", .integer(Int64(rows))), ("characters", .integer(Int64(characters)))])
    if let tokens { object["tokens"] = .integer(Int64(tokens)) }
    object["languages"] = .object(
      JSONObject(RowLanguage.allCases.map { ($0.rawValue, .integer(Int64(languages[$0] ?? 0))) }))
    return .object(object)
  }
}
