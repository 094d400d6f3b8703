/// Cuts a template into tokens, with white space treated as Jinja2 does under `trim_blocks` and `lstrip_blocks`.
struct Lexer {
  private let text: [UInt8]
  private var position = 0
  private var line = 1
  /// Whether the text before `position` ended with a newline, or is the start: there a block's indentation is dropped.
  private var atLineStart = true
  private var output: [LocatedToken] = []

  init(_ source: String) {
    // Newlines become \n, and one at the very end is dropped.
    var bytes: [UInt8] = []
    bytes.reserveCapacity(source.utf8.count)
    var afterReturn = false
    for byte in source.utf8 {
      if byte == 0x0D {
        bytes.append(0x0A)
      } else if !(byte == 0x0A && afterReturn) {
        bytes.append(byte)
      }
      afterReturn = byte == 0x0D
    }
    if bytes.last == 0x0A { bytes.removeLast() }
    text = bytes
  }

  mutating func tokens() throws -> [LocatedToken] {
    while position < text.count { try lexText() }
    add(.end)
    return output
  }

  private mutating func add(_ token: Token) { output.append(LocatedToken(token: token, line: line)) }

  private func failure(_ message: String) -> Failure { Failure(message, line: line) }

  private func starts(with word: StaticString, at index: Int) -> Bool {
    guard index + word.utf8CodeUnitCount <= text.count else { return false }
    for offset in 0..<word.utf8CodeUnitCount where text[index + offset] != word.utf8Start[offset] { return false }
    return true
  }

  private mutating func advance(to end: Int) {
    for index in position..<end where text[index] == 0x0A { line += 1 }
    position = end
  }

  /// Text up to the next delimiter, then what the delimiter opens.
  private mutating func lexText() throws {
    var begin = position
    while begin < text.count {
      if text[begin] == UInt8(ascii: "{"), begin + 1 < text.count {
        let next = text[begin + 1]
        if next == UInt8(ascii: "{") || next == UInt8(ascii: "%") || next == UInt8(ascii: "#") { break }
      }
      begin += 1
    }
    guard begin < text.count else {
      addData(position..<text.count)
      advance(to: text.count)
      return
    }
    let kind = text[begin + 1]
    let sign = begin + 2 < text.count ? text[begin + 2] : 0
    addData(trimmed(position..<begin, sign: sign, isBlock: kind != UInt8(ascii: "{")))
    let signLength = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") ? 1 : 0
    advance(to: begin + 2 + signLength)
    switch kind {
    case UInt8(ascii: "#"): try skipComment()
    case UInt8(ascii: "{"):
      add(.variableBegin)
      try lexExpression(isBlock: false)
    default:
      if let end = rawBegin() {
        advance(to: end)
        try lexRaw()
      } else {
        add(.blockBegin)
        try lexExpression(isBlock: true)
      }
    }
  }

  /// What is left of text before a tag: `-` takes all white space, otherwise a block's own indentation goes.
  private func trimmed(_ range: Range<Int>, sign: UInt8, isBlock: Bool) -> Range<Int> {
    if sign == UInt8(ascii: "-") {
      var end = range.upperBound
      while end > range.lowerBound {
        var start = end - 1
        while start > range.lowerBound, text[start] & 0xC0 == 0x80 { start -= 1 }
        guard isSpace(start).0 else { break }
        end = start
      }
      return range.lowerBound..<end
    }
    guard sign != UInt8(ascii: "+"), isBlock else { return range }
    var lineStart = range.upperBound
    while lineStart > range.lowerBound, text[lineStart - 1] != 0x0A { lineStart -= 1 }
    guard lineStart > range.lowerBound || atLineStart else { return range }
    var index = lineStart
    while index < range.upperBound {
      let (space, length) = isSpace(index)
      guard space else { return range }
      index += length
    }
    return range.lowerBound..<lineStart
  }

  private func isSpace(_ index: Int) -> (Bool, Int) {
    let (scalar, length) = Text.scalar(text, at: index)
    return (Text.isSpace(scalar), length)
  }

  private mutating func addData(_ range: Range<Int>) {
    guard !range.isEmpty else { return }
    add(.data(String(decoding: text[range], as: UTF8.self)))
  }

