import Diagnostics
import Testing
import YAML

@Suite struct FullWidthTests {
  /// Comments as recipes have them, full of marks; they say nothing of the line they stand on.
  static let comment = "   # 135M 到 500M 取 5e-4，0.6B：“取” 2e-4、【别】（太大）　｛rank：8｝"

  private func first(_ text: String) -> Diagnostic? {
    YAMLDocument(parsing: Array(text.utf8), file: "x.yaml").diagnostics.first
  }

  /// The text as it is, with a comment behind each line, and with a line of comment before each.
  private func variants(_ text: String) -> [(text: String, step: Int, first: Int)] {
    let lines = text.split(separator: "\n")
    let comment = String(Self.comment.drop { $0 == " " })
    let behind = lines.map { "\($0)\(Self.comment)\n" }.joined()
    let before = lines.map { "\(String($0.prefix { $0 == " " }))\(comment)\n\($0)\n" }.joined()
    return [(text, 1, 1), (behind, 1, 1), (before, 2, 2)]
  }

  private func expect(_ text: String, line: Int, remedy: String, at place: Testing.SourceLocation = #_sourceLocation) {
    for variant in variants(text) {
      let found = first(variant.text)
      let isRight =
        found?.location?.line == variant.first + (line - 1) * variant.step && found?.remedy?.contains(remedy) == true
      if !isRight { Issue.record("\(variant.text)\n\(String(describing: found))", sourceLocation: place) }
    }
  }

  @Test(arguments: [
    ("kind：tokenize", "：", ":"), ("{ kind: fetch， source: x }", "，", ","), ("source: “hf:a/b”", "“", "\""),
    ("｛ kind: fetch ｝", "｛", "{"), ("[a、b]", "、", ","), ("【a】", "【", "["), ("rank（8）", "（", "("),
  ])
  func theFirstMarkIsNamedWithItsHalf(_ text: String, _ mark: String, _ half: String) {
    #expect(FullWidth.remedy(in: text) == "'\(mark)' is full-width punctuation: write '\(half)' in half width")
  }

  @Test func otherTextNeedsNothing() {
    #expect(FullWidth.remedy(in: "system: 你是Grace。") == nil && FullWidth.remedy(in: "一，二", among: ["："]) == nil)
  }

  @Test(arguments: [
    // Behind a key, at any depth, first, in the middle and last.
    ("name：x\nstages: { }\n", 1, "write ': '"), ("name： x\nstages: { }\n", 1, "write ':'"),
    ("stages：\n  a: 1\n", 1, "write ':'"), ("s:\n  train:\n    kind：sft\n    model: base\n", 3, "write ': '"),
    ("s:\n  train:\n    model: base\n    kind：sft\n    data: x\n", 4, "write ': '"),
    ("s:\n  train:\n    model: base\n    kind：sft\n", 4, "write ': '"),
    ("s:\n  训练：\n    kind: sft\n", 2, "write ':'"), ("s:\n  - kind：sft\n    model: base\n", 2, "write ': '"),
    ("a: { kind: mix, domain：[./a] }\n", 1, "write ': '"), ("a: { \"kind\"：mix }\n", 1, "write ': '"),
    // Between values.
    ("a: { kind: mix，domain: x }\n", 1, "write ','"), ("a: { kind: mix、 domain: x }\n", 1, "write ','"),
    ("a: [\"x\"，\"y\"]\n", 1, "write ','"), ("a: [\"x\"、\"y\"]\n", 1, "write ','"),
    ("a: { b: [x]，c: 1 }\n", 1, "write ','"), ("a: {\n  b: 1，\n  c: 1 }\n", 2, "write ','"),
    // Around values.
    ("a: [x, y】\nb: 1\n", 1, "write ']'"), ("a: [x, y］\nb: 1\n", 1, "write ']'"),
    ("a: { b: 1 ｝\nb: 1\n", 1, "write '}'"), ("a: ｛ b: 1 }\n", 1, "write '{'"),
    ("a: { b: 【x], c: 1 }\n", 1, "write '['"), ("a: { b: （x], c: 1 }\n", 1, "write '['"),
    ("a: \"x”\nb: 1\n", 1, "write '\"'"), ("a: { b: \"x”, c: 1 }\nd: \"y\"\n", 1, "write '\"'"),
    ("a: { b: “x”, c: ‘y’ }\n", 1, "write \"x\""), ("a: 1\nb: ”x“\n", 2, "write \"x\""), ("- “x\"\n", 1, "write \"x\""),
    // Before a key or value.
    ("a:\n  b: 1\n　　c: 2\n  d: 3\n", 3, "U+3000"),
    ("a:\n  b:　1\n  c: 2\n", 2, "U+3000"),
  ])
  func aMarkInPlaceOfPunctuationIsNamedWhereItStands(_ text: String, _ line: Int, _ remedy: String) {
    expect(text, line: line, remedy: remedy)
  }

