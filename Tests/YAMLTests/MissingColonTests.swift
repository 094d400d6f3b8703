import Diagnostics
import Testing
import YAML

/// A key whose colon is forgotten is named on its own line, wherever YAML stops.
@Suite struct MissingColonTests {
  private static let recipe = """
    name: k
    # a remark
    stages:
      base:
        kind: fetch
        source: hf:a/b

      mixed:
        kind: mix
        columns:
          ask: query
          answer: response
        domain:
          - ./a.jsonl
        validation: 0.1
    seed: 7
    """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)

  private func problems(_ lines: [String]) -> [Diagnostic] {
    YAMLDocument(parsing: Array((lines.joined(separator: "\n") + "\n").utf8), file: "r.yaml").diagnostics
  }

  @Test func everyColonOfARecipeMayBeForgotten() throws {
    #expect(problems(Self.recipe).isEmpty)
    var count = 0
    for (index, line) in Self.recipe.enumerated() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      var lines = Self.recipe
      lines[index].remove(at: colon)
      let key = String(line[..<colon].drop { $0 == " " })
      let problem = try #require(problems(lines).first, "\(line)")
      #expect(problem.message == "the key '\(key)' has no colon", "\(line): \(problem.message)")
      #expect(problem.location?.line == index + 1, "\(line)")
      count += 1
    }
    #expect(count > 9)
  }

  /// Texts of several lines have colons that they must not have, and no key lacks one.
  @Test(arguments: [
    "system: You are\n  a cat: friendly\n", "system: You are\n  a cat\n  named Pip: friendly\n",
    "a: one: two\n", "a: b\n  c: d\n",
  ])
  func aColonTooManyIsNoColonTooFew(_ text: String) throws {
    let problem = try #require(problems([text]).first)
    #expect(!problem.message.contains("has no colon"), "\(problem.message)")
  }
}
