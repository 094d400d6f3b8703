/// Bytes of a file by their place.
struct RandomAccess {
  let size: Int
  let read: (_ offset: Int, _ count: Int) throws -> [UInt8]

  func bytes(_ offset: Int, _ count: Int) throws -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= size, count <= size - offset else { throw ParquetError.truncated }
    let bytes = try read(offset, count)
    guard bytes.count == count else { throw ParquetError.truncated }
    return bytes
  }
}

/// One leaf's values in one row group, page by page: levels, and the values where there is one.
final class ColumnReader {
  let column: SchemaNode
  private let file: RandomAccess
  private let codec: PageCodec
  private var position: Int
  private let end: Int
  /// Values, nulls counted too, that the pages still to come hold.
  private var valuesLeft: Int
  private var dictionary: [ColumnValue]?

  private var pageLeft = 0
  private var repetitions = LevelReader.zero
  private var definitions = LevelReader.zero
  private var values: ValueReader?
  /// The levels of the next value, read ahead; `nil` behind the last.
  private(set) var head: (repetition: Int, definition: Int)?

  private static let maximumHeaderBytes = 1 << 16
  private static let maximumCompressedBytes = 1 << 29

  init(file: RandomAccess, column: SchemaNode, chunk: ThriftValue) throws {
    self.file = file
    self.column = column
    guard chunk[1]?.text == nil else {
      throw ParquetError("the column '\(column.name)' lies in another file", remedy: "read the file that holds it")
    }
    guard let data = chunk[3], let first = data[9]?.int, let length = data[7]?.int, let count = data[5]?.int,
      count >= 0,
      length >= 0
    else { throw ParquetError("the column '\(column.name)' has no complete description") }
    guard data[1]?.int == column.physical?.rawValue else {
      throw ParquetError("the column '\(column.name)' has another type than its schema says")
    }
    guard let codec = PageCodec(rawValue: data[4]?.int ?? -1) else {
      throw ParquetError("the column '\(column.name)' has an unknown compression (\(data[4]?.int ?? -1))")
    }
    self.codec = codec
    let dictionaryOffset = data[11]?.int ?? 0
    let start = dictionaryOffset > 0 ? min(dictionaryOffset, first) : first
    guard start >= 0, start <= file.size, length <= file.size - start else { throw ParquetError.truncated }
    position = start
    end = start + length
    valuesLeft = count
    try advance()
  }

  /// The value at `head`, or `nil` for a null; then the head is the next one.
  func take() throws -> ColumnValue? {
    guard let head else { throw ParquetError.truncated }
    let value = head.definition == column.definition ? try values?.next() : nil
    try advance()
    return value
  }

  private func advance() throws {
    while pageLeft == 0 {
      guard valuesLeft > 0 else {
        head = nil
        return
      }
      try startPage()
    }
    pageLeft -= 1
    let repetition = try repetitions.next()
    let definition = try definitions.next()
    guard repetition <= column.repetitionLevel, definition <= column.definition else {
      throw ParquetError("a value lies deeper than its column")
    }
    head = (repetition, definition)
  }

  private func startPage() throws {
    guard position < end else { throw ParquetError.truncated }
    let probe = try file.bytes(position, min(Self.maximumHeaderBytes, end - position))
    var reader = ThriftReader(ByteCursor(probe))
    let header = try reader.structure()
    position += reader.cursor.position
    guard let size = header[2]?.int, let packed = header[3]?.int, packed >= 0, packed <= end - position, size >= 0,
      packed <= Self.maximumCompressedBytes
    else { throw ParquetError.truncated }
    let body = try file.bytes(position, packed)
    position += packed
    switch header[1]?.int {
    case 0: try startDataPage(header[5], body, size)
    case 2: try readDictionary(header[7], body, size)
    case 3: try startDataPageV2(header[8], body, size)
    default: break
    }
  }

  private func readDictionary(_ header: ThriftValue?, _ body: [UInt8], _ size: Int) throws {
    guard let count = header?[1]?.int, count >= 0 else { throw ParquetError("a dictionary has no count") }
    let bytes = try codec.decompress(body[...], size: size)
    var values = try ValueReader(ByteCursor(bytes), encoding: 0, column: column, dictionary: nil, limit: count)
    var entries: [ColumnValue] = []
    // Each entry takes at least a bit, so a lie about the count ends with the bytes.
    for _ in 0..<count { entries.append(try values.next()) }
    dictionary = entries
  }

  private func count(_ number: Int?) throws -> Int {
    guard let number, number >= 0, number <= valuesLeft else {
      throw ParquetError("a page has more values than its column")
    }
    // The format's own counts have 32 bits. A larger one would overflow what is computed from it.
    guard number <= Int(Int32.max) else { throw ParquetError("a page says it has \(number) values") }
    valuesLeft -= number
    return number
  }

  private func startDataPage(_ header: ThriftValue?, _ body: [UInt8], _ size: Int) throws {
    pageLeft = try count(header?[1]?.int)
    var cursor = ByteCursor(try codec.decompress(body[...], size: size))
    repetitions = try levels(&cursor, maximum: column.repetitionLevel, encoding: header?[4]?.int ?? 3)
    definitions = try levels(&cursor, maximum: column.definition, encoding: header?[3]?.int ?? 3)
    values = try ValueReader(
      cursor, encoding: header?[2]?.int ?? 0, column: column, dictionary: dictionary, limit: pageLeft)
  }

  private func levels(_ cursor: inout ByteCursor, maximum: Int, encoding: Int) throws -> LevelReader {
    guard maximum > 0 else { return .zero }
    let width = Int.bitWidth - maximum.leadingZeroBitCount
    switch encoding {
    case 3: return .hybrid(try HybridReader(try cursor.slice(Int(try cursor.littleEndian(4))), width: width))
    case 4: return .packed(BitPackedReader(try cursor.slice((pageLeft * width + 7) / 8), width: width))
    default: throw ParquetError("its levels are in an unknown encoding (\(encoding))")
    }
  }

  /// In the second version levels are never compressed, and their sizes stand in the header.
  private func startDataPageV2(_ header: ThriftValue?, _ body: [UInt8], _ size: Int) throws {
    guard let header, let repetitionBytes = header[6]?.int, let definitionBytes = header[5]?.int, repetitionBytes >= 0,
      definitionBytes >= 0, repetitionBytes <= body.count, definitionBytes <= body.count - repetitionBytes,
      size >= repetitionBytes + definitionBytes
    else { throw ParquetError.truncated }
    pageLeft = try count(header[1]?.int)
    var cursor = ByteCursor(body)
    let repetition = try cursor.slice(repetitionBytes)
    let definition = try cursor.slice(definitionBytes)
    func width(_ maximum: Int) -> Int { Int.bitWidth - maximum.leadingZeroBitCount }
    repetitions =
      column.repetitionLevel == 0 ? .zero : .hybrid(try HybridReader(repetition, width: width(column.repetitionLevel)))
    definitions =
      column.definition == 0 ? .zero : .hybrid(try HybridReader(definition, width: width(column.definition)))
    let rest = body[(repetitionBytes + definitionBytes)...]
    let isCompressed = header[7]?.bool ?? true
    let bytes = try (isCompressed ? codec : .uncompressed).decompress(
      rest, size: size - repetitionBytes - definitionBytes)
    values = try ValueReader(
      ByteCursor(bytes), encoding: header[4]?.int ?? 0, column: column, dictionary: dictionary, limit: pageLeft)
  }
}
