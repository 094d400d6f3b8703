public import Conversations
import JSON

/// The language of a row by its script alone.
public enum RowLanguage: String, Sendable, Hashable, CaseIterable {
  /// Han characters without kana or hangul.
  case chinese = "zh"
  /// Latin letters; other languages in Latin script count here too.
  case english = "en"
  case other

  /// Weighs scripts: one Han character says as much as about four Latin letters.
  public init(_ conversation: Conversation) {
    var count = ScriptCount()
    for message in conversation.messages where message.role != "system" { count.add(message.text) }
    self = count.language
  }

  /// Of one text.
  init(text: String) {
    var count = ScriptCount()
    count.add(text)
    self = count.language
  }
}

private struct ScriptCount {
  var han = 0
  var latin = 0
  var other = 0

  mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        if byte < 0x80 {
          if (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A { latin += 1 }
          index += 1
        } else if byte < 0xE0 {
          // U+00C0…U+024F is Latin with marks; the two-byte rest is Greek, Cyrillic, Hebrew, Arabic and such.
          let scalar = index + 1 < bytes.count ? UInt32(byte & 0x1F) << 6 | UInt32(bytes[index + 1] & 0x3F) : 0
          if scalar >= 0xC0 && scalar <= 0x24F { latin += 1 } else if scalar >= 0x370 { other += 1 }
          index += 2
        } else if byte < 0xF0 {
          guard index + 2 < bytes.count else { return }
          let scalar =
            UInt32(byte & 0x0F) << 12 | UInt32(bytes[index + 1] & 0x3F) << 6 | UInt32(bytes[index + 2] & 0x3F)
          addWide(scalar)
          index += 3
        } else {
          index += 4
        }
      }
    }
  }

  private mutating func addWide(_ scalar: UInt32) {
    switch scalar {
    case 0x3400...0x9FFF, 0xF900...0xFAFF: han += 1
    case 0x1E00...0x1EFF: latin += 1
    case 0x2000...0x303F, 0xFE00...0xFE0F, 0xFE30...0xFE4F, 0xFF00...0xFFEF: break
    // Kana and hangul settle it, since Japanese and Korean mix them with Han.
    case 0x3040...0x30FF, 0xAC00...0xD7AF: other += 3
    default: other += 1
    }
  }

  var language: RowLanguage {
    if other > han && other > latin / 4 { return .other }
    if han > 0 && han * 4 >= latin { return .chinese }
    return latin > 0 ? .english : .other
  }
}

/// What mixing needs to know of a row; the text itself stays in its file.
public struct RowFacts: Sendable, Hashable {
  /// 1-based over the files of its source, in order, counting dropped rows too.
  public var row: Int
  /// Equal for equal conversations.
  public var fingerprint: RowFingerprint
  /// Unicode scalars of all messages but the system prompt.
  public var characters: Int
  public var language: RowLanguage
  /// When mixing by tokens.
  public var tokens: Int

  public init(row: Int, fingerprint: RowFingerprint, characters: Int, language: RowLanguage, tokens: Int = 0) {
    self.row = row
    self.fingerprint = fingerprint
    self.characters = characters
    self.language = language
    self.tokens = tokens
  }
}

/// 128 bits that are equal for equal conversations and, but for chance in 2⁶⁴ rows, for no others.
public struct RowFingerprint: Sendable, Hashable {
  public var high: UInt64
  public var low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Of the roles, contents, further members and tools, exactly as they are.
  public init(_ conversation: Conversation) {
    var hash = SipHash128(key: (0x6C6F_7261_7069_7065, 0x726F_7773_2D76_3031))
    hash.add(UInt64(conversation.messages.count))
    for message in conversation.messages {
      hash.add(message.role)
      hash.add(message.text)
      hash.add(message.isPlain ? "" : message.json.text(.canonical))
    }
    for tool in conversation.tools { hash.add(tool.text(.canonical)) }
    let digest = hash.finish()
    self.init(high: digest.high, low: digest.low)
  }

  /// The first half as 16 hexadecimal digits.
  public var short: String { Self.hex(high) }

  static func hex(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}

extension Conversation {
  /// Unicode scalars of all messages but the system prompt.
  var characterCount: Int {
    messages.reduce(0) { $0 + ($1.role == "system" ? 0 : $1.text.unicodeScalars.count) }
  }
}
