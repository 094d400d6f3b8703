import Diagnostics

/// A key whose colon its author forgot: `stages` above its stages, `base` above its keys, `kind fetch`, `base { kind: fetch }`.
///
/// YAML reads the word as a text that goes on in the next line, and stops at the colon there.
struct MissingColon: Equatable {
  var key: String
  /// Both from 1; the column is that of the key.
  var line: Int
  var column: Int

  /// - Parameters:
  ///   - last: the line where the reader stopped.
  ///   - began: the line that it took for a key and found no colon behind, if that is what it says.
  init?(in text: SourceText, before last: Int, key began: Int? = nil) {
    if let began, let line = Line(text, began), line.word != nil, !line.hasColon {
      self.init(line, began)
      return
    }
    guard let own = Line(text, last) else { return nil }
    // `base { kind: fetch }`
    if own.word != nil, own.rest.first == "{" {
      self.init(own, last)
      return
    }
    guard let (number, above) = Line.above(last, in: text), above.word != nil, !above.hasColon,
      above.indent <= own.indent
    else { return nil }
    // A text of several lines has the same look; what stands above a key is another one, or nothing.
    if let (_, before) = Line.above(number, in: text) {
      guard before.opensMap || before.hasColon && before.indent >= above.indent else { return nil }
    }
    self.init(above, number)
  }

  private init?(_ line: Line, _ number: Int) {
    guard let word = line.word else { return nil }
    key = word
    self.line = number
    column = line.indent + 1
  }

  /// A line that is not empty, taken apart.
  private struct Line {
    var indent: Int
    /// The word that it begins with, if what follows is a space or nothing; `nil` for any other line.
    var word: String?
    /// What follows the word.
    var rest: Substring
    /// Whether it has a key with its colon.
    var hasColon: Bool
    /// Whether its colon is the last of it.
    var opensMap: Bool

    init?(_ source: SourceText, _ number: Int) {
      guard let line = source.line(number) else { return nil }
      let code = line.filter { $0 != "\r" }
      let text = code.drop { $0 == " " }
      guard let first = text.first, first != "#" else { return nil }
      indent = code.count - text.count
      let word = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
      let behind = text.dropFirst(word.count)
      let isWord = first.isLetter && (behind.isEmpty || behind.first == " ")
      self.word = isWord ? String(word) : nil
      rest = behind.drop { $0 == " " }
      hasColon = text.hasSuffix(":") || text.contains(": ")
      opensMap = text.hasSuffix(":")
    }

    /// The next line above one that is not empty and no comment.
    static func above(_ number: Int, in source: SourceText) -> (number: Int, line: Line)? {
      var number = number - 1
      while number >= 1 {
        if let line = Line(source, number) { return (number, line) }
        number -= 1
      }
      return nil
    }
  }
}
