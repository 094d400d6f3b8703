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

  public var rows: Int { rowsPerFile.reduce(0, +) }
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
    var tally = SourceTally()
    var ordinal = 0
    var isDone = false
    for file in files.files {
      let reader = try DatasetReader(path: file.path, format: file.format, label: file.label)
      var rows = 0
      while !isDone, let record = try reader.next() {
        rows += 1
        ordinal += 1
        switch record {
        case .bad(let number, let diagnostic): tally.problems.add(diagnostic, row: number)
        case .row(let row):
          let mapped: MappedRow
          do throws(RowProblem) {
            mapped = try Conversation.mapping(row.fields)
          } catch {
            tally.problems.add(error.diagnostic(file: file.label, line: row.line, row: row.number), row: row.number)
            continue
          }
          for column in mapped.unusedColumns { tally.unusedColumns[column, default: 0] += 1 }
          // After a bad row the rest is read only to name what else is wrong.
          if onBadRow == .error && tally.badRows > 0 { continue }
          isDone = try !body(
            SourceRow(
              ordinal: ordinal, file: file.name, row: row.number, line: row.line, conversation: mapped.conversation,
              shape: mapped.shape))
        }
      }
      tally.rowsPerFile.append(rows)
      if isDone { break }
    }
    if onBadRow == .error && tally.badRows > 0 {
      throw tally.problems.error(note: "on_bad_row: drop leaves such rows out and counts them")
    }
    return tally
  }
}
