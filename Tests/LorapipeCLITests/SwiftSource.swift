/// The string literals of a Swift source, with the calls they stand in: what tests of texts read.
struct SwiftSource {
  /// A literal, or several joined with `+`.
  struct Literal: Equatable {
    /// The text around the values, one more than there are values.
    var pieces = [""]
    var values: [Value] = []

    /// With `{0}`, `{1}` … where values stand.
    var template: String {
      values.indices.reduce(pieces[0]) { $0 + "{\($1)}" + pieces[$1 + 1] }
    }

    /// The texts it can become: each choice of a value once, and a number where a value may be anything.
    var texts: [String] {
      let choices = values.map { $0.choices.flatMap(\.texts) }
      func text(_ chosen: (value: Int, text: String)?) -> String {
        values.indices.reduce(pieces[0]) { text, index in
          let usual = choices[index].first ?? "1\(index)"
          return text + (chosen?.value == index ? chosen?.text ?? usual : usual) + pieces[index + 1]
        }
      }
      var texts = [text(nil)]
      for (index, several) in choices.enumerated() {
        for choice in several.dropFirst() { texts.append(text((index, choice))) }
      }
      return texts
    }

    fileprivate mutating func append(_ value: Value) {
      // Two values side by side are one to a reader.
      if values.isEmpty || pieces[values.count] != "" {
        values.append(value)
        pieces.append("")
      }
    }

    fileprivate mutating func append(_ other: Literal) {
      pieces[values.count] += other.pieces[0]
      values += other.values
      pieces += other.pieces.dropFirst()
    }
  }

  /// What stands in `\(…)`, or is joined to a literal with `+`.
  struct Value: Equatable {
    /// The literals it is one of, for `condition ? "one" : "other"`; empty when it may be anything.
    var choices: [Literal] = []
  }

  struct Found {
    var literal: Literal
    /// The calls it stands in, outermost first: `Diagnostic`, `.warning`; a bracket of no call is itself.
    var calls: [String]
    /// The label of the argument of that call that it is part of; empty without one.
    var label: String
    var line: Int
  }

  /// In the order of the source; a literal inside the value of another is part of that one.
  let literals: [Found]

  init(_ text: String) {
    var lexer = Lexer(bytes: Array(text.utf8))
    literals = Self.literals(in: lexer.tokens())
  }
}

// MARK: - Words and signs

private struct Token {
  enum Kind {
    case word(String)
    case sign(UInt8)
    case literal(SwiftSource.Literal)
  }

  var kind: Kind
  var line: Int
  /// Whether it is the first of its line.
  var beginsLine: Bool
  /// Whether there is space on both sides, as around the question mark of a condition.
  var isSpaced = false

  var literal: SwiftSource.Literal? { if case .literal(let literal) = kind { literal } else { nil } }
  var word: String? { if case .word(let word) = kind { word } else { nil } }

  func isSign(_ text: StaticString) -> Bool {
    guard case .sign(let byte) = kind else { return false }
    return (0..<text.utf8CodeUnitCount).contains { text.utf8Start[$0] == byte }
  }
}

private struct Lexer {
  let bytes: [UInt8]
  var at = 0
  var line = 1

