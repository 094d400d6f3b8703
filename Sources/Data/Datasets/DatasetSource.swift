public import Conversations
public import Diagnostics

/// A row of a source as a conversation, with its place.
public struct SourceRow: Sendable {
  /// 1-based over all files of the source in order, counting rows that could not be read, so that it never shifts.
  public var ordinal: Int
  /// The file's name inside the source.
  public var file: String
  /// 1-based within the file.
  public var row: Int
  public var line: Int
  public var conversation: Conversation
  public var shape: RowShape
}

/// What reading a source came to.
public struct SourceTally: Sendable, Hashable {
  /// Rows of each file, those that could not be read included.
  public var rowsPerFile: [Int] = []
  /// What was wrong with rows that could not be read.
  public var problems = RowProblems()
  public var badRows: Int { problems.count }
  /// Columns that no conversation shows, with the number of rows where they hold something.
  public var unusedColumns: [String: Int] = [:]
  /// Rows with columns that would tell the model something.
  var telling = TellingRows()
  /// Columns that were to be renamed and were met.
  public var renamedColumns: Set<String> = []

  public var rows: Int { rowsPerFile.reduce(0, +) }

  /// Says which columns the model will not see though they would tell it something; `nil` when there is none.
  /// - Parameters:
  ///   - name: what messages call the source.
  ///   - reading: how it was read.
  public func columnsWarning(_ name: String, _ reading: ReadingOptions) -> Diagnostic? {
    columnsWarning(name, reading, telling)
  }

  /// - Parameter rows: also those of other sources that are read with the same options, so that one advice holds for all.
  func columnsWarning(_ name: String, _ reading: ReadingOptions, _ rows: TellingRows) -> Diagnostic? {
    let columns = unusedColumns.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
      .filter { ColumnTable.isTelling($0) }
    guard !columns.isEmpty else { return nil }
    return Diagnostic(
      .warning, code: "columns-not-used", "columns of '\(name)' are not used: \(columns.joined(separator: ", "))",
      remedy: rows.remedy(reading))
  }
}

/// The rows of a dataset input: its files, and what to do with a row that cannot be read.
public struct DatasetSource: Sendable, Hashable {
  public var files: DatasetFiles
  public var onBadRow: BadRowPolicy

  public init(files: DatasetFiles, onBadRow: BadRowPolicy = .error) {
    self.files = files
    self.onBadRow = onBadRow
  }

  /// Gives `body` every readable row in order, until it returns false.
  /// - Throws: what `body` throws; a `Diagnostic` for a broken file; unless bad rows are dropped, what is wrong with
  ///   them, equal problems together.
  @discardableResult
  public func forEach(_ body: (SourceRow) throws -> Bool) throws -> SourceTally {
    let reader = SourceReader(files)
    while let row = try reader.next() {
      // After a bad row the rest is read only to name what else is wrong.
      if onBadRow == .error, !reader.tally.problems.isEmpty { continue }
      if try !body(row) { break }
    }
    try refuse(reader.tally.problems)
    return reader.tally
  }

  /// Looks at the first rows of each file, and at all rows where the files are small.
  /// - Parameter asConversations: whether rows are to be conversations, or only records with columns.
  /// - Throws: what reading the rows would throw.
  public func checkFirstRows(asConversations: Bool = true) throws {
    guard asConversations else { return try checkFirstRecords() }
    guard !files.areSmall else {
      try forEach { _ in true }
      return
    }
    for file in files.each {
      let reader = SourceReader(file)
      while try reader.next(through: Self.firstRows) != nil {}
      try refuse(reader.tally.problems)
    }
  }

  /// Says which columns the model will not see, where `checkFirstRows` looks.
  /// - Parameter name: what messages call the source.
  /// - Returns: `nil` when there is none, or when the rows cannot be read.
  public func unusedColumnsInFirstRows(_ name: String) -> Diagnostic? {
    var tally = SourceTally()
    for file in files.each {
      let reader = SourceReader(file)
      let limit = files.areSmall ? Int.max : Self.firstRows
      do { while try reader.next(through: limit) != nil {} } catch { return nil }
      tally.unusedColumns.merge(reader.tally.unusedColumns) { $0 + $1 }
      tally.telling.add(reader.tally.telling)
    }
    return tally.columnsWarning(name, files.reading)
  }

