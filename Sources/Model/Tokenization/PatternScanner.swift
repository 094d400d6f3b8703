/// Hand-written scanners for the pre-tokenizer patterns of the supported families.
///
/// Each gives the same pieces as its regular expression (fuzzed against pcre2 and against `tokenizers`), several times
/// faster. Every scalar ends up in exactly one piece, so a scanner only says where a piece ends.
struct PatternScanner {
  enum Pattern: Sendable, Hashable {
    /// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
    case gpt2
    /// Each digit alone first (`Digits`), then `gpt2` between digits.
    case digitsThenGPT2
    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
    case qwen2
    /// As `qwen2` with `\p{N}{1,3}`.
    case llama3
  }

  let pattern: Pattern
  let text: UnsafePointer<UInt8>
  let end: Int
  let classes: UnsafePointer<UInt8>

  /// The class of the scalar at `position` and its length in bytes; a position at the end has the class 255.
  @inline(__always)
  private func look(_ position: Int) -> (kind: UInt8, length: Int) {
    if position >= end { return (255, 0) }
    let first = text[position]
    if first < 0x80 { return (classes[Int(first)], 1) }
    let (scalar, length) = decodeScalar(text, position)
    return (scalar < ScalarClasses.limit ? classes[scalar] : ScalarClasses.other, length)
  }

  @inline(__always)
  private func run(of kind: UInt8, from position: Int) -> Int {
    var position = position
    while true {
      let (next, length) = look(position)
      if next != kind { return position }
      position &+= length
    }
  }

  /// The end of a run of scalars that are neither space, letter nor number; the extra digits are such, except where
  /// digits were split off before.
  @inline(__always)
  private func runOfOthers(from position: Int) -> Int {
    var position = position
    while true {
      let (next, length) = look(position)
      guard next == ScalarClasses.other || (next == ScalarClasses.extraDigit && pattern != .digitsThenGPT2) else {
        return position
      }
      position &+= length
    }
  }

  /// The end of the piece that starts at `start` (< `end`).
  @inline(__always)
  func pieceEnd(from start: Int) -> Int {
    switch pattern {
    case .gpt2: return gpt2(start)
    case .digitsThenGPT2:
      let (kind, length) = look(start)
      if kind == ScalarClasses.number || kind == ScalarClasses.extraDigit { return start &+ length }
      return gpt2(start)
    case .qwen2: return qwen(start, digits: 1)
    case .llama3: return qwen(start, digits: 3)
    }
  }

  private func isDigit(_ kind: UInt8) -> Bool {
    kind == ScalarClasses.number || kind == ScalarClasses.extraDigit
  }

  private func gpt2(_ start: Int) -> Int {
    let first = text[start]
    if first == UInt8(ascii: "'") {
      let length = contraction(start, folding: false)
      if length > 0 { return start &+ length }
    }
    let (kind, length) = look(start)
    // The optional space before a word.
    if first == 0x20 {
      let (next, nextLength) = look(start &+ 1)
      switch next {
      case ScalarClasses.letter: return run(of: ScalarClasses.letter, from: start &+ 1 &+ nextLength)
      case ScalarClasses.number where pattern != .digitsThenGPT2:
        return run(of: ScalarClasses.number, from: start &+ 1 &+ nextLength)
      case ScalarClasses.other: return runOfOthers(from: start &+ 1 &+ nextLength)
      case ScalarClasses.extraDigit where pattern != .digitsThenGPT2:
        return runOfOthers(from: start &+ 1 &+ nextLength)
      default: return spaces(start)
      }
    }
    switch kind {
    case ScalarClasses.letter: return run(of: ScalarClasses.letter, from: start &+ length)
    case ScalarClasses.number: return run(of: ScalarClasses.number, from: start &+ length)
    case ScalarClasses.space: return spaces(start)
    default: return runOfOthers(from: start &+ length)
    }
  }

  /// `\s+(?!\S)|\s+`: all but the last space when something follows, unless there is only one.
  private func spaces(_ start: Int) -> Int {
    var position = start
    var last = start
    while true {
      let (next, length) = look(position)
      if next != ScalarClasses.space {
        // Where digits were split off before, the text ends at a digit as far as the pattern knows.
        let atEnd = next == 255 || (pattern == .digitsThenGPT2 && isDigit(next))
        return atEnd || last == start ? position : last
      }
      last = position
      position &+= length
    }
  }

  private func qwen(_ start: Int, digits: Int) -> Int {
    let first = text[start]
    if first == UInt8(ascii: "'") {
      let length = contraction(start, folding: true)
      if length > 0 { return start &+ length }
    }
    let (kind, length) = look(start)
    let after = start &+ length
    switch kind {
    case ScalarClasses.letter: return run(of: ScalarClasses.letter, from: after)
    case ScalarClasses.number:
      var position = after
      var count = 1
      while count < digits {
        let (next, nextLength) = look(position)
        guard next == ScalarClasses.number else { break }
        position &+= nextLength
        count &+= 1
      }
      return position
    case ScalarClasses.space:
      let (next, nextLength) = look(after)
      if next == ScalarClasses.letter, first != 0x0A, first != 0x0D {
        return run(of: ScalarClasses.letter, from: after &+ nextLength)
      }
      if first == 0x20, next == ScalarClasses.other || next == ScalarClasses.extraDigit {
        return newlines(runOfOthers(from: after &+ nextLength))
      }
      return spacesOrNewlines(start)
    default:
      let (next, nextLength) = look(after)
      if next == ScalarClasses.letter { return run(of: ScalarClasses.letter, from: after &+ nextLength) }
      return newlines(runOfOthers(from: after))
    }
  }

  /// `[\r\n]*`
  @inline(__always)
  private func newlines(_ start: Int) -> Int {
    var position = start
    while position < end, text[position] == 0x0A || text[position] == 0x0D { position &+= 1 }
    return position
  }

  /// `\s*[\r\n]+|\s+(?!\S)|\s+`
  private func spacesOrNewlines(_ start: Int) -> Int {
    var position = start
    var last = start
    var afterNewline = 0
    while true {
      let (next, length) = look(position)
      if next != ScalarClasses.space {
        if afterNewline > 0 { return afterNewline }
        return next == 255 || last == start ? position : last
      }
      last = position
      if text[position] == 0x0A || text[position] == 0x0D { afterNewline = position &+ 1 }
      position &+= length
    }
  }

  /// The length of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at `start`, or 0. Folding case lets in U+017F for s.
  private func contraction(_ start: Int, folding: Bool) -> Int {
    guard start &+ 1 < end else { return 0 }
    var first = text[start &+ 1]
    if folding {
      if first == 0xC5, start &+ 2 < end, text[start &+ 2] == 0xBF { return 3 }
      if first >= 0x41, first <= 0x5A { first |= 0x20 }
    }
    switch first {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
    case UInt8(ascii: "r"), UInt8(ascii: "v"), UInt8(ascii: "l"):
      guard start &+ 2 < end else { return 0 }
      var second = text[start &+ 2]
      if folding, second >= 0x41, second <= 0x5A { second |= 0x20 }
      return second == (first == UInt8(ascii: "l") ? first : UInt8(ascii: "e")) ? 3 : 0
    default: return 0
    }
  }
}
