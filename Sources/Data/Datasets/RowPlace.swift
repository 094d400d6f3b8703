/// Where a row stands, for people: an editor opens the line, and other tools count rows.
public struct RowPlace: Sendable, Hashable {
  public var file: String
  /// 1-based; `nil` where a file has no lines, or nobody knows them any more.
  public var line: Int?
  /// 1-based within the file.
  public var row: Int

  public init(file: String, line: Int?, row: Int) {
    self.file = file
    self.line = line
    self.row = row
  }

  public init(_ file: DatasetFiles.File, _ row: DatasetRow) {
    self.init(file: file.label, line: file.format == .parquet ? nil : row.line, row: row.number)
  }

  /// Of a row that a mix chose.
  init(_ provenance: RowProvenance) {
    self.init(file: "\(provenance.source) \(provenance.file)", line: nil, row: provenance.row)
  }

  /// `a.jsonl:3`; `a.csv:7 (row 5)` when earlier rows took several lines; `a.parquet row 3`.
  public var text: String {
    guard let line else { return "\(file) row \(row)" }
    return line == row ? "\(file):\(line)" : "\(file):\(line) (row \(row))"
  }
}
