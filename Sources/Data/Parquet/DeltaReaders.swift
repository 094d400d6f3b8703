/// Integers as differences, in blocks of bit-packed miniblocks (DELTA_BINARY_PACKED = 5).
///
/// Source: "Delta Encoding" of the Parquet format's Encodings.md. Arithmetic wraps, as the format asks.
struct DeltaReader {
  private(set) var cursor: ByteCursor
  /// How many integers the header announces.
  let count: Int
  private let miniblockCount: Int
  private let miniblockValues: Int
  private var value: Int64
  private var given = 0
  private var leastDelta: Int64 = 0
  private var widths: [Int] = []
  private var miniblock = 0
  private var leftInMiniblock = 0
  private var bits: UInt64 = 0
  private var bitCount = 0

  /// - Parameter limit: how many values the page may hold.
  init(_ start: ByteCursor, limit: Int) throws(ParquetError) {
    cursor = start
    let blockValues = try Self.header(&cursor)
    miniblockCount = try Self.header(&cursor)
    count = try Self.header(&cursor)
    value = try cursor.zigzag()
    guard miniblockCount > 0, blockValues > 0, blockValues <= 1 << 20, blockValues % miniblockCount == 0,
      (blockValues / miniblockCount) % 8 == 0, miniblockCount <= 4096
    else { throw ParquetError("the header of a delta-encoded page is wrong") }
    guard count <= limit else { throw ParquetError("a delta-encoded page has more values than its page says") }
    miniblockValues = blockValues / miniblockCount
    miniblock = miniblockCount
  }

  private static func header(_ cursor: inout ByteCursor) throws(ParquetError) -> Int {
    guard let number = Int(exactly: try cursor.varint()) else { throw .truncated }
    return number
  }

  mutating func next() throws(ParquetError) -> Int64 {
    guard given < count else { throw ParquetError("a delta-encoded page has fewer values than its header says") }
    given += 1
    if given == 1 { return value }
    if leftInMiniblock == 0 { try startMiniblock() }
    leftInMiniblock -= 1
    value = value &+ leastDelta &+ Int64(bitPattern: try unpack(widths[miniblock]))
    return value
  }

  /// Skips the rest of the last miniblock. The cursor returned is at the first byte after the integers.
  mutating func finish() throws(ParquetError) -> ByteCursor {
    while given < count { _ = try next() }
    if leftInMiniblock > 0 {
      let bitsLeft = leftInMiniblock * widths[miniblock] - bitCount
      if bitsLeft > 0 { _ = try cursor.take((bitsLeft + 7) / 8) }
      leftInMiniblock = 0
    }
    return cursor
  }

  private mutating func startMiniblock() throws(ParquetError) {
    miniblock += 1
    if miniblock >= miniblockCount {
      leastDelta = try cursor.zigzag()
      widths = []
      for _ in 0..<miniblockCount { widths.append(Int(try cursor.byte())) }
      miniblock = 0
    }
    guard widths[miniblock] <= 64 else { throw ParquetError("a delta-encoded value has more than 64 bits") }
    leftInMiniblock = miniblockValues
    bits = 0
    bitCount = 0
  }

  private mutating func unpack(_ width: Int) throws(ParquetError) -> UInt64 {
    guard width > 0 else { return 0 }
    var result: UInt64 = 0
    var have = 0
    while have < width {
      if bitCount == 0 {
        bits = UInt64(try cursor.byte())
        bitCount = 8
      }
      let taken = min(width - have, bitCount)
      result |= (bits & ((1 << UInt64(taken)) - 1)) << UInt64(have)
      bits >>= UInt64(taken)
      bitCount -= taken
      have += taken
    }
    return result
  }
}

/// Byte strings whose lengths come first, delta-encoded (DELTA_LENGTH_BYTE_ARRAY = 6).
struct DeltaLengthReader {
  private var lengths: DeltaReader
  private var data: ByteCursor

  init(_ cursor: ByteCursor, limit: Int) throws(ParquetError) {
    lengths = try DeltaReader(cursor, limit: limit)
    var ahead = lengths
    data = try ahead.finish()
  }

  mutating func next() throws(ParquetError) -> Range<Int> {
    guard let length = Int(exactly: try lengths.next()) else { throw .truncated }
    return try data.take(length)
  }

  var bytes: [UInt8] { data.bytes }
}

/// Byte strings that share a beginning with the one before (DELTA_BYTE_ARRAY = 7).
struct DeltaStringReader {
  private var prefixes: DeltaReader
  private var suffixes: DeltaLengthReader
  private var previous: [UInt8] = []

  init(_ cursor: ByteCursor, limit: Int) throws(ParquetError) {
    prefixes = try DeltaReader(cursor, limit: limit)
    var ahead = prefixes
    suffixes = try DeltaLengthReader(try ahead.finish(), limit: limit)
  }

  mutating func next() throws(ParquetError) -> [UInt8] {
    guard let prefix = Int(exactly: try prefixes.next()), prefix >= 0, prefix <= previous.count else {
      throw .truncated
    }
    let suffix = try suffixes.next()
    previous.removeSubrange(prefix...)
    previous.append(contentsOf: suffixes.bytes[suffix])
    return previous
  }
}
