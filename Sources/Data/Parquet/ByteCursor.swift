/// Bytes read from front to back; every read checks that the bytes are there.
struct ByteCursor {
  let bytes: [UInt8]
  private(set) var position: Int
  let end: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
    end = bytes.count
  }

  /// - Precondition: the range lies in the bytes.
  init(_ bytes: [UInt8], in range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  var remaining: Int { end - position }

  mutating func byte() throws(ParquetError) -> UInt8 {
    guard position < end else { throw .truncated }
    defer { position += 1 }
    return bytes[position]
  }

  /// The place of the next `count` bytes, which are passed over.
  mutating func take(_ count: Int) throws(ParquetError) -> Range<Int> {
    guard count >= 0, count <= remaining else { throw .truncated }
    defer { position += count }
    return position..<(position + count)
  }

  /// A cursor over the next `count` bytes, which are passed over.
  mutating func slice(_ count: Int) throws(ParquetError) -> ByteCursor { ByteCursor(bytes, in: try take(count)) }

  /// The next 1 to 8 bytes as an unsigned little-endian integer.
  mutating func littleEndian(_ count: Int) throws(ParquetError) -> UInt64 {
    let range = try take(count)
    var value: UInt64 = 0
    for index in range.reversed() { value = value << 8 | UInt64(bytes[index]) }
    return value
  }

  /// An unsigned LEB128 integer of at most 64 bits.
  mutating func varint() throws(ParquetError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      let next = try byte()
      value |= UInt64(next & 0x7F) << UInt64(shift)
      if next < 0x80 { return value }
    }
    throw ParquetError("a number in the file is longer than 64 bits")
  }

  /// A LEB128 integer whose sign is its lowest bit.
  mutating func zigzag() throws(ParquetError) -> Int64 {
    let value = try varint()
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }
}