  /// Looks for placeholders such as `{{NAME}}`, which the model would learn to write, where `checkFirstRows` looks.
  /// - Returns: a warning that names the first row with one; `nil` when there is none, or when the rows cannot be read.
  public func placeholdersInFirstRows() -> Diagnostic? {
    for file in files.each {
      let reader = SourceReader(file)
      let limit = files.areSmall ? Int.max : Self.firstRows
      var first: (text: String, row: Int, place: SourceLocation)?
      var names: [String] = []
      var bracketed: (found: OtherBrackets.Found, row: Int, place: SourceLocation)?
      while let row = try? reader.next(), row.ordinal <= limit {
        for message in row.conversation.messages {
          if bracketed == nil, let found = OtherBrackets.usual(in: message.text),
            RowText(row.conversation).answers.contains(where: OtherNames.introduces)
          {
            bracketed = (found, row.row, SourceLocation(file: file.files.first?.label ?? row.file, line: row.line))
          }
          guard let left = Placeholders.leftOver(in: message.text) else { continue }
          let place = SourceLocation(file: file.files.first?.label ?? row.file, line: row.line)
          if first == nil { first = (left, row.row, place) }
          for name in Placeholders.leftOverNames(in: message.text) where !names.contains(name) && names.count < 8 {
            names.append(name)
          }
        }
      }
      guard let first else {
        guard let (found, row, place) = bracketed else { continue }
        return Diagnostic(
          .warning, code: "other-brackets", "the model would learn to write \(found.text), which stands in row \(row)",
          remedy:
            "Write {{\(found.name)}} in the rows, and add a stage  filled: { kind: substitute, data: \(place.file), values: { \(found.name): … } }  and domain: [filled].",
          location: place)
      }
      return Diagnostic(
        .warning, code: "placeholders",
        "the model would learn to write \(first.text), which stands in row \(first.row)",
        remedy: Self.placeholdersRemedy(first.place.file, names), location: first.place)
    }
    return nil
  }

  /// What to write so that placeholders are filled: a stage with a place for each value.
  private static func placeholdersRemedy(_ file: String, _ names: [String]) -> String {
    let values = names.map { "\($0): …" }.joined(separator: ", ")
    return "Fill them first: a stage  filled: { kind: substitute, data: \(file), values: { \(values) } }  and domain: "
      + "[filled]."
  }

  /// What to write so that placeholders are filled, where their names are not at hand.
  static let placeholdersRemedy =
    "Fill them first: a stage  filled: { kind: substitute, data: FILE, values: { NAME: Grace } }  and domain: [filled]."

  private func checkFirstRecords() throws {
    let limit = files.areSmall ? Int.max : Self.firstRows
    var problems = RowProblems()
    for file in files.files {
      let reader = try files.reader(file)
      var count = 0
      while count < limit, let record = try reader.next() {
        count += 1
        if case .bad(let number, let diagnostic) = record { problems.add(diagnostic, row: number) }
      }
    }
    try refuse(problems)
  }

  /// How many rows of a large file are looked at before a run.
  public static let firstRows = 1000

  private func refuse(_ problems: RowProblems) throws {
    guard onBadRow == .error, !problems.isEmpty else { return }
    // Only a recipe has such a key.
    if case .command = files.reading.place { throw problems.error() }
    throw problems.error(note: "on_bad_row: drop leaves such rows out and counts them")
  }

  /// How many rows the files have, those that cannot be read included; not looked at where the format allows it.
  public func countRows() throws -> Int {
    let reader = SourceReader(files)
    _ = try reader.next(where: { _ in false })
    return reader.ordinal
  }
}
