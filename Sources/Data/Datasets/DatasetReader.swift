import Diagnostics

/// Reads the rows of one data file in order, in constant memory.
///
/// Text in UTF-8 with or without a byte order mark, or in a declared encoding, lines ending in LF or CR LF, also compressed;
/// or Parquet. Not for use from several threads at once.
public final class DatasetReader {
  public let format: DatasetFormat
  /// The path as shown in messages.
  public let label: String
  /// Columns that were to be renamed and were met.
  public private(set) var renamedColumns: Set<String> = []
  private let reading: ReadingOptions
  private var source: any RecordSource

  /// - Parameters:
  ///   - format: by default from the file's extension.
  ///   - label: the path to show in messages; by default `path`.
  ///   - reading: what to call columns, and what the text is written in.
  /// - Throws: `Diagnostic` when the file cannot be opened, or is of a kind that is not read.
  public init(
    path: String, format: DatasetFormat? = nil, label: String? = nil, reading: ReadingOptions = ReadingOptions()
  ) throws {
    let label = label ?? path
    guard let format = format ?? DatasetFormat(fileName: path) else {
      throw Diagnostic(
        code: "unknown-data-format", "cannot tell the data format of '\(label)' from its name",
        remedy: UnreadFile(fileName: path)?.remedy ?? "Rows are read from \(DatasetFormat.endings) files.",
        location: SourceLocation(file: label))
    }
    self.format = format
    self.label = label
    self.reading = reading
    guard format != .parquet else {
      source = try ParquetSource(path: path, label: label)
      return
    }
    let window = try FileWindow(path: path, label: label, reading: reading)
    try FileSignature.check(window, format)
    switch format {
    case .jsonl, .parquet: source = JSONLinesSource(window)
    case .json: source = JSONElementsSource(window)
    case .csv: source = DelimitedSource(window, delimiter: UInt8(ascii: ","))
    case .tsv: source = DelimitedSource(window, delimiter: 0x09)
    }
  }

  /// The next record, or `nil` at the end.
  /// - Throws: `Diagnostic` when nothing after this point can be read.
  public func next() throws -> DatasetRecord? {
    guard let record = try source.next() else { return nil }
    guard !reading.columns.isEmpty, case .row(var row) = record else { return record }
    do throws(RowProblem) {
      row.fields = try reading.rename(row.fields, found: &renamedColumns)
      return .row(row)
    } catch {
      return .bad(number: row.number, error.diagnostic(file: label, line: row.line, row: row.number, reading))
    }
  }

  /// Passes over the next record, which need not be one that can be read; false at the end.
  public func skip() throws -> Bool { try source.skip() }
}

extension RecordSource {
  mutating func skip() throws -> Bool { try next() != nil }
}

/// Cuts a file into records: one implementation a format.
protocol RecordSource {
  mutating func next() throws -> DatasetRecord?
  /// Passes over the next record; false at the end.
  mutating func skip() throws -> Bool
}
