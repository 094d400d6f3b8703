import Diagnostics

/// Reads the rows of one data file in order, in constant memory.
///
/// UTF-8 with or without a byte order mark, lines ending in LF or CR LF, also compressed; or Parquet. Not for use from several threads at once.
public final class DatasetReader {
  public let format: DatasetFormat
  /// The path as shown in messages.
  public let label: String
  private var source: any RecordSource

  /// - Parameters:
  ///   - format: by default from the file's extension.
  ///   - label: the path to show in messages; by default `path`.
  /// - Throws: `Diagnostic` when the file cannot be opened, or is of a kind that is not read.
  public init(path: String, format: DatasetFormat? = nil, label: String? = nil) throws {
    let label = label ?? path
    guard let format = format ?? DatasetFormat(fileName: path) else {
      throw Diagnostic(
        code: "unknown-data-format", "cannot tell the data format of '\(label)' from its name",
        remedy: UnreadFile(fileName: path)?.remedy ?? "Rows are read from \(DatasetFormat.endings) files.",
        location: SourceLocation(file: label))
    }
    self.format = format
    self.label = label
    guard format != .parquet else {
      source = try ParquetSource(path: path, label: label)
      return
    }
    let window = try FileWindow(path: path, label: label)
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
  public func next() throws -> DatasetRecord? { try source.next() }

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
