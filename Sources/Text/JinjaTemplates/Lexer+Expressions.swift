extension Lexer {
  /// The tokens of a tag up to its end. Delimiters inside brackets do not close it.
  mutating func lexExpression(isBlock: Bool) throws {
    let close: StaticString = isBlock ? "%}" : "}}"
    var brackets: [UInt8] = []
    while true {
      skipSpaceInTag()
      guard let byte = current else { throw tagFailure("a tag is not closed") }
      if brackets.isEmpty {
        if isAt(close) {
          addToken(isBlock ? .blockEnd : .variableEnd)
          finishTag(length: 2, sign: 0, trimsNewline: isBlock)
          return
        }
        if byte == UInt8(ascii: "-") || (isBlock && byte == UInt8(ascii: "+")), isAt(close, offset: 1) {
          addToken(isBlock ? .blockEnd : .variableEnd)
          finishTag(length: 3, sign: byte, trimsNewline: isBlock)
          return
        }
      }
      switch byte {
      case UInt8(ascii: "'"), UInt8(ascii: "\""): try lexString(quote: byte)
      case UInt8(ascii: "0")...UInt8(ascii: "9"): try lexNumber()
      case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
        brackets.append(byte)
        addSymbol(length: 1)
      case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
        let open: UInt8 = byte == UInt8(ascii: ")") ? UInt8(ascii: "(") : byte - 2
        guard brackets.popLast() == open else {
          throw tagFailure("unexpected '\(Character(Unicode.Scalar(byte)))'")
        }
        addSymbol(length: 1)
      default:
        if lexName() { continue }
        try lexOperator()
      }
    }
  }

  private mutating func lexOperator() throws {
    for pair: StaticString in ["//", "**", "==", "!=", ">=", "<="] where isAt(pair) {
      addSymbol(length: 2)
      return
    }
    guard let byte = current, "+-/*%~><=.:|,;".utf8.contains(byte) else {
      throw tagFailure("unexpected character")
    }
    addSymbol(length: 1)
  }

  /// Digits, with `_` between them as Python has it; a fraction or an exponent makes a float.
  private mutating func lexNumber() throws {
    let rest = remaining(limit: 400)
    var index = 0
    func digits(_ isDigit: (UInt8) -> Bool) -> Bool {
      let start = index
      while index < rest.count {
        if isDigit(rest[index]) {
          index += 1
        } else if rest[index] == UInt8(ascii: "_"), index > start, index + 1 < rest.count, isDigit(rest[index + 1]) {
          index += 1
        } else {
          break
        }
      }
      return index > start
    }
    func isDecimal(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
    let radixes: [UInt8: Int] = [UInt8(ascii: "x"): 16, UInt8(ascii: "o"): 8, UInt8(ascii: "b"): 2]
    if rest.first == UInt8(ascii: "0"), rest.count > 1, let radix = radixes[rest[1] | 0x20] {
      index = 2
      _ = digits { Character(Unicode.Scalar($0)).hexDigitValue.map { $0 < radix } ?? false }
      let text = String(decoding: rest[2..<index].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
      guard let value = Int(text, radix: radix) else { throw tagFailure("a number is out of range") }
      addToken(.integer(value), length: index)
      return
    }
    _ = digits(isDecimal)
    var isFloat = false
    if index + 1 < rest.count, rest[index] == UInt8(ascii: "."), isDecimal(rest[index + 1]) {
      index += 1
      _ = digits(isDecimal)
      isFloat = true
    }
    if index < rest.count, rest[index] | 0x20 == UInt8(ascii: "e") {
      let before = index
      index += 1
      if index < rest.count, rest[index] == UInt8(ascii: "+") || rest[index] == UInt8(ascii: "-") { index += 1 }
      if index < rest.count, isDecimal(rest[index]) {
        _ = digits(isDecimal)
        isFloat = true
      } else {
        index = before
      }
    }
    let text = String(decoding: rest[..<index].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    if isFloat, let value = Double(text) {
      addToken(.float(value), length: index)
    } else if !isFloat, let value = Int(text) {
      addToken(.integer(value), length: index)
    } else {
      throw tagFailure("a number is out of range")
    }
  }

  /// A Python string literal; an unknown escape keeps its backslash.
  private mutating func lexString(quote: UInt8) throws {
    var bytes: [UInt8] = []
    let start = markLine()
    step()
    while let byte = current {
      step()
      if byte == quote {
        addToken(.string(String(decoding: bytes, as: UTF8.self)), line: start)
        return
      }
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      guard let escape = current else { break }
      step()
      switch escape {
      case 0x0A: break
      case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): bytes.append(escape)
      case UInt8(ascii: "a"): bytes.append(0x07)
      case UInt8(ascii: "b"): bytes.append(0x08)
      case UInt8(ascii: "f"): bytes.append(0x0C)
      case UInt8(ascii: "n"): bytes.append(0x0A)
      case UInt8(ascii: "r"): bytes.append(0x0D)
      case UInt8(ascii: "t"): bytes.append(0x09)
      case UInt8(ascii: "v"): bytes.append(0x0B)
      case UInt8(ascii: "x"): try appendEscape(digits: 2, to: &bytes)
      case UInt8(ascii: "u"): try appendEscape(digits: 4, to: &bytes)
      case UInt8(ascii: "U"): try appendEscape(digits: 8, to: &bytes)
      case UInt8(ascii: "0")...UInt8(ascii: "7"):
        var value = UInt32(escape - UInt8(ascii: "0"))
        for _ in 0..<2 {
          guard let digit = current, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { break }
          value = value * 8 + UInt32(digit - UInt8(ascii: "0"))
          step()
        }
        bytes.append(contentsOf: Text.utf8(value))
      default: bytes.append(contentsOf: [UInt8(ascii: "\\"), escape])
      }
    }
    throw tagFailure("a string is not closed")
  }

  private mutating func appendEscape(digits: Int, to bytes: inout [UInt8]) throws {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let digit = current.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw tagFailure("an escape lacks its \(digits) hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      step()
    }
    bytes.append(contentsOf: Text.utf8(value))
  }
}