  /// The tokens up to the end, or up to the parenthesis that closes an interpolation.
  mutating func tokens(inInterpolation: Bool = false) -> [Token] {
    var tokens: [Token] = []
    var depth = 0
    var beginsLine = true
    while at < bytes.count {
      let byte = bytes[at]
      let start = at
      switch byte {
      case 0x0A:
        line += 1
        beginsLine = true
        at += 1
        continue
      case 0x20, 0x09, 0x0D:
        at += 1
        continue
      case UInt8(ascii: "/") where has("//"):
        while at < bytes.count, bytes[at] != 0x0A { at += 1 }
        continue
      case UInt8(ascii: "/") where has("/*"):
        skip(past: "*/")
        continue
      case UInt8(ascii: "/") where tokens.last?.isSign("(,=:") ?? false:
        skipRegularExpression()
      case UInt8(ascii: "#") where has("#/"):
        skip(past: "/#")
      case UInt8(ascii: "#") where has("#\""):
        at += 1
        tokens.append(Token(kind: .literal(literal(raw: true)), line: line, beginsLine: beginsLine))
      case UInt8(ascii: "\""):
        let first = line
        tokens.append(Token(kind: .literal(literal(raw: false)), line: first, beginsLine: beginsLine))
      case _ where isNamePart(byte):
        while at < bytes.count, isNamePart(bytes[at]) { at += 1 }
        let word = String(decoding: bytes[start..<at], as: UTF8.self)
        tokens.append(Token(kind: .word(word), line: line, beginsLine: beginsLine))
      default:
        if byte == UInt8(ascii: "(") { depth += 1 }
        if byte == UInt8(ascii: ")") { depth -= 1 }
        at += 1
        if inInterpolation, depth < 0 { return tokens }
        let isSpaced = start > 0 && bytes[start - 1] <= 0x20 && at < bytes.count && bytes[at] <= 0x20
        tokens.append(Token(kind: .sign(byte), line: line, beginsLine: beginsLine, isSpaced: isSpaced))
      }
      beginsLine = false
    }
    return tokens
  }

  private func isNamePart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...: true
    default: false
    }
  }

  private func has(_ text: StaticString) -> Bool {
    at + text.utf8CodeUnitCount <= bytes.count
      && (0..<text.utf8CodeUnitCount).allSatisfy { bytes[at + $0] == text.utf8Start[$0] }
  }

  private mutating func skip(past end: StaticString) {
    at += 2
    while at < bytes.count, !has(end) {
      if bytes[at] == 0x0A { line += 1 }
      at += 1
    }
    at += end.utf8CodeUnitCount
  }

  /// `/…/` on one line; a slash that nothing closes is a sign.
  private mutating func skipRegularExpression() {
    var end = at + 1
    while end < bytes.count, bytes[end] != 0x0A, bytes[end] != UInt8(ascii: "/") {
      end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
    }
    at = end < bytes.count && bytes[end] == UInt8(ascii: "/") ? end + 1 : at + 1
  }

  /// - Parameter raw: whether one `#` stands before it.
  private mutating func literal(raw: Bool) -> SwiftSource.Literal {
    var literal = SwiftSource.Literal()
    var text: [UInt8] = []
    func close(_ literal: inout SwiftSource.Literal, _ text: inout [UInt8]) {
      literal.pieces[literal.values.count] += String(decoding: text, as: UTF8.self)
      text = []
    }
    let isBlock = has("\"\"\"")
    at += isBlock ? 3 : 1
    while at < bytes.count {
      if isBlock ? has("\"\"\"") : bytes[at] == UInt8(ascii: "\"") {
        let length = (isBlock ? 3 : 1)
        guard !raw || at + length < bytes.count && bytes[at + length] == UInt8(ascii: "#") else {
          text.append(bytes[at])
          at += 1
          continue
        }
        at += length + (raw ? 1 : 0)
        break
      }
      let isEscape = raw ? has("\\#") : bytes[at] == UInt8(ascii: "\\")
      guard isEscape else {
        if bytes[at] == 0x0A { line += 1 }
        text.append(bytes[at])
        at += 1
        continue
      }
      at += raw ? 2 : 1
      guard at < bytes.count else { break }
      let escaped = bytes[at]
      at += 1
      switch escaped {
      case UInt8(ascii: "("):
        close(&literal, &text)
        literal.values.append(value(of: tokens(inInterpolation: true)))
        literal.pieces.append("")
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "r"), UInt8(ascii: "0"): break
      case UInt8(ascii: "u"):
        let digits = bytes[at...].drop { $0 == UInt8(ascii: "{") }.prefix { $0 != UInt8(ascii: "}") }
        if let scalar = UInt32(String(decoding: digits, as: UTF8.self), radix: 16).flatMap(Unicode.Scalar.init) {
          text += Array(String(Character(scalar)).utf8)
        }
        at = min(digits.endIndex + 1, bytes.count)
      case 0x0A:
        line += 1
        while at < bytes.count, bytes[at] == 0x20 { at += 1 }
      default: text.append(escaped)
      }
    }
    close(&literal, &text)
    return literal
  }
}

