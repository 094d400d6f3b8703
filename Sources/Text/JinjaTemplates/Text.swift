/// Text as Python sees it: a sequence of scalars.
enum Text {
  /// Decodes the scalar at `index` of valid UTF-8.
  static func scalar(_ bytes: [UInt8], at index: Int) -> (UInt32, Int) {
    let first = bytes[index]
    let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard length > 1, index + length <= bytes.count else { return (UInt32(first), 1) }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for offset in 1..<length { value = value << 6 | UInt32(bytes[index + offset] & 0x3F) }
    return (value, length)
  }

  /// Python's `str.isspace`.
  static func isSpace(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// `\w`
  static func isWord(_ value: UInt32) -> Bool {
    if value < 0x80 {
      return (0x30...0x39).contains(value) || (0x41...0x5A).contains(value) || (0x61...0x7A).contains(value)
        || value == 0x5F
    }
    guard let scalar = Unicode.Scalar(value) else { return false }
    return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }

  static func utf8(_ value: UInt32) -> [UInt8] {
    Array(UTF8.encode(Unicode.Scalar(value) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter)
  }

  static func strip(_ text: String, _ characters: String?, left: Bool, right: Bool) -> String {
    let scalars = text.unicodeScalars
    let set = characters.map { Set($0.unicodeScalars) }
    func drops(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? isSpace(scalar.value) }
    var start = scalars.startIndex
    var end = scalars.endIndex
    if left { while start < end, drops(scalars[start]) { start = scalars.index(after: start) } }
    if right {
      while start < end {
        let before = scalars.index(before: end)
        guard drops(scalars[before]) else { break }
        end = before
      }
    }
    return String(scalars[start..<end])
  }

  /// Byte offsets of the non-overlapping occurrences of `needle`, which is not empty, in time linear in both (Knuth,
  /// Morris, Pratt): a template may search for anything.
  static func occurrences(of needle: [UInt8], in text: [UInt8], limit: Int = .max) -> [Int] {
    guard !needle.isEmpty, limit > 0, needle.count <= text.count else { return [] }
    // For each length matched, how much of it still matches one place further on.
    var fallback = [0, 0]
    var length = 0
    for index in needle.indices.dropFirst() {
      while length > 0, needle[index] != needle[length] { length = fallback[length] }
      if needle[index] == needle[length] { length += 1 }
      fallback.append(length)
    }
    var found: [Int] = []
    var matched = 0
    for (index, byte) in text.enumerated() {
      while matched > 0, needle[matched] != byte { matched = fallback[matched] }
      if needle[matched] == byte { matched += 1 }
      guard matched == needle.count else { continue }
      found.append(index + 1 - needle.count)
      if found.count == limit { break }
      matched = 0
    }
    return found
  }

  static func contains(_ text: String, _ needle: String) -> Bool {
    needle.isEmpty || !occurrences(of: Array(needle.utf8), in: Array(text.utf8), limit: 1).isEmpty
  }

  static func replace(_ text: String, _ old: String, _ new: String, count: Int) -> String {
    let limit = count < 0 ? Int.max : count
    if limit == 0 { return text }
    if old.isEmpty {
      var output = ""
      var done = 0
      for scalar in text.unicodeScalars {
        if done < limit {
          output += new
          done += 1
        }
        output.unicodeScalars.append(scalar)
      }
      if done < limit { output += new }
      return output
    }
    let bytes = Array(text.utf8)
    let length = old.utf8.count
    var output: [UInt8] = []
    var position = 0
    for offset in occurrences(of: Array(old.utf8), in: bytes, limit: limit) {
      output.append(contentsOf: bytes[position..<offset])
      output.append(contentsOf: new.utf8)
      position = offset + length
    }
    output.append(contentsOf: bytes[position...])
    return String(decoding: output, as: UTF8.self)
  }

  /// `str.split` with a separator.
  static func split(_ text: String, _ separator: String, limit: Int) -> [String] {
    let bytes = Array(text.utf8)
    let length = separator.utf8.count
    var parts: [String] = []
    var position = 0
    for offset in occurrences(of: Array(separator.utf8), in: bytes, limit: limit < 0 ? .max : limit) {
      parts.append(String(decoding: bytes[position..<offset], as: UTF8.self))
      position = offset + length
    }
    parts.append(String(decoding: bytes[position...], as: UTF8.self))
    return parts
  }

  /// `str.rsplit` with a separator.
  static func splitFromEnd(_ text: String, _ separator: String, limit: Int) -> [String] {
    var parts = Array(
      split(
        String(String.UnicodeScalarView(text.unicodeScalars.reversed())),
        String(String.UnicodeScalarView(separator.unicodeScalars.reversed())), limit: limit
      ).reversed())
    for index in parts.indices {
      parts[index] = String(String.UnicodeScalarView(parts[index].unicodeScalars.reversed()))
    }
    return parts
  }

  /// `str.split()`: at runs of white space, with none left at the ends.
  static func splitAtSpaces(_ text: String, limit: Int) -> [String] {
    var parts: [String] = []
    var rest = text.unicodeScalars[...]
    while true {
      rest = rest.drop { isSpace($0.value) }
      guard !rest.isEmpty else { return parts }
      if limit >= 0, parts.count == limit {
        parts.append(String(rest))
        return parts
      }
      let word = rest.prefix { !isSpace($0.value) }
      parts.append(String(word))
      rest = rest[word.endIndex...]
    }
  }

  /// `str.splitlines()`
  static func lines(_ text: String, keepEnds: Bool = false) -> [String] {
    var lines: [String] = []
    var current = String.UnicodeScalarView()
    var iterator = text.unicodeScalars.makeIterator()
    var pending = iterator.next()
    while let scalar = pending {
      pending = iterator.next()
      switch scalar.value {
      case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029:
        if keepEnds { current.append(scalar) }
        if scalar == "\r", let next = pending, next == "\n" {
          if keepEnds { current.append(next) }
          pending = iterator.next()
        }
        lines.append(String(current))
        current = String.UnicodeScalarView()
      default: current.append(scalar)
      }
    }
    if !current.isEmpty { lines.append(String(current)) }
    return lines
  }

  static func capitalize(_ text: String) -> String {
    guard let first = text.unicodeScalars.first else { return text }
    return first.properties.titlecaseMapping + String(text.unicodeScalars.dropFirst()).lowercased()
  }

  /// `str.title()`: a letter after anything but a letter starts a word.
  static func title(_ text: String) -> String {
    var output = ""
    var inWord = false
    for scalar in text.unicodeScalars {
      let isLetter = scalar.properties.isCased
      output += isLetter ? (inWord ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping) : ""
      if !isLetter { output.unicodeScalars.append(scalar) }
      inWord = isLetter
    }
    return output
  }
}
