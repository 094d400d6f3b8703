import Diagnostics
import Testing
import YAML

func parse(_ text: String, limits: YAMLLimits = YAMLLimits()) -> YAMLDocument {
  YAMLDocument(parsing: Array(text.utf8), file: "f.yaml", limits: limits)
}

/// What a person would read about a text.
func messages(_ text: String, limits: YAMLLimits = YAMLLimits()) -> String {
  DiagnosticRenderer().render(parse(text, limits: limits).diagnostics)
}

/// A tree in one line, to compare.
func shape(_ node: YAMLNode?) -> String {
  guard let node else { return "nil" }
  switch node.content {
  case .scalar(let scalar): return "\(scalar.text)"
  case .sequence(let elements): return "[" + elements.map { shape($0) }.joined(separator: ", ") + "]"
  case .mapping(let pairs): return "{" + pairs.map { "\($0.key): \(shape($0.value))" }.joined(separator: ", ") + "}"
  }
}

@Suite struct YAMLDocumentTests {
  @Test(arguments: [
    ("1e-4", YAMLScalarValue.number(1e-4)), ("no", .string("no")), ("0x10", .integer(16)), ("0o17", .integer(15)),
    ("~", .null), ("", .null), ("True", .boolean(true)), ("-7", .integer(-7)), ("+7", .integer(7)),
    (".5", .number(0.5)),
    ("5.", .number(5)), ("-.inf", .number(-.infinity)), ("1:30", .string("1:30")), ("1_000", .string("1_000")),
    ("99999999999999999999", .unrepresentable("does not fit 64 bits")), ("1e999", .unrepresentable("is too large")),
    ("0x", .string("0x")), ("-", .string("-")), ("1e", .string("1e")), ("2024-01-01", .string("2024-01-01")),
    ("+.inf", .number(.infinity)), ("tRUE", .string("tRUE")),
    ("0xFFFFFFFFFFFFFFFFF", .unrepresentable("does not fit 64 bits")),
    ("007", .integer(7)), ("-0.0", .number(-0.0)), ("1.5E+3", .number(1500)), (".", .string(".")),
    ("..5", .string("..5")),
  ])
  func coreSchemaDecidesPlainScalars(text: String, value: YAMLScalarValue) {
    #expect(YAMLScalar(text).value == value)
  }

  @Test func quotedScalarsAndTagsDecideTypes() {
    let document = parse(#"{a: "1", b: '2', c: !!str 3, d: !!float 4, e: !!int x, f: ! 5}"#)
    let values = document.root?.pairs?.compactMap { $0.value.scalar?.value }
    #expect(
      values == [
        .string("1"), .string("2"), .string("3"), .number(4),
        .unrepresentable("is not an integer, as its tag says"), .string("5"),
      ])
  }

  @Test func anchorsAliasesAndMergeKeysWork() {
    let document = parse(
      """
      x-base: &base { rank: 8, alpha: 32 }
      x-more: &more { alpha: 64, dropout: 0 }
      one: { <<: *base, rank: 16 }
      two: { <<: [*more, *base], seed: 1 }
      three: *base
      &key four: *key
      """)
    #expect(document.diagnostics == [])
    #expect(shape(document.root?["one"]) == "{rank: 16, alpha: 32}")
    #expect(shape(document.root?["two"]) == "{seed: 1, alpha: 64, dropout: 0, rank: 8}")
    #expect(shape(document.root?["three"]) == "{rank: 8, alpha: 32}")
    #expect(shape(document.root?["four"]) == "four")
    // A shared value keeps the place where it was written.
    #expect(document.root?["three"]?.mark.line == 1)
  }

  @Test func marksAreScalarsFromOne() throws {
    let root = try #require(parse("喵: [a,\r\n  'b c']\r\n").root)
    let elements = try #require(root["喵"]?.elements)
    #expect(elements.map(\.mark.line) == [1, 2])
    #expect(elements.map(\.mark.column) == [5, 3])
    #expect(elements.map(\.mark.length) == [1, 5])
    #expect(root.pairs?[0].keyMark == YAMLMark(line: 1, column: 1, length: 1))
  }

  @Test(arguments: ["\u{2028}", "\u{2029}", "\u{85}"])
  func unusualLineEndsInPastedTextDoNotMoveLines(end: String) {
    let document = parse("a: \"x\(end)y\"\r\nb: [1,\n  喵]\nc: 1\nc: 2\n")
    #expect(document.root?["b"]?.elements?.map(\.mark.line) == [2, 3])
    #expect(document.root?["b"]?.elements?.map(\.mark.column) == [5, 3])
    #expect(document.diagnostics.map(\.location?.line) == [5])
    #expect(document.diagnostics.map(\.sourceLine) == ["c: 2"])
  }

