/// The entries of a recipe by their lines: enough to say which lines hold a value, without reading what they mean.
///
/// An entry is a key with its value, or an item of a list. It reaches from its first line to the last line of its value, so
/// `base:` with ten lines below it is one entry.
struct RecipeOutline {
  /// The key as it is written; an item of a list by its text up to the first comma, such as `- { ask: "Who are you?"`.
  var key: String
  /// Where it stands, counted from 0.
  var lines: Range<Int>
  /// The lines of it.
  var text: [Substring]
  /// Entries of a block below the key; empty for a value in one line or in brackets.
  var children: [RecipeOutline]

  var isItem: Bool { key.hasPrefix("- ") }

  func child(_ key: String) -> RecipeOutline? { children.first { $0.key == key } }

  /// The whole file.
  init(_ text: String) {
    // A line of a file from Windows ends with both characters, which Swift takes for one.
    let lines = text.split(omittingEmptySubsequences: false) { ["\n", "\r\n", "\r"].contains($0) }
    self.init(key: "", lines: lines.indices, of: lines, children: Self.entries(lines.indices, lines))
  }

  private init(key: String, lines range: Range<Int>, of lines: [Substring], children: [RecipeOutline]) {
    self.key = key
    self.lines = range
    text = Array(lines[range])
    self.children = children
  }

  /// The entry without comments and layout: equal when only those differ.
  var content: [String] { text.map { Self.content(of: $0) }.filter { !$0.isEmpty } }

  private static func entries(_ range: Range<Int>, _ lines: [Substring]) -> [RecipeOutline] {
    let written = range.filter { !content(of: lines[$0]).isEmpty }
    guard let first = written.first else { return [] }
    let indent = indent(of: lines[first])
    var starts: [Int] = []
    for index in written where Self.indent(of: lines[index]) <= indent {
      // A list may stand as far left as its key.
      if isItem(lines[index]), let last = starts.last, !isItem(lines[last]) { continue }
      // A bracket that closes a value may stand there too.
      if !starts.isEmpty, let mark = content(of: lines[index]).first, "]}".contains(mark) { continue }
      starts.append(index)
    }
    return starts.indices.map { position in
      let start = starts[position]
      let limit = position + 1 < starts.count ? starts[position + 1] : range.upperBound
      let end = (written.last { $0 < limit } ?? start) + 1
      let (key, value) = parts(content(of: lines[start]))
      let children = value.isEmpty ? entries(start + 1..<end, lines) : []
      return RecipeOutline(key: key, lines: start..<end, of: lines, children: children)
    }
  }

  /// The key of a line and what follows it. An anchor or a tag before a block is no value.
  private static func parts(_ line: String) -> (key: String, value: String) {
    if isItem(line[...]) { return (String(line.prefix { $0 != "," }), line) }
    guard let colon = line.firstRange(of: ": ")?.lowerBound ?? (line.hasSuffix(":") ? line.indices.last : nil) else {
      return (line, line)
    }
    let value = line[line.index(after: colon)...].drop { $0 == " " }
    let isMark = (value.hasPrefix("&") || value.hasPrefix("!")) && !value.contains(" ")
    return (String(line[..<colon]), isMark ? "" : String(value))
  }

  private static func isItem(_ line: Substring) -> Bool {
    let text = line.drop { $0 == " " }
    return text.hasPrefix("- ") || text == "-"
  }

  private static func indent(of line: Substring) -> Int { line.prefix { $0 == " " }.count }

  /// A line without its comment, and with single spaces.
  private static func content(of line: Substring) -> String {
    var result = ""
    var quote: Character?
    var isEscaped = false
    for character in line {
      if let open = quote {
        if !isEscaped, character == open { quote = nil }
        isEscaped = open == "\"" && character == "\\" && !isEscaped
      } else if character.isWhitespace {
        if result.last != " ", !result.isEmpty { result.append(" ") }
        continue
      } else if character == "#", result.isEmpty || result.last == " " {
        break
      } else if character == "\"" || character == "'", " [{:,".contains(result.last ?? " ") {
        quote = character
      }
      result.append(character)
    }
    if quote == nil, result.last == " " { result.removeLast() }
    return result
  }
}
