import Diagnostics
import JSON

/// Walks JSON text without building values: a vocabulary of 150,000 members would take seconds as a tree.
///
/// Values that are only stepped over are checked for balance, not for grammar; what is read is parsed in full.
struct JSONScanner {
  let path: String
  let bytes: UnsafeBufferPointer<UInt8>
  private(set) var position: Int
  private var buffer: [UInt8] = []

  init(path: String, bytes: UnsafeBufferPointer<UInt8>, position: Int = 0) {
    self.path = path
    self.bytes = bytes
    self.position = position
    if position == 0, bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { self.position = 3 }
  }

  func failure(_ message: String) -> Diagnostic {
    let end = min(position, bytes.count)
    var line = 1
    var start = 0
    for index in 0..<end where bytes[index] == 0x0A {
      line += 1
      start = index + 1
    }
    return Diagnostic(
      code: "bad-json", message, remedy: "the file is damaged or cut short; download it again",
      location: SourceLocation(file: path, line: line, column: end - start + 1))
  }

  mutating func skipSpace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position &+= 1
      default: return
      }
    }
  }

  /// The next byte that is no space, which must be there.
  mutating func peek() throws -> UInt8 {
    skipSpace()
    guard position < bytes.count else { throw failure("unexpected end of JSON") }
    return bytes[position]
  }

  mutating func expect(_ byte: UInt8) throws {
    guard try peek() == byte else { throw failure("expected '\(Character(Unicode.Scalar(byte)))'") }
    position &+= 1
  }

  /// Calls `body` for each member of an object, positioned at its value, which `body` must read or step over.
  mutating func forEachMember(_ body: (inout JSONScanner, String) throws -> Void) throws {
    try expect(UInt8(ascii: "{"))
    if try peek() == UInt8(ascii: "}") {
      position &+= 1
      return
    }
    while true {
      let key = try string()
      try expect(UInt8(ascii: ":"))
      try body(&self, key)
      if try endsSequence(UInt8(ascii: "}")) { return }
    }
  }

  /// Steps over a comma (false) or the closing byte (true).
  mutating func endsSequence(_ close: UInt8) throws -> Bool {
    let byte = try peek()
    position &+= 1
    if byte == UInt8(ascii: ",") { return false }
    guard byte == close else {
      position &-= 1
      throw failure("expected ',' or '\(Character(Unicode.Scalar(close)))'")
    }
    return true
  }

  mutating func string() throws -> String {
    try withString { String(decoding: $0, as: UTF8.self) }
  }

  /// Reads a string and hands over its bytes, unescaped. They are checked to be UTF-8 when they are used as text.
  mutating func withString<T>(_ body: (UnsafeBufferPointer<UInt8>) throws -> T) throws -> T {
    try expect(UInt8(ascii: "\""))
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        let content = UnsafeBufferPointer(rebasing: bytes[start..<position])
        position &+= 1
        return try body(content)
      }
      if byte == UInt8(ascii: "\\") { break }
      guard byte >= 0x20 else { throw failure("control character inside a string") }
      position &+= 1
    }
    guard position < bytes.count else { throw failure("unterminated string") }
    buffer.removeAll(keepingCapacity: true)
    buffer.append(contentsOf: bytes[start..<position])
    while position < bytes.count {
      let byte = bytes[position]
      position &+= 1
      if byte == UInt8(ascii: "\"") { return try buffer.withUnsafeBufferPointer(body) }
      if byte == UInt8(ascii: "\\") {
        try unescape()
      } else {
        guard byte >= 0x20 else { throw failure("control character inside a string") }
        buffer.append(byte)
      }
    }
    throw failure("unterminated string")
  }

  private mutating func unescape() throws {
    guard position < bytes.count else { throw failure("unterminated string") }
    let escape = bytes[position]
    position &+= 1
    switch escape {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(escape)
    case UInt8(ascii: "b"): buffer.append(0x08)
    case UInt8(ascii: "f"): buffer.append(0x0C)
    case UInt8(ascii: "n"): buffer.append(0x0A)
    case UInt8(ascii: "r"): buffer.append(0x0D)
    case UInt8(ascii: "t"): buffer.append(0x09)
    case UInt8(ascii: "u"):
      var scalar = try hexadecimal()
      if scalar & 0xFC00 == 0xD800, position &+ 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
        bytes[position &+ 1] == UInt8(ascii: "u")
      {
        let resume = position
        position &+= 2
        let low = try hexadecimal()
        if low & 0xFC00 == 0xDC00 {
          scalar = 0x10000 + ((scalar & 0x3FF) << 10) + (low & 0x3FF)
        } else {
          position = resume
        }
      }
      appendScalar(scalar, to: &buffer)
    default:
      position &-= 1
      throw failure("unknown escape")
    }
  }

  private mutating func hexadecimal() throws -> UInt32 {
    guard position &+ 4 <= bytes.count else { throw failure("unterminated escape") }
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
        throw failure("expected four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position &+= 1
    }
    return value
  }

  /// A number without sign, fraction or exponent, below 2^31.
  mutating func unsigned() throws -> Int {
    _ = try peek()
    var value = 0
    let start = position
    while position < bytes.count, bytes[position] >= UInt8(ascii: "0"), bytes[position] <= UInt8(ascii: "9") {
      value = value &* 10 &+ Int(bytes[position] &- UInt8(ascii: "0"))
      guard value < 1 << 31 else { throw failure("the number is too large") }
      position &+= 1
    }
    guard position > start else { throw failure("expected a number") }
    return value
  }

  /// Steps over a value of any kind and gives its bytes' range.
  mutating func skipValue() throws -> Range<Int> {
    _ = try peek()
    let start = position
    var depth = 0
    repeat {
      let byte = try peek()
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        position &+= 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        guard depth >= 0 else { throw failure("unexpected character") }
        position &+= 1
      case UInt8(ascii: "\""): try skipString()
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        guard depth > 0 else { throw failure("unexpected character") }
        position &+= 1
      default:
        let before = position
        while position < bytes.count, isWord(bytes[position]) { position &+= 1 }
        guard position > before else { throw failure("unexpected character") }
      }
    } while depth > 0
    return start..<position
  }

  private func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      return true
    default: return false
    }
  }

  private mutating func skipString() throws {
    position &+= 1
    while position < bytes.count {
      let byte = bytes[position]
      position &+= 1
      if byte == UInt8(ascii: "\"") { return }
      if byte == UInt8(ascii: "\\") { position &+= 1 }
    }
    position = bytes.count
    throw failure("unterminated string")
  }

  /// Reads a value as a tree.
  mutating func value() throws -> JSONValue {
    let range = try skipValue()
    do {
      return try JSONValue(parsing: UnsafeBufferPointer(rebasing: bytes[range]))
    } catch {
      position = range.lowerBound + error.offset
      throw failure(error.message)
    }
  }
}
