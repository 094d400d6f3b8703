/// Runs of equal values and groups of bit-packed values, mixed: levels, dictionary indices, and booleans.
///
/// Source: "Run Length Encoding / Bit-Packing Hybrid (RLE = 3)" of the Parquet format's Encodings.md. Values come one at a
/// time, so that a run of a billion takes no memory.
struct HybridReader {
  private var cursor: ByteCursor
  private let width: Int
  private var runLeft = 0
  private var runValue: UInt32 = 0
  private var packedLeft = 0
  private var bits: UInt64 = 0
  private var bitCount = 0

  /// - Parameter width: bits of one value, 0 to 32.
  init(_ cursor: ByteCursor, width: Int) throws(ParquetError) {
    guard (0...32).contains(width) else { throw ParquetError("values of \(width) bits are not possible here") }
    self.cursor = cursor
    self.width = width
  }

  mutating func next() throws(ParquetError) -> UInt32 {
    if width == 0 { return 0 }
    while runLeft == 0 && packedLeft == 0 { try startRun() }
    if runLeft > 0 {
      runLeft -= 1
      return runValue
    }
    packedLeft -= 1
    while bitCount < width {
      bits |= UInt64(try cursor.byte()) << UInt64(bitCount)
      bitCount += 8
    }
    let value = UInt32(truncatingIfNeeded: bits & ((1 << UInt64(width)) - 1))
    bits >>= UInt64(width)
    bitCount -= width
    return value
  }

  private mutating func startRun() throws(ParquetError) {
    let head = try cursor.varint()
    guard let count = Int(exactly: head >> 1), count > 0 else { throw ParquetError("a run of values has no length") }
    if head & 1 == 1 {
      guard count <= cursor.remaining else {
        // The last group may be cut where its values end; more groups than bytes cannot be.
        throw .truncated
      }
      packedLeft = count * 8
      bits = 0
      bitCount = 0
    } else {
      runLeft = count
      let value = try cursor.littleEndian((width + 7) / 8)
      guard value < 1 << UInt64(width) else { throw ParquetError("a run's value has more bits than it may have") }
      runValue = UInt32(truncatingIfNeeded: value)
    }
  }
}

/// Bit-packed levels of old files, from the highest bit down (BIT_PACKED = 4).
struct BitPackedReader {
  private var cursor: ByteCursor
  private let width: Int
  private var bits: UInt64 = 0
  private var bitCount = 0

  init(_ cursor: ByteCursor, width: Int) {
    self.cursor = cursor
    self.width = width
  }

  mutating func next() throws(ParquetError) -> UInt32 {
    while bitCount < width {
      bits = bits << 8 | UInt64(try cursor.byte())
      bitCount += 8
    }
    bitCount -= width
    let value = UInt32(truncatingIfNeeded: bits >> UInt64(bitCount))
    bits &= (1 << UInt64(bitCount)) - 1
    return value
  }
}

/// Repetition or definition levels of one page.
enum LevelReader {
  case zero
  case hybrid(HybridReader)
  case packed(BitPackedReader)

  mutating func next() throws(ParquetError) -> Int {
    switch self {
    case .zero: return 0
    case .hybrid(var reader):
      self = .zero
      let value = try reader.next()
      self = .hybrid(reader)
      return Int(value)
    case .packed(var reader):
      self = .zero
      let value = try reader.next()
      self = .packed(reader)
      return Int(value)
    }
  }
}
