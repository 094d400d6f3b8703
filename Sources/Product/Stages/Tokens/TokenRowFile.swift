public import Diagnostics
import Platform

/// A file of token rows: little-endian, each table aligned to its elements, so that it can be mapped and read in place.
///
///     0   magic     "LPTOKEN1"
///     8   rows      u64
///     16  tokens    u64
///     24  offsets   u64 × (rows + 1)   first token of each row; the last is `tokens`
///         sources   u32 × rows
///         numbers   u32 × rows         1-based row of the source
///         ids       u32 × tokens
///         labels    u8  × tokens       1 where the token is learned
public enum TokenRowFile {
  private static let magic = Array("LPTOKEN1".utf8)

  public static func bytes(_ rows: [TokenRow]) -> [UInt8] {
    let tokens = rows.reduce(0) { $0 + $1.ids.count }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32 + rows.count * 16 + tokens * 5)
    bytes += magic
    append(UInt64(rows.count), to: &bytes)
    append(UInt64(tokens), to: &bytes)
    var offset: UInt64 = 0
    for row in rows {
      append(offset, to: &bytes)
      offset += UInt64(row.ids.count)
    }
    append(offset, to: &bytes)
    for row in rows { append(UInt32(truncatingIfNeeded: row.source), to: &bytes) }
    for row in rows { append(UInt32(truncatingIfNeeded: row.number), to: &bytes) }
    for row in rows { for id in row.ids { append(id, to: &bytes) } }
    for row in rows { for label in row.labels { bytes.append(label ? 1 : 0) } }
    return bytes
  }

  public static func write(_ rows: [TokenRow], to path: String) throws(Diagnostic) {
    try FileSystem.replace(path, with: bytes(rows))
  }

  public static func read(_ path: String) throws(Diagnostic) -> [TokenRow] {
    let bytes = try FileSystem.read(path)
    guard let rows = parse(bytes) else {
      throw Diagnostic(
        code: "damaged-tokens", "'\(path)' is not a complete file of token rows", remedy: "lorapipe cache verify")
    }
    return rows
  }

  /// The rows, or `nil` when the bytes are not a whole file of them.
  static func parse(_ bytes: [UInt8]) -> [TokenRow]? {
    bytes.withUnsafeBytes { bytes in
      guard bytes.count >= 32, bytes.prefix(8).elementsEqual(magic) else { return nil }
      let rowCount = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self).littleEndian
      let tokenCount = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self).littleEndian
      let limit = UInt64(bytes.count)
      guard rowCount <= limit / 16, tokenCount <= limit / 5, 32 + rowCount * 16 + tokenCount * 5 == limit else {
        return nil
      }
      let (rowCount_, tokenCount_) = (Int(rowCount), Int(tokenCount))
      let sources = 32 + rowCount_ * 8
      let numbers = sources + rowCount_ * 4
      let ids = numbers + rowCount_ * 4
      let labels = ids + tokenCount_ * 4
      var rows: [TokenRow] = []
      rows.reserveCapacity(rowCount_)
      for row in 0..<rowCount_ {
        let first = bytes.loadUnaligned(fromByteOffset: 24 + row * 8, as: UInt64.self).littleEndian
        let end = bytes.loadUnaligned(fromByteOffset: 32 + row * 8, as: UInt64.self).littleEndian
        guard first <= end, end <= tokenCount else { return nil }
        let range = Int(first)..<Int(end)
        rows.append(
          TokenRow(
            ids: range.map { bytes.loadUnaligned(fromByteOffset: ids + $0 * 4, as: UInt32.self).littleEndian },
            labels: range.map { bytes[labels + $0] == 1 },
            source: Int(bytes.loadUnaligned(fromByteOffset: sources + row * 4, as: UInt32.self).littleEndian),
            number: Int(bytes.loadUnaligned(fromByteOffset: numbers + row * 4, as: UInt32.self).littleEndian)))
      }
      return rows
    }
  }

  private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
