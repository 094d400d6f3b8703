import Conversations
import JSON
import TestSupport
import Testing

@testable import Datasets

@Suite struct TestQuestionsTests {
  @Test(arguments: [
    (#"{"ask": "a", "expect": {"contains": "b"}, "group": "g"}"#, true), (#"{"query": "a", "expect": {}}"#, true),
    (#"{"ask": ["a", "b"]}"#, true), (#"{"ask": "a", "answer": "b"}"#, false), (#"{"ask": "a", "客服回复": "b"}"#, false),
    (#"{"query": "a", "response": "b"}"#, false), (#"{"query": "a", "tag": "zh"}"#, false),
    (#"{"ask": "", "query": "a"}"#, false), (#"{"ask": "a", "response": null}"#, true),
  ])
  func aRowThatAsksAndJudgesIsAQuestion(text: String, isOne: Bool) throws {
    #expect(TestQuestions.isOne(try #require(JSONValue(parsing: text.utf8).objectValue)) == isOne)
  }

  /// One row with an answer makes a file one of rows to learn from, whose other rows lack theirs.
  @Test func filesHoldQuestionsOnlyIfAllRowsAsk() throws {
    let folder = try TemporaryFolder()
    func areIn(_ text: String) throws -> Bool {
      try folder.write("q.jsonl", text)
      return try TestQuestions.areIn(DatasetFiles(path: folder.path + "/q.jsonl"))
    }
    #expect(try areIn(#"{"query": "a", "tag": "zh"}"# + "\n" + #"{"query": "b", "tag": "en"}"# + "\n"))
    #expect(try !areIn(#"{"query": "a", "tag": "zh"}"# + "\n" + #"{"query": "b", "response": "c"}"# + "\n"))
    #expect(try !areIn(#"{"query": "a", "wrong": "b"}"# + "\n"))
    #expect(try !areIn("nonsense\n"))
  }

  @Test func leaksAreFoundWhateverCaseAndPunctuation() {
    func place(_ row: Int) -> RowPlace { RowPlace(file: "q.jsonl", line: row, row: row) }
    let long = "please tell me in a few words who you are and who has made you"
    let asked = ["你是谁？", "Who made you?", long, "Anything else?"].enumerated()
      .map { AskedQuestion($0.element, at: place($0.offset + 1)) }
    var leaks = LeakedQuestions(asked)
    for (row, text) in ["你是谁", "who made YOU", "Now \(long) today", "Something else?"].enumerated() {
      leaks.look(
        Conversation(messages: [Message(role: "user", content: text), Message(role: "assistant", content: "x")]),
        place: RowPlace(file: "r.jsonl", line: row + 1, row: row + 1))
    }
    let finding = leaks.finding
    #expect(finding.level == .warning && finding.rows == 3)
    #expect(finding.examples == ["q.jsonl:1 ≈ r.jsonl:1", "q.jsonl:2 ≈ r.jsonl:2", "q.jsonl:3 ≈ r.jsonl:3"])
    #expect(finding.message.contains("2 in the same words, 1 with twelve words"))
    #expect(LeakedQuestions(asked).finding.level == .pass)
  }

  @Test func tagsAreAFewShortWords() {
    var tags = TagColumns()
    for row in 0..<40 {
      tags.add("lang", .string(row % 2 == 0 ? "zh" : "en"))
      tags.add("id", .string("row-\(row)"))
      tags.add("note", .string("two words"))
      tags.add("label", .string("a"))
      tags.add("score", .integer(1))
    }
    #expect(tags.names == ["lang"])
  }
}
