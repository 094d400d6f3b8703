import Diagnostics
public import JSON

/// A Parquet file, read row by row as JSON objects. Memory holds one page of each column at a time.
///
/// Source: the Parquet format's README.md and parquet.thrift.
public final class ParquetFile {
  /// The file as the user named it.
  public let name: String
  public let rowCount: Int
  /// Names of the columns at the top.
  public let columnNames: [String]

  private let access: RandomAccess
  private let root: SchemaNode
  private let leaves: [SchemaNode]
  private let groups: [ThriftValue]
  private var nextGroup = 0
  private var assembly: RecordAssembly?
  private var rowsLeft = 0
  private var rowsGiven = 0

  private static let magic = Array("PAR1".utf8)
  private static let encryptedMagic = Array("PARE".utf8)

  /// - Parameters:
  ///   - size: bytes of the file.
  ///   - read: the bytes at an offset; it is never asked for bytes beyond `size`.
  /// - Throws: `Diagnostic` (`parquet`) when this is no Parquet file, is damaged, or has what cannot be read here.
  public init(name: String, size: Int, read: @escaping (_ offset: Int, _ count: Int) throws -> [UInt8]) throws {
    self.name = name
    access = RandomAccess(size: size, read: read)
    do {
      guard size >= 12 else { throw ParquetError("it is too short for a Parquet file") }
      let tail = try access.bytes(size - 8, 8)
      guard Array(tail[4...]) != Self.encryptedMagic else {
        throw ParquetError("it is encrypted", remedy: "write it again without encryption")
      }
      guard Array(tail[4...]) == Self.magic, try access.bytes(0, 4) == Self.magic else {
        throw ParquetError("it is no whole Parquet file: its first or last bytes are not 'PAR1'")
      }
      let length = Int(tail[0]) | Int(tail[1]) << 8 | Int(tail[2]) << 16 | Int(tail[3]) << 24
      guard length <= size - 12 else { throw ParquetError.truncated }
      var reader = ThriftReader(ByteCursor(try access.bytes(size - 8 - length, length)))
      let metadata = try reader.structure()
      guard let elements = metadata[2]?.list, let rows = metadata[3]?.int, rows >= 0, let groups = metadata[4]?.list
      else {
        throw ParquetError("its metadata have no schema or no rows")
      }
      var schema = SchemaReader(elements)
      root = try schema.root()
      leaves = schema.leaves
      rowCount = rows
      self.groups = groups
      columnNames = root.children.map(\.name)
    } catch let error as ParquetError { throw Self.diagnostic(error, name: name, row: nil) }
  }

  /// The next row, or `nil` behind the last.
  /// - Throws: `Diagnostic` (`parquet`) naming file and row.
  public func next() throws -> JSONValue? {
    do {
      while rowsLeft == 0 {
        guard nextGroup < groups.count else {
          guard rowsGiven == rowCount else {
            throw ParquetError("it has \(rowsGiven) rows, and its metadata say \(rowCount)")
          }
          return nil
        }
        try startGroup()
      }
      guard let assembly else { return nil }
      let row = try assembly.record(root)
      rowsLeft -= 1
      rowsGiven += 1
      if rowsLeft == 0, assembly.columns.contains(where: { $0.head != nil }) {
        throw ParquetError("a row group has more values than rows")
      }
      return row
    } catch let error as ParquetError { throw Self.diagnostic(error, name: name, row: rowsGiven + 1) }
  }

  private func startGroup() throws {
    let group = groups[nextGroup]
    nextGroup += 1
    guard let chunks = group[1]?.list, let rows = group[3]?.int, rows >= 0, rows <= rowCount - rowsGiven else {
      throw ParquetError("the row group \(nextGroup) has no complete description")
    }
    rowsLeft = rows
    guard rows > 0 else { return }
    guard chunks.count == leaves.count, !leaves.isEmpty else {
      throw ParquetError("the row group \(nextGroup) has \(chunks.count) columns, and the schema \(leaves.count)")
    }
    assembly = RecordAssembly(
      columns: try zip(leaves, chunks).map { try ColumnReader(file: access, column: $0, chunk: $1) })
  }

  private static func diagnostic(_ error: ParquetError, name: String, row: Int?) -> Diagnostic {
    Diagnostic(
      code: "parquet",
      row.map { "cannot read row \($0) of the Parquet file '\(name)': \(error.message)" }
        ?? "cannot read the Parquet file '\(name)': \(error.message)",
      remedy: error.remedy ?? "write the file again, with pyarrow or pandas for example",
      location: SourceLocation(file: name))
  }
}
