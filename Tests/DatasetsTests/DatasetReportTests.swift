import Conversations
import Datasets
import Diagnostics
import JSON
import TestSupport
import Testing

@Suite struct DatasetReportTests {
  private func report(_ text: String, _ name: String = "x.jsonl") throws -> DatasetReport {
    let folder = try TemporaryFolder()
    return try DatasetReport(DatasetFiles(path: try folder.write(name, text), label: name))
  }

  private func row(_ query: String, _ response: String) -> String {
    JSONValue.object(JSONObject([("query", .string(query)), ("response", .string(response))])).text() + "\n"
  }

  private func level(_ report: DatasetReport, _ code: String) -> DatasetReport.Finding.Level? {
    report.findings.first { $0.code == code }?.level
  }

  @Test func goodDataPassesEveryCheck() throws {
    let text = (0..<80).map {
      row("question \($0)", String(repeating: "An answer with some words. ", count: 1 + $0 % 5))
    }.joined()
    let report = try report(text)
    #expect(report.findings.count == 32)
    #expect(report.findings.allSatisfy { $0.level == .pass })
    #expect(report.rows == 80 && report.languages == [.english: 80])
  }

  @Test func everyFlawIsFound() throws {
    var text = (0..<60).map { row("question \($0)", String(repeating: "An answer. ", count: 1 + $0 % 5)) }.joined()
    text += row("question 0", "An answer. ")  // duplicate
    text += row("question 1", "Another answer.")
    text += row("who are you", "I am {{NAME}}.")
    text += row("code", "Use {{ user.name }} in Jinja.")
    text += row("你好", " \n")
    text += row("long", String(repeating: "word ", count: 900))
    text +=
      "{\"messages\":[{\"role\":\"usr\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"An answer.\"}]}\n"
    text += "oops\n"
    text += "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"assistant\",\"content\":\"bc\"}]}\n"
    let report = try report(text)
    #expect(report.rows == 69 && report.badRows == 1 && report.hasErrors)
    #expect(level(report, "readable") == .error)
    #expect(level(report, "uniform-format") == .warning)
    #expect(level(report, "enough-rows") == .pass)
    #expect(level(report, "length-spread") == .warning)
    #expect(level(report, "duplicates") == .warning)
    #expect(level(report, "repeated-questions") == .note)
    #expect(level(report, "language-balance") == .note)
    #expect(level(report, "placeholders") == .warning)
    #expect(level(report, "near-empty-answers") == .warning)
    #expect(level(report, "known-roles") == .warning)
    #expect(report.findings.first { $0.code == "known-roles" }?.examples == ["x.jsonl:67"])
    #expect(report.findings.first { $0.code == "placeholders" }?.examples == ["x.jsonl:63: {{NAME}}"])
    #expect(report.findings.first { $0.code == "near-empty-answers" }?.examples == ["x.jsonl:65"])
    #expect(report.findings.first { $0.code == "length-spread" }?.examples == ["x.jsonl:66"])
    #expect(report.json["findings"]?.arrayValue?.count == 32)
  }

  @Test func ofNoRowsNothingElseIsSaid() throws {
    #expect(try report("").findings.map(\.code) == ["enough-rows"])
    #expect(try report("[1]\n").findings.map(\.code) == ["readable", "enough-rows"])
  }

  @Test func aNullColumnIsSaidToBeNull() throws {
    let report = try report("{\"query\":\"q\",\"response\":null}\n{\"query\":null,\"response\":\"r\"}\n")
    #expect(
      report.problems.map(\.message) == [
        "row 1: has no answer: response is null", "row 2: has no question: query is null",
      ])
  }

  @Test func fewRowsWarnAndNoneFail() throws {
    #expect(level(try report(row("a", "bc")), "enough-rows") == .warning)
    #expect(level(try report("\n"), "enough-rows") == .error)
  }
}

extension DatasetReportTests {
  @Test func whatATemplateRefusesIsAFinding() throws {
    let folder = try TemporaryFolder()
    let text = (0..<3).map { "{\"query\":\"q\($0)\",\"response\":\"\($0 == 1 ? "bad" : "good")\"}\n" }.joined()
    let files = try DatasetFiles(path: try folder.write("x.jsonl", text), label: "x.jsonl")
    let report = try DatasetReport(files) { conversation in
      if conversation.messages.last?.text == "bad" { throw Diagnostic(code: "not-rendered", "message 2 is lost") }
      return nil
    }
    let finding = try #require(report.findings.first { $0.code == "rendered" })
    #expect(finding.level == .error && finding.examples == ["x.jsonl:2: row 2: message 2 is lost"])
    #expect(try DatasetReport(files) { _ in nil }.findings.contains { $0.code == "rendered" && $0.level == .pass })
    #expect(try !DatasetReport(files).findings.contains { $0.code == "rendered" })
  }
}