/// A choice between literals when there is a question mark of a condition among the tokens.
private func value(of tokens: [Token]) -> SwiftSource.Value {
  // What `say` is given is not what it gives.
  guard !tokens.contains(where: { $0.word == "say" }) else { return SwiftSource.Value() }
  let isChoice = tokens.contains { $0.isSign("?") && $0.isSpaced }
  return SwiftSource.Value(choices: isChoice ? tokens.compactMap(\.literal) : [])
}

// MARK: - Calls and sums

extension SwiftSource {
  private static func literals(in tokens: [Token]) -> [Found] {
    var found: [Found] = []
    var calls: [String] = []
    var labels = [""]
    var isUsed = Array(repeating: false, count: tokens.count)
    for (index, token) in tokens.enumerated() {
      if token.isSign("([{") {
        calls.append(name(of: index, tokens))
        labels.append("")
      } else if token.isSign(")]}") {
        _ = calls.popLast()
        if labels.count > 1 { labels.removeLast() }
      } else if token.isSign(",") {
        labels[labels.count - 1] = ""
      } else if let word = token.word, index > 0, tokens[index - 1].isSign("(,"), index + 1 < tokens.count,
        tokens[index + 1].isSign(":")
      {
        labels[labels.count - 1] = word
      } else if let first = token.literal, !isUsed[index] {
        var literal = Literal()
        // `text += "…"` starts a new literal; in `text + "…"` the literal follows a value.
        if index > 0, tokens[index - 1].isSign("+") { literal.append(Value()) }
        literal.append(first)
        var next = index + 1
        while next + 1 < tokens.count, tokens[next].isSign("+"), !tokens[next + 1].isSign("=") {
          guard let end = endOfOperand(next + 1, tokens) else { break }
          let operand = (next + 1)..<end
          if let more = tokens[next + 1].literal, operand.count == 1 {
            literal.append(more)
            isUsed[next + 1] = true
          } else if tokens[next + 1].isSign("("), !tokens[operand].contains(where: { $0.word == "say" }) {
            // `+ (name.map { " of \($0)" } ?? "")`
            literal.append(Value(choices: tokens[operand].compactMap(\.literal)))
            for used in operand { isUsed[used] = true }
          } else {
            literal.append(Value())
          }
          next = end
        }
        let call = calls.lastIndex { $0.contains(where: \.isLetter) } ?? -1
        found.append(Found(literal: literal, calls: calls, label: labels[call + 1], line: token.line))
      }
    }
    return found
  }

  /// `Diagnostic` or `.warning` before a parenthesis; else the bracket.
  private static func name(of open: Int, _ tokens: [Token]) -> String {
    guard tokens[open].isSign("("), open > 0, let word = tokens[open - 1].word else {
      return tokens[open].isSign("[") ? "[" : tokens[open].isSign("{") ? "{" : "("
    }
    return open > 1 && tokens[open - 2].isSign(".") ? "." + word : word
  }

  /// Behind a name with its members and arguments, or brackets, or a literal.
  private static func endOfOperand(_ start: Int, _ tokens: [Token]) -> Int? {
    var index = start
    if tokens[index].isSign("([{") {
      index = closing(index, tokens)
    } else if tokens[index].word != nil || tokens[index].literal != nil {
      index += 1
    } else {
      return nil
    }
    while index < tokens.count {
      if tokens[index].isSign("."), index + 1 < tokens.count, tokens[index + 1].word != nil {
        index += 2
      } else if tokens[index].isSign("(["), !tokens[index].beginsLine {
        index = closing(index, tokens)
      } else if tokens[index].isSign("{") {
        index = closing(index, tokens)
      } else {
        break
      }
    }
    return index
  }

  private static func closing(_ open: Int, _ tokens: [Token]) -> Int {
    var depth = 0
    for index in open..<tokens.count {
      if tokens[index].isSign("([{") { depth += 1 }
      if tokens[index].isSign(")]}") { depth -= 1 }
      if depth == 0 { return index + 1 }
    }
    return tokens.count
  }
}
