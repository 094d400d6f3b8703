/// A value of Thrift's compact protocol, in which Parquet writes its metadata.
///
/// Source: the compact protocol specification of Apache Thrift.
indirect enum ThriftValue {
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case binary([UInt8])
  case list([ThriftValue])
  case fields([Int: ThriftValue])

  subscript(field: Int) -> ThriftValue? {
    guard case .fields(let fields) = self else { return nil }
    return fields[field]
  }

  var integer: Int64? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  var int: Int? { integer.flatMap { Int(exactly: $0) } }

  var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  var text: String? {
    guard case .binary(let bytes) = self else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  var list: [ThriftValue]? {
    guard case .list(let values) = self else { return nil }
    return values
  }
}

struct ThriftReader {
  var cursor: ByteCursor
  private static let maximumDepth = 24

  init(_ cursor: ByteCursor) { self.cursor = cursor }

  /// A struct, up to its stop byte.
  mutating func structure(depth: Int = 0) throws(ParquetError) -> ThriftValue {
    guard depth < Self.maximumDepth else { throw ParquetError("the metadata is nested too deep") }
    var fields: [Int: ThriftValue] = [:]
    var field = 0
    while true {
      let head = try cursor.byte()
      if head == 0 { return .fields(fields) }
      let delta = Int(head >> 4)
      field = delta == 0 ? Int(truncatingIfNeeded: try cursor.zigzag()) : field + delta
      switch head & 0x0F {
      case 1: fields[field] = .bool(true)
      case 2: fields[field] = .bool(false)
      case let type: fields[field] = try value(type, depth: depth)
      }
    }
  }

  private mutating func value(_ type: UInt8, depth: Int) throws(ParquetError) -> ThriftValue {
    switch type {
    case 1, 2: return .bool(try cursor.byte() == 1)
    case 3: return .integer(Int64(Int8(bitPattern: try cursor.byte())))
    case 4, 5, 6: return .integer(try cursor.zigzag())
    case 7: return .number(Double(bitPattern: try cursor.littleEndian(8)))
    case 8: return .binary(Array(cursor.bytes[try cursor.take(try length())]))
    case 9, 10: return try list(depth: depth)
    case 11: return try map(depth: depth)
    case 12: return try structure(depth: depth + 1)
    default: throw ParquetError("the metadata has a value of unknown type \(type)")
    }
  }

  private mutating func length() throws(ParquetError) -> Int {
    guard let length = Int(exactly: try cursor.varint()), length <= cursor.remaining else { throw .truncated }
    return length
  }

  private mutating func list(depth: Int) throws(ParquetError) -> ThriftValue {
    guard depth < Self.maximumDepth else { throw ParquetError("the metadata is nested too deep") }
    let head = try cursor.byte()
    // Every element takes at least one byte, so a count beyond the bytes that are left is a lie.
    let count = head >> 4 == 15 ? try length() : Int(head >> 4)
    guard count <= cursor.remaining else { throw .truncated }
    var values: [ThriftValue] = []
    for _ in 0..<count { values.append(try value(head & 0x0F, depth: depth + 1)) }
    return .list(values)
  }

  /// Parquet has no map whose content matters here, so it is read and left out.
  private mutating func map(depth: Int) throws(ParquetError) -> ThriftValue {
    guard depth < Self.maximumDepth else { throw ParquetError("the metadata is nested too deep") }
    let count = try length()
    guard count > 0 else { return .list([]) }
    let types = try cursor.byte()
    for _ in 0..<count {
      _ = try value(types >> 4, depth: depth + 1)
      _ = try value(types & 0x0F, depth: depth + 1)
    }
    return .list([])
  }
}
