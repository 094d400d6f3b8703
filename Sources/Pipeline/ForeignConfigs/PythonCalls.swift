import JSON

/// Keyword arguments of calls in a Python script: `SFTConfig(learning_rate = 2e-4, …)`. The script is read, never run, so
/// only literals and names assigned a literal at the start of a line have a value.
struct PythonCalls {
  struct Call {
    var name: String
    /// Arguments without a keyword that are literals, in order.
    var positional: [JSONValue]
    var keywords: [ForeignSetting]
  }

  private(set) var calls: [Call] = []
  private var constants: [String: JSONValue] = [:]

  /// Finds the calls whose last name (`FastLanguageModel.from_pretrained` → `from_pretrained`) is among `names`.
  init(_ source: String, names: Set<String>) {
    let tokens = PythonTokens(source).tokens
    var index = 0
    while index < tokens.count {
      let token = tokens[index]
      if token.startsLine, case .name(let name) = token.kind, index + 2 < tokens.count, tokens[index + 1].isSymbol("="),
        let literal = Self.literal(tokens, from: index + 2, constants: constants),
        Self.endsStatement(tokens, literal.next)
      {
        constants[name] = literal.value
      }
      if case .name(let name) = token.kind, names.contains(name), index + 1 < tokens.count,
        tokens[index + 1].isSymbol("(")
      {
        calls.append(Self.call(name, tokens, from: index + 2, constants: constants))
      }
      index += 1
    }
  }

  private static func endsStatement(_ tokens: [PythonTokens.Token], _ index: Int) -> Bool {
    index >= tokens.count || tokens[index].startsLine
  }

  private static func call(
    _ name: String, _ tokens: [PythonTokens.Token], from start: Int, constants: [String: JSONValue]
  ) -> Call {
    var call = Call(name: name, positional: [], keywords: [])
    var index = start
    while index < tokens.count, !tokens[index].isSymbol(")") {
      let line = tokens[index].line
      if case .name(let key) = tokens[index].kind, index + 1 < tokens.count, tokens[index + 1].isSymbol("=") {
        let found = literal(tokens, from: index + 2, constants: constants)
        let next = skipArgument(tokens, from: index + 2)
        // An expression has no value that can be read: its first name says what it is.
        let value = found.flatMap { $0.next == next ? $0.value : nil } ?? .string(spelled(tokens[(index + 2)..<next]))
        call.keywords.append(ForeignSetting(key, value, line: line))
        index = next
      } else {
        let found = literal(tokens, from: index, constants: constants)
        let next = skipArgument(tokens, from: index)
        if let found, found.next == next { call.positional.append(found.value) }
        index = next
      }
      // A bracket that closes nothing ends an argument too, and is passed over.
      if index < tokens.count, !tokens[index].isSymbol(")") { index += 1 }
    }
    return call
  }

  private static func spelled(_ tokens: ArraySlice<PythonTokens.Token>) -> String {
    "<" + tokens.prefix(12).map(\.spelling).joined() + ">"
  }

  /// The index of the comma or bracket that ends the argument.
  private static func skipArgument(_ tokens: [PythonTokens.Token], from start: Int) -> Int {
    var depth = 0
    var index = start
    while index < tokens.count {
      if case .symbol(let symbol) = tokens[index].kind {
        if "([{".contains(symbol) { depth += 1 }
        if ")]}".contains(symbol) {
          if depth == 0 { return index }
          depth -= 1
        }
        if symbol == ",", depth == 0 { return index }
      }
      index += 1
    }
    return index
  }

  private static func literal(
    _ tokens: [PythonTokens.Token], from start: Int, constants: [String: JSONValue], depth: Int = 0
  ) -> (value: JSONValue, next: Int)? {
    guard start < tokens.count, depth < 32 else { return nil }
    switch tokens[start].kind {
    case .text(var text):
      var next = start + 1
      while next < tokens.count, case .text(let more) = tokens[next].kind {
        text += more
        next += 1
      }
      return (.string(text), next)
    case .number(let text): return number(text).map { ($0, start + 1) }
    case .name("True"): return (true, start + 1)
    case .name("False"): return (false, start + 1)
    case .name("None"): return (.null, start + 1)
    case .name(let name): return constants[name].map { ($0, start + 1) }
    case .symbol("-"):
      guard let found = literal(tokens, from: start + 1, constants: constants, depth: depth + 1) else { return nil }
      if let integer = found.value.intValue, integer != .min { return (.integer(Int64(-integer)), found.next) }
      return found.value.doubleValue.map { (.number(-$0), found.next) }
    case .symbol("["), .symbol("("):
      var list: [JSONValue] = []
      var index = start + 1
      while index < tokens.count, !tokens[index].isSymbol("]"), !tokens[index].isSymbol(")") {
        guard let element = literal(tokens, from: index, constants: constants, depth: depth + 1) else { return nil }
        list.append(element.value)
        index = element.next
        if index < tokens.count, tokens[index].isSymbol(",") { index += 1 }
      }
      return (.array(list), index + 1)
    default: return nil
    }
  }

