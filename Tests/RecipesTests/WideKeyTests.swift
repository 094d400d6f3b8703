import Testing

/// Full-width marks that YAML reads as text: only the recipe's reader sees that they were meant as punctuation.
@Suite struct WideKeyTests {
  private static let head =
    "stages:\n  base: { kind: fetch, source: \"hf:a/b\" }   # 来源：“ModelScope”，【或】HF　\n"
    + "  # 说明：rank：8，“引号”、（括号）\n  rows: { kind: fetch, source: \"hf-dataset:a/b\" }\n"
    + "  tokens: { kind: tokenize, model: base, data: rows }\n"

  @Test(arguments: [
    ("t: { kind: sft, model: base, data: tokens, lora: { rank：8, alpha: 32 } }", "'：'", "write ': '"),
    ("t: { kind: mix, domain: [rows], ratio：1:2 }", "'：'", "write ': '"),
    ("t: { kind: tokenize, model: base, data：rows }", "'：'", "write ': '"),
    ("t: { kind：mix, domain: [rows] }", "'：'", "write ': '"), ("t：{ kind: mix, domain: [rows] }", "'：'", "write ': '"),
    ("t:\n    kind：mix", "'：'", "write ': '"), ("t: {kind:　mix, domain: [rows]}", "U+3000", "a space"),
    ("t: { kind: mix　, domain: [rows] }", "U+3000", "a space"),
    ("t: { kind: mix,　domain: [rows] }", "U+3000", "a space"),
    ("t:\n    kind: mix\n    　domain: [rows]", "U+3000", "a space"),
    ("t: { kind: mix, domain: [rows、base] }", "'、'", "write ','"),
    ("t: { kind: mix, domain: rows，base }", "'，'", "write ','"),
    ("t: { kind: mix, domain: [./a.csv、./b.jsonl] }", "'、'", "write ','"),
    ("t: { kind: mix, domain: [./a.csv，b.jsonl] }", "'，'", "write ','"),
    ("t:\n    kind: mix\n    domain: 【./a.csv】", "'【'", "write '['"),
    ("t: { kind: mix, domain: （rows） }", "'（'", "write '['"),
    ("t: { kind: mix, domain: [rows#1，base] }", "'，'", "write ','"),
    ("t: { kind: mix, domain: [rows], ratio: “2:3” }", "'“'", "write \"2:3\""),
    ("t: { kind: mix, domain: [“rows#11”] }", "'“'", "write \"rows#11\""),
    ("t: { kind: mix, domain: [rows], ratio: 2：3 }", "'：'", "write ':'"),
    ("t:　{ kind: mix, domain: [rows] }", "U+3000", "a space"),
    ("t:\n    kind: mix\n    domain:\n      -　./a.csv\n      - ./b.jsonl", "U+3000", "a space"),
    ("【t】: { kind: mix, domain: [rows] }", "'【'", "write '['"),
  ])
  func oneMistakeIsOneErrorThatNamesTheMark(_ line: String, _ mark: String, _ remedy: String) throws {
    let files = ["/work/recipes/b.jsonl": "{}\n", "/work/recipes/a.csv": "a\n"]
    for ending in ["\n", "   # 注意：“取” 2e-4，【别】太大、（真的）\n"] {
      let text = try errors(Self.head + "  \(line)\(ending)", files: files)
      #expect(text.contains(mark) && text.contains(remedy), "\(text)")
      #expect(text.split(separator: ": error", omittingEmptySubsequences: false).count == 2, "\(text)")
    }
  }

  @Test func theLineOfTheMarkIsNamed() throws {
    let text = try errors(Self.head + "  t: { domain: [rows],\n       kind：mix }\n")
    #expect(text.contains("r.yaml:7:8: error"), "\(text)")
  }

  @Test func aTopKeyIsNamed() throws {
    let text = try errors("　name: x\n" + Self.head)
    #expect(text.contains("U+3000"), "\(text)")
  }

  /// A comma of a text stays a comma of a text, whatever marks the text has.
  @Test func aTextWithACommaIsNotBlamedOnItsMarks() throws {
    let text = try errors(Self.head + "  t: { kind: tokenize, model: base, data: rows, system: 你好, 注意：【别】吵 }\n")
    #expect(text.contains("put quotes around the text") && !text.contains("full-width"), "\(text)")
  }
}
