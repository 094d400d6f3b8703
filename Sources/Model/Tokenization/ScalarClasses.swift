/// What a Unicode scalar is to the pre-tokenizer patterns.
///
/// Every pattern of the supported families is written with `\p{L}`, `\p{N}` and `\s` alone, so one byte a scalar is all
/// the scanners need. The classes are those of Hugging Face `tokenizers`, read off it by a script: an engine of another
/// Unicode version would split newer scripts elsewhere.
struct ScalarClasses: Sendable {
  static let other: UInt8 = 0
  static let letter: UInt8 = 1
  static let number: UInt8 = 2
  static let space: UInt8 = 3
  /// A digit to the `Digits` pre-tokenizer, which has a newer Unicode version, and not to `\p{N}`.
  static let extraDigit: UInt8 = 4

  /// No scalar at or above this one is a letter, a number or a space.
  static let limit = 0x33480

  /// One class a scalar, for scalars below `limit`.
  let table: [UInt8]

  static let shared = ScalarClasses()

  private init() {
    var table = [UInt8](repeating: Self.other, count: Self.limit)
    func fill(_ text: StaticString, _ value: UInt8) {
      var reader = NumberReader(text)
      var position = 0
      while let start = reader.next(), let length = reader.next() {
        position &+= start
        let end = min(position &+ length, Self.limit)
        if position < end { for index in position..<end { table[index] = value } }
        position &+= length
      }
    }
    fill(UnicodeTables.letters, Self.letter)
    fill(UnicodeTables.numbers, Self.number)
    fill(UnicodeTables.extraDigits, Self.extraDigit)
    for scalar in [0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000] { table[scalar] = Self.space }
    for scalar in 0x09...0x0D { table[scalar] = Self.space }
    for scalar in 0x2000...0x200A { table[scalar] = Self.space }
    self.table = table
  }
}

/// Reads the hexadecimal numbers of a generated table, which stand apart by a space, a comma or a colon.
struct NumberReader {
  private let text: StaticString
  private var position = 0
  /// The character after the number read last; 0 at the end.
  private(set) var separator: UInt8 = 0

  init(_ text: StaticString) { self.text = text }

  mutating func next() -> Int? {
    let count = text.utf8CodeUnitCount
    guard position < count else { return nil }
    var value = 0
    while position < count {
      let byte = text.utf8Start[position]
      position &+= 1
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | Int(byte &- UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | Int(byte &- UInt8(ascii: "a") &+ 10)
      default:
        separator = byte
        return value
      }
    }
    separator = 0
    return value
  }
}

/// Decodes the scalar that starts at `position` of valid UTF-8 and says how many bytes it takes.
@inline(__always)
func decodeScalar(_ bytes: UnsafePointer<UInt8>, _ position: Int) -> (scalar: Int, length: Int) {
  let first = Int(bytes[position])
  if first < 0x80 { return (first, 1) }
  let second = Int(bytes[position &+ 1]) & 0x3F
  if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
  let third = Int(bytes[position &+ 2]) & 0x3F
  if first < 0xF0 { return ((first & 0x0F) << 12 | second << 6 | third, 3) }
  let fourth = Int(bytes[position &+ 3]) & 0x3F
  return ((first & 0x07) << 18 | second << 12 | third << 6 | fourth, 4)
}
