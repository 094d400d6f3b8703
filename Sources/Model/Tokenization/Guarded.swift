import JSON

/// Marks control tokens that a message spells out, so that they come through the template as plain text.
///
/// A private-use character is put behind their first character before rendering, and taken out of the rendered text again,
/// leaving the places where no token is to be seen.
enum Guarded {
  private static let markBytes: [UInt8] = Array("\u{10FFFD}".utf8)

  static func guarded(_ value: JSONValue, _ tokenizer: Tokenizer) -> JSONValue {
    switch value {
    case .string(let text): return .string(guarded(text, tokenizer))
    case .array(let values): return .array(values.map { guarded($0, tokenizer) })
    case .object(var object):
      for (key, member) in object { object[key] = guarded(member, tokenizer) }
      return .object(object)
    default: return value
    }
  }

  private static func guarded(_ text: String, _ tokenizer: Tokenizer) -> String {
    var bytes = Array(removed(text).text.utf8)
    let matches = bytes.withUnsafeBufferPointer { tokenizer.rawMatcher.matches(in: $0) }
    for match in matches.reversed() where tokenizer.isSpecial(match.id) {
      let content = tokenizer.bytes(of: match.id)
      guard let first = content.first else { continue }
      let width = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
      var start = match.start
      // A token that strips white space begins after it.
      while start < match.end, bytes[start] != first { start += 1 }
      if start + width <= bytes.count { bytes.insert(contentsOf: markBytes, at: start + width) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func removed(_ text: String) -> (text: String, ignored: Set<Int>) {
    let (bytes, ignored) = removed(Array(text.utf8))
    return (String(decoding: bytes, as: UTF8.self), ignored)
  }

  /// The text without marks, and the byte offsets of the characters they stood behind.
  static func removed(_ text: [UInt8]) -> (bytes: [UInt8], ignored: Set<Int>) {
    guard text.contains(markBytes[0]) else { return (text, []) }
    var output: [UInt8] = []
    var ignored: Set<Int> = []
    output.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      if text[index] == markBytes[0], text[index...].starts(with: markBytes) {
        var start = output.count - 1
        while start > 0, output[start] & 0xC0 == 0x80 { start -= 1 }
        if start >= 0 { ignored.insert(start) }
        index += markBytes.count
      } else {
        output.append(text[index])
        index += 1
      }
    }
    return (output, ignored)
  }
}
