/// Where tokens begin in a text, in characters as Python counts them. A token that goes on with a character that another
/// began is at that character.
struct TextOffset: Hashable {
  private var characters = 0

  /// Passes over a token's bytes.
  /// - Returns: where it begins.
  mutating func pass(_ bytes: [UInt8]) -> Int {
    func isStart(_ byte: UInt8) -> Bool { byte & 0xC0 != 0x80 }
    let start = bytes.first.map(isStart) ?? true ? characters : max(characters - 1, 0)
    characters += bytes.reduce(0) { $0 + (isStart($1) ? 1 : 0) }
    return start
  }
}
