import Diagnostics

/// Reads the rows of one data file in order, in constant memory.
///
/// UTF-8 with or without a byte order mark, lines ending in LF or CR LF. Not for use from several threads at once.
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
        remedy: path.lowercased().hasSuffix(".parquet")
          ? "Parquet is not read; convert it to jsonl first."
          : "Rows are read from .jsonl, .json, .csv and .tsv files.",
        location: SourceLocation(file: label))
    }
    self.format = format
    self.label = label
    let window = try FileWindow(path: path, label: label)
    while window.count < 4, try window.extend(line: 1) {}
    try Self.checkSignature(window)
    switch format {
    case .jsonl: source = JSONLinesSource(window)
    case .json: source = JSONElementsSource(window)
    case .csv: source = DelimitedSource(window, delimiter: UInt8(ascii: ","))
    case .tsv: source = DelimitedSource(window, delimiter: 0x09)
    }
  }

  /// The next record, or `nil` at the end.
  /// - Throws: `Diagnostic` when nothing after this point can be read.
  public func next() throws -> DatasetRecord? { try source.next() }

  /// Skips a byte order mark and refuses what is plainly not UTF-8 text.
  private static func checkSignature(_ window: FileWindow) throws {
    let head = window.slice(0..<min(window.count, 4))
    if head.starts(with: [0xEF, 0xBB, 0xBF]) {
      window.advance(3)
      return
    }
    let refusals: [(signature: [UInt8], what: String, remedy: String)] = [
      ([0xFF, 0xFE], "UTF-16 text", "Convert it: iconv -f UTF-16 -t UTF-8."),
      ([0xFE, 0xFF], "UTF-16 text", "Convert it: iconv -f UTF-16 -t UTF-8."),
      ([0x1F, 0x8B], "a gzip file", "Unpack it first: gunzip."),
      (Array("PK\u{3}\u{4}".utf8), "a zip file or spreadsheet", "Export it as CSV."),
      (Array("PAR1".utf8), "a Parquet file", "Parquet is not read; convert it to jsonl first."),
    ]
    for refusal in refusals where head.starts(with: refusal.signature) {
      throw Diagnostic(
        code: "unknown-data-format", "'\(window.label)' is \(refusal.what), not UTF-8 text", remedy: refusal.remedy,
        location: SourceLocation(file: window.label))
    }
  }
}

/// Cuts a file into records: one implementation a format.
protocol RecordSource {
  mutating func next() throws -> DatasetRecord?
}
