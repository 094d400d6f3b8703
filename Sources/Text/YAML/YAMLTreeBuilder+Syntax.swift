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
      // A quote that does not close takes in lines until the next one, and libyaml stops behind that.
      if let open = OpenQuote(in: text, before: self.place(parser.problem_mark).line) {
        report(
          "yaml-syntax", "the quote that opens here does not close on its line",
          at: self.mark(line: open.line, column: open.column), remedy: Self.closeQuote)
        return
      }
      // libyaml reports an unclosed quote at the end of the file. The mistake is where the quote opens.
      let isOpenQuote = problem == Self.unexpectedEnd && parser.context != nil
      let place = place(isOpenQuote ? parser.context_mark : parser.problem_mark)
      var notes: [String] = []
      if let context = parser.context {
        let line = self.place(parser.context_mark).line
        notes.append("\(String(cString: context))\(line == place.line ? "" : " that began on line \(line)")")
      }
      let mark = mark(line: place.line, column: place.column)
      let lines = [place.line, self.place(parser.context_mark).line].compactMap { text.line($0) }
      report(
        "yaml-syntax", problem, at: mark,
        remedy: (isOpenQuote ? nil : lines.lazy.compactMap { FullWidth.remedy(in: $0) }.first)
          ?? TightColon.remedy(in: text.line(place.line)) ?? remedy(for: problem, at: mark), notes: notes)
    }
  }

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
      return line[index] == "\t" ? "indent with spaces; YAML allows no tab here" : "quote the text"
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
