import Diagnostics
import Testing
import YAML

/// Quotes that do not close, close too early, or are none.
@Suite struct QuoteTests {
  private func first(_ text: String) -> Diagnostic? {
    YAMLDocument(parsing: Array(text.utf8), file: "x.yaml").diagnostics.first
  }

  /// The next quote of the file closes an open one, lines later.
  @Test(arguments: [
    ("a: { b: \"x， c: 1 }\nd: { e: \"y，z\" }\n", 1, 9),
    ("a:\n  b: \"x\n  c: 1\n  d: \"y\"\n", 2, 6),
    ("a: 1\nb: 'x\nc: 'y'\n", 2, 4),
    ("- \"x\n- \"y\"\n", 1, 3),
    ("a: [\"x, 'it''s']\nb: \"y\"\n", 1, 5),
  ])
  func aQuoteThatClosesLinesLaterIsNamedWhereItOpens(_ text: String, _ line: Int, _ column: Int) {
    let found = first(text)
    #expect(found?.remedy == "close the quote that opens here", "\(String(describing: found))")
    #expect(found?.location?.line == line && found?.location?.column == column, "\(String(describing: found))")
  }

  @Test(arguments: [
    "a: \"x\n  y\"\nb: 1\n", "a: ['x', \"y\"]\n", "a: it's\nb: don't\n", "a: 'it''s'\n", "a: \"x\\\"y\"\n",
    "a: |\n  \"x\n  y\n", "# it's \"\na: 1\n", "a: “x” and “y”\nb: x’\n", "a: '“x”'\n", "a: \"“x”\"\n",
    "a: x\n  y - z\n", "- a\n- b\n", "- a\n  b\n",
  ])
  func aTextThatYAMLReadsIsLeftAlone(_ text: String) {
    #expect(first(text) == nil, "\(String(describing: first(text)))")
  }

  /// Apostrophes in a text of several lines are no quotes; what is wrong stands elsewhere.
  @Test func anotherMistakeIsNotBlamedOnATextOfSeveralLines() {
    let found = first("system: |\n  'Tis a cat.\n  Don't bark.\nb:\n\tc: 1\n")
    #expect(
      found?.location?.line == 5 && found?.remedy != "close the quote that opens here", "\(String(describing: found))")
  }

  @Test(arguments: ["a: { b: \"你是\"Grace\"\" }\n", "a: \"say \"yes\"\"\n", "a: [\"x\"y\"]\n"])
  func aQuoteInsideAQuotedTextIsNamed(_ text: String) {
    #expect(first(text)?.remedy?.contains("ends at its second quote") == true, "\(String(describing: first(text)))")
  }

  @Test(arguments: [
    ("a: “你是Grace”\n", "write \"你是Grace\", or '“你是Grace”' to keep them"),
    ("a: [1, ‘x’]\n", "write \"x\", or '‘x’' to keep them"),
    ("a: { b: “x” }\n", "write \"x\", or '“x”' to keep them"),
  ])
  func typographicQuotesAroundATextAreNone(_ text: String, _ remedy: String) {
    #expect(first(text)?.code == "typographic-quotes" && first(text)?.remedy == remedy)
    #expect(first(text)?.location?.line == 1)
  }

  @Test func anItemIndentedDeeperIsNoPartOfTheTextAbove() {
    let found = first("a:\n  - ./x.jsonl\n    - ./y.jsonl\n")
    #expect(found?.code == "list-item-in-text")
    #expect(found?.location?.line == 3 && found?.location?.column == 5, "\(String(describing: found))")
  }

  @Test func anAliasOfNothingSaysWhatWasMeant() {
    #expect(first("a: *data\n")?.remedy?.contains("leave out the '*'") == true)
    #expect(first("a: [*.json]\n")?.remedy?.contains("quote a text that begins with '*'") == true)
    #expect(first("b: &data 1\na: *dat\n")?.remedy == "did you mean '*data'?")
  }
}
