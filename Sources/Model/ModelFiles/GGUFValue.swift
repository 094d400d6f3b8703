import Diagnostics

/// The type of a metadata value, with its number in the file.
public enum GGUFValueType: UInt32, Sendable, Hashable {
  case uint8 = 0
  case int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

  /// Bytes of a scalar; the least a string or array can take otherwise.
  var minimumByteCount: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64, .string: 8
    case .array: 12
    }
  }
}

/// A metadata value. Arrays stay in the file until asked for.
public enum GGUFValue: Sendable {
  case unsigned(UInt64)
  case signed(Int64)
  case floating(Double)
  case bool(Bool)
  case string(String)
  case array(GGUFArray)

  public var intValue: Int? {
    switch self {
    case .unsigned(let value): Int(exactly: value)
    case .signed(let value): Int(exactly: value)
    default: nil
    }
  }

  public var doubleValue: Double? {
    switch self {
    case .unsigned(let value): Double(value)
    case .signed(let value): Double(value)
    case .floating(let value): value
    default: nil
    }
  }

  public var stringValue: String? {
    if case .string(let value) = self { return value }
    return nil
  }

  public var boolValue: Bool? {
    if case .bool(let value) = self { return value }
    return nil
  }

  public var arrayValue: GGUFArray? {
    if case .array(let value) = self { return value }
    return nil
  }
}

/// A metadata array lying in the file; its bounds were checked when the file was opened.
public struct GGUFArray: Sendable {
  public let elementType: GGUFValueType
  public let count: Int
  let path: String
  let key: String
  let memory: ReadOnlyMemory
  let offset: Int
  let end: Int

  /// Lends the elements as they lie in the file.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
    defer { withExtendedLifetime(memory) {} }
    return try body(UnsafeRawBufferPointer(rebasing: memory.bytes[offset..<end]))
  }

  /// The elements of a string array.
  /// - Throws: `Diagnostic` (`bad-gguf`) when it holds something else or is not UTF-8.
  public func strings() throws -> [String] {
    guard elementType == .string else { throw mismatch("strings") }
    var cursor = GGUFCursor(path: path, memory: memory, offset: offset, end: end)
    var result: [String] = []
    result.reserveCapacity(count)
    for _ in 0..<count { result.append(try cursor.string(of: key)) }
    return result
  }

  /// The elements of an integer array.
  /// - Throws: `Diagnostic` (`bad-gguf`) when it holds something else.
  public func integers() throws -> [Int] {
    try scalars("integers") { $0.intValue }
  }

  /// The elements of a numeric array.
  /// - Throws: `Diagnostic` (`bad-gguf`) when it holds something else.
  public func doubles() throws -> [Double] {
    try scalars("numbers") { $0.doubleValue }
  }

  /// The elements of an array of truth values.
  /// - Throws: `Diagnostic` (`bad-gguf`) when it holds something else.
  public func bools() throws -> [Bool] {
    try scalars("truth values") { $0.boolValue }
  }

  private func scalars<T>(_ what: String, _ convert: (GGUFValue) -> T?) throws -> [T] {
    guard elementType != .string, elementType != .array else { throw mismatch(what) }
    var cursor = GGUFCursor(path: path, memory: memory, offset: offset, end: end)
    var result: [T] = []
    result.reserveCapacity(count)
    for _ in 0..<count {
      guard let value = convert(try cursor.value(elementType, key: key, depth: 0)) else { throw mismatch(what) }
      result.append(value)
    }
    return result
  }

  private func mismatch(_ what: String) -> Diagnostic {
    ModelFileFailure.gguf(path, "metadata '\(key)' does not hold \(what)")
  }
}

/// Reads a GGUF header, never past its end.
struct GGUFCursor {
  let path: String
  let memory: ReadOnlyMemory
  var offset: Int
  let end: Int

  static let maximumArrayDepth = 4

  private func cutShort() -> Diagnostic { ModelFileFailure.gguf(path, "the header is cut short at byte \(offset)") }

  mutating func integer<T: FixedWidthInteger>(_ type: T.Type = T.self) throws -> T {
    let size = MemoryLayout<T>.size
    guard end - offset >= size else { throw cutShort() }
    let value = T(littleEndian: (memory.baseAddress + offset).loadUnaligned(as: T.self))
    offset += size
    return value
  }

  /// A count or length that must leave room for `count · minimumByteCount` bytes.
  mutating func count(minimumByteCount: Int, what: @autoclosure () -> String) throws -> Int {
    let raw = try integer(UInt64.self)
    guard let count = Int(exactly: raw), count <= (end - offset) / minimumByteCount else {
      throw ModelFileFailure.gguf(path, "\(what()) of \(raw) does not fit the file")
    }
    return count
  }

  mutating func string(of what: @autoclosure () -> String) throws -> String {
    let length = try count(minimumByteCount: 1, what: "the string length of \(what())")
    let bytes = UnsafeRawBufferPointer(start: memory.baseAddress + offset, count: length)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ModelFileFailure.gguf(path, "the string of \(what()) is not UTF-8")
    }
    offset += length
    return text
  }

  mutating func type(of key: String) throws -> GGUFValueType {
    let raw = try integer(UInt32.self)
    guard let type = GGUFValueType(rawValue: raw) else {
      throw ModelFileFailure.gguf(path, "metadata '\(key)' has the unknown type \(raw)")
    }
    return type
  }

  mutating func value(_ type: GGUFValueType, key: String, depth: Int) throws -> GGUFValue {
    switch type {
    case .uint8: return .unsigned(UInt64(try integer(UInt8.self)))
    case .int8: return .signed(Int64(try integer(Int8.self)))
    case .uint16: return .unsigned(UInt64(try integer(UInt16.self)))
    case .int16: return .signed(Int64(try integer(Int16.self)))
    case .uint32: return .unsigned(UInt64(try integer(UInt32.self)))
    case .int32: return .signed(Int64(try integer(Int32.self)))
    case .uint64: return .unsigned(try integer(UInt64.self))
    case .int64: return .signed(try integer(Int64.self))
    case .float32: return .floating(Double(Float(bitPattern: try integer(UInt32.self))))
    case .float64: return .floating(Double(bitPattern: try integer(UInt64.self)))
    case .bool:
      let raw = try integer(UInt8.self)
      guard raw <= 1 else { throw ModelFileFailure.gguf(path, "metadata '\(key)' is no truth value") }
      return .bool(raw == 1)
    case .string: return .string(try string(of: "metadata '\(key)'"))
    case .array: return .array(try array(key: key, depth: depth + 1))
    }
  }

  /// Steps over an array, checking its bounds.
  private mutating func array(key: String, depth: Int) throws -> GGUFArray {
    guard depth <= Self.maximumArrayDepth else {
      throw ModelFileFailure.gguf(path, "metadata '\(key)' nests arrays deeper than \(Self.maximumArrayDepth)")
    }
    let type = try type(of: key)
    let count = try count(minimumByteCount: type.minimumByteCount, what: "the array length of metadata '\(key)'")
    let start = offset
    switch type {
    case .string:
      for _ in 0..<count {
        offset += try self.count(minimumByteCount: 1, what: "a string length in metadata '\(key)'")
      }
    case .array:
      for _ in 0..<count { _ = try array(key: key, depth: depth + 1) }
    default: offset += count * type.minimumByteCount
    }
    return GGUFArray(
      elementType: type, count: count, path: path, key: key, memory: memory, offset: start, end: offset)
  }
}
