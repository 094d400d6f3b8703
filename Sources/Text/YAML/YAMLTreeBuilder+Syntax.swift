import CYAML
import Diagnostics

extension YAMLTreeBuilder {
  /// Says in plain words what libyaml found, where, and the usual cause.
  mutating func reportSyntaxError(_ parser: yaml_parser_t) {
    let problem = parser.problem.map { String(cString: $0) } ?? "not YAML"
    switch parser.error {
    case YAML_MEMORY_ERROR:
      report("out-of-memory", "not enough memory to read the file", at: nil)
    case YAML_READER_ERROR:
      // The reader stops at bytes, not at marks.
      let (line, column) = text.position(ofByte: parser.problem_offset)
      let code = String(parser.problem_value, radix: 16, uppercase: true)
      let character =
        parser.problem_value >= 0 ? " U+\(String(repeating: "0", count: max(4 - code.count, 0)))\(code)" : ""
      report(
        "yaml-syntax", "\(problem):\(character)", at: mark(line: line, column: column),
        remedy: "remove it, or write it as an escape inside double quotes")
    default:
      let stop = self.place(parser.problem_mark)
      let context = parser.context.map { String(cString: $0) }
      let began = context.map { _ in self.place(parser.context_mark) }
      // The innermost bracket that is open where libyaml stopped.
      let bracket = context?.contains("flow") == true ? began : openFlow
      // libyaml reports an unclosed quote at the end of the file. The mistake is where the quote opens.
      let isOpenQuote = problem == Self.unexpectedEnd && context != nil
      let isTab = isAtTab(stop, inBrackets: bracket != nil)
      if !isTab, let wide = wideMark(before: stop.line, began: began?.line, isQuote: isOpenQuote, bracket: bracket) {
        var mark = mark(line: wide.line, column: wide.found.column)
        mark.length = 1
        report(
          "yaml-syntax", "'\(wide.found.mark)' stands where YAML takes punctuation of its own", at: mark,
          remedy: wide.found.remedy)
        return
      }
      // A quote that does not close takes in lines until the next one, and libyaml stops behind that.
      if let open = OpenQuote(in: text, before: stop.line) {
        report(
          "yaml-syntax", "the quote that opens here does not close on its line",
          at: self.mark(line: open.line, column: open.column), remedy: Self.closeQuote)
        return
      }
      if !isOpenQuote, !isTab, let bracket, let open = OpenBracket(in: text, at: bracket) {
        reportBracket(open)
        return
      }
      if let fence = fence(before: stop.line) {
        report(
          "yaml-syntax", "'```' is Markdown and no YAML", at: self.mark(line: fence, column: 1),
          remedy: "remove this line, and the other one that begins with '```'")
        return
      }
      if Self.colonProblems.contains(problem), !isTab, bracket == nil,
        let missing = MissingColon(
          in: text, before: stop.line, key: problem == "could not find expected ':'" ? began?.line : nil)
      {
        var mark = mark(line: missing.line, column: missing.column)
        mark.length = Int32(clamping: missing.key.unicodeScalars.count)
        report("yaml-syntax", "the key '\(missing.key)' has no colon", at: mark, remedy: "write '\(missing.key):'")
        return
      }
      let place = isOpenQuote ? began ?? stop : stop
      if !isOpenQuote, !isTab, let tight = tightColon(before: stop.line) {
        report("yaml-syntax", problem, at: mark(line: tight.line, column: 1), remedy: tight.remedy)
        return
      }
      var notes: [String] = []
      if let context, let line = began?.line {
        notes.append("\(context)\(line == place.line ? "" : " that began on line \(line)")")
      }
      let mark = mark(line: place.line, column: place.column)
      report(
        "yaml-syntax", problem, at: mark,
        remedy: isTab ? Self.noTab : remedy(for: problem, at: mark), notes: notes)
    }
  }

  private static let colonProblems: Set<String> = [
    "mapping values are not allowed in this context", "could not find expected ':'",
    // A remark below the text ends it, and with it the document.
    "did not find expected <document start>",
  ]

  /// The line of a Markdown fence, which is copied along with a recipe from a page or a chat.
  private func fence(before last: Int) -> Int? {
    (1...max(last, 1)).first { text.line($0)?.hasPrefix("```") == true }
  }

  private mutating func reportBracket(_ open: OpenBracket) {
    if let comment = open.comment {
      report(
        "yaml-syntax", "'#' after a space begins a comment, which hides the '\(open.closer)' behind it",
        at: mark(line: comment.line, column: comment.column),
        remedy: "put quotes around the text that contains the '#'")
    } else if let wrong = open.wrong {
      report(
        "yaml-syntax", "this bracket does not close the '\(open.bracket)' of line \(open.line)",
        at: mark(line: wrong.line, column: wrong.column), remedy: "write '\(open.closer)'")
    } else {
      report(
        "yaml-syntax", "the '\(open.bracket)' that opens here is not closed",
        at: mark(line: open.line, column: open.column), remedy: "write '\(open.closer)' where it ends")
    }
  }

