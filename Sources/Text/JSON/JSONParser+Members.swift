extension JSONObject {
  /// Some members of an object, read without making the others: what a record holds besides is often not asked for.
  ///
  /// Of the members that are passed over only strings and brackets are followed, so this is for text whose wholeness was
  /// checked before, as by a digest.
  /// - Returns: the members that are there, in the order of the text.
  /// - Throws: `JSONParseError` when the text is no object, or ends within one.
  public init(members names: [String], of bytes: [UInt8]) throws(JSONParseError) {
    // `withUnsafeBufferPointer` passes on untyped errors only.
    let result: Result<JSONObject, JSONParseError> = bytes.withUnsafeBufferPointer { bytes in
      do throws(JSONParseError) {
        var parser = JSONParser(bytes, maximumDepth: 256)
        return .success(try parser.parseMembers(names))
      } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }
}

extension JSONParser {
  fileprivate mutating func parseMembers(_ names: [String]) throws(JSONParseError) -> JSONObject {
    var object = JSONObject()
    try expect(UInt8(ascii: "{"), "unexpected character")
    skipSpace()
    if position < bytes.count, bytes[position] == UInt8(ascii: "}") { return object }
    while true {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw failure("expected a string as key")
      }
      let key = try parseString()
      try expect(UInt8(ascii: ":"), "expected ':'")
      if names.contains(key) { object[key] = try parseValue(depth: 1) } else { try passValue() }
      skipSpace()
      guard position < bytes.count else { throw failure("unexpected end of JSON") }
      if bytes[position] == UInt8(ascii: "}") { return object }
      try expect(UInt8(ascii: ","), "expected ',' or '}'")
    }
  }

  private mutating func expect(_ byte: UInt8, _ message: String) throws(JSONParseError) {
    skipSpace()
    guard position < bytes.count, bytes[position] == byte else { throw failure(message) }
    position += 1
  }

  /// Goes to the comma or bracket behind the value that stands here.
  private mutating func passValue() throws(JSONParseError) {
    var depth = 0
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""): try passString()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return }
        depth -= 1
        position += 1
      case UInt8(ascii: ",") where depth == 0: return
      default: position += 1
      }
    }
    throw failure("unexpected end of JSON")
  }

  private mutating func passString() throws(JSONParseError) {
    position += 1
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"): position += 2
      default: position += 1
      }
    }
    throw failure("unterminated string")
  }
}
