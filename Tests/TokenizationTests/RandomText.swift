import Platform

/// Texts made of what splits differently: contractions, spaces of all kinds, digits, marks, scripts, emoji, tokens.
enum RandomText {
  static let words = [
    "'s", "'S", "'ſ", "'ll", "'LL", "'Ve", "'re", "'", " ", "  ", "\n", "\r\n", "\r", "\t", "\u{A0}", "\u{3000}",
    "\u{2028}", "\u{180E}", "\u{85}", "é", "e\u{301}", "\u{1100}\u{1161}\u{11A8}", "각", "\u{958}", "Å", "\u{212B}",
    "1", "23", "٣", "Ⅷ", "²", "½", "万", "一二三", "你好", "。", ",", "!", "👩‍👩‍👧‍👦", "👍🏽", "🏳️‍🌈", "שלום", "مرحبا",
    "हिन्दी", "ไทย", "ǅ", "ß", "İ", "<|im_start|>", "<|im_end|>", "<|im", "|>", "\u{0}", "\u{7}", "\u{7F}", "\u{FEFF}",
    "\u{FFFD}", "\u{10000}", "𝒜", "a", "B", "the", "world", "_", "-", "==", "//", "\u{345}\u{301}", "\u{20DD}",
    "\u{E0100}", "\u{30AB}\u{3099}", "ﬁ", "hello", "token",
  ]

  static func make(_ generator: inout SplitMix64) -> String {
    var text = ""
    let count = Int.random(in: 0..<24, using: &generator)
    for _ in 0..<count {
      switch Int.random(in: 0..<12, using: &generator) {
      case 0:
        let value = UInt32.random(in: 0..<0x11_0000, using: &generator)
        text.unicodeScalars.append(Unicode.Scalar(value) ?? " ")
      case 1:
        let value = UInt32.random(in: 0x20..<0x3100, using: &generator)
        text.unicodeScalars.append(Unicode.Scalar(value) ?? " ")
      default: text += words.randomElement(using: &generator) ?? ""
      }
    }
    return text
  }
}
