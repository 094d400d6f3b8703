import Glibc

/// A JSON document. Objects keep the order of their keys, and integers keep all their digits.
public enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  /// A number written without fraction or exponent that fits 64 bits.
  case integer(Int64)
  /// A number as it is written, where no other case keeps that: a whole number past 64 bits (`12345678901234567890`) and,
  /// for who asks for it, one that would be printed otherwise (`1.50`).
  case numeral(String)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// The member `key`, or `nil` when this is not an object or lacks it.
  public subscript(key: String) -> JSONValue? {
    if case .object(let object) = self { return object[key] }
    return nil
  }

  public var stringValue: String? {
    if case .string(let value) = self { return value }
    return nil
  }

  public var boolValue: Bool? {
    if case .bool(let value) = self { return value }
    return nil
  }

  /// The value as an integer; a number counts only when it is one exactly.
  public var intValue: Int? {
    switch self {
    case .integer(let value): return Int(exactly: value)
    case .number(let value): return Int(exactly: value)
    case .numeral(let digits):
      // Past 2⁵³ a Double no longer says which integer was written.
      return Double(digits).flatMap { abs($0) <= 0x1p53 ? Int(exactly: $0) : nil }
    default: return nil
    }
  }

  public var doubleValue: Double? {
    switch self {
    case .integer(let value): return Double(value)
    case .numeral(let digits): return Double(digits)
    case .number(let value): return value
    default: return nil
    }
  }

  public var arrayValue: [JSONValue]? {
    if case .array(let value) = self { return value }
    return nil
  }

  public var objectValue: JSONObject? {
    if case .object(let value) = self { return value }
    return nil
  }

  public var isNull: Bool { self == .null }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
  public init(nilLiteral: ()) { self = .null }
}

/// An ordered map from strings to values. Setting an existing key keeps its place. Keys are equal when their code points
/// are: `é` in one and in two of them are two keys, as in the vocabulary of a tokenizer.
public struct JSONObject: Sendable {
  public private(set) var keys: [String] = []
  public private(set) var values: [JSONValue] = []
  /// Built only past a few members: most objects are small, and a scan is faster there.
  private var positions: [Key: Int] = [:]
  private static let scanLimit = 16

  public init() {}

  public init(_ members: [(String, JSONValue)]) {
    keys.reserveCapacity(members.count)
    values.reserveCapacity(members.count)
    for (key, value) in members { self[key] = value }
  }

  public var count: Int { keys.count }
  public var isEmpty: Bool { keys.isEmpty }

  public func contains(_ key: String) -> Bool { position(of: key) != nil }

  public subscript(key: String) -> JSONValue? {
    get { position(of: key).map { values[$0] } }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): values[position] = value
      case (nil, let value?): append(key, value)
      case (let position?, nil): remove(at: position)
      case (nil, nil): break
      }
    }
  }

  private func position(of key: String) -> Int? {
    guard keys.count <= Self.scanLimit else { return positions[Key(key)] }
    let sought = Key(key)
    return keys.firstIndex { Key($0) == sought }
  }

  private mutating func append(_ key: String, _ value: JSONValue) {
    keys.append(key)
    values.append(value)
    if keys.count > Self.scanLimit {
      if positions.isEmpty { rebuildPositions() } else { positions[Key(key)] = keys.count - 1 }
    }
  }

  private mutating func remove(at position: Int) {
    keys.remove(at: position)
    values.remove(at: position)
    rebuildPositions()
  }

  private mutating func rebuildPositions() {
    positions.removeAll()
    guard keys.count > Self.scanLimit else { return }
    for (index, key) in keys.enumerated() { positions[Key(key)] = index }
  }

  /// A string compared by its UTF-8, and not by what Unicode calls equivalent.
  private struct Key: Hashable {
    let text: String

    init(_ text: String) { self.text = text }

    /// Equal bytes, where `String` also takes other spellings of a character for equal. Most keys that differ have other
    /// lengths.
    static func == (left: Key, right: Key) -> Bool {
      guard left.text.utf8.count == right.text.utf8.count else { return false }
      let areEqual = left.text.utf8.withContiguousStorageIfAvailable { left in
        right.text.utf8.withContiguousStorageIfAvailable { right in
          guard let first = left.baseAddress, let second = right.baseAddress else { return true }
          return memcmp(first, second, left.count) == 0
        }
      }
      return (areEqual ?? nil) ?? left.text.utf8.elementsEqual(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
      var text = text
      text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
  }
}

extension JSONObject: Sequence {
  public func makeIterator() -> Zip2Sequence<[String], [JSONValue]>.Iterator { zip(keys, values).makeIterator() }
}

extension JSONObject: Hashable {
  /// Two objects are equal when they hold the same members, whatever their order.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.count == right.count && left.allSatisfy { right[$0.0] == $0.1 }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    hasher.combine(Set(keys))
  }
}
