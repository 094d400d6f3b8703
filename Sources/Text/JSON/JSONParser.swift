/// What is wrong with a JSON text, and where.
public struct JSONParseError: Error, Sendable, Hashable {
  public var message: String
  /// Offset in bytes from the start of the text.
  public var offset: Int
  /// 1-based.
  public var line: Int
  /// 1-based, in bytes.
  public var column: Int
}

extension JSONValue {
  /// Parses one JSON text (RFC 8259, UTF-8, an initial byte order mark allowed).
  ///
  /// A repeated key keeps the last value, as most readers do, unless it is asked to be an error. `NaN` and infinities
  /// are refused.
  /// - Parameters:
  ///   - maximumDepth: how deep arrays and objects may nest.
  ///   - rejectsDuplicateKeys: whether a key that occurs twice in one object is an error.
  ///   - keepsNumerals: whether a number that would be printed otherwise is kept as it is written.
  /// - Throws: `JSONParseError` naming the place.
  public init(
    parsing bytes: some Collection<UInt8>, maximumDepth: Int = 256, rejectsDuplicateKeys: Bool = false,
    keepsNumerals: Bool = false
  ) throws(JSONParseError) {
    func result(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, JSONParseError> {
      JSONValue.result(bytes, maximumDepth, rejectsDuplicateKeys, keepsNumerals)
    }
    let result = bytes.withContiguousStorageIfAvailable(result) ?? Array(bytes).withUnsafeBufferPointer(result)
    self = try result.get()
  }

  /// Parses the UTF-8 of a string.
  public init(parsing text: String, maximumDepth: Int = 256) throws(JSONParseError) {
    var text = text
    let result = text.withUTF8 { JSONValue.result($0, maximumDepth) }
    self = try result.get()
  }

  private static func result(
    _ bytes: UnsafeBufferPointer<UInt8>, _ depth: Int, _ rejectsDuplicateKeys: Bool = false,
    _ keepsNumerals: Bool = false
  ) -> Result<JSONValue, JSONParseError> {
    do throws(JSONParseError) {
      var parser = JSONParser(
        bytes, maximumDepth: depth, rejectsDuplicateKeys: rejectsDuplicateKeys, keepsNumerals: keepsNumerals)
      return .success(try parser.parseDocument())
    } catch {
      return .failure(error)
    }
  }
}

/// A recursive-descent parser over borrowed bytes.
struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  private let maximumDepth: Int
  private let rejectsDuplicateKeys: Bool
  private let keepsNumerals: Bool
  var position = 0