  @Test func aByteOrderMarkAndCRLFAreFine() {
    let document = parse("\u{FEFF}a: 1\r\nb: |\r\n  x\r\n  y\r\n")
    #expect(document.diagnostics == [])
    #expect(shape(document.root) == "{a: 1, b: x\ny\n}")
    #expect(document.root?.pairs?[0].keyMark.column == 1)
  }

  @Test func anEmptyFileIsAnEmptyDocument() {
    for text in ["", "# only a comment\n", "---\n", "\u{FEFF}"] {
      let document = parse(text)
      #expect(document.isComplete && document.diagnostics.isEmpty)
      #expect(document.root == nil || document.root?.scalar?.value == .null)
    }
  }

  @Test func everythingWrongIsReportedInOneReading() {
    #expect(
      messages("a: 1\nb: { c: 1, c: 2 }\n1: x\n? [k]\n: y\na: 3\nd: *nope\n~: z\ne: !!set {x}\n") == """
        f.yaml:2:12: error: the key 'c' appears twice
            2 | b: { c: 1, c: 2 }
              |            ^
          help: keep one of them
          note: first on line 2
        f.yaml:3:1: error: the key '1' is not a string
            3 | 1: x
              | ^
          help: quote it: "1"
        f.yaml:4:3: error: a list cannot be a key
            4 | ? [k]
              |   ^
          help: use a string as key
        f.yaml:6:1: error: the key 'a' appears twice
            6 | a: 3
              | ^
          help: keep one of them
          note: first on line 1
        f.yaml:7:4: error: no anchor '&nope' stands before this alias
            7 | d: *nope
              |    ^~~~~
          help: to name a stage, leave out the '*'; quote the text if the '*' belongs to it
        f.yaml:8:1: error: the key '~' is not a string
            8 | ~: z
              | ^
          help: quote it: "~"
        f.yaml:9:4: error: the tag 'tag:yaml.org,2002:set' means nothing here
            9 | e: !!set {x}
              |    ^
          help: remove the tag

        """)
  }

  @Test(arguments: [
    (
      "a: b: c\n",
      """
      f.yaml:1:5: error: mapping values are not allowed in this context
          1 | a: b: c
            |     ^
        help: check the indentation, or quote the text if it contains ': '

      """
    ),
    (
      "a:\n\t- b\n",
      """
      f.yaml:2:1: error: found character that cannot start any token
          2 |  - b
            | ^
        help: indent with spaces; YAML allows no tab here
        note: while scanning for the next token

      """
    ),
    (
      "a: [1, 2\nb: 3\n",
      """
      f.yaml:1:4: error: the '[' that opens here is not closed
          1 | a: [1, 2
            |    ^
        help: write ']' where it ends

      """
    ),
    (
      "a: \"x\n",
      """
      f.yaml:1:4: error: found unexpected end of stream
          1 | a: "x
            |    ^
        help: close the quote that opens here
        note: while scanning a quoted scalar

      """
    ),
    (
      "a: 喵\u{01}\n",
      """
      f.yaml:1:5: error: control characters are not allowed: U+0001
          1 | a: 喵\u{FFFD}
            |      ^
        help: remove it, or write it as an escape inside double quotes

      """
    ),
    (
      "a: 1\n---\nb: 2\n",
      """
      f.yaml:2:1: error: the file holds more than one document
          2 | ---
            | ^~~
        help: remove the '---' and what follows, or move it to a file of its own

      """
    ),
    (
      "a: &x [*x]\n",
      """
      f.yaml:1:8: error: the alias '*x' stands inside what it names
          1 | a: &x [*x]
            |        ^~
        help: a value cannot contain itself

      """
    ),
  ])
  func syntaxErrorsNamePlaceCauseAndRemedy(text: String, expected: String) {
    #expect(messages(text) == expected)
  }

  @Test func invalidUTF8NamesItsPlace() {
    let document = YAMLDocument(parsing: Array("a: 喵\nb: x".utf8) + [0xFF, 0x0A], file: "f.yaml")
    #expect(
      DiagnosticRenderer().render(document.diagnostics) == """
        f.yaml:2:5: error: invalid UTF-8: byte 0xff
            2 | b: x\u{FFFD}
              |     ^
          help: save the file as UTF-8

        """)
    let wide = YAMLDocument(parsing: [0xFF, 0xFE, 0x61, 0x00], file: "f.yaml")
    #expect(wide.diagnostics.map(\.message) == ["the file is UTF-16"])
  }
}
