/// Names for what people write in place of JSON, so that an error says which mistake it is.
extension JSONParser {
  /// Words of other languages, with what JSON has for them.
  private static let words: [(word: String, message: String)] = [
    ("NaN", "NaN is not a JSON value"), ("Infinity", "Infinity is not a JSON value"),
    ("-Infinity", "-Infinity is not a JSON value"), ("None", "None is Python's word; JSON has null"),
    ("True", "True is Python's word; JSON has true"), ("False", "False is Python's word; JSON has false"),
    ("undefined", "undefined is JavaScript's word; JSON has null"),
  ]

  /// Spaces that look like one and that JSON does not allow between values.
  private static let spaces: [(scalar: UInt32, name: String)] = [
    (0xA0, "a no-break space"), (0x3000, "an ideographic space"), (0x200B, "a zero-width space"),
    (0xFEFF, "a byte order mark"), (0x2028, "a line separator"), (0x2029, "a paragraph separator"),
    (0x202F, "a narrow no-break space"), (0x85, "a next-line character"), (0x0B, "a vertical tab"),
    (0x0C, "a form feed"), (0, "a zero byte"),
  ]

  /// What is wrong with the text at `offset`, in the words for it if it is a known mistake.
  static func stranger(_ rest: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
    guard let first = rest.first else { return nil }
    for (word, message) in words where rest.starts(with: word.utf8) { return message }
    switch first {
    case UInt8(ascii: "'"): return "a string in single quotes; JSON takes double quotes"
    case UInt8(ascii: "]"): return "a comma before ']'"
    case UInt8(ascii: "}"): return "a comma before '}'"
    case UInt8(ascii: "/"), UInt8(ascii: "#"): return "JSON has no comments"
    default: break
    }
    guard let scalar = String(decoding: rest.prefix(4), as: UTF8.self).unicodeScalars.first else { return nil }
    if let space = spaces.first(where: { $0.scalar == scalar.value }) {
      let digits = String(scalar.value, radix: 16, uppercase: true)
      let zeros = String(repeating: "0", count: max(0, 4 - digits.count))
      return "\(space.name) (U+\(zeros + digits)) between values"
    }
    switch scalar.value {
    case 0x2018...0x201F: return "typographic quotes; JSON takes \""
    case 0xFF0C: return "a full-width comma; JSON takes ,"
    case 0xFF1A: return "a full-width colon; JSON takes :"
    default: return nil
    }
  }
}
