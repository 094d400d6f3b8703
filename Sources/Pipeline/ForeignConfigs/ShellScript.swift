import JSON

/// The commands of a shell script, as far as a training script needs it: words with quotes, continued lines, comments,
/// assignments and `$NAME`. Nothing is ever run; a substitution `$(…)` stays as it is written.
struct ShellScript {
  struct Word: Hashable {
    var text: String
    var line: Int
  }

  /// Each command as its words, assignments before it left out.
  private(set) var commands: [[Word]] = []
  private(set) var variables: [String: String] = [:]

  init(_ source: String) {
    var reader = Reader(scalars: Array(source.unicodeScalars))
    while let command = reader.command() {
      var words = command.map { Word(text: expanded($0.text), line: $0.line) }
      while let first = words.first, let assignment = Self.assignment(first.text) {
        variables[assignment.name] = assignment.value
        words.removeFirst()
      }
      if words.first?.text == "export" || words.first?.text == "set" || words.first?.text == "env" {
        for word in words.dropFirst() {
          if let assignment = Self.assignment(word.text) { variables[assignment.name] = assignment.value }
        }
        if words[0].text == "env" { words = Array(words.dropFirst().drop { Self.assignment($0.text) != nil }) }
      }
      if !words.isEmpty { commands.append(words) }
    }
  }

  private static func assignment(_ word: String) -> (name: String, value: String)? {
    guard let equals = word.firstIndex(of: "="), equals != word.startIndex else { return nil }
    let name = word[..<equals]
    guard name.allSatisfy({ $0 == "_" || $0.isLetter || $0.isNumber }), !(name.first?.isNumber ?? true) else {
      return nil
    }
    return (String(name), String(word[word.index(after: equals)...]))
  }

  /// `$NAME` and `${NAME}` by the variables so far. A name without a value stays as it is written.
  private func expanded(_ word: String) -> String {
    guard word.contains("$") else { return word }
    var result = ""
    var rest = Substring(word)
    while let dollar = rest.firstIndex(of: "$") {
      result += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      let braced = rest.first == "{"
      let body = braced ? rest.dropFirst() : rest
      let name = body.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
      let after = body[name.endIndex...]
      if !name.isEmpty, let value = variables[String(name)], !braced || after.first == "}" {
        result += value
        rest = braced ? after.dropFirst() : after
      } else {
        result += "$"
      }
    }
    return result + rest
  }

  private struct Reader {
    let scalars: [Unicode.Scalar]
    var position = 0
    var line = 1

    init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func advance() {
      if current == "\n" { line += 1 }
      position += 1
    }

    /// The words up to the end of the command; `nil` at the end of the script.
    mutating func command() -> [Word]? {
      var words: [Word] = []
      while let scalar = current {
        switch scalar {
        case " ", "\t", "\r": advance()
        case "\\"
        where position + 1 < scalars.count && (scalars[position + 1] == "\n" || scalars[position + 1] == "\r"):
          advance()
          while let next = current, next == "\r" || next == "\n" {
            advance()
            if next == "\n" { break }
          }
        case "#": while let next = current, next != "\n" { _ = next; advance() }
        case "\n", ";", "|", "&":
          advance()
          if !words.isEmpty { return words }
        default: words.append(word())
        }
      }
      return words.isEmpty ? nil : words
    }

    /// `$( … )` as it is written, up to the bracket that closes it.
    private mutating func takeSubstitution(into text: inout String.UnicodeScalarView) {
      var depth = 0
      while let scalar = current {
        text.append(scalar)
        advance()
        if scalar == "(" { depth += 1 }
        if scalar == ")" {
          depth -= 1
          if depth == 0 { return }
        }
      }
    }

    private mutating func word() -> Word {
      let start = line
      var text = String.UnicodeScalarView()
      while let scalar = current {
        switch scalar {
        case " ", "\t", "\r", "\n", ";", "|", "&": return Word(text: String(text), line: start)
        case "'":
          advance()
          while let next = current, next != "'" {
            text.append(next)
            advance()
          }
          advance()
        case "\"":
          advance()
          while let next = current, next != "\"" {
            if next == "\\", position + 1 < scalars.count, "\"\\$`".unicodeScalars.contains(scalars[position + 1]) {
              advance()
            }
            if let taken = current { text.append(taken) }
            advance()
          }
          advance()
        case "\\":
          if position + 1 < scalars.count, scalars[position + 1] == "\n" || scalars[position + 1] == "\r" {
            return Word(text: String(text), line: start)
          }
          advance()
          if let taken = current { text.append(taken) }
          advance()
        case "$" where position + 1 < scalars.count && scalars[position + 1] == "(":
          takeSubstitution(into: &text)
        default:
          text.append(scalar)
          advance()
        }
      }
      return Word(text: String(text), line: start)
    }
  }
}

extension ShellScript {
  /// `--name value …`, `--name=value` and `--flag` as settings. Words before the first option are left out.
  static func settings(_ words: some Sequence<Word>) -> [ForeignSetting] {
    var settings: [ForeignSetting] = []
    var values: [JSONValue] = []
    func flush() {
      guard !settings.isEmpty, !values.isEmpty else { return }
      settings[settings.count - 1].value = values.count == 1 ? values[0] : .array(values)
      values = []
    }
    for word in words {
      if word.text.hasPrefix("--"), word.text.count > 2 {
        flush()
        let body = word.text.dropFirst(2)
        if let equals = body.firstIndex(of: "=") {
          let value = scalar(String(body[body.index(after: equals)...]))
          settings.append(ForeignSetting(String(body[..<equals]), value, line: word.line))
        } else {
          settings.append(ForeignSetting(String(body), true, line: word.line))
        }
      } else if !settings.isEmpty {
        values.append(scalar(word.text))
      }
    }
    flush()
    return settings.map { ForeignSetting($0.key.split(separator: "-").joined(separator: "_"), $0.value, line: $0.line) }
  }

  /// A word as the value its text spells: a list, a map, or a scalar that JSON spells in the same way, else text.
  static func scalar(_ text: String) -> JSONValue {
    guard let value = try? JSONValue(parsing: text) else { return .string(text) }
    switch value {
    case .array, .object: return value
    case .string, .null: return .string(text)
    default: return value.spelled(text)
    }
  }
}
