/// The bytes of a file a diagnostic points into, with its lines found once.
///
/// A line ends at LF, CR LF or CR; columns count Unicode scalars. Invalid UTF-8 is repaired for display only.
public struct SourceText: Sendable {
  /// The name shown to people.
  public let file: String
  public let bytes: [UInt8]
  /// Offset of each line's first byte; never empty.
  private let starts: [Int]

  public init(file: String, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
    var starts = [0]
    bytes.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        index += 1
        if byte == 0x0A {
          starts.append(index)
        } else if byte == 0x0D {
          if index < bytes.count, bytes[index] == 0x0A { index += 1 }
          starts.append(index)
        }
      }
    }
    self.starts = starts
  }

  public var lineCount: Int { starts.count }

  /// The text of a 1-based line without its line end; `nil` when there is no such line.
  public func line(_ number: Int) -> String? {
    guard number >= 1, number <= starts.count else { return nil }
    let start = starts[number - 1]
    var end = number < starts.count ? starts[number] : bytes.count
    while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// The text of a line for a diagnostic: `nil` for one so long that keeping it for every message would cost memory.
  public func excerpt(_ number: Int) -> String? {
    guard number >= 1, number <= starts.count else { return nil }
    let end = number < starts.count ? starts[number] : bytes.count
    return end - starts[number - 1] <= Self.longestExcerpt ? line(number) : nil
  }

  private static let longestExcerpt = 16384

  /// Line and column, both from 1, of a byte offset; past the end it is the end.
  public func position(ofByte offset: Int) -> (line: Int, column: Int) {
    let offset = Swift.min(Swift.max(offset, 0), bytes.count)
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    let column = bytes[starts[low]..<offset].reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
    return (low + 1, column)
  }

  /// The place of a byte offset.
  public func location(ofByte offset: Int, length: Int = 1) -> SourceLocation {
    let (line, column) = position(ofByte: offset)
    return SourceLocation(file: file, line: line, column: column, length: length)
  }
}
