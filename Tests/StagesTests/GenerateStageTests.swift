import Conversations
import Datasets
import Diagnostics
import Inference
import JSON
import Platform
import Serving
import TestSupport
import Testing

@testable import Stages

@Suite struct GenerateStageTests {
  private func row(_ fields: JSONObject, ordinal: Int = 1) throws -> ConversationRow {
    let mapped = try Conversation.mapping(fields)
    let unused = Set(mapped.unusedColumns)
    return ConversationRow(
      ordinal: ordinal, fields: fields, conversation: mapped.conversation,
      others: JSONObject(fields.filter { unused.contains($0.0) }), file: "a.jsonl", line: ordinal)
  }

  private func answer(_ text: String, isCut: Bool = false) -> JournaledAnswer {
    JournaledAnswer(text: text, isCut: isCut, tokens: 3, problem: nil)
  }

  private func rows(_ parameters: GenerateStage.Parameters, _ fields: JSONObject, _ answers: [JournaledAnswer]) throws
    -> (rows: [JSONObject], counts: GeneratedRows.Counts)
  {
    var counts = GeneratedRows.Counts()
    let made = GeneratedRows(parameters).rows(try row(fields), answers, &counts)
    return (made, counts)
  }

  private let source = JSONObject([
    ("system", "Be brief."), ("query", "What is 2+2?"), ("response", "Four."), ("tag", "en"), ("id", 7),
  ])

