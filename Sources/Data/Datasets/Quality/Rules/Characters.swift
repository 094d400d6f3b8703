extension RowRule {
  static let mojibake = RowRule(
    code: "mojibake", level: .warning, what: "with characters that a wrong encoding left",
    pass: "no text looks wrongly decoded",
    remedy: "Read the original file in its own encoding (encoding:), or remove the rows."
  ) { row in
    for part in row.parts where part.has.contains(where: { $0 >= 0xC2 }) {
      if let found = wrong.first(where: { part.bytes.firstIndex(of: $0.bytes, from: 0) != nil }) { return found.what }
      if let found = latin(part.bytes) ?? wide(part) { return found }
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

  /// UTF-8 of Chinese, Cyrillic or any other wide text read as Latin 1 or Windows-1252, as in `ä½\u{A0}å¥½` for 你好.
  ///
  /// One such letter alone may be French or Portuguese beside a quotation mark; several in a row are no word.
  private static func wide(_ part: RowText.Part) -> String? {
    guard part.has.contains(0xC3) else { return nil }
    var (run, runBytes): ([Unicode.Scalar], [UInt8]) = ([], [])
    var characters = 0
    let scalars = Array(part.text.unicodeScalars)
    var index = 0
    while index < scalars.count {
      let length: Int
      switch scalars[index].value {
      case 0xC2...0xDF: length = 2
      case 0xE0...0xEF: length = 3
      case 0xF0...0xF4: length = 4
      default: length = 0
      }
      let rest = scalars[index...].dropFirst().prefix(max(length - 1, 0)).compactMap { continuation($0) }
      if length > 0, rest.count == length - 1 {
        run += scalars[index..<(index + length)]
        runBytes += [UInt8(truncatingIfNeeded: scalars[index].value)] + rest
        characters += 1
        // Two letters of three bytes, or three of two.
        if runBytes.count >= 6, characters >= 2, let meant = String(validating: runBytes, as: UTF8.self),
          meant.unicodeScalars.contains(where: { $0.value >= 0x370 })
        {
          let shown = String(String.UnicodeScalarView(run.map { (0x80..<0xA0).contains($0.value) ? "\u{FFFD}" : $0 }))
          return "\(shown) (\(meant) in UTF-8, read as Latin 1)"
        }
        index += length
        // What is this long and still no text of another script will be none.
        if runBytes.count > 16 { (run, runBytes, characters) = ([], [], 0) }
      } else {
        (run, runBytes, characters) = ([], [], 0)
        index += 1
      }
    }
    return nil
  }

  /// The byte that Latin 1 or Windows-1252 shows as a character, if it can stand behind the first byte of one in UTF-8.
  private static func continuation(_ scalar: Unicode.Scalar) -> UInt8? {
    if (0x80..<0xC0).contains(scalar.value) { return UInt8(scalar.value) }
    return windows1252[scalar]
  }

  private static let windows1252: [Unicode.Scalar: UInt8] = [
    "€": 0x80, "‚": 0x82, "ƒ": 0x83, "„": 0x84, "…": 0x85, "†": 0x86, "‡": 0x87, "ˆ": 0x88, "‰": 0x89, "Š": 0x8A,
    "‹": 0x8B, "Œ": 0x8C, "Ž": 0x8E, "‘": 0x91, "’": 0x92, "“": 0x93, "”": 0x94, "•": 0x95, "–": 0x96, "—": 0x97,
    "˜": 0x98, "™": 0x99, "š": 0x9A, "›": 0x9B, "œ": 0x9C, "ž": 0x9E, "Ÿ": 0x9F,
  ]

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
    pass: "no plain text holds HTML entities",
    remedy: "Decode them: &amp; is &, &quot; is \"."
  ) { row in
    for part in row.parts where part.has.contains(UInt8(ascii: "&")) && part.has.contains(UInt8(ascii: ";")) {
      // Where there is code, entities may be meant; where there are tags, those that tags need may.
      if part.has.contains(UInt8(ascii: "`")) || part.contains(html) { continue }
      let isMarkup = part.has.contains(UInt8(ascii: "<"))
      if let entity = entity(in: part.bytes, where: { !isMarkup || !ofMarkup.contains($0) }) { return entity }
    }
    return nil
  }

  private static let html = Array("html".utf8)
  /// What markup has to write so.
  private static let ofMarkup: Set = ["&amp;", "&lt;", "&gt;", "&quot;"]
  private static let names: Set = [
    "amp", "lt", "gt", "quot", "apos", "nbsp", "ensp", "emsp", "thinsp", "ldquo", "rdquo", "lsquo", "rsquo", "laquo",
    "raquo", "mdash", "ndash", "hellip", "middot", "bull", "copy", "reg", "trade", "times", "deg", "yen", "euro",
    "zwnj",
    "zwj",
  ]

  /// The first entity of a text: a known name, or a number.
  private static func entity(in bytes: [UInt8], where fits: (String) -> Bool) -> String? {
    var start = 0
    while let open = bytes[start...].firstIndex(of: UInt8(ascii: "&")) {
      start = open + 1
      guard let close = bytes[start...].prefix(9).firstIndex(of: UInt8(ascii: ";")) else { continue }
      let name = String(decoding: bytes[start..<close], as: UTF8.self)
      let digits = name.hasPrefix("#x") || name.hasPrefix("#X") ? name.dropFirst(2) : name.dropFirst()
      let isNumber = name.hasPrefix("#") && !digits.isEmpty && digits.allSatisfy(\.isHexDigit)
      guard isNumber || names.contains(name.lowercased()), fits("&\(name);") else { continue }
      return "&\(name);"
    }
    return nil
  }
}

extension ByteSet {
  fileprivate func contains(where fits: (UInt8) -> Bool) -> Bool {
    (0...255).contains { fits(UInt8($0)) && contains(UInt8($0)) }
  }
}
