import Conversations
public import Diagnostics
public import Platform

/// One dataset that goes into a mix.
public struct MixInput: Sendable {
  /// What people call it, in warnings and metrics; a selection does not hold it.
  public var name: String
  public var role: RowRole
  /// The digest by which its files are found again.
  public var digest: Digest
  public var files: DatasetFiles
  /// `#N`.
  public var rowCap: Int?

  public init(name: String, role: RowRole, digest: Digest, files: DatasetFiles, rowCap: Int? = nil) {
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
/// The order is fixed: read, cap each source at its `#N` by a seeded permutation, remove exact or near-duplicates if asked,
/// take general rows in proportion down to the ratio, split each source into training and validation with equal rows and
/// near-duplicates on one side, shuffle. Domain rows are never dropped for the ratio and nothing is repeated unless
/// asked. The result is a pure function of the rows, the options and the digests; names do not enter.
public enum Mix {
  /// How many rows may repeat others: more is a slip of the pen, and would fill the memory.
  static let maximumCopies = 10_000_000
  /// Rows that a plan still counts out one by one.
  public static let countableRows = 20_000_000

  /// Rows of an input whose lengths a mix by tokens asks for.
  public struct CountRequest: Sendable {
    /// The position of the input.
    public var input: Int
    /// Ordinals.
    public var rows: [Int]
    /// All rows of the input's files.
    public var sourceRows: Int
    /// The order in which they were drawn, when they are fewer than half.
    public var draw: DrawOrder?
  }

  /// Tells the tokens of rows by ordinal; one that is left out weighs nothing.
  public typealias TokenCounts = (CountRequest) async throws -> [Int: Int]

  /// - Parameters:
  ///   - progress: told now and then how many rows have been read.
  /// - Throws: `Diagnostic` or `DiagnosticList`.
  public static func run(
    _ inputs: [MixInput], options: MixOptions, progress: ((Int) -> Void)? = nil
  ) throws -> MixResult {
    var state = try read(inputs, options, progress)
    return try finish(&state, countsTokens: false, inspects: true)
  }

  /// The same by tokens: only rows that the caps leave are counted.
  public static func run(
    _ inputs: [MixInput], options: MixOptions, tokenCounts: TokenCounts, progress: ((Int) -> Void)? = nil
  ) async throws -> MixResult {
    var state = try read(inputs, options, progress)
    for index in state.pools.indices {
      let rows = Set(state.pools[index].chosen).map { state.pools[index].facts[$0].row }.sorted()
      let request = CountRequest(
        input: index, rows: rows, sourceRows: state.pools[index].tally.rows, draw: state.sparseDraw(index))
      let counts = try await tokenCounts(request)
      state.setTokens(index) { counts[$0] ?? 0 }
    }
    return try finish(&state, countsTokens: true, inspects: true)
  }

  /// Reads all rows, and takes of each source what its cap allows.
  private static func read(
    _ inputs: [MixInput], _ options: MixOptions, _ progress: ((Int) -> Void)?
  ) throws -> MixState {
    var pools: [MixPool] = []
    var total = 0
    for input in inputs {
      var facts: [RowFacts] = []
      let source = DatasetSource(files: input.files, onBadRow: options.onBadRow)
      let tally = try source.forEach { row in
        total += 1
        if total & 1023 == 0 { progress?(total) }
        facts.append(
          RowFacts(
            row: row.ordinal, fingerprint: RowFingerprint(row.conversation),
            characters: row.conversation.characterCount, language: RowLanguage(row.conversation)))
        return true
      }
      guard !facts.isEmpty else { throw emptySource(input, tally) }
      pools.append(MixPool(input: input, facts: facts, tally: tally))
    }
    progress?(total)
    var state = try draw(pools, options)
    if let reading = inputs.first?.files.reading {
      let found = pools.reduce(into: Set<String>()) { $0.formUnion($1.tally.renamedColumns) }
      state.warnings += DatasetFiles.columnWarnings(reading, found: found)
    }
    if options.deduplicate == .near {
      try state.inspect()
      state.removeNearDuplicates()
    }
    return state
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
        name: source.name, role: source.role, digest: SHA256.hash(String(index)), files: DatasetFiles.none,
        rowCap: source.rowCap)
      guard !facts.isEmpty else { throw emptySource(input, SourceTally()) }
      pools.append(MixPool(input: input, facts: facts, tally: SourceTally(rowsPerFile: [source.rows])))
    }
    var state = try draw(pools, options)
    let result = try finish(&state, countsTokens: true, inspects: false)
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
      emptyDataset: "all \(tally.badRows) rows of '\(label)' were dropped as unreadable", tally.problems.diagnostics,
      remedy: "Fix the rows, or name the right columns.", location: SourceLocation(file: label))
  }

  /// The steps between reading and weighing.
  private static func draw(_ pools: [MixPool], _ options: MixOptions) throws -> MixState {
    var state = try MixState(pools, options: options)
    try state.applyCaps()
    state.countDuplicates()
    return state
  }

  /// The steps after weighing.
  /// - Parameter inspects: whether there are texts to look at.
  private static func finish(_ state: inout MixState, countsTokens: Bool, inspects: Bool) throws -> MixResult {
    guard state.options.unit == .rows || countsTokens else {
      throw Diagnostic(
        code: "mix-needs-model", "mixing by tokens needs a tokenizer", remedy: "Give the stage a model: input.")
    }
    try state.applyRatio()
    if inspects { try state.inspect() }
    state.groupRows()
    try state.split()
    state.shuffle()
    let selection = state.selection()
    let metrics = MixMetrics(state, countsTokens: countsTokens)
    state.warnings += state.columnWarnings
    if let warning = metrics.placeholdersWarning { state.warnings.append(warning) }
    if let warning = metrics.findingsWarning { state.warnings.append(warning) }
    if let warning = metrics.ratioWarning(state.options) { state.warnings.append(warning) }
    return MixResult(selection: selection, metrics: metrics, warnings: state.warnings)
  }
}