  /// Whether libyaml stopped at a tab, or on a line that is indented with one.
  private func isAtTab(_ place: (line: Int, column: Int), inBrackets: Bool) -> Bool {
    let line = text.line(place.line).map { Array($0.unicodeScalars) } ?? []
    // Inside brackets, tabs before a value are fine.
    if !inBrackets, line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") { return true }
    return line.indices.contains(place.column - 1) && line[place.column - 1] == "\t"
  }

  /// The first full-width mark that may be the reason why libyaml stopped on a line.
  private func wideMark(
    before last: Int, began: Int?, isQuote: Bool, bracket: (line: Int, column: Int)?
  ) -> (found: WideMark, line: Int)? {
    var lines = Set(suspects(before: last))
    // A quote that does not close and a key without a colon are looked for where they begin, and a list or map in brackets
    // from its bracket on.
    if let began, isQuote || bracket != nil || last - began <= 1 { lines.insert(began) }
    if let bracket { lines.formUnion(bracket.line...max(bracket.line, min(last, bracket.line + Self.reach))) }
    for line in lines.sorted() {
      guard let text = text.line(line) else { continue }
      let isInside = bracket.map { $0.line < line } == true
      let open = isInside ? self.text.scalar(at: bracket) : nil
      if let found = WideMark.first(in: text, open: open) { return (found, line) }
    }
    return nil
  }

  /// The first key without a space behind its colon that may be the reason.
  private func tightColon(before last: Int) -> (remedy: String, line: Int)? {
    for line in suspects(before: last) {
      guard let text = text.line(line) else { continue }
      // An item of a list may be `hf:org/name`.
      if line < last, text.drop(while: { $0 == " " }).hasPrefix("- ") { continue }
      if let remedy = TightColon.remedy(in: text) { return (remedy, line) }
    }
    return nil
  }

  /// The line where libyaml stopped, and those before it that it may have read as one text with it: lines without a key.
  private func suspects(before last: Int) -> [Int] {
    var lines = [last]
    var line = last - 1
    while line >= 1, last - line <= Self.reach, let text = text.line(line) {
      let code = Array(text.unicodeScalars)
      guard var start = code.firstIndex(where: { $0 != " " && $0 != "\t" && $0 != "\r" }), code[start] != "#" else {
        line -= 1
        continue
      }
      if code[start] == "-", start + 1 < code.endIndex, code[start + 1] == " " { start += 2 }
      let word = code[start...].firstIndex { !FullWidth.isWord($0) } ?? code.endIndex
      if code.indices.contains(word), code[word] == ":",
        word + 1 == code.endIndex || " \r".unicodeScalars.contains(code[word + 1])
      {
        // What stands below `key: |` is text.
        let ends = text.split(separator: " ").last.map { ["|", ">", "|-", ">-", "|+", ">+"].contains($0) } == true
        return ends ? [last] : lines.reversed()
      }
      lines.append(line)
      line -= 1
    }
    return lines.reversed()
  }

  private static let reach = 50
  private static let noTab = "indent with spaces; YAML allows no tab here"
  private static let closeQuote = "close the quote that opens here"
  private static let unexpectedEnd = "found unexpected end of stream"

  private func mark(line: Int, column: Int) -> YAMLMark {
    YAMLMark(source: source, line: Int32(clamping: line), column: Int32(clamping: column))
  }

  private func remedy(for problem: String, at mark: YAMLMark) -> String? {
    if isBehindQuote(mark) {
      return
        "a text in quotes ends at its second quote: for quotes inside it, write \\\" or put ' around the whole text"
    }
    switch problem {
    case "mapping values are not allowed in this context":
      return "check the indentation, or quote the text if it contains ': '"
    case "could not find expected ':'": return "write 'key: value' with a space after the colon"
    case "did not find expected key", "did not find expected '-' indicator":
      return "lines of one map or list begin in the same column"
    case "did not find expected ',' or '}'", "did not find expected ',' or ']'":
      return "close the bracket, or quote a text that contains any of , [ ] { }"
    case Self.unexpectedEnd: return Self.closeQuote
    case "found character that cannot start any token":
      let line = text.line(Int(mark.line)).map { Array($0.unicodeScalars) } ?? []
      let index = Int(mark.column) - 1
      guard line.indices.contains(index) else { return nil }
      return line[index] == "\t" ? Self.noTab : "quote the text"
    case "found unknown escape character":
      return "a '\\' is special between double quotes: write paths with '/', or put ' around the text"
    case "did not find expected alphabetic or numeric character":
      return "quote a text that begins with '*' or '&'"
    default: return nil
    }
  }

  /// Whether text follows a closing quote without a space, as in `"say "yes""`.
  private func isBehindQuote(_ mark: YAMLMark) -> Bool {
    let line = text.line(Int(mark.line)).map { Array($0.unicodeScalars) } ?? []
    let index = Int(mark.column) - 1
    guard index > 0, line.indices.contains(index), line[index - 1] == "\"" else { return false }
    return !" \t,]}:#".unicodeScalars.contains(line[index])
  }
}

extension SourceText {
  /// The scalar at a line and column, both from 1.
  fileprivate func scalar(at place: (line: Int, column: Int)?) -> Unicode.Scalar? {
    guard let place, let line = line(place.line).map({ Array($0.unicodeScalars) }) else { return nil }
    return line.indices.contains(place.column - 1) ? line[place.column - 1] : nil
  }
}