  private func skippedSpace(from index: Int) -> Int {
    var index = index
    while index < text.count {
      let (space, length) = isSpace(index)
      guard space else { break }
      index += length
    }
    return index
  }

  private mutating func skipComment() throws {
    var index = position
    while index + 1 < text.count, !(text[index] == UInt8(ascii: "#") && text[index + 1] == UInt8(ascii: "}")) {
      index += 1
    }
    guard index + 1 < text.count else { throw failure("a comment is not closed") }
    let sign = index > position ? text[index - 1] : 0
    finish(at: index + 2, sign: sign, trimsNewline: true)
  }

  /// Steps past a closing delimiter and the white space it takes along.
  private mutating func finish(at end: Int, sign: UInt8, trimsNewline: Bool) {
    var stop = end
    if sign == UInt8(ascii: "-") {
      stop = skippedSpace(from: end)
    } else if sign != UInt8(ascii: "+"), trimsNewline, end < text.count, text[end] == 0x0A {
      stop = end + 1
    }
    advance(to: stop)
    atLineStart = stop > 0 && text[stop - 1] == 0x0A
  }

  /// Where the text of a raw block starts when the tag just opened is `raw`.
  private func rawBegin() -> Int? {
    var index = skippedSpace(from: position)
    guard starts(with: "raw", at: index) else { return nil }
    index = skippedSpace(from: index + 3)
    if starts(with: "-%}", at: index) { return skippedSpace(from: index + 3) }
    return starts(with: "%}", at: index) ? index + 2 : nil
  }

  private mutating func lexRaw() throws {
    atLineStart = position > 0 && text[position - 1] == 0x0A
    var begin = position
    while begin + 1 < text.count {
      if starts(with: "{%", at: begin) {
        let sign = begin + 2 < text.count ? text[begin + 2] : 0
        var index = begin + 2
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { index += 1 }
        index = skippedSpace(from: index)
        if starts(with: "endraw", at: index) {
          index = skippedSpace(from: index + 6)
          let closing = index < text.count ? text[index] : 0
          if closing == UInt8(ascii: "-") || closing == UInt8(ascii: "+") { index += 1 }
          if starts(with: "%}", at: index) {
            addData(trimmed(position..<begin, sign: sign, isBlock: true))
            finish(at: index + 2, sign: closing, trimsNewline: true)
            return
          }
        }
      }
      begin += 1
    }
    throw failure("a raw block is not closed")
  }

  // What the lexer of tags needs of the state.

  var current: UInt8? { position < text.count ? text[position] : nil }

  func isAt(_ word: StaticString, offset: Int = 0) -> Bool { starts(with: word, at: position + offset) }

  func tagFailure(_ message: String) -> Failure { failure(message) }

  func markLine() -> Int { line }

  func remaining(limit: Int) -> ArraySlice<UInt8> {
    let slice = text[position..<min(position + limit, text.count)]
    return ArraySlice(Array(slice))
  }

  mutating func step() { advance(to: position + 1) }

  mutating func skipSpaceInTag() { advance(to: skippedSpace(from: position)) }

  mutating func addToken(_ token: Token, length: Int = 0, line: Int? = nil) {
    output.append(LocatedToken(token: token, line: line ?? self.line))
    advance(to: position + length)
  }

  mutating func addSymbol(length: Int) {
    let symbol = String(decoding: text[position..<(position + length)], as: UTF8.self)
    addToken(.symbol(symbol), length: length)
  }

  mutating func finishTag(length: Int, sign: UInt8, trimsNewline: Bool) {
    finish(at: position + length, sign: sign, trimsNewline: trimsNewline)
  }

  /// A name: letters, digits, underscores and other scripts' letters, as `[\w\d]+`.
  mutating func lexName() -> Bool {
    var end = position
    while end < text.count {
      let (scalar, length) = Text.scalar(text, at: end)
      guard Text.isWord(scalar) else { break }
      end += length
    }
    guard end > position else { return false }
    let name = String(decoding: text[position..<end], as: UTF8.self)
    addToken(.name(name), length: end - position)
    return true
  }
}
