import Conversations

/// The rows of a source one after the other, in constant memory. Rows that cannot be read are counted and passed over.
public final class SourceReader {
  private let input: DatasetFiles
  private var files: [DatasetFiles.File] { input.files }
  private var file = -1
  private var reader: DatasetReader?
  /// The row met last, 1-based over all files, those that could not be read included.
  public private(set) var ordinal = 0
  public private(set) var tally = SourceTally()

  public init(_ files: DatasetFiles) { input = files }

  /// The next row, or `nil` at the end.
  /// - Parameters:
  ///   - last: goes no further than this ordinal.
  ///   - wanted: by ordinal; the text of other rows is not looked at where the format allows it.
  /// - Throws: `Diagnostic` for a broken file.
  public func next(through last: Int = .max, where wanted: (Int) -> Bool = { _ in true }) throws -> SourceRow? {
    while ordinal < last {
      guard let reader = try current() else { return nil }
      if !wanted(ordinal + 1) {
        if try reader.skip() { count() } else { self.reader = nil }
        continue
      }
      guard let record = try reader.next() else {
        self.reader = nil
        continue
      }
      count()
      if !reader.renamedColumns.isSubset(of: tally.renamedColumns) {
        tally.renamedColumns.formUnion(reader.renamedColumns)
      }
      let file = files[file]
      switch record {
      case .bad(let number, let diagnostic): tally.problems.add(diagnostic, row: number)
      case .row(let row):
        do throws(RowProblem) {
          let mapped = try Conversation.mapping(row.fields)
          for column in mapped.unusedColumns { tally.unusedColumns[column, default: 0] += 1 }
          tally.telling.add(row.fields, unused: mapped.unusedColumns)
          return SourceRow(
            ordinal: ordinal, file: file.name, row: row.number, line: row.line, conversation: mapped.conversation,
            shape: mapped.shape)
        } catch {
          tally.problems.add(
            error.diagnostic(file: file.label, line: row.line, row: row.number, input.reading), row: row.number)
        }
      }
    }
    return nil
  }

  private func count() {
    ordinal += 1
    tally.rowsPerFile[file] += 1
  }

  /// The reader of the file at hand, the next file's when it is at its end.
  private func current() throws -> DatasetReader? {
    if let reader { return reader }
    guard file + 1 < files.count else { return nil }
    file += 1
    tally.rowsPerFile.append(0)
    reader = try input.reader(files[file])
    return reader
  }
}
