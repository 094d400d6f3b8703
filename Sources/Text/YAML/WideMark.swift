/// A full-width mark that stands where YAML takes one of its own: behind a key, between values, around them or before them.
///
/// Marks in comments, in quotes and inside a text do not count.
struct WideMark: Equatable {
  var mark: Unicode.Scalar
  /// What to type.
  var half: String
  /// From 1.
  var column: Int

  /// The first such mark of a line.
  /// - Parameter open: the bracket that is open where the line begins.
  static func first(in line: String, open: Unicode.Scalar? = nil) -> WideMark? {
    var scan = LineScan(Array(line.unicodeScalars), open: open)
    return scan.first()
  }

  var remedy: String { FullWidth.remedy(for: mark, half) }
}

/// Reads one line far enough to tell punctuation from text.
private struct LineScan {
  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var brackets: [Unicode.Scalar]
  /// Whether a key may begin here.
  private var expectsKey: Bool
  private var isListItem = false

  init(_ scalars: [Unicode.Scalar], open: Unicode.Scalar?) {
    self.scalars = scalars
    brackets = open.map { [$0] } ?? []
    expectsKey = open != "["
  }

  private func at(_ index: Int) -> Unicode.Scalar? { scalars.indices.contains(index) ? scalars[index] : nil }

  private func found(_ index: Int, _ half: String) -> WideMark {
    WideMark(mark: scalars[index], half: half, column: index + 1)
  }

  /// Past spaces from an index.
  private func skip(_ start: Int) -> Int {
    var index = start
    while let scalar = at(index), scalar == " " || scalar == "\t" || scalar == "\r" { index += 1 }
    return index
  }

  private func isComment(_ index: Int) -> Bool {
    at(index) == "#" && (index == 0 || scalars[index - 1] == " " || scalars[index - 1] == "\t")
  }

  /// Whether nothing but a comment, or what ends a value inside brackets, follows.
  private func ends(_ start: Int) -> Bool {
    let index = skip(start)
    guard let scalar = at(index) else { return true }
    return isComment(index) || ",]}".unicodeScalars.contains(scalar) || FullWidth.commas.contains(scalar)
      || FullWidth.closers[scalar] != nil
  }

  mutating func first() -> WideMark? {
    while true {
      index = skip(index)
      guard let scalar = at(index), !isComment(index) else { return nil }
      if scalar == FullWidth.space { return found(index, " ") }
      if scalar == "＃", index == 0 || scalars[index - 1] == " " { return found(index, "#") }
      if let half = FullWidth.openers[scalar] { return found(index, half) }
      if FullWidth.quotes.contains(scalar) { return found(index, scalar == "“" || scalar == "”" ? "\"" : "'") }
      switch scalar {
      case "{", "[":
        brackets.append(scalar)
        expectsKey = scalar == "{"
        index += 1
        continue
      case "}", "]":
        _ = brackets.popLast()
        index += 1
        if let mark = behindValue() { return mark }
        continue
      case ",":
        index += 1
        expectsKey = brackets.last == "{"
        continue
      case "-" where brackets.isEmpty && at(index + 1) == FullWidth.space: return found(index + 1, " ")
      case "-" where brackets.isEmpty && at(index + 1) == " ":
        isListItem = true
        index += 1
        continue
      case "\"", "'":
        if let mark = quoted(scalar) ?? behindValue() { return mark }
        continue
      default: if let mark = plain() { return mark }
      }
    }
  }

  /// Behind a value that ended: what separates it from the next.
  private mutating func behindValue() -> WideMark? {
    let next = skip(index)
    guard let scalar = at(next) else { return nil }
    if FullWidth.commas.contains(scalar) { return found(next, ",") }
    if let half = FullWidth.closers[scalar] { return found(next, half) }
    if scalar == "：" { return found(next, at(next + 1) == " " || at(next + 1) == nil ? ":" : ": ") }
    if scalar == FullWidth.space { return found(next, " ") }
    if scalar == ":" {
      index = next + 1
      expectsKey = false
    }
    return nil
  }

  private mutating func quoted(_ quote: Unicode.Scalar) -> WideMark? {
    var end = index + 1
    while let scalar = at(end) {
      if scalar == quote {
        index = end + 1
        return nil
      }
      end += scalar == "\\" && quote == "\"" ? 2 : 1
    }
    // A quote that does not close on its line: the one that closes it may be a full-width one.
    let comment = scalars[index...].indices.first(where: isComment) ?? scalars.endIndex
    let wide = scalars[index..<comment].firstIndex { quote == "\"" ? $0 == "”" || $0 == "“" : $0 == "’" || $0 == "‘" }
    index = scalars.endIndex
    return wide.map { found($0, String(quote)) }
  }

  /// A text without quotes. Only what stands in place of a colon, comma or bracket counts.
  private mutating func plain() -> WideMark? {
    let start = index
    var word = index
    while let scalar = at(word), FullWidth.isWord(scalar) { word += 1 }
    // A text with such a colon is more likely there than a key that is not ASCII.
    let isText = isListItem || !brackets.isEmpty
    if expectsKey, word > start, !isText || scalars[start..<word].allSatisfy(\.isASCII) {
      if at(word) == "：" { return found(word, at(word + 1) == " " || at(word + 1) == nil ? ":" : ": ") }
      if at(word) == ":", at(word + 1) == FullWidth.space { return found(word + 1, " ") }
    }
    while let scalar = at(index), !isComment(index) {
      switch scalar {
      case ":" where at(index + 1) == nil || at(index + 1) == " " || at(index + 1) == "\r":
        index += 1
        expectsKey = false
        return nil
      case ",", "[", "]", "{", "}":
        if !brackets.isEmpty { return nil }
      case "，" where separates(index), "、" where separates(index): return found(index, ",")
      default:
        if !brackets.isEmpty, let half = FullWidth.closers[scalar], ends(index + 1), !isOpened(scalar, start..<index) {
          return found(index, half)
        }
      }
      index += 1
    }
    return nil
  }

  /// Whether a full-width comma stands before another key or value and not inside a text.
  private func separates(_ comma: Int) -> Bool {
    guard !brackets.isEmpty else { return false }
    var index = comma + 1
    while let scalar = at(index), scalar == " " || scalar == FullWidth.space { index += 1 }
    if at(index) == nil || at(index) == "\r" || isComment(index) { return true }
    if let scalar = at(index), "\"'[{".unicodeScalars.contains(scalar) { return true }
    let start = index
    while let scalar = at(index), FullWidth.isWord(scalar) { index += 1 }
    guard index > start, brackets.last == "{", scalars[start..<index].allSatisfy(\.isASCII) else { return false }
    return at(index) == ":" && at(index + 1) != "/" || at(index) == "："
  }

  /// Whether a closing mark has its opening one in the same text: `a（b）`.
  private func isOpened(_ closer: Unicode.Scalar, _ range: Range<Int>) -> Bool {
    let pairs: [Unicode.Scalar: Unicode.Scalar] = ["）": "（", "】": "【", "］": "［", "｝": "｛"]
    return scalars[range].contains { $0 == pairs[closer] }
  }
}
