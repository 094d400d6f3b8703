import JSON

/// `{{NAME}}` in text: two opening braces, at most 64 characters without braces or line breaks, two closing braces.
enum Placeholders {
  private static let maximumLength = 64

  /// The text with each placeholder replaced by what `value` gives for its trimmed name; `nil` leaves it as it is.
  static func replace<Failure: Error>(
    in text: String, _ value: (String) throws(Failure) -> String?
  ) throws(Failure) -> String {
    let bytes = Array(text.utf8)
    guard next(in: bytes, from: 0) != nil else { return text }
    var output: [UInt8] = []
    var position = 0
    while let found = next(in: bytes, from: position) {
      output += bytes[position..<found.lowerBound]
      if let value = try value(name(bytes[found])) {
        output += value.utf8
      } else {
        output += bytes[found]
      }
      position = found.upperBound
    }
    output += bytes[position...]
    return String(decoding: output, as: UTF8.self)
  }

  /// The first placeholder as it is written; `nil` when there is none.
  static func first(in text: String, where fits: (String) -> Bool = { _ in true }) -> String? {
    let bytes = Array(text.utf8)
    var position = 0
    while let found = next(in: bytes, from: position) {
      if fits(name(bytes[found])) { return String(decoding: bytes[found], as: UTF8.self) }
      position = found.upperBound
    }
    return nil
  }

  static func names(inText text: String) -> [String] {
    let bytes = Array(text.utf8)
    var names: [String] = []
    var position = 0
    while let found = next(in: bytes, from: position) {
      names.append(name(bytes[found]))
      position = found.upperBound
    }
    return names
  }

  /// The names of all placeholders in the texts of a value, in their order.
  static func names(in value: JSONValue) -> [String] {
    switch value {
    case .string(let text): return names(inText: text)
    case .array(let elements): return elements.flatMap { names(in: $0) }
    case .object(let object): return object.flatMap { names(in: $0.1) }
    case .null, .bool, .integer, .numeral, .number: return []
    }
  }

  /// Whether a name looks like one to be filled in (`NAME`), rather than the template language a row may be about.
  static func isUpperCase(_ name: String) -> Bool {
    guard let first = name.utf8.first, first >= 0x41 && first <= 0x5A else { return false }
    return name.utf8.allSatisfy { ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F }
  }

  /// The first placeholder that was most likely to be filled in: a name in capitals, or a name in any letters where the text
  /// does not look like a template, a formula or code.
  static func leftOver(in text: String) -> String? {
    if let left = first(in: text, where: isUpperCase) { return left }
    guard let left = first(in: text, where: isName), !sourceMarks.contains(where: { text.contains($0) }) else {
      return nil
    }
    return left
  }

  /// All names like the one of `leftOver`: in capitals, or not.
  static func leftOverNames(in text: String) -> [String] {
    guard let left = leftOver(in: text) else { return [] }
    let isUpperCase = isUpperCase(bareName(left))
    return names(inText: text).filter { Self.isUpperCase($0) == isUpperCase }
  }

  /// Letters of any script, digits and underscores. One letter alone is a variable of a formula.
  private static func isName(_ name: String) -> Bool {
    name.count > 1 && name.first?.isNumber == false && name.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
  }

  /// What stands in texts about template languages, LaTeX and HTML.
  private static let sourceMarks = ["`", "{%", "\\", "$", "</", "/>"]

  /// The name in a placeholder as it is written.
  static func bareName(_ placeholder: String) -> String { name(ArraySlice(placeholder.utf8)) }

  private static func name(_ placeholder: ArraySlice<UInt8>) -> String {
    var inner = placeholder.dropFirst(2).dropLast(2)
    while inner.first == 0x20 { inner = inner.dropFirst() }
    while inner.last == 0x20 { inner = inner.dropLast() }
    return String(decoding: inner, as: UTF8.self)
  }

  /// The range of the first placeholder at or after `start`.
  private static func next(in bytes: [UInt8], from start: Int) -> Range<Int>? {
    let open = UInt8(ascii: "{")
    let close = UInt8(ascii: "}")
    var index = start
    while index + 3 < bytes.count {
      guard bytes[index] == open, bytes[index + 1] == open, bytes[index + 2] != open else {
        index += 1
        continue
      }
      var end = index + 2
      while end < bytes.count, end - index - 2 <= maximumLength, bytes[end] != open, bytes[end] != close,
        bytes[end] != 0x0A
      { end += 1 }
      if end + 1 < bytes.count, bytes[end] == close, bytes[end + 1] == close { return index..<(end + 2) }
      index += 2
    }
    return nil
  }
}
