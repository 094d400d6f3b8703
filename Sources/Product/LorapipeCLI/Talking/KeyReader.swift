/// What a person did at the keyboard.
enum Key: Sendable, Hashable {
  /// Typed or pasted text; may hold line ends.
  case text(String)
  case enter, newline, backspace, delete, tab
  case left, right, up, down, home, end, wordLeft, wordRight
  case killToEnd, killToStart, killWord
  case interrupt, endOfInput, suspend, clearScreen
}

/// Turns a terminal's bytes into keys: UTF-8, control characters, escape sequences, bracketed paste.
///
/// A character or sequence may be cut anywhere between two reads; what is not whole yet is kept.
struct KeyReader {
  private var bytes: [UInt8] = []
  private var pasting = false
  private static let pasteEnd: [UInt8] = [0x1B, 0x5B, 0x32, 0x30, 0x31, 0x7E]

  /// Whether a lone escape is waiting for what may follow it.
  var isWaiting: Bool { !bytes.isEmpty }

  mutating func take(_ input: some Sequence<UInt8>) -> [Key] {
    bytes.append(contentsOf: input)
    var keys: [Key] = []
    while !bytes.isEmpty {
      if pasting {
        guard let (text, whole) = pasted() else { break }
        if !text.isEmpty { keys.append(.text(text)) }
        if !whole { break }
      } else if bytes[0] == 0x1B {
        guard let key = escape() else { break }
        if let key { keys.append(key) }
      } else if bytes[0] < 0x20 || bytes[0] == 0x7F {
        if let key = Self.control(bytes.removeFirst()) { keys.append(key) }
      } else {
        guard let text = typed() else { break }
        keys.append(.text(text))
      }
    }
    return keys
  }

  /// A lone escape that nothing followed means nothing here.
  mutating func giveUpWaiting() { if bytes == [0x1B] { bytes = [] } }

  private static func control(_ byte: UInt8) -> Key? {
    switch byte {
    case 0x01: .home
    case 0x02: .left
    case 0x03: .interrupt
    case 0x04: .endOfInput
    case 0x05: .end
    case 0x06: .right
    case 0x08, 0x7F: .backspace
    case 0x09: .tab
    case 0x0A: .newline
    case 0x0B: .killToEnd
    case 0x0C: .clearScreen
    case 0x0D: .enter
    case 0x0E: .down
    case 0x10: .up
    case 0x15: .killToStart
    case 0x17: .killWord
    case 0x1A: .suspend
    default: nil
    }
  }

  /// A run of whole characters; `nil` while the first is not whole. A byte that begins no character is dropped.
  private mutating func typed() -> String? {
    var end = 0
    while end < bytes.count, bytes[end] >= 0x20, bytes[end] != 0x7F {
      let length = bytes[end] < 0x80 ? 1 : bytes[end] >= 0xF0 ? 4 : bytes[end] >= 0xE0 ? 3 : bytes[end] >= 0xC0 ? 2 : 1
      if end + length > bytes.count { break }
      end += length
    }
    guard end > 0 else { return nil }
    defer { bytes.removeFirst(end) }
    return String(decoding: bytes[..<end], as: UTF8.self).filter { $0 != "\u{FFFD}" }
  }

  /// Outer `nil`: not whole yet. Inner `nil`: a sequence that means nothing here.
  private mutating func escape() -> Key?? {
    guard bytes.count > 1 else { return nil }
    switch bytes[1] {
    case 0x0D, 0x0A:
      bytes.removeFirst(2)
      return .some(.newline)
    case 0x62, 0x66:
      let key: Key = bytes[1] == 0x62 ? .wordLeft : .wordRight
      bytes.removeFirst(2)
      return .some(key)
    case 0x7F:
      bytes.removeFirst(2)
      return .some(.killWord)
    case 0x4F:
      guard bytes.count > 2 else { return nil }
      let key = Self.named(bytes[2], "")
      bytes.removeFirst(3)
      return .some(key)
    case 0x5B:
      guard let end = bytes.indices.dropFirst(2).first(where: { (0x40...0x7E).contains(bytes[$0]) }) else {
        if bytes.count > 64 { bytes = [] }
        return nil
      }
      let parameters = String(decoding: bytes[2..<end], as: UTF8.self)
      let final = bytes[end]
      bytes.removeFirst(end + 1)
      if final == 0x7E, parameters == "200" { pasting = true }
      return .some(Self.named(final, parameters))
    default:
      bytes.removeFirst()
      return .some(nil)
    }
  }

  private static func named(_ final: UInt8, _ parameters: String) -> Key? {
    let moved = parameters.hasSuffix(";5") || parameters.hasSuffix(";3")
    switch final {
    case 0x41: return .up
    case 0x42: return .down
    case 0x43: return moved ? .wordRight : .right
    case 0x44: return moved ? .wordLeft : .left
    case 0x48: return .home
    case 0x46: return .end
    case 0x7E:
      switch parameters {
      case "1", "7": return .home
      case "4", "8": return .end
      case "3": return .delete
      default: return nil
      }
    case 0x75 where parameters == "13;2": return .newline
    default: return nil
    }
  }

  /// Text up to the end of a paste, or what of it is certain; a terminal sends line ends as carriage returns.
  private mutating func pasted() -> (text: String, whole: Bool)? {
    let mark = Self.pasteEnd
    let end = bytes.indices.first { bytes[$0...].starts(with: mark) }
    guard let end else {
      // Enough is kept back for a mark and for a character that is not whole.
      guard bytes.count > 4096 else { return nil }
      var keep = mark.count + 3
      while keep < bytes.count, bytes[bytes.count - keep] & 0xC0 == 0x80 { keep += 1 }
      let text = Self.lines(bytes[..<(bytes.count - keep)])
      bytes.removeFirst(bytes.count - keep)
      return (text, false)
    }
    let text = Self.lines(bytes[..<end])
    bytes.removeFirst(end + mark.count)
    pasting = false
    return (text, true)
  }

  private static func lines(_ bytes: ArraySlice<UInt8>) -> String {
    var text = ""
    var last: Unicode.Scalar = " "
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      if scalar == "\r" || (scalar == "\n" && last != "\r") {
        text.unicodeScalars.append("\n")
      } else if scalar == "\t" || (scalar.value >= 0x20 && scalar.value != 0x7F) {
        text.unicodeScalars.append(scalar)
      }
      last = scalar
    }
    return text
  }
}
