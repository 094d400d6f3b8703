import Datasets
import Diagnostics
import JSON
import TestSupport
import Testing

@Suite struct RowFilterTests {
  private func run(_ change: (inout RowFilter) -> Void) throws -> (questions: [String], reasons: [String: Int]) {
    let folder = try TemporaryFolder()
    let rows = [
      ("one", "A plain answer."), ("two", "An end<|im_end|>"), ("三", "一个普通的回答，写得足够长。"), ("four", "No."),
      ("five", "I'm sorry, but I can't help with that."), ("six", "SKU-123 is here in the store."),
    ]
    let text = rows.map { "{\"query\": \"\($0.0)\", \"response\": \"\($0.1)\", \"tag\": \"t\"}\n" }.joined()
    let files = try DatasetFiles(path: try folder.write("rows.jsonl", text))
    var filter = RowFilter()
    change(&filter)
    let tally = try filter.rewrite(DatasetSource(files: files), to: folder.path + "/out.jsonl")
    var questions: [String] = []
    let reader = try DatasetReader(path: folder.path + "/out.jsonl")
    while case .row(let row)? = try reader.next() {
      questions.append(row.fields["query"]?.stringValue ?? "")
      // Columns that no conversation shows stay.
      #expect(row.fields["tag"] == "t")
    }
    #expect(questions.count == tally.rows)
    return (questions, tally.reasons)
  }

  @Test func withoutConditionsEverythingStays() throws {
    #expect(try run { _ in }.questions.count == 6)
  }

  @Test func eachConditionLeavesOutItsRowsAndCountsThem() throws {
    let findings = try run { $0.findings = ["control-tokens", "refusals"] }
    #expect(findings.questions == ["one", "三", "four", "six"])
    #expect(findings.reasons == ["control-tokens": 1, "refusals": 1])
    #expect(try run { $0.languages = [.chinese] }.questions == ["三"])
    let short = try run { $0.minimumAnswer = 10 }
    #expect(short.questions == ["one", "two", "三", "five", "six"] && short.reasons == ["short": 1])
    #expect(try run { $0.maximumAnswer = 5 }.questions == ["four"])
    #expect(try run { $0.maximumCharacters = 8 }.questions == ["four"])
    #expect(try run { $0.keep = #"SKU-\d+"# }.questions == ["six"])
    #expect(try run { $0.drop = #"SKU-\d+"# }.questions.count == 5)
  }

  @Test func invertedShowsWhatWouldBeLeftOut() throws {
    let found = try run {
      $0.findings = ["refusals"]
      $0.isInverted = true
    }
    #expect(found.questions == ["five"] && found.reasons == ["refusals": 1])
  }

  @Test func nothingLeftIsAnErrorWithTheReasons() throws {
    let error = try #require(throws: Diagnostic.self) { try run { $0.minimumAnswer = 1000 } }
    #expect(error.code == "empty-dataset" && error.notes == ["left out: short 6"])
    #expect(throws: Diagnostic.self) { try run { $0.keep = "(" } }
  }
}
