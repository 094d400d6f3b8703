extension Unicode.Scalar {
  /// How many terminal cells this scalar takes by itself: 0, 1 or 2 (East Asian wide and fullwidth, and emoji that
  /// are shown as pictures). Control characters count 0.
  public var displayWidth: Int {
    let value = value
    if value < 0x7F { return value >= 0x20 ? 1 : 0 }
    if value < 0xA0 { return 0 }
    if value < 0x300 { return value == 0xAD ? 0 : 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: return 0
    default: break
    }
    if value < 0x1100 { return 1 }
    // Vowels and trailing consonants of Hangul join the syllable before them.
    if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FF).contains(value) { return 0 }
    if Self.isWide(value) || properties.isEmojiPresentation { return 2 }
    return 1
  }

  /// Ranges of East_Asian_Width W and F (Unicode Standard Annex 11), reserved blocks included.
  private static let wideRanges: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
    0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
    0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD,
  ]

  private static func isWide(_ value: UInt32) -> Bool {
    var low = 0
    var high = wideRanges.count
    while low < high {
      let middle = (low + high) / 2
      let range = wideRanges[middle]
      if value < range.lowerBound {
        high = middle
      } else if value > range.upperBound {
        low = middle + 1
      } else {
        return true
      }
    }
    return false
  }
}

extension Character {
  /// How many terminal cells this grapheme takes.
  public var displayWidth: Int {
    let scalars = unicodeScalars
    guard let first = scalars.first else { return 0 }
    guard scalars.count > 1 else { return first.displayWidth }
    // An emoji sequence (joined, with a skin tone, a flag, a keycap or asked for as a picture) is one picture.
    if scalars.contains(where: { $0.value == 0xFE0F || $0.value == 0x200D && first.properties.isEmoji }) { return 2 }
    if first.properties.isEmojiModifierBase, scalars.contains(where: { $0.properties.isEmojiModifier }) { return 2 }
    if (0x1F1E6...0x1F1FF).contains(first.value) { return 2 }
    return scalars.reduce(0) { $0 + $1.displayWidth }
  }
}

extension StringProtocol {
  /// How many terminal cells this text takes on one line. Control characters count nothing.
  public var displayWidth: Int {
    if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return utf8.count }
    return reduce(0) { $0 + $1.displayWidth }
  }

  /// This text with everything a terminal would act on (escapes, bidirectional overrides, line ends) made harmless:
  /// a tab or line end becomes a space, the rest becomes U+FFFD.
  public var terminalSafe: String {
    var result = String.UnicodeScalarView()
    result.reserveCapacity(utf8.count)
    for scalar in unicodeScalars { result.append(scalar.terminalSafe) }
    return String(result)
  }
}

extension Unicode.Scalar {
  var terminalSafe: Unicode.Scalar {
    switch value {
    case 0x09, 0x0A, 0x0D: " "
    case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0x2028, 0x2029, 0xFEFF: "\u{FFFD}"
    default: self
    }
  }
}
