extension RowRule {
  /// Numbers that a checksum proves to be what they look like, so that no other number is accused.
  static let personalData = RowRule(
    code: "personal-data", level: .note, what: "with numbers of identity cards, bank accounts or secret tokens",
    pass: "no number of an identity card, bank account or secret token",
    remedy: "Remove or replace them: a model can recite what it learned."
  ) { row in
    for part in row.parts {
      if part.has.hasDigit, let found = Checksums.first(in: part.bytes) ?? SecretKeys.first(in: part.bytes) {
        return found
      }
      if part.text.contains("PRIVATE KEY-----") { return "a private key" }
    }
    return nil
  }
}

/// Secret keys of services: a known prefix, then random characters.
enum SecretKeys {
  /// How a key begins, how many characters follow at least, and whose it is.
  private static let kinds: [(prefix: [UInt8], length: Int, what: String)] = [
    ("sk-", 20, "a secret key (sk-…)"), ("AKIA", 16, "an AWS access key"), ("ASIA", 16, "an AWS access key"),
    ("LTAI", 12, "an Alibaba Cloud access key"), ("AKID", 32, "a Tencent Cloud secret id"),
    ("hf_", 30, "a Hugging Face token"), ("ms-", 32, "a ModelScope token"), ("AIza", 35, "a Google API key"),
    ("glpat-", 20, "a GitLab token"), ("xoxb-", 20, "a Slack token"), ("xoxp-", 20, "a Slack token"),
    ("github_pat_", 40, "a GitHub token"),
  ].map { (Array($0.0.utf8), $0.1, $0.2) }

  /// What the first such key in a text is.
  static func first(in bytes: [UInt8]) -> String? {
    for kind in kinds {
      var start = 0
      while let found = bytes.firstIndex(of: kind.prefix, from: start) {
        start = found + kind.prefix.count
        guard found == 0 || !isOfKey(bytes[found - 1]) else { continue }
        let key = bytes[start...].prefix(256).prefix(while: isOfKey)
        if key.count >= kind.length, isRandom(key) { return kind.what }
      }
    }
    return nil
  }

  private static func isOfKey(_ byte: UInt8) -> Bool {
    (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A) || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: "_")
  }

  /// Whether it is no placeholder such as `sk-xxxxxxxx` or `sk-your-key-goes-here`: letters and digits, and many of them.
  private static func isRandom(_ key: ArraySlice<UInt8>) -> Bool {
    let digits = key.count { $0 >= 0x30 && $0 <= 0x39 }
    return digits >= 1 && digits < key.count && Set(key).count >= 8
  }
}

/// Numbers with a checksum of their own.
enum Checksums {
  /// What the first such number in a text is.
  static func first(in bytes: [UInt8]) -> String? {
    // Cards and accounts are written in groups: words that follow each other with one space or hyphen between them.
    var groups: [[UInt8]] = []
    var end = -2
    var index = 0
    while index < bytes.count {
      guard isWord(bytes[index]) else {
        index += 1
        continue
      }
      let start = index
      while index < bytes.count, isWord(bytes[index]) { index += 1 }
      let word = Array(bytes[start..<index])
      let follows = start == end + 1 && (bytes[end] == 0x20 || bytes[end] == UInt8(ascii: "-"))
      end = index
      if !follows { groups = [] }
      if let found = kind(word) { return found }
      guard word.count <= 8, word.allSatisfy({ isDigit($0) || ($0 >= 0x41 && $0 <= 0x5A) }) else {
        groups = []
        continue
      }
      groups.append(word)
      if groups.count > longestNumber { groups.removeFirst() }
      // Ends here and begins at one of the groups before.
      var whole: [UInt8] = word
      for group in groups.dropLast().reversed() {
        whole = group + whole
        if whole.count > longestNumber { break }
        if let found = kind(whole) { return found }
      }
    }
    return nil
  }

  /// Characters of the longest IBAN.
  private static let longestNumber = 34

  private static func isWord(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: "_") }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }

  static func kind(_ number: [UInt8]) -> String? {
    if number.count == 18, isIdentityCard(number) { return "a Chinese identity card number" }
    if (13...19).contains(number.count), isCard(number) { return "a bank card number" }
    if (15...34).contains(number.count), isIBAN(number) { return "an IBAN" }
    if number.count == 40, isGitHubToken(number) { return "a GitHub token" }
    return nil
  }

  /// GB 11643: a date of birth inside, and a check character modulo 11.
  private static func isIdentityCard(_ number: [UInt8]) -> Bool {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    guard number.prefix(17).allSatisfy(isDigit) else { return false }
    let digits = number.prefix(17).map { Int($0) - 0x30 }
    let year = digits[6] * 1000 + digits[7] * 100 + digits[8] * 10 + digits[9]
    let (month, day) = (digits[10] * 10 + digits[11], digits[12] * 10 + digits[13])
    guard (1900...2030).contains(year), (1...12).contains(month), (1...31).contains(day), digits[0] > 0 else {
      return false
    }
    let sum = zip(digits, weights).reduce(0) { $0 + $1.0 * $1.1 }
    return Array("10X98765432".utf8)[sum % 11] == (number[17] == UInt8(ascii: "x") ? UInt8(ascii: "X") : number[17])
  }

  /// ISO/IEC 7812: the first digits of an issuer of cards, its lengths, and Luhn's sum.
  private static func isCard(_ number: [UInt8]) -> Bool {
    guard number.allSatisfy(isDigit), Set(number).count > 1 else { return false }
    let digits = number.map { Int($0) - 0x30 }
    let two = digits[0] * 10 + digits[1]
    let lengths: [Int] =
      switch two {
      case 34, 37: [15]
      case 40...49: [16]
      case 51...55, 22...27: [16]
      case 62: [16, 17, 18, 19]
      default: []
      }
    guard lengths.contains(digits.count) else { return false }
    let sum = digits.reversed().enumerated().reduce(0) { sum, digit in
      let doubled = digit.element * 2
      return sum + (digit.offset % 2 == 0 ? digit.element : doubled > 9 ? doubled - 9 : doubled)
    }
    return sum % 10 == 0
  }

  /// ISO 13616: country, two check digits, and 1 modulo 97.
  private static func isIBAN(_ number: [UInt8]) -> Bool {
    guard number.prefix(2).allSatisfy({ $0 >= 0x41 && $0 <= 0x5A }), number[2...3].allSatisfy(isDigit),
      number.allSatisfy({ isDigit($0) || ($0 >= 0x41 && $0 <= 0x5A) }), number.dropFirst(4).count(where: isDigit) >= 6
    else { return false }
    var remainder = 0
    for byte in number[4...] + number[..<4] {
      remainder = isDigit(byte) ? (remainder * 10 + Int(byte) - 0x30) % 97 : (remainder * 100 + Int(byte) - 55) % 97
    }
    return remainder == 1
  }

  /// `ghp_` and its like, 30 random characters, and their CRC-32 in six characters of base 62.
  private static func isGitHubToken(_ token: [UInt8]) -> Bool {
    guard ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].contains(where: { token.starts(with: $0.utf8) }) else {
      return false
    }
    var crc: UInt32 = ~0
    for byte in token[4..<34] {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
    }
    var value = ~crc
    let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    var check: [UInt8] = []
    for _ in 0..<6 {
      check.append(alphabet[Int(value % 62)])
      value /= 62
    }
    return token[34...].elementsEqual(check.reversed())
  }
}
