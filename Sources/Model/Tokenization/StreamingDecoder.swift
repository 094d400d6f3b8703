/// Turns tokens into text as they come, never giving out half a character.
///
/// The texts given out, and the rest at the end, put together are what `Tokenizer.decode` gives for all the tokens.
public struct StreamingDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let skipsSpecialTokens: Bool
  private var pending: [UInt8] = []
  private var isAtStart = true

  public init(_ tokenizer: Tokenizer, skipsSpecialTokens: Bool = true) {
    self.tokenizer = tokenizer
    self.skipsSpecialTokens = skipsSpecialTokens
  }

  /// The characters this token completes; empty while one is unfinished.
  public mutating func push(_ token: TokenID) -> String {
    guard !(skipsSpecialTokens && tokenizer.isSpecial(token)) else { return "" }
    let bytes = tokenizer.vocabulary.bytes(of: Int(token))
    pending.append(
      contentsOf: isAtStart && tokenizer.dropsFirstSpace && bytes.first == 0x20 ? bytes.dropFirst() : bytes)
    if !bytes.isEmpty { isAtStart = false }
    let end = Self.completeLength(pending)
    guard end > 0 else { return "" }
    let text = String(decoding: pending[..<end], as: UTF8.self)
    pending.removeSubrange(..<end)
    return text
  }

  /// What is left: an unfinished character becomes U+FFFD.
  public mutating func finish() -> String {
    defer { pending.removeAll() }
    return String(decoding: pending, as: UTF8.self)
  }

  /// How many bytes can no longer change: all but a tail that may yet become a character.
  static func completeLength(_ bytes: [UInt8]) -> Int {
    // A character has at most three bytes after its first.
    var start = bytes.count - 1
    let lowest = max(bytes.count - 3, 0)
    while start >= lowest, start >= 0, bytes[start] & 0xC0 == 0x80 { start -= 1 }
    guard start >= lowest, start >= 0 else { return bytes.count }
    return isPrefix(bytes[start...]) ? start : bytes.count
  }

  /// Whether these bytes begin a character that is not complete.
  private static func isPrefix(_ tail: ArraySlice<UInt8>) -> Bool {
    guard let first = tail.first else { return false }
    let second = tail.count > 1 ? tail[tail.startIndex + 1] : nil
    let length: Int
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0: length = second.map { $0 >= 0xA0 } ?? true ? 3 : 0
    case 0xED: length = second.map { $0 < 0xA0 } ?? true ? 3 : 0
    case 0xE1...0xEF: length = 3
    case 0xF0: length = second.map { $0 >= 0x90 } ?? true ? 4 : 0
    case 0xF1...0xF3: length = 4
    case 0xF4: length = second.map { $0 < 0x90 } ?? true ? 4 : 0
    default: length = 0
    }
    return tail.count < length
  }
}
