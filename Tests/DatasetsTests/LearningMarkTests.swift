import Conversations
import Datasets
import JSON
import Testing

/// What a row says about which turns are learned is heeded or refused, in every spelling.
@Suite struct LearningMarkTests {
  private func marks(_ first: String, _ last: String = "", row: String = "") throws -> [Bool?] {
    let text = """
      {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "bad"\(first)},
      {"role": "user", "content": "q2"}, {"role": "assistant", "content": "good"\(last)}]\(row)}
      """
    let mapped = try Conversation.mapping(try #require(try JSONValue(parsing: text).objectValue))
    return try mapped.conversation.messages.filter { $0.role == "assistant" }.map { try LearningMark.read($0.extra) }
  }

  @Test(arguments: LearningMark.members, [("false", false), ("0", false), ("0.0", false), ("true", true), ("1", true)])
  func everySpellingIsHeeded(member: String, value: (text: String, mark: Bool)) throws {
    #expect(try marks(", \"\(member)\": \(value.text)") == [value.mark, nil])
    #expect(try marks(", \"\(member)\": null") == [nil, nil])
  }

  @Test(arguments: LearningMark.members, ["0.5", "-1", "\"no\"", "[0]", "2"])
  func otherWeightsAreRefusedByName(member: String, value: String) throws {
    let problem = try #require(throws: RowProblem.self) { try marks(", \"\(member)\": \(value)") }
    #expect(problem.message.hasPrefix("message 2 says \(member): \(value)"))
  }

  @Test(arguments: LearningMark.partialMembers)
  func partsOfATurnAreRefused(member: String) throws {
    let problem = try #require(throws: RowProblem.self) { try marks(", \"\(member)\": [{\"begin_offset\": 0}]") }
    #expect(problem.message.contains("'\(member)'"))
  }

  @Test func marksThatDifferAreRefusedAndEqualOnesAreNot() throws {
    #expect(throws: RowProblem.self) { try marks(", \"loss\": true, \"weight\": 0") }
    #expect(try marks(", \"loss\": false, \"weight\": 0") == [false, nil])
  }

  @Test func aRowOfUnlearnedTurnsIsRefused() throws {
    let problem = try #require(throws: RowProblem.self) { try marks(", \"loss\": false", ", \"weight\": 0") }
    #expect(problem.message == "every turn of the assistant is marked not to be learned")
  }

  @Test func onlyTheAssistantsTurnsAreLearned() throws {
    func map(_ mark: String) throws -> MappedRow {
      try Conversation.mapping(
        try #require(
          try JSONValue(
            parsing:
              "{\"messages\": [{\"role\": \"user\", \"content\": \"q\", \"train\": \(mark)}, {\"role\": \"assistant\", \"content\": \"r\"}]}"
          ).objectValue))
    }
    #expect(throws: RowProblem.self) { try map("true") }
    #expect(try map("false").conversation.messages.count == 2)
  }

  @Test func maskHistoryLeavesTheLastTurnAndWhatIsMarked() throws {
    #expect(try marks("", row: ", \"mask_history\": true") == [false, nil])
    #expect(try marks(", \"loss\": true", row: ", \"mask_history\": true") == [true, nil])
    #expect(try marks("", row: ", \"mask_history\": false") == [nil, nil])
    #expect(throws: RowProblem.self) { try marks("", row: ", \"mask_history\": \"yes\"") }
  }
}