  @Test func anAnswerTakesTheOldOnesPlaceAndOtherColumnsStay() throws {
    let (made, counts) = try rows(.init(), source, [answer(" It is 4.\n")])
    #expect(counts.rows == 1 && counts.tokens == 3)
    #expect(
      JSONValue.object(made[0]).text()
        == #"{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"What is 2+2?"},{"role":"assistant","content":"It is 4."}],"tag":"en","id":7}"#
    )
    // What was written reads as the conversation that was meant.
    #expect(
      try Conversation.mapping(made[0]).conversation.messages.map(\.text) == ["Be brief.", "What is 2+2?", "It is 4."])
  }

  @Test func aQuestionTakesTheOldOnesPlace() throws {
    var parameters = GenerateStage.Parameters()
    (parameters.use, parameters.prompt) = (.questions, "Other words: {query}")
    let stage = GeneratedRows(parameters)
    #expect(try stage.request(row(source)).messages.map(\.text) == ["Other words: What is 2+2?"])
    let (made, counts) = try rows(parameters, source, [answer("Two plus two?"), answer("What is 2+2?")])
    #expect(counts.rows == 1 && counts.same == 1)
    #expect(
      made[0]["messages"]?.arrayValue?.compactMap { $0["content"]?.stringValue } == [
        "Be brief.", "Two plus two?", "Four.",
      ])
  }

  @Test func aRejectedAnswerStandsBesideTheRowsOwn() throws {
    var parameters = GenerateStage.Parameters()
    parameters.use = .rejected
    let (made, counts) = try rows(parameters, source, [answer("Five."), answer("Four. ")])
    #expect(counts.rows == 1 && counts.same == 1 && made[0]["rejected_response"]?.stringValue == "Five.")
    #expect(made[0]["messages"]?.arrayValue?.last?["content"]?.stringValue == "Four.")
  }

  /// Nothing is left out without being counted.
  @Test func textsThatAreNoUseAreCounted() throws {
    let texts = [answer("a", isCut: true), answer("  "), answer("b"), answer("b "), answer("c", isCut: true)]
    var (made, counts) = try rows(.init(), source, texts)
    #expect(made.count == 1 && counts.cut == 2 && counts.empty == 1 && counts.same == 1)
    var parameters = GenerateStage.Parameters()
    parameters.onCut = .keep
    (made, counts) = try rows(parameters, source, texts)
    #expect(made.count == 3 && counts.cut == 2)
    let problem = JournaledAnswer(text: "", isCut: false, tokens: 0, problem: "too long")
    (made, counts) = try rows(.init(), source, [problem])
    #expect(made.isEmpty && counts.unanswerable == 1 && counts.problem == "too long")
  }

  @Test func historyEndsWithWhatIsToBeAnswered() throws {
    let turns: JSONValue = [
      ["role": "user", "content": "a"], ["role": "assistant", "content": "b"], ["role": "user", "content": "c"],
      ["role": "assistant", "content": "d"],
    ]
    let request = try GeneratedRows(.init()).request(row(JSONObject([("messages", turns)])))
    #expect(request.messages.map(\.text) == ["a", "b", "c"])
    #expect(throws: Diagnostic.self) {
      try GeneratedRows(.init()).request(
        row(JSONObject([("messages", [["role": "assistant", "content": "d"]])])))
    }
  }

  @Test func promptsAreFilledFromTheRow() throws {
    let filled = try PromptTemplate("{tag}: {query} = {response} {1+1} {").filled(row(source))
    #expect(filled == "en: What is 2+2? = Four. {1+1} {")
    #expect(throws: Diagnostic.self) { try PromptTemplate("{nobody}").filled(row(source)) }
    #expect(throws: Diagnostic.self) { try PromptTemplate("the same for all") }
  }

  @Test func settingsThatCannotWorkAreRefused() {
    func refusal(_ change: (inout GenerateStage.Parameters) -> Void) -> String? {
      var parameters = GenerateStage.Parameters()
      change(&parameters)
      do {
        _ = try GenerateStage(parameters)
        return nil
      } catch { return (error as? Diagnostic)?.code }
    }
    #expect(refusal { _ in } == nil)
    #expect(refusal { $0.samples = 2 } == "equal-samples")
    #expect(refusal { ($0.samples, $0.temperature) = (2, 0.8) } == nil)
    #expect(refusal { $0.use = .questions } == "missing-prompt")
    #expect(refusal { $0.prompt = "hello" } == "bad-prompt")
  }

  @Test func everyTextHasASeedOfItsOwn() {
    var seeds: Set<UInt64> = []
    for row in 1...100 { for sample in 0..<4 { seeds.insert(GeneratedRows.seed(7, ordinal: row, sample: sample)) } }
    #expect(
      seeds.count == 400 && GeneratedRows.seed(7, ordinal: 3, sample: 1) == GeneratedRows.seed(7, ordinal: 3, sample: 1)
    )
    #expect(GeneratedRows.seed(8, ordinal: 3, sample: 1) != GeneratedRows.seed(7, ordinal: 3, sample: 1))
  }

  /// A line that a kill cut off is asked again, and nothing before it.
  @Test func theJournalKeepsWhatWasFinished() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/answers.jsonl"
    do {
      let journal = try AnswerJournal(path: path)
      for row in 1...5 {
        try journal.add(
          row: row, sample: 0,
          .success(
            ChatModel.Reply(text: "答\n\(row)", end: row == 2 ? .length : .stop, promptTokens: 1, replyTokens: row)))
      }
      try journal.add(row: 6, sample: 1, .failure(Diagnostic(code: "context-length-exceeded", "too long")))
      #expect(throws: Diagnostic.self) {
        try journal.add(row: 7, sample: 0, .failure(Diagnostic(code: "not-a-number", "x")))
      }
    }
    let whole = try FileSystem.read(path)
    for length in [whole.count, whole.count - 1, whole.count - 30, 10, 0] {
      try FileSystem.replace(path, with: Array(whole.prefix(length)))
      let journal = try AnswerJournal(path: path)
      #expect(journal.count == whole.prefix(length).count { $0 == 0x0A })
      if length == whole.count {
        #expect(journal.answer(row: 2, sample: 0)?.isCut == true && journal.answer(row: 3, sample: 0)?.text == "答\n3")
        #expect(journal.answer(row: 6, sample: 1)?.problem == "too long" && journal.answer(row: 6, sample: 0) == nil)
      }
      try journal.add(
        row: 99, sample: 0, .success(ChatModel.Reply(text: "x", end: .stop, promptTokens: 1, replyTokens: 1)))
      #expect(try AnswerJournal(path: path).answer(row: 99, sample: 0)?.text == "x")
    }
  }
}
