extension RowRule {
  static let mojibake = RowRule(
    code: "mojibake", level: .warning, what: "with characters that a wrong encoding left",
    pass: "no text looks wrongly decoded",
    remedy: "Read the original file in its own encoding (encoding:), or remove the rows."
  ) { row in
    for part in row.parts where part.has.contains(where: { $0 >= 0xC2 }) {
      if let found = wrong.first(where: { part.bytes.firstIndex(of: $0.bytes, from: 0) != nil }) { return found.what }
      if let found = latin(part.bytes) { return found }
    }
    return nil
  }

  /// Texts that only a wrong decoding writes.
  private static let wrong: [(bytes: [UInt8], what: String)] = [
    ("\u{FFFD}", "U+FFFD, a character that was lost"), ("锟斤拷", "锟斤拷"), ("烫烫烫", "烫烫烫"), ("屯屯屯", "屯屯屯"),
    ("ï»¿", "ï»¿"), ("â€™", "â€™"), ("â€œ", "â€œ"), ("â€\u{9D}", "â€"), ("â€“", "â€“"), ("â€”", "â€”"), ("â€¦", "â€¦"),
    ("浣犲", "浣犲 (UTF-8 read as GBK)"), ("鐨勬", "鐨勬 (UTF-8 read as GBK)"), ("鈥檚", "鈥檚 (UTF-8 read as GBK)"),
    ("锛屾", "锛屾 (UTF-8 read as GBK)"), ("銆傛", "銆傛 (UTF-8 read as GBK)"),
  ].map { (Array($0.0.utf8), $0.1) }

  /// UTF-8 read as Latin 1: `Ã` or `Â` before a character of U+0080 to U+00BF, as in Ã© for é.
  private static func latin(_ bytes: [UInt8]) -> String? {
    var index = 0
    while let lead = bytes[index...].firstIndex(of: 0xC3) {
      index = lead + 1
      guard lead + 3 < bytes.count, bytes[lead + 1] == 0x83 || bytes[lead + 1] == 0x82, bytes[lead + 2] == 0xC2 else {
        continue
      }
      return String(decoding: bytes[lead...(lead + 3)], as: UTF8.self)
    }
    return nil
  }

  static let invisibleCharacters = RowRule(
    code: "invisible-characters", level: .warning, what: "with characters that nobody sees",
    pass: "every character is visible",
    remedy: "Remove them: they are tokens of their own, and the model learns to write them."
  ) { row in
    for part in row.parts {
      var before: Unicode.Scalar?
      for scalar in part.text.unicodeScalars {
        defer { before = scalar }
        guard isInvisible(scalar, after: before) else { continue }
        return "U+" + String(repeating: "0", count: max(0, 4 - String(scalar.value, radix: 16).count))
          + String(scalar.value, radix: 16, uppercase: true)
      }
    }
    return nil
  }

  /// Zero-width joiners belong to emoji and to the scripts of India and Arabia; beside Latin or Han they are litter.
  private static func isInvisible(_ scalar: Unicode.Scalar, after before: Unicode.Scalar?) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: return false
    case 0..<0x20, 0x7F, 0x80..<0xA0, 0xAD, 0x200B, 0x2060...0x2064, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF,
      0xE000...0xF8FF, 0xFFF9...0xFFFB:
      return true
    case 0x200C, 0x200D:
      guard let before else { return true }
      return before.value < 0x250 || (before.value >= 0x3040 && before.value <= 0x9FFF)
    default: return false
    }
  }

  static let htmlEntities = RowRule(
    code: "html-entities", level: .warning, what: "with HTML entities in plain text",
    pass: "no text holds HTML entities",
    remedy: "Decode them: &amp; is &, &quot; is \"."
  ) { row in
    for part in row.parts where part.has.contains(UInt8(ascii: "&")) && part.has.contains(UInt8(ascii: ";")) {
      // Where there are tags or code, entities may be meant.
      if part.has.contains(UInt8(ascii: "<")) || part.has.contains(UInt8(ascii: "`")) || part.contains(html) {
        continue
      }
      if let entity = entities.first(where: { part.bytes.firstIndex(of: $0, from: 0) != nil }) {
        return String(decoding: entity, as: UTF8.self)
      }
    }
    return nil
  }

  private static let html = Array("html".utf8)
  private static let entities = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;", "&#x27;", "&nbsp;", "&apos;"].map {
    Array($0.utf8)
  }
}

extension ByteSet {
  fileprivate func contains(where fits: (UInt8) -> Bool) -> Bool {
    (0...255).contains { fits(UInt8($0)) && contains(UInt8($0)) }
  }
}
