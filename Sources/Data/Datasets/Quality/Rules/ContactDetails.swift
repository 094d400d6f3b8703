extension RowRule {
  /// Ways to reach a person. They have no checksum, so invented ones are found too.
  static let contactDetails = RowRule(
    code: "contact-details", level: .note, what: "with phone numbers or e-mail addresses",
    pass: "no phone number or e-mail address",
    remedy: "Remove or replace those of real people: a model can recite what it learned."
  ) { row in
    for part in row.parts {
      if part.has.hasDigit, let found = PhoneNumber.first(in: part.bytes) { return found }
      if part.has.contains(UInt8(ascii: "@")), let found = MailAddress.first(in: part.bytes) { return found }
    }
    return nil
  }
}

/// Phone numbers: mobile numbers of China, `1[3-9]` and nine digits, with or without +86, and any number that begins with `+`
/// and has as many digits as ITU-T E.164 allows.
private enum PhoneNumber {
  /// The most digits of a number with its country's code.
  private static let longest = 15
  private static let shortest = 8

  /// What the first such number in a text is.
  static func first(in bytes: [UInt8]) -> String? {
    var index = 0
    while index < bytes.count {
      guard isDigit(bytes[index]) else {
        index += 1
        continue
      }
      let start = index
      while index < bytes.count, isDigit(bytes[index]) { index += 1 }
      if let found = kind(bytes, start, index) { return found }
    }
    return nil
  }

  /// What the number is whose first digits stand at `start..<end`.
  private static func kind(_ bytes: [UInt8], _ start: Int, _ end: Int) -> String? {
    guard end - start <= longest, isBorder(bytes, before: start) else { return nil }
    // Groups of digits with one space or hyphen between them.
    var groups = [Array(bytes[start..<end])]
    var ends = [end]
    var position = end
    while groups.count < 5, position + 1 < bytes.count, bytes[position] == 0x20 || bytes[position] == hyphen,
      isDigit(bytes[position + 1])
    {
      var next = position + 1
      while next < bytes.count, isDigit(bytes[next]), next - position <= longest + 1 { next += 1 }
      groups.append(Array(bytes[(position + 1)..<next]))
      ends.append(next)
      position = next
    }
    let hasPlus = start > 0 && bytes[start - 1] == UInt8(ascii: "+") && isBorder(bytes, before: start - 1)
    for count in 1...groups.count where isBorder(bytes, after: ends[count - 1]) {
      var parts = groups[..<count]
      if parts.count > 1, let code = parts.first, code == Array("86".utf8) || code == Array("0086".utf8) {
        parts.removeFirst()
      }
      let lengths = parts.map(\.count)
      var digits = Array(parts.joined())
      if lengths == [13], digits.starts(with: "86".utf8) { digits.removeFirst(2) }
      if lengths == [11] || lengths == [13] || lengths == [3, 4, 4], isMobile(digits) {
        return "a mobile phone number"
      }
    }
    let all = groups.reduce(0) { $0 + $1.count }
    return hasPlus && (shortest...longest).contains(all) ? "a phone number" : nil
  }

  private static func isMobile(_ digits: [UInt8]) -> Bool {
    digits.count == 11 && digits[0] == UInt8(ascii: "1") && digits[1] >= UInt8(ascii: "3")
  }

  private static let hyphen = UInt8(ascii: "-")

  /// Whether a number may begin here: not inside a word, nor behind a decimal point or another group.
  private static func isBorder(_ bytes: [UInt8], before index: Int) -> Bool {
    guard index > 0 else { return true }
    let previous = bytes[index - 1]
    if isWord(previous) { return false }
    let joins = previous == hyphen || previous == UInt8(ascii: ".")
    return !(joins && index > 1 && isWord(bytes[index - 2]))
  }

  private static func isBorder(_ bytes: [UInt8], after index: Int) -> Bool {
    guard index < bytes.count else { return true }
    if isWord(bytes[index]) { return false }
    let joins = bytes[index] == hyphen || bytes[index] == UInt8(ascii: ".")
    return !(joins && index + 1 < bytes.count && isDigit(bytes[index + 1]))
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func isWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte == UInt8(ascii: "_")
  }
}

/// Addresses such as `ann@mail.cn`. The names that RFC 2606 keeps for examples are nobody's.
private enum MailAddress {
  private static let longestName = 64
  private static let longestHost = 255
  private static let examples = ["example.com", "example.org", "example.net", "example.cn"]
  private static let exampleEndings = [".example", ".test", ".invalid", ".localhost"]

  static func first(in bytes: [UInt8]) -> String? {
    for at in bytes.indices where bytes[at] == UInt8(ascii: "@") {
      var start = at
      while start > 0, at - start < longestName, isOfName(bytes[start - 1]) { start -= 1 }
      var end = at + 1
      while end < bytes.count, end - at <= longestHost, isOfHost(bytes[end]) { end += 1 }
      let name = String(decoding: bytes[start..<at], as: UTF8.self)
      let labels = String(decoding: bytes[(at + 1)..<end], as: UTF8.self).lowercased()
        .split(separator: ".", omittingEmptySubsequences: true)
      guard name.contains(where: { $0.isLetter || $0.isNumber }), name != "git", labels.count > 1,
        let top = labels.last,
        top.count > 1, top.allSatisfy(\.isLetter)
      else { continue }
      let host = labels.joined(separator: ".")
      if examples.contains(where: { host == $0 || host.hasSuffix("." + $0) }) { continue }
      if exampleEndings.contains(where: { host.hasSuffix($0) }) { continue }
      return "an e-mail address"
    }
    return nil
  }

  private static func isOfName(_ byte: UInt8) -> Bool { isOfHost(byte) || "_%+".utf8.contains(byte) }

  private static func isOfHost(_ byte: UInt8) -> Bool {
    byte >= 0x30 && byte <= 0x39 || (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "-")
  }
}
