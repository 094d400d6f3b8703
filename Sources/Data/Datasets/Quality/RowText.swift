import Conversations
import Glibc

/// A conversation with its texts as bytes, which is how rules look for something in them.
struct RowText {
  struct Part {
    let role: String
    let text: String
    let bytes: [UInt8]
    /// The bytes with ASCII letters in lower case.
    let lowered: [UInt8]
    /// Its words, for comparing; a system prompt's are not looked at.
    let tokens: TextTokens
    /// Which bytes occur: a rule that needs one that is not there need not look.
    let has: ByteSet

    init(_ message: Message) {
      role = message.role
      text = message.text
      bytes = Array(text.utf8)
      has = ByteSet(bytes)
      tokens = role == "system" ? TextTokens() : TextTokens(text)
      lowered = has.hasUpperCase ? bytes.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 } : bytes
    }

    /// Whether the text holds `needle`, given in lower case, in any case.
    func contains(_ needle: [UInt8]) -> Bool { lowered.firstIndex(of: needle, from: 0) != nil }
  }

  let conversation: Conversation
  let parts: [Part]

  init(_ conversation: Conversation) {
    self.conversation = conversation
    parts = conversation.messages.map(Part.init)
  }

  /// What the model learns to write.
  var answers: [Part] { parts.filter { $0.role == "assistant" } }
  var questions: [Part] { parts.filter { $0.role == "user" } }
}

/// Which of the 256 bytes occur in a text.
struct ByteSet {
  private var low: (UInt64, UInt64) = (0, 0)
  private var high: (UInt64, UInt64) = (0, 0)

  init(_ bytes: [UInt8]) {
    for byte in bytes {
      let bit: UInt64 = 1 << UInt64(byte & 63)
      switch byte >> 6 {
      case 0: low.0 |= bit
      case 1: low.1 |= bit
      case 2: high.0 |= bit
      default: high.1 |= bit
      }
    }
  }

  func contains(_ byte: UInt8) -> Bool {
    let bit: UInt64 = 1 << UInt64(byte & 63)
    switch byte >> 6 {
    case 0: return low.0 & bit != 0
    case 1: return low.1 & bit != 0
    case 2: return high.0 & bit != 0
    default: return high.1 & bit != 0
    }
  }

  /// `A` to `Z` are 0x41 to 0x5A.
  var hasUpperCase: Bool { low.1 & 0x07FF_FFFE != 0 }
  /// `0` to `9` are 0x30 to 0x39.
  var hasDigit: Bool { low.0 & 0x03FF_0000_0000_0000 != 0 }
}

extension [UInt8] {
  /// Where `needle` begins at or after `start`.
  func firstIndex(of needle: [UInt8], from start: Int) -> Int? {
    guard start <= count, !needle.isEmpty else { return nil }
    return withUnsafeBytes { text in
      needle.withUnsafeBytes { needle -> Int? in
        guard let base = text.baseAddress, let what = needle.baseAddress, let first = needle.first else { return nil }
        var from = start
        while text.count - from >= needle.count {
          guard let hit = memchr(base + from, Int32(first), text.count - from - needle.count + 1) else { return nil }
          if memcmp(hit, what, needle.count) == 0 { return UnsafeRawPointer(hit) - base }
          from = UnsafeRawPointer(hit) - base + 1
        }
        return nil
      }
    }
  }

  /// How often `needle` occurs, counted without overlap.
  func count(of needle: [UInt8]) -> Int {
    var (found, start) = (0, 0)
    while let index = firstIndex(of: needle, from: start) {
      found += 1
      start = index + needle.count
    }
    return found
  }
}