  private static func number(_ text: String) -> JSONValue? {
    let plain = text.filter { $0 != "_" }
    if let integer = Int64(plain) { return .integer(integer) }
    if let number = Double(plain), number.isFinite { return .number(number) }
    return nil
  }
}

/// Python's tokens, as far as literals and calls need them.
struct PythonTokens {
  enum Kind: Hashable {
    case name(String)
    case number(String)
    case text(String)
    case symbol(Character)
  }

  struct Token: Hashable {
    var kind: Kind
    var line: Int
    /// Whether it is the first of its line and not indented.
    var startsLine: Bool

    func isSymbol(_ symbol: Character) -> Bool { kind == .symbol(symbol) }

    var spelling: String {
      switch kind {
      case .name(let text), .number(let text): text
      case .text(let text): "'\(text)'"
      case .symbol(let symbol): String(symbol)
      }
    }
  }

  private(set) var tokens: [Token] = []

  init(_ source: String) {
    let characters = Array(source)
    var index = 0
    var line = 1
    var atStart = true
    func isWord(_ character: Character) -> Bool { character == "_" || character.isLetter || character.isNumber }
    while index < characters.count {
      let character = characters[index]
      if character.isNewline {
        line += 1
        index += 1
        atStart = true
        continue
      }
      if character == " " || character == "\t" || character == "\\" {
        atStart = false
        index += 1
        continue
      }
      if character == "#" {
        while index < characters.count, !characters[index].isNewline { index += 1 }
        continue
      }
      let startsLine = atStart
      let startLine = line
      atStart = false
      if character == "\"" || character == "'" {
        tokens.append(
          Token(kind: .text(Self.quoted(characters, &index, &line)), line: startLine, startsLine: startsLine))
      } else if character.isNumber
        || (character == "." && index + 1 < characters.count && characters[index + 1].isNumber)
      {
        var text = ""
        while index < characters.count {
          let next = characters[index]
          let signed = (next == "-" || next == "+") && (text.last == "e" || text.last == "E")
          guard isWord(next) || next == "." || signed else { break }
          text.append(next)
          index += 1
        }
        tokens.append(Token(kind: .number(text), line: startLine, startsLine: startsLine))
      } else if isWord(character) {
        var text = ""
        while index < characters.count, isWord(characters[index]) {
          text.append(characters[index])
          index += 1
        }
        // A prefix such as r"…" or f"…" belongs to the string.
        if text.count <= 2, index < characters.count, characters[index] == "\"" || characters[index] == "'",
          text.allSatisfy({ "rbfuRBFU".contains($0) })
        {
          continue
        }
        tokens.append(Token(kind: .name(text), line: startLine, startsLine: startsLine))
      } else {
        tokens.append(Token(kind: .symbol(character), line: startLine, startsLine: startsLine))
        index += 1
      }
    }
  }

  private static func quoted(_ characters: [Character], _ index: inout Int, _ line: inout Int) -> String {
    let quote = characters[index]
    let isLong = index + 2 < characters.count && characters[index + 1] == quote && characters[index + 2] == quote
    index += isLong ? 3 : 1
    var text = ""
    while index < characters.count {
      let character = characters[index]
      if isLong {
        if character == quote, index + 2 < characters.count, characters[index + 1] == quote,
          characters[index + 2] == quote
        {
          index += 3
          return text
        }
      } else if character == quote || character.isNewline {
        index += 1
        if character.isNewline { line += 1 }
        return text
      }
      if character.isNewline { line += 1 }
      if character == "\\", index + 1 < characters.count {
        index += 1
        switch characters[index] {
        case "n": text.append("\n")
        case "t": text.append("\t")
        default: text.append(characters[index])
        }
      } else {
        text.append(character)
      }
      index += 1
    }
    return text
  }
}
