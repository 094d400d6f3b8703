import Datasets
import Diagnostics
import JSON
import TestSupport
import Testing

@Suite struct SubstitutionTests {
  private let values: [String: Substitution.Value] = [
    "NAME": .byTag(["zh": "喵星人Grace", "en": "Grace"]), "AUTHOR": .scalar("Tang Yin"),
  ]

  private func rewrite(_ text: String, values: [String: Substitution.Value]? = nil, by: String = "tag") throws -> (
    String, SubstitutionTally
  ) {
    let folder = try TemporaryFolder()
    let path = try folder.write("x.jsonl", text)
    let source = DatasetSource(files: try DatasetFiles(path: path, label: "x.jsonl"))
    let substitution = Substitution(values: values ?? self.values, tagColumn: by)
    let tally = try substitution.rewrite(source, to: folder.path + "/out.jsonl")
    return (String(decoding: try folder.read("out.jsonl"), as: UTF8.self), tally)
  }

  @Test func tagPicksTheLanguage() throws {
    let (text, tally) = try rewrite(
      """
      {"query": "你是谁?", "response": "我是{{NAME}},{{AUTHOR}}训练的{{ NAME }}。", "tag": "zh"}
      {"tag": "en", "messages": [{"role": "assistant", "content": "I am {{NAME}}"}], "n": 1}
      {"query": "no placeholder", "response": "{not} {{ one }", "tag": "fr"}
      """)
    #expect(
      text == """
        {"query":"你是谁?","response":"我是喵星人Grace,Tang Yin训练的喵星人Grace。","tag":"zh"}
        {"tag":"en","messages":[{"role":"assistant","content":"I am Grace"}],"n":1}
        {"query":"no placeholder","response":"{not} {{ one }","tag":"fr"}

        """)
    #expect(tally.rows == 3)
    #expect(tally.replaced == ["NAME": 3, "AUTHOR": 1])
    #expect(tally.warnings.isEmpty)
  }

  @Test func whatIsMissingIsNamedWithItsRow() throws {
    let errors = try #require(throws: DiagnosticList.self) {
      try rewrite(
        """
        {"response": "{{NAME}}", "tag": "en"}
        {"response": "{{NAME}}"}
        {"response": "{{NAME}}", "tag": "fr"}
        {"response": "{{NMAE}}", "tag": "en"}
        {"response": "{{NAME}}", "tag": ""}
        """)
    }
    #expect(errors.diagnostics.map(\.code) == ["missing-tag", "missing-value", "leftover-placeholder"])
    #expect(errors.diagnostics.map(\.location) == [2, 3, 4].map { SourceLocation(file: "x.jsonl", line: $0) })
    #expect(errors.diagnostics.allSatisfy { $0.remedy != nil })
    #expect(errors.diagnostics[0].notes == ["1 more row with this problem: 5"])
    #expect(errors.diagnostics[2].message == "row 4: {{NMAE}} is left over in 'response'")
  }

  @Test(arguments: [["a", "b"], ["?"], ["[ab]"], ["*"]])
  func whatIsNamedToStayStays(kept: [String]) throws {
    let substitution = Substitution(values: ["NAME": .scalar("Grace")], tagColumn: "tag", kept: kept)
    var used: [String: Int] = [:]
    let row = JSONObject([("response", #"\frac{{a}}{{b}} is {{NAME}}"#)])
    #expect(try substitution.apply(to: row, used: &used)["response"] == #"\frac{{a}}{{b}} is Grace"#)
    #expect(throws: RowProblem.self) {
      try Substitution(values: ["NAME": .scalar("Grace")], tagColumn: "tag", kept: ["a"]).apply(to: row, used: &used)
    }
  }

  @Test func defaultServesEveryOtherTag() throws {
    let (text, _) = try rewrite(
      "{\"response\": \"{{NAME}}\", \"tag\": \"fr\"}\n{\"response\": \"{{NAME}}\"}\n",
      values: ["NAME": .byTag(["zh": "一", "default": "one"])])
    #expect(text == "{\"response\":\"one\",\"tag\":\"fr\"}\n{\"response\":\"one\"}\n")
  }

  @Test func aPlaceholderThatAValueBringsInIsLeftOver() throws {
    let error = try #require(throws: Diagnostic.self) {
      try rewrite("{\"response\": \"{{NAME}}\"}", values: ["NAME": .scalar("{{NAME}}")])
    }
    #expect(error.code == "leftover-placeholder")
  }

  @Test func unusedValueIsAWarning() throws {
    #expect(try rewrite("{\"response\": \"x\"}").1.warnings.map(\.code) == ["unused-value", "unused-value"])
  }

  @Test func emptyInputIsAnError() throws {
    #expect(try #require(throws: Diagnostic.self) { try rewrite("\n\n") }.code == "empty-dataset")
  }
}
