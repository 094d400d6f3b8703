import Diagnostics
import Testing
import YAML

@Suite struct FullWidthTests {
  @Test(arguments: [
    ("kind：tokenize", "：", ":"), ("{ kind: fetch， source: x }", "，", ","), ("source: “hf:a/b”", "“", "\""),
    ("｛ kind: fetch ｝", "｛", "{"),
  ])
  func theFirstMarkIsNamedWithItsHalf(_ text: String, _ mark: String, _ half: String) {
    #expect(FullWidth.remedy(in: text) == "'\(mark)' is full-width punctuation: write '\(half)' in half width")
  }

  @Test func otherTextNeedsNothing() {
    #expect(FullWidth.remedy(in: "system: 你是Grace。") == nil && FullWidth.remedy(in: "一，二", among: ["："]) == nil)
  }

  @Test func aSyntaxErrorOfSuchALineSaysSo() {
    let document = YAMLDocument(parsing: Array("a: { kind: fetch， source: “hf:a/b” ]\n".utf8), file: "x.yaml")
    #expect(document.diagnostics.first?.remedy?.contains("full-width") == true)
  }
}
