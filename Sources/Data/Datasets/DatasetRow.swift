public import Diagnostics
public import JSON

/// The file formats rows are read from.
public enum DatasetFormat: String, Sendable, Hashable, CaseIterable {
  /// One JSON object a line.
  case jsonl
  /// An array of objects, or objects one after the other.
  case json
  /// Comma-separated values (RFC 4180) under a header.
  case csv
  /// The same with tabs.
  case tsv
  /// Apache Parquet.
  case parquet

  /// The endings of names, for messages.
  static let endings = ".jsonl, .json, .csv, .tsv or .parquet"

  /// Endings of compressed files; what stands before them says the format.
  private static let compressions = [".gz", ".zst", ".xz", ".bz2"]

  /// The format a file's name promises, by its extension; `nil` for any other file.
  public init?(fileName: String) {
    var name = fileName.lowercased()
    let isCompressed = Self.compressions.first { name.hasSuffix($0) }.map { name.removeLast($0.count) } != nil
    if name.hasSuffix(".jsonl") || name.hasSuffix(".ndjson") {
      self = .jsonl
    } else if name.hasSuffix(".json") {
      self = .json
    } else if name.hasSuffix(".csv") {
      self = .csv
    } else if name.hasSuffix(".tsv") {
      self = .tsv
    } else if name.hasSuffix(".parquet"), !isCompressed {
      self = .parquet
    } else {
      return nil
    }
  }
}

/// One row of a data file, as it is written there.
public struct DatasetRow: Sendable {
  /// 1-based, counting rows (blank lines and the header are none).
  public var number: Int
  /// 1-based line of the file where the row begins.
  public var line: Int
  /// The columns in the file's order. CSV and TSV values are strings; an empty field is an empty string.
  public var fields: JSONObject

  public init(number: Int, line: Int, fields: JSONObject) {
    self.number = number
    self.line = line
    self.fields = fields
  }
}

/// What a reader meets next: a row, or one that could not be read while those after it still can.
public enum DatasetRecord: Sendable {
  case row(DatasetRow)
  case bad(number: Int, Diagnostic)
}

/// What is wrong with a row, before its place in a file is known.
public struct RowProblem: Error, Sendable, Hashable {
  public var code: String
  public var message: String
  public var remedy: String?
  /// How the file would have to be read; it goes behind the remedy.
  public var advice: ReadingAdvice?
  /// Whether other names of columns may be all that the row lacks.
  var isOfColumns = false

  public init(code: String, _ message: String, remedy: String? = nil, advice: ReadingAdvice? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.advice = advice
  }

  /// What to do, as it is written where the file's options stand.
  public func remedy(_ reading: ReadingOptions) -> String? {
    guard let advice else { return remedy }
    return (remedy.map { $0 + " " } ?? "") + reading.sentence(advice)
  }

  /// The same with new names for columns as its remedy, where other names are all that the row lacks.
  func advised(_ renames: @autoclosure () -> [ColumnRename]?) -> RowProblem {
    guard isOfColumns, let renames = renames() else { return self }
    return RowProblem(code: code, message, advice: .columns(renames))
  }

  /// The problem as a diagnostic that names file, line and row.
  /// - Parameter reading: how the file was read.
  public func diagnostic(file: String, line: Int, row: Int, _ reading: ReadingOptions) -> Diagnostic {
    Diagnostic(
      code: code, "row \(row): \(message)", remedy: remedy(reading),
      location: SourceLocation(file: file, line: line))
  }
}

/// What to do with a row that cannot be read.
public enum BadRowPolicy: String, Sendable, Hashable, CaseIterable {
  /// Stop, naming the row.
  case error
  /// Leave it out and count it.
  case drop
}
