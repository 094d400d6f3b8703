import Diagnostics
import Testing

@Suite struct DiagnosticRendererTests {
  @Test func theCaretStandsUnderTheRightCell() {
    let line = "system: 你是Grace👩‍🚀, rank: 八"
    let column = line.unicodeScalars.count
    let diagnostic = Diagnostic(
      code: "x", "'rank' must be an integer", remedy: "write 8",
      location: SourceLocation(file: "r.yaml", line: 3, column: column), sourceLine: line,
      notes: ["first\nsecond"])
    #expect(
      DiagnosticRenderer().render(diagnostic) == """
        r.yaml:3:\(column): error: 'rank' must be an integer
            3 | system: 你是Grace👩‍🚀, rank: 八
              |                            ^~
          help: write 8
          note: first
                second

        """)
  }

  @Test func controlCharactersCannotReachTheTerminal() {
    let diagnostic = Diagnostic(
      code: "x", "key '\u{1B}[31m' and \u{202E}", location: SourceLocation(file: "a\u{07}", line: 1, column: 3),
      sourceLine: "\ta\u{1B}[2J")
    #expect(
      DiagnosticRenderer().render(diagnostic) == """
        a\u{FFFD}:1:3: error: key '\u{FFFD}[31m' and \u{FFFD}
            1 |  a\u{FFFD}[2J
              |   ^

        """)
  }

  @Test func aLongLineIsCutAroundTheCaret() {
    let line = String(repeating: "a", count: 5000) + "HERE" + String(repeating: "b", count: 5000)
    let diagnostic = Diagnostic(
      code: "x", "m", location: SourceLocation(file: "f", line: 12345, column: 5001, length: 4), sourceLine: line)
    let lines = DiagnosticRenderer(excerptWidth: 40).render(diagnostic).split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[1].displayWidth < 60)
    let caret = lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) }
    let here = lines[1].range(of: "HERE")
    #expect(caret == here)
    #expect(lines[2].hasSuffix("^~~~"))
  }

  @Test(arguments: [0, 1, 5, 7, 99]) func anyColumnIsRendered(column: Int) {
    let diagnostic = Diagnostic(
      code: "x", "m", location: SourceLocation(file: "f", line: 1, column: column, length: 50), sourceLine: "abc 喵")
    #expect(DiagnosticRenderer().render(diagnostic).contains("^"))
  }

  @Test func colorIsOnlyWrittenWhenAsked() {
    let diagnostic = Diagnostic(.warning, code: "x", "m", remedy: "r")
    #expect(!DiagnosticRenderer().render(diagnostic).contains("\u{1B}"))
    #expect(DiagnosticRenderer(color: true).render(diagnostic).contains("\u{1B}[1;33mwarning:\u{1B}[0m"))
  }

  @Test(arguments: [
    ("abc", 3), ("喵星人Grace", 11), ("", 0), ("é", 1), ("e\u{301}", 1), ("👍🏽", 2), ("🇨🇳", 2), ("☁️", 2), ("☁", 1),
    ("ｆｕｌｌ", 8), ("한국어", 6), ("\u{1112}\u{1161}\u{11AB}", 2), ("a\u{200B}b", 2), ("👨‍👩‍👧", 2), ("1️⃣", 2), ("…", 1),
    ("。", 2),
  ])
  func widthIsCountedInCells(text: String, width: Int) {
    #expect(text.displayWidth == width)
  }

  @Test(
    arguments: [
      ("learning_rat", ["learning_rate", "rate"], "learning_rate"), ("mixd", ["mixed", "mix"], "mixed"),
      ("lora-rank", ["lora_rank"], "lora_rank"), ("teh", ["the", "ten"], "the"), ("Tokens", ["tokens"], "tokens"),
      ("xyz", ["base", "train"], nil), ("a", ["b"], nil), ("", ["base"], nil),
    ] as [(String, [String], String?)])
  func theNearestNameIsSuggested(name: String, candidates: [String], expected: String?) {
    #expect(didYouMean(name, among: candidates) == expected)
  }

  @Test(arguments: ["a\nb\r\nc\rd", "a\r\nb\nc\nd"]) func linesEndInAnyWay(text: String) {
    let source = SourceText(file: "f", bytes: Array(text.utf8))
    #expect((0...5).map { source.line($0) } == [nil, "a", "b", "c", "d", nil])
  }

  @Test func positionsCountScalars() {
    let source = SourceText(file: "f", bytes: Array("a\n喵b".utf8))
    #expect(source.position(ofByte: 5) == (2, 2))
    #expect(source.position(ofByte: 999) == (2, 3))
    #expect(source.position(ofByte: -1) == (1, 1))
  }
}

extension Substring {
  /// How many characters stand before the first occurrence of a text.
  fileprivate func range(of text: String) -> Int? {
    indices.first { self[$0...].hasPrefix(text) }.map { distance(from: startIndex, to: $0) }
  }
}