  @Test(arguments: [
    ("a:\n\tb: 1\n", 2, "indent with spaces"), ("a: \"x\nb: 1\n", 1, "close the quote"),
    ("a:\n  b: 1\n\tc: 1\n", 3, "indent with spaces"),
    ("a: { b: 1, c: 2\nd: 1\n", 1, "write '}' where it ends"),
    ("a:\n  b: [x, y\n  c: 1\n", 2, "write ']' where it ends"),
    ("a:\n  b: { c: 1,\n       d: [x] \n  e: { f: 1 }\n", 2, "write '}' where it ends"),
    ("a: { b: [x, y }\nc: 1\n", 1, "write ']'"), ("a: { b: 你好：世界，c\nd: 1\n", 1, "write '}' where it ends"),
    ("a: { b: 1 c: 2 }\n", 1, "close the bracket"), ("a: b: 你好，c：d\n", 1, "check the indentation"),
    ("a:\n  kind:sft\n  model: base\n", 2, "write a space after the colon: 'kind: '"),
  ])
  func aMistakeOfAnotherKindKeepsItsOwnHelp(_ text: String, _ line: Int, _ remedy: String) {
    expect(text, line: line, remedy: remedy)
  }

  @Test(arguments: [
    "a: 你好：世界，（注）、【二】\n", "a: { b: 你好：世界，【一】 }\n", "a: |\n  kind：sft\n  “x”\n", "a: [甲（乙）, 丙]\n",
    "a: '“x”'\n", "a: x # 【，\n",
  ])
  func aTextMayHoldAllOfThem(_ text: String) {
    #expect(first(text) == nil, "\(String(describing: first(text)))")
  }

  @Test func oneMistakeIsOneErrorWithWhatWasMeant() {
    let document = YAMLDocument(parsing: Array("ratio: “2:3”\n“b”: [“x#1”]\n".utf8), file: "x.yaml")
    #expect(document.diagnostics.count == 3)
    #expect(
      document.root?["ratio"]?.scalar?.text == "2:3" && document.root?["b"]?.elements?.first?.scalar?.text == "x#1")
  }

  @Test func aPathIsBlamedOnlyForWhatSeparatesOrSurroundsIt() {
    for (path, mark) in [
      ("./a.csv、./b.csv", "、"), ("./a.csv，b.csv", "，"), ("【./a.csv】", "【"), ("“./a.csv", "“"), ("./a.csv】", "】"),
    ] {
      #expect(FullWidth.remedy(inPath: path)?.hasPrefix("'\(mark)'") == true, "\(path)")
    }
    #expect(FullWidth.remedy(inPath: "./a.csv　./b.csv")?.hasPrefix("U+3000") == true)
    for path in ["./问题、答案.csv", "./数据（1）.csv", "../甲：乙.csv", "./a.csv"] {
      #expect(FullWidth.remedy(inPath: path) == nil, "\(path)")
    }
  }
}
