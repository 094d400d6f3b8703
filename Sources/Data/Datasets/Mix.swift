import Conversations
public import Diagnostics

/// One dataset that goes into a mix.
public struct MixInput: Sendable {
  /// What people call it, in warnings and metrics; a selection does not hold it.
  public var name: String
  public var role: RowRole
  /// The digest by which its files are found again.
  public var digest: String
  public var files: DatasetFiles
  /// `#N`.
  public var rowCap: Int?

  public init(name: String, role: RowRole, digest: String, files: DatasetFiles, rowCap: Int? = nil) {
    self.name = name
    self.role = role
    self.digest = digest
    self.files = files
    self.rowCap = rowCap
  }
}

/// The outcome of a mix: which rows, in which order, on which side of the split, and what that comes to.
public struct MixResult: Sendable {
  public var selection: DatasetSelection
  public var metrics: MixMetrics
  public var warnings: [Diagnostic]
}

/// Chooses rows from several datasets.
///
/// The order is fixed: read, cap each source at its `#N` by a seeded permutation, remove exact duplicates if asked, take
/// general rows in proportion down to the ratio, split each source into training and validation with equal rows on one
/// side, shuffle. Domain rows are never dropped for the ratio and nothing is repeated unless asked. The result is a pure
/// function of the rows, the options and the digests; names do not enter.
public enum Mix {
  /// How many rows may repeat others: more is a slip of the pen, and would fill the memory.
  static let maximumCopies = 10_000_000
  /// Rows that a plan still counts out one by one.
  public static let countableRows = 20_000_000

  /// - Parameters:
  ///   - tokenCount: the length of a row of an input, by its position, in tokens; needed to mix by tokens.
  ///   - progress: told now and then how many rows have been read.
  /// - Throws: `Diagnostic` or `DiagnosticList`.
  public static func run(
    _ inputs: [MixInput], options: MixOptions, tokenCount: ((_ input: Int, _ row: SourceRow) throws -> Int)? = nil,
    progress: ((Int) -> Void)? = nil
  ) throws -> MixResult {
    var pools: [MixPool] = []
    var total = 0
    for (index, input) in inputs.enumerated() {
      var facts: [RowFacts] = []
      let source = DatasetSource(files: input.files, onBadRow: options.onBadRow)
      let tally = try source.forEach { row in
        total += 1
        if total & 1023 == 0 { progress?(total) }
        facts.append(
          RowFacts(
            row: row.ordinal, fingerprint: RowFingerprint(row.conversation),
            characters: row.conversation.characterCount, language: RowLanguage(row.conversation),
            tokens: try tokenCount?(index, row) ?? 0))
        return true
      }
      guard !facts.isEmpty else { throw emptySource(input, tally) }
      pools.append(MixPool(input: input, facts: facts, tally: tally))
    }
    progress?(total)
    return try select(pools, options: options, countsTokens: tokenCount != nil)
  }

  /// How many rows a mix of sources of known sizes keeps, supposing that no two rows are equal: the same steps on rows
  /// that have no content. For plans made before the data is there.
  public static func count(
    _ sources: [(name: String, role: RowRole, rows: Int, rowCap: Int?)], options: MixOptions
  ) throws -> (train: Int, validation: Int) {
    var pools: [MixPool] = []
    for (index, source) in sources.enumerated() {
      let facts = (0..<max(source.rows, 0)).map { row in
        RowFacts(
          row: row + 1, fingerprint: RowFingerprint(high: UInt64(index), low: UInt64(row)), characters: 0,
          language: .other, tokens: 1)
      }
      let input = MixInput(
        name: source.name, role: source.role, digest: String(index), files: DatasetFiles.none,
        rowCap: source.rowCap)
      guard !facts.isEmpty else { throw emptySource(input, SourceTally()) }
      pools.append(MixPool(input: input, facts: facts, tally: SourceTally(rowsPerFile: [source.rows])))
    }
    let result = try select(pools, options: options, countsTokens: true)
    return (result.selection.train.count, result.selection.validation.count)
  }

  private static func emptySource(_ input: MixInput, _ tally: SourceTally) -> Diagnostic {
    let label = input.files.files.first?.label ?? input.name
    guard tally.badRows > 0 else {
      return Diagnostic(
        code: "empty-dataset", "'\(label)' has no rows", remedy: "Check that it is the file you meant.",
        location: SourceLocation(file: label))
    }
    return Diagnostic(
      code: "empty-dataset", "all \(tally.badRows) rows of '\(label)' were dropped as unreadable",
      remedy: "Mend the rows, or name the right columns.", location: SourceLocation(file: label),
      notes: tally.badExamples.prefix(3).map(\.message))
  }

  /// The steps after reading.
  static func select(_ pools: [MixPool], options: MixOptions, countsTokens: Bool) throws -> MixResult {
    var state = try MixState(pools, options: options)
    guard options.unit == .rows || countsTokens else {
      throw Diagnostic(
        code: "mix-needs-model", "mixing by tokens needs a tokenizer", remedy: "Give the stage a model: input.")
    }
    try state.applyCaps()
    state.countDuplicates()
    try state.applyRatio()
    try state.split()
    state.shuffle()
    let selection = state.selection()
    let metrics = MixMetrics(state, countsTokens: countsTokens)
    if let warning = metrics.ratioWarning(options) { state.warnings.append(warning) }
    return MixResult(selection: selection, metrics: metrics, warnings: state.warnings)
  }
}
