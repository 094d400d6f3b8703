import JSON
import Parquet

/// The rows of a Parquet file. Its place in messages is the number of the row: there are no lines.
struct ParquetSource: RecordSource {
  private let file: ParquetFile
  private var row = 0

  init(path: String, label: String) throws {
    let stream = try FileStream(path: path, label: label)
    file = try ParquetFile(name: label, size: stream.size) { try stream.bytes(at: $0, count: $1) }
  }

  mutating func next() throws -> DatasetRecord? {
    guard let fields = try file.next()?.objectValue else { return nil }
    row += 1
    return .row(DatasetRow(number: row, line: row, fields: fields))
  }
}
