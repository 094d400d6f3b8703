/// The values of one page, one at a time.
struct ValueReader {
  private enum Source {
    case none
    case plain(ByteCursor)
    case booleans(BitReader)
    case runs(HybridReader)
    case indices(HybridReader, [ColumnValue])
    case deltas(DeltaReader)
    case deltaLengths(DeltaLengthReader)
    case deltaStrings(DeltaStringReader)
    /// All first bytes, then all second bytes, and so on; the count is that of the values.
    case streams(bytes: [UInt8], start: Int, count: Int, next: Int)
  }

  private var source: Source
  private let physical: PhysicalType
  private let length: Int

  /// - Parameters:
  ///   - cursor: the page's values, behind its levels.
  ///   - encoding: the number of the encoding in the format.
  ///   - limit: how many values the page may hold.
  init(
    _ cursor: ByteCursor, encoding: Int, column: SchemaNode, dictionary: [ColumnValue]?, limit: Int
  ) throws(ParquetError) {
    var cursor = cursor
    let physical = column.physical ?? .byteArray
    self.physical = physical
    length = physical.width ?? column.length
    switch encoding {
    case 0: source = physical == .boolean ? .booleans(BitReader(cursor)) : .plain(cursor)
    case 2, 8:
      guard let dictionary else { throw ParquetError("a page refers to a dictionary that is not there") }
      // A page without values has no width byte either.
      guard cursor.remaining > 0 else {
        source = .none
        return
      }
      let width = Int(try cursor.byte())
      source = .indices(try HybridReader(cursor, width: width), dictionary)
    case 3 where physical == .boolean:
      let size = Int(try cursor.littleEndian(4))
      source = .runs(try HybridReader(try cursor.slice(size), width: 1))
    case 5 where physical == .int32 || physical == .int64: source = .deltas(try DeltaReader(cursor, limit: limit))
    case 6 where physical == .byteArray: source = .deltaLengths(try DeltaLengthReader(cursor, limit: limit))
    case 7 where physical == .byteArray || physical == .fixedByteArray:
      source = .deltaStrings(try DeltaStringReader(cursor, limit: limit))
    case 9 where length > 0 && physical != .byteArray && physical != .boolean:
      guard cursor.remaining % length == 0 else { throw .truncated }
      source = .streams(bytes: cursor.bytes, start: cursor.position, count: cursor.remaining / length, next: 0)
    default: throw ParquetError("its values are in an encoding (\(encoding)) that this type does not have")
    }
  }

  mutating func next() throws(ParquetError) -> ColumnValue {
    switch source {
    case .none: throw .truncated
    case .plain(var cursor):
      source = .none
      let value = try plain(&cursor)
      source = .plain(cursor)
      return value
    case .booleans(var bits):
      source = .none
      let value = try bits.next()
      source = .booleans(bits)
      return .bool(value)
    case .runs(var runs):
      source = .none
      let value = try runs.next()
      source = .runs(runs)
      return .bool(value == 1)
    case .indices(var indices, let dictionary):
      source = .none
      let index = Int(try indices.next())
      source = .indices(indices, dictionary)
      guard index < dictionary.count else {
        throw ParquetError("a value refers to entry \(index) of \(dictionary.count)")
      }
      return dictionary[index]
    case .deltas(var deltas):
      source = .none
      let value = try deltas.next()
      source = .deltas(deltas)
      return .integer(physical == .int32 ? Int64(Int32(truncatingIfNeeded: value)) : value)
    case .deltaLengths(var lengths):
      source = .none
      let range = try lengths.next()
      source = .deltaLengths(lengths)
      return .bytes(Array(lengths.bytes[range]))
    case .deltaStrings(var strings):
      source = .none
      let bytes = try strings.next()
      source = .deltaStrings(strings)
      guard physical != .fixedByteArray || bytes.count == length else { throw .truncated }
      return .bytes(bytes)
    case .streams(let bytes, let start, let count, let index):
      guard index < count else { throw .truncated }
      var value: [UInt8] = []
      for stream in 0..<length { value.append(bytes[start + stream * count + index]) }
      source = .streams(bytes: bytes, start: start, count: count, next: index + 1)
      var cursor = ByteCursor(value)
      return try plain(&cursor)
    }
  }

  private func plain(_ cursor: inout ByteCursor) throws(ParquetError) -> ColumnValue {
    switch physical {
    case .boolean: return .bool(try cursor.byte() != 0)
    case .int32: return .integer(Int64(Int32(truncatingIfNeeded: Int64(bitPattern: try cursor.littleEndian(4)))))
    case .int64: return .integer(Int64(bitPattern: try cursor.littleEndian(8)))
    case .float: return .float(Float(bitPattern: UInt32(truncatingIfNeeded: try cursor.littleEndian(4))))
    case .double: return .double(Double(bitPattern: try cursor.littleEndian(8)))
    case .int96, .fixedByteArray: return .bytes(Array(cursor.bytes[try cursor.take(length)]))
    case .byteArray:
      let size = Int(try cursor.littleEndian(4))
      return .bytes(Array(cursor.bytes[try cursor.take(size)]))
    }
  }
}

extension PhysicalType {
  /// Bytes of one value, where the type alone says it.
  var width: Int? {
    switch self {
    case .int32, .float: 4
    case .int64, .double: 8
    case .int96: 12
    case .boolean, .byteArray, .fixedByteArray: nil
    }
  }
}

/// Booleans as bits, the lowest first.
struct BitReader {
  private var cursor: ByteCursor
  private var bits: UInt8 = 0
  private var left = 0

  init(_ cursor: ByteCursor) { self.cursor = cursor }

  mutating func next() throws(ParquetError) -> Bool {
    if left == 0 {
      bits = try cursor.byte()
      left = 8
    }
    defer {
      bits >>= 1
      left -= 1
    }
    return bits & 1 == 1
  }
}
