import Testing

@testable import Recipes

/// Typographic quotes around several values of a list are one mistake.
@Suite struct SplitQuoteTests {
  private func help(_ line: String) throws -> String {
    try errors(
      "stages:\n  base: { kind: fetch, source: \"hf:a/b\" }\n  rows: { kind: fetch, source: \"hf-dataset:a/b\" }\n"
        + "  tokens: { kind: tokenize, model: base, data: rows }\n  \(line)\n")
  }

  @Test(arguments: [
    (
      "mixed: { kind: mix, domain: [“rows, other”] }",
      "write \"rows, other\" with half-width quotes for one value, or \"rows\", \"other\" for 2"
    ),
    (
      "mixed: { kind: mix, domain: [rows, ‘./a.jsonl, ./b.jsonl, c’, rows] }",
      "write \"./a.jsonl, ./b.jsonl, c\" with half-width quotes for one value, or \"./a.jsonl\", \"./b.jsonl\", \"c\" for 3"
    ),
    (
      "mixed: { kind: mix, domain: [”rows, other“] }", "or \"rows\", \"other\" for 2"
    ),
    (
      "train: { kind: sft, model: base, data: tokens, lora: { targets: [“q_proj, v_proj”] } }",
      "write \"q_proj, v_proj\" with half-width quotes for one value, or \"q_proj\", \"v_proj\" for 2"
    ),
  ])
  func valuesInTypographicQuotesAreOneError(_ line: String, _ remedy: String) throws {
    let text = try help(line)
    #expect(text.contains("is in typographic quotes, which are letters to YAML"), "\(text)")
    #expect(text.contains(remedy), "\(text)")
    #expect(text.ranges(of: "error: ").count == 1, "\(text)")
  }

  /// Each value in quotes of its own, or a quote inside a text, is not that mistake.
  @Test(arguments: [
    "mixed: { kind: mix, domain: [“rows”, “other”] }", "mixed: { kind: mix, domain: [rows, “other”] }",
    "mixed: { kind: mix, domain: [\"“rows, other”\"] }", "mixed: { kind: mix, domain: [“rows, other] }",
    "mixed: { kind: mix, domain: [rows”, other”] }", "mixed: { kind: mix, domain: [the “rows, other”s] }",
  ])
  func otherQuotesKeepTheirErrors(_ line: String) throws {
    let text = try help(line)
    #expect(!text.isEmpty && !text.contains("letters to YAML"), "\(text)")
  }
}
