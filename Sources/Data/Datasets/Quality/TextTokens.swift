/// The words of texts as hashes, for comparing texts whatever their case, width, spaces and punctuation.
///
/// A word is a run of letters and digits; in scripts that write no spaces (Han, Kana, Thai and their like) every character is
/// one. So five tokens are five words of English, five characters of Chinese, or some of each. Digits count: sums that differ
/// in their numbers are different rows. The signs `+ / = < > ^ %` are words of their own, because formulas differ in them.
struct TextTokens {
  private(set) var hashes: [UInt64] = []
  private static let start: UInt64 = 0xCBF2_9CE4_8422_2325
  private static let prime: UInt64 = 0x0000_0100_0000_01B3

  init() {}

  init(_ text: String) { add(text) }

  mutating func add(_ text: String) {
    var word: UInt64 = 0
    var length = 0
    for scalar in text.unicodeScalars {
      let value = Self.folded(scalar)
      switch Self.kind(value, scalar) {
      case .letter:
        if length == 0 { word = Self.start }
        word = (word ^ UInt64(value)) &* Self.prime
        length += 1
      case .character:
        if length > 0 { hashes.append(Self.mixed(word)) }
        length = 0
        hashes.append(Self.mixed((Self.start ^ UInt64(value)) &* Self.prime))
      case .joint: break
      case .gap:
        if length > 0 { hashes.append(Self.mixed(word)) }
        length = 0
      }
    }
    if length > 0 { hashes.append(Self.mixed(word)) }
  }

  mutating func add(_ other: TextTokens) { hashes += other.hashes }

  /// A mark that no text has: where one message ends and another's role begins.
  mutating func addBoundary(_ role: String) {
    var hash = Self.start &+ 1
    for byte in role.utf8 { hash = (hash ^ UInt64(byte)) &* Self.prime }
    hashes.append(Self.mixed(hash))
  }

  /// One number for the whole sequence.
  var sequence: UInt64 { hashes.reduce(Self.start) { ($0 ^ $1) &* Self.prime }.mixedBits }

  /// The different runs of `width` tokens, in ascending order; of a shorter text, the whole of it.
  func shingles(_ width: Int) -> [UInt64] {
    guard hashes.count >= width else { return hashes.isEmpty ? [] : [sequence] }
    var result: [UInt64] = []
    result.reserveCapacity(hashes.count - width + 1)
    for index in 0...(hashes.count - width) {
      var hash = Self.start
      for offset in 0..<width { hash = (hash &* Self.prime) ^ hashes[index &+ offset] }
      result.append(hash.mixedBits)
    }
    return Self.distinct(result)
  }

  /// The different tokens, in ascending order.
  var distinctTokens: [UInt64] { Self.distinct(hashes) }

  private static func distinct(_ values: [UInt64]) -> [UInt64] {
    var sorted = values
    sorted.sort()
    var last: UInt64?
    sorted.removeAll { value in
      defer { last = value }
      return value == last
    }
    return sorted
  }

  /// |A ∩ B| ÷ |A ∪ B| of two ascending lists of different values; 1 for two empty ones.
  static func jaccard(_ left: [UInt64], _ right: [UInt64]) -> Double {
    let common = overlap(left, right)
    let union = left.count + right.count - common
    return union == 0 ? 1 : Double(common) / Double(union)
  }

  static func overlap<Value: Comparable>(_ left: [Value], _ right: [Value]) -> Int {
    var (i, j, common) = (0, 0, 0)
    while i < left.count, j < right.count {
      if left[i] == right[j] {
        common += 1
        i += 1
        j += 1
      } else if left[i] < right[j] {
        i += 1
      } else {
        j += 1
      }
    }
    return common
  }

  private static func mixed(_ hash: UInt64) -> UInt64 { hash.mixedBits }

  private enum Kind {
    case letter
    /// A token of its own.
    case character
    /// Part of a word, and not compared: marks above letters.
    case joint
    case gap
  }

  /// In lower case, full-width Latin as plain.
  private static func folded(_ scalar: Unicode.Scalar) -> UInt32 {
    let value = scalar.value
    if value < 0x80 { return value >= 0x41 && value <= 0x5A ? value | 0x20 : value }
    if value >= 0xFF01, value <= 0xFF5E {
      let plain = value - 0xFEE0
      return plain >= 0x41 && plain <= 0x5A ? plain | 0x20 : plain
    }
    guard value < 0x2000 else { return value }
    return scalar.properties.lowercaseMapping.unicodeScalars.first?.value ?? value
  }

  private static func kind(_ value: UInt32, _ scalar: Unicode.Scalar) -> Kind {
    switch value {
    case 0x30...0x39, 0x61...0x7A: return .letter
    case 0x2B, 0x2F, 0x3C...0x3E, 0x5E, 0x25: return .character
    // "don't" is one word.
    case 0x27, 0x2019: return .joint
    case 0..<0x80: return .gap
    case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x3005...0x3007, 0x3040...0x30FF, 0x3400...0x4DBF,
      0x4E00...0x9FFF, 0xF900...0xFAFF, 0xFF66...0xFF9F, 0x20000...0x3FFFF:
      return .character
    default:
      switch scalar.properties.generalCategory {
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
        .letterNumber, .otherNumber, .spacingMark:
        return .letter
      case .nonspacingMark, .enclosingMark, .format: return .joint
      default: return .gap
      }
    }
  }
}

extension UInt64 {
  /// The finalizer of SplitMix64 (Steele, Lea and Flood 2014): every bit of the input reaches every bit of the output.
  var mixedBits: UInt64 {
    var bits = self
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