  init(
    _ bytes: UnsafeBufferPointer<UInt8>, maximumDepth: Int, rejectsDuplicateKeys: Bool = false,
    keepsNumerals: Bool = false
  ) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
    self.rejectsDuplicateKeys = rejectsDuplicateKeys
    self.keepsNumerals = keepsNumerals
    if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
  }

  mutating func parseDocument() throws(JSONParseError) -> JSONValue {
    let value = try parseValue(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw failure("unexpected text after the JSON value") }
    return value
  }

  func failure(_ message: String, at offset: Int? = nil) -> JSONParseError {
    let offset = Swift.min(offset ?? position, bytes.count)
    var line = 1
    var start = 0
    for index in 0..<offset where bytes[index] == 0x0A {
      line += 1
      start = index + 1
    }
    return JSONParseError(message: message, offset: offset, line: line, column: offset - start + 1)
  }

  /// What stands here, named if it is a known mistake.
  private func unexpected(at offset: Int? = nil, otherwise: String = "unexpected character") -> JSONParseError {
    let offset = offset ?? position
    // A bracket is a stray comma's only where a value or a key should begin.
    let isBracket = bytes[offset] == UInt8(ascii: "]") || bytes[offset] == UInt8(ascii: "}")
    if isBracket, !followsComma(offset) { return failure(otherwise, at: offset) }
    return failure(Self.stranger(bytes[offset...]) ?? otherwise, at: offset)
  }

  private func followsComma(_ offset: Int) -> Bool {
    var index = offset - 1
    while index >= 0, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[index]) { index -= 1 }
    return index >= 0 && bytes[index] == UInt8(ascii: ",")
  }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  mutating func parseValue(depth: Int) throws(JSONParseError) -> JSONValue {
    skipSpace()
    guard position < bytes.count else { throw failure("unexpected end of JSON") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try parseObject(depth: depth + 1)
    case UInt8(ascii: "["): return try parseArray(depth: depth + 1)
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseNumber()
    default: throw unexpected()
    }
  }

  private mutating func parseWord(_ word: StaticString, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
    let length = word.utf8CodeUnitCount
    guard position + length <= bytes.count else { throw failure("unexpected end of JSON") }
    for index in 0..<length where bytes[position + index] != word.utf8Start[index] {
      throw unexpected()
    }
    position += length
    return value
  }

  private mutating func parseObject(depth: Int) throws(JSONParseError) -> JSONValue {
    guard depth <= maximumDepth else { throw failure("nested deeper than \(maximumDepth) levels") }
    position += 1
    var object = JSONObject()
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: "}") {
      position += 1
      return .object(object)
    }
    while true {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw position < bytes.count
          ? unexpected(otherwise: "expected a string as key") : failure("unexpected end of JSON")
      }
      let keyStart = position
      let key = try parseString()
      if rejectsDuplicateKeys, object.contains(key) { throw failure("key \"\(key)\" occurs twice", at: keyStart) }
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { throw failure("expected ':'") }
      position += 1
      object[key] = try parseValue(depth: depth)
      skipSpace()
      guard position < bytes.count else { throw failure("unexpected end of JSON") }
      if bytes[position] == UInt8(ascii: ",") {
        position += 1
      } else if bytes[position] == UInt8(ascii: "}") {
        position += 1
        return .object(object)
      } else {
        throw unexpected(otherwise: "expected ',' or '}'")
      }
    }
  }

  private mutating func parseArray(depth: Int) throws(JSONParseError) -> JSONValue {
    guard depth <= maximumDepth else { throw failure("nested deeper than \(maximumDepth) levels") }
    position += 1
    var elements: [JSONValue] = []
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
      position += 1
      return .array(elements)
    }
    while true {
      elements.append(try parseValue(depth: depth))
      skipSpace()
      guard position < bytes.count else { throw failure("unexpected end of JSON") }
      if bytes[position] == UInt8(ascii: ",") {
        position += 1
      } else if bytes[position] == UInt8(ascii: "]") {
        position += 1
        return .array(elements)
      } else {
        throw unexpected(otherwise: "expected ',' or ']'")
      }
    }
  }

  private mutating func parseNumber() throws(JSONParseError) -> JSONValue {
    let start = position
    var integral = true
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    let firstDigit = position
    skipDigits()
    guard position > firstDigit else {
      if position < bytes.count, bytes[position] == UInt8(ascii: "I") { throw unexpected(at: start) }
      throw failure("expected a digit")
    }
    if bytes[firstDigit] == UInt8(ascii: "0"), position - firstDigit > 1 {
      throw failure("a number cannot start with 0", at: start)
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      integral = false
      position += 1
      let fraction = position
      skipDigits()
      guard position > fraction else { throw failure("expected a digit") }
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      integral = false
      position += 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
        position += 1
      }
      let exponent = position
      skipDigits()
      guard position > exponent else { throw failure("expected a digit") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if integral {
      guard let value = Int64(text) else { return .numeral(text) }
      // Of whole numbers only -0 is printed otherwise.
      return keepsNumerals && value == 0 && text != "0" ? .numeral(text) : .integer(value)
    }
    guard let value = Double(text), value.isFinite else { throw failure("number out of range", at: start) }
    return keepsNumerals && "\(value)" != text ? .numeral(text) : .number(value)
  }

  private mutating func skipDigits() {
    while position < bytes.count, bytes[position] >= UInt8(ascii: "0"), bytes[position] <= UInt8(ascii: "9") {
      position += 1
    }
  }

  mutating func parseString() throws(JSONParseError) -> String {
    position += 1
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let text = try decode(bytes[start..<position], at: start)
        position += 1
        return text
      }
      if byte == UInt8(ascii: "\\") { return try parseEscapedString(from: start) }
      guard byte >= 0x20 else { throw failure("control character inside a string") }
      position += 1
    }
    throw failure("unterminated string", at: start - 1)
  }

  private func decode(_ slice: Slice<UnsafeBufferPointer<UInt8>>, at start: Int) throws(JSONParseError) -> String {
    guard let text = String(validating: slice, as: UTF8.self) else {
      throw failure("invalid UTF-8 inside a string", at: start)
    }
    return text
  }

  private mutating func parseEscapedString(from start: Int) throws(JSONParseError) -> String {
    var buffer = Array(bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let text = String(validating: buffer, as: UTF8.self) else {
          throw failure("invalid UTF-8 inside a string", at: start)
        }
        return text
      case UInt8(ascii: "\\"):
        position += 1
        try parseEscape(into: &buffer)
      case 0..<0x20:
        throw failure("control character inside a string")
      default:
        buffer.append(byte)
        position += 1
      }
    }
    throw failure("unterminated string", at: start - 1)
  }

  private mutating func parseEscape(into buffer: inout [UInt8]) throws(JSONParseError) {
    guard position < bytes.count else { throw failure("unterminated string") }
    let escape = bytes[position]
    position += 1
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(escape)
    case UInt8(ascii: "b"): buffer.append(0x08)
    case UInt8(ascii: "f"): buffer.append(0x0C)
    case UInt8(ascii: "n"): buffer.append(0x0A)
    case UInt8(ascii: "r"): buffer.append(0x0D)
    case UInt8(ascii: "t"): buffer.append(0x09)
    case UInt8(ascii: "u"):
      var scalar = UInt32(try parseHex())
      if scalar & 0xFC00 == 0xD800 {
        // A lone surrogate has no place in UTF-8; it becomes U+FFFD, as most readers do.
        let resume = position
        if position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u") {
          position += 2
          let low = UInt32(try parseHex())
          if low & 0xFC00 == 0xDC00 {
            scalar = 0x10000 + ((scalar & 0x3FF) << 10) + (low & 0x3FF)
          } else {
            position = resume
          }
        }
      }
      let unit = Unicode.Scalar(scalar) ?? Unicode.Scalar(0xFFFD as UInt16) ?? " "
      buffer.append(contentsOf: Array(String(unit).utf8))
    default: throw failure("unknown escape", at: position - 1)
    }
  }

  private mutating func parseHex() throws(JSONParseError) -> UInt16 {
    guard position + 4 <= bytes.count else { throw failure("unterminated escape") }
    var value: UInt16 = 0
    for _ in 0..<4 {
      let byte = bytes[position]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw failure("expected four hexadecimal digits")
      }
      value = value << 4 | UInt16(digit)
      position += 1
    }
    return value
  }
}
