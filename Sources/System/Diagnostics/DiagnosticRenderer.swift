/// Writes diagnostics for people:
///
///     recipes/grace.yaml:31:5: error: unknown parameter 'learning_rat' of stage 'train'
///        31 |     learning_rat: 1e-4
///           |     ^~~~~~~~~~~~
///       help: did you mean 'learning_rate'?
///
/// The caret stands under the right terminal cell whatever the script; what a terminal would act on is made harmless.
public struct DiagnosticRenderer: Sendable {
  /// Whether to write ANSI colors.
  public var color: Bool
  /// Other words for `error`, `warning`, `note` and `help`, with their colon: those of another language.
  public var labels: [String: String] = [:]
  /// The longest source excerpt, in terminal cells.
  public var excerptWidth: Int

  public init(color: Bool = false, excerptWidth: Int = 120) {
    self.color = color
    self.excerptWidth = Swift.max(excerptWidth, 20)
  }

  /// All diagnostics one after the other, each ending in a line end.
  public func render(_ diagnostics: some Sequence<Diagnostic>) -> String {
    diagnostics.map { render($0) }.joined()
  }

  /// One diagnostic, ending in a line end.
  public func render(_ diagnostic: Diagnostic) -> String {
    var text = ""
    if let location = diagnostic.location { text += style(.bold, "\(describe(location)): ") }
    text += style(diagnostic.severity == .error ? .red : .yellow, label(diagnostic.severity.rawValue))
    text += " " + style(.bold, diagnostic.message.terminalSafe) + "\n"
    if let excerpt = excerpt(of: diagnostic) { text += excerpt }
    if let remedy = diagnostic.remedy { text += "  " + style(.green, label("help")) + " \(remedy.terminalSafe)\n" }
    for note in diagnostic.notes {
      for (index, line) in note.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        text += (index == 0 ? "  " + style(.cyan, label("note")) + " " : "        ") + "\(line.terminalSafe)\n"
      }
    }
    return text
  }

  /// `file:line:column`, as far as it is known.
  public func describe(_ location: SourceLocation) -> String {
    var text = location.file.terminalSafe
    if let line = location.line {
      text += ":\(line)"
      if let column = location.column { text += ":\(column)" }
    }
    return text
  }

  private func excerpt(of diagnostic: Diagnostic) -> String? {
    guard let source = diagnostic.sourceLine, let location = diagnostic.location, let line = location.line else {
      return nil
    }
    let number = String(line)
    let gutter = String(repeating: " ", count: Swift.max(5 - number.count, 1)) + number
    let blank = String(repeating: " ", count: gutter.count)
    guard let column = location.column else {
      let (shown, _, _) = crop(source.unicodeScalars, caret: 0, length: 0)
      return "\(gutter) | \(shown)\n"
    }
    let (shown, before, under) = crop(source.unicodeScalars, caret: Swift.max(column - 1, 0), length: location.length)
    let marker = "^" + String(repeating: "~", count: Swift.max(under - 1, 0))
    let indent = String(repeating: " ", count: before)
    return "\(gutter) | \(shown)\n\(blank) | \(indent)\(style(.green, marker))\n"
  }

  /// The part of a line around the caret that fits, the cells before the caret, and the cells it covers.
  ///
  /// A long line costs one pass over the part before the caret and nothing for what follows the window.
  private func crop(
    _ line: String.UnicodeScalarView, caret: Int, length: Int
  ) -> (shown: String, before: Int, under: Int) {
    let length = Swift.min(Swift.max(length, 1), 1 << 16)
    let caret = Swift.min(caret, 1 << 24)
    let caretIndex = line.index(line.startIndex, offsetBy: caret, limitedBy: line.endIndex) ?? line.endIndex
    // A caret near the beginning keeps the beginning; else at most half of the window lies before it.
    var start = caretIndex
    var cells = 0
    var scanned = 0
    let reach = line.index(caretIndex, offsetBy: length, limitedBy: line.endIndex) ?? line.endIndex
    let fromStart =
      caret + length <= excerptWidth && Substring(line[line.startIndex..<reach]).displayWidth <= excerptWidth
    let before = fromStart ? Int.max : excerptWidth / 2
    while start > line.startIndex, cells < before, fromStart || scanned < excerptWidth * 4 {
      start = line.index(before: start)
      cells += line[start].displayWidth
      scanned += 1
    }
    let cutStart = start > line.startIndex
    var end = caretIndex
    var after = 0
    scanned = 0
    let room = excerptWidth - Swift.min(cells, excerptWidth)
    while end < line.endIndex, after < room || end < reach && fromStart, scanned < excerptWidth * 4 {
      after += line[end].displayWidth
      end = line.index(after: end)
      scanned += 1
    }
    let prefix = safe(line[start..<caretIndex])
    let target = line.index(caretIndex, offsetBy: length, limitedBy: end) ?? end
    let under = safe(line[caretIndex..<target])
    let rest = safe(line[target..<end])
    let shown = (cutStart ? "…" : "") + prefix + under + rest + (end < line.endIndex ? "…" : "")
    return (shown, prefix.displayWidth + (cutStart ? 1 : 0), under.displayWidth)
  }

  private func safe(_ scalars: Substring.UnicodeScalarView) -> String { Substring(scalars).terminalSafe }

  private enum Style: String {
    case bold = "1"
    case red = "1;31"
    case yellow = "1;33"
    case green = "32"
    case cyan = "36"
  }

  private func label(_ word: String) -> String { labels[word] ?? word + ":" }

  private func style(_ style: Style, _ text: String) -> String {
    color ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}
