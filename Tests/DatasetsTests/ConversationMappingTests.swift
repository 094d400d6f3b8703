import Conversations
import Diagnostics
import JSON
import Testing

@testable import Datasets

@Suite struct ConversationMappingTests {
  private func map(_ text: String) throws -> MappedRow {
    try Conversation.mapping(try #require(try JSONValue(parsing: text).objectValue))
  }

  private func turns(_ text: String) throws -> [String] {
    try map(text).conversation.messages.map { "\($0.role): \($0.content)" }
  }

  @Test(
    arguments: ["query", "prompt", "input", "instruction", "question", "problem", "Query", "PROMPT"],
    [
      "response", "answer", "output", "targets", "target", "answer_key", "answers", "solution", "text", "completion",
      "content", "Answer",
    ])
  func everyColumnOfTheTable(query: String, response: String) throws {
    #expect(try turns("{\"\(query)\": \"q\", \"\(response)\": \"r\"}") == ["user: q", "assistant: r"])
  }

  @Test(arguments: ["system", "system_prompt", "System"])
  func systemComesFirst(column: String) throws {
    #expect(
      try turns("{\"query\": \"q\", \"response\": \"r\", \"\(column)\": \"s\"}") == [
        "system: s", "user: q", "assistant: r",
      ])
  }

  @Test func twoClaimantsAreNeitherUnlessOneBearsTheName() throws {
    #expect(throws: RowProblem.self) { try turns("{\"prompt\": \"a\", \"question\": \"b\", \"response\": \"r\"}") }
    #expect(
      try turns("{\"query\": \"a\", \"question\": \"b\", \"response\": \"r\", \"text\": \"t\"}") == [
        "user: a", "assistant: r",
      ])
    let problem = try #require(throws: RowProblem.self) {
      try turns("{\"query\": \"a\", \"answer\": \"r\", \"text\": \"t\"}")
    }
    #expect(problem.message == "columns answer and text both claim to be the answer")
  }

  @Test(arguments: [("\"i\"", "\"x\"", "i\nx"), ("\"i\"", "\"\"", "i"), ("\"\"", "\"x\"", "x"), ("\"i\"", "null", "i")])
  func alpacaJoinsInstructionAndInput(instruction: String, input: String, query: String) throws {
    let mapped = try map("{\"instruction\": \(instruction), \"input\": \(input), \"output\": \"o\"}")
    #expect(mapped.shape == .alpaca)
    #expect(mapped.conversation.messages.first?.content == .text(query))
  }

  @Test func historyComesBeforeTheQuestion() throws {
    let expected = ["system: s", "user: a", "assistant: b", "user: c", "assistant: d", "user: q", "assistant: r"]
    let head = "{\"instruction\": \"q\", \"input\": \"\", \"output\": \"r\", \"system\": \"s\", \"history\": "
    #expect(try turns(head + "[[\"a\", \"b\"], [\"c\", \"d\"]]}") == expected)
    #expect(try turns(head + "\"[[\\\"a\\\", \\\"b\\\"], [\\\"c\\\", \\\"d\\\"]]\"}") == expected)
    #expect(try turns(head + "null}").count == 3)
    #expect(throws: RowProblem.self) { try turns(head + "[[\"a\"]]}") }
  }

  @Test(arguments: ["messages", "conversation", "conversations"])
  func messagesInEveryColumn(column: String) throws {
    let mapped = try map(
      "{\"\(column)\": [{\"role\": \"user\", \"content\": \"q\"}, {\"role\": \"assistant\", \"content\": \"r\"}]}")
    #expect(mapped.shape == .messages)
    #expect(mapped.conversation.messages.map(\.role) == ["user", "assistant"])
  }

  @Test(arguments: [("human", "gpt"), ("user", "bot"), ("Human", "Assistant")])
  func sharegptRolesAreMapped(user: String, assistant: String) throws {
    let mapped = try map(
      """
      {"system": "s", "conversations": [{"from": "\(user)", "value": "q"}, {"from": "\(assistant)", "value": "r"},
      {"from": "observation", "value": "o"}, {"from": "critic", "value": "c"}]}
      """)
    #expect(mapped.shape == .sharegpt)
    #expect(mapped.conversation.messages.map(\.role) == ["system", "user", "assistant", "tool", "critic"])
  }

  @Test func pairsOfHumanAndAssistant() throws {
    #expect(
      try turns(
        "{\"conversation\": [{\"human\": \"a\", \"assistant\": \"b\"}, {\"human\": \"c\", \"assistant\": \"d\"}]}")
        == ["user: a", "assistant: b", "user: c", "assistant: d"])
  }

  @Test func toolCallJoinsTheAssistantsTurn() throws {
    let mapped = try map(
      """
      {"messages": [{"role": "user", "content": "q"},
      {"role": "function_call", "content": "{\\"name\\": \\"f\\", \\"arguments\\": {\\"x\\": 1}}"},
      {"role": "function_response", "content": "2"}, {"role": "assistant", "content": "two"}],
      "tools": "[{\\"type\\": \\"function\\"}]"}
      """)
    #expect(mapped.conversation.messages.map(\.role) == ["user", "assistant", "tool", "assistant"])
    #expect(
      mapped.conversation.messages[1]
        == Message(role: "assistant", content: .absent, toolCalls: [ToolCall(name: "f", arguments: ["x": 1])]))
    #expect(mapped.conversation.tools == [["type": "function"]])
  }

  @Test func partsOfTextJoinAndOthersAreRefused() throws {
    let head = "{\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"a\"}, "
    let tail = "]}, {\"role\": \"assistant\", \"content\": \"r\"}]}"
    #expect(try turns(head + "{\"type\": \"text\", \"text\": \"b\"}" + tail).first == "user: a\nb")
    #expect(throws: RowProblem.self) { try turns(head + "{\"type\": \"image\"}" + tail) }
  }

  @Test func valuesThatAreNotText() throws {
    #expect(try turns("{\"query\": \"2+2\", \"response\": 4}") == ["user: 2+2", "assistant: 4"])
    #expect(try turns("{\"query\": \"q\", \"answers\": [\"first\", \"second\"]}").last == "assistant: first")
    #expect(try turns("{\"query\": \"q\", \"response\": \"\"}").last == "assistant: ")
    #expect(try turns("{\"query\": 1, \"response\": 12345678901234567890}").last == "assistant: 12345678901234567890")
    #expect(throws: RowProblem.self) { try turns("{\"query\": {\"a\": 1}, \"response\": \"r\"}") }
    #expect(throws: RowProblem.self) { try turns("{\"query\": \"q\", \"answers\": []}") }
  }

  /// What stands in one column under two names, or is more than is learned, is used or reported.
  @Test func nothingOfAColumnIsLostWithoutAWord() throws {
    let messages =
      "\"messages\": [{\"role\": \"user\", \"content\": \"q\"}, {\"role\": \"assistant\", \"content\": \"a\"}]"
    let g: JSONValue = ["type": "function", "function": ["name": "g"]]
    for functions in ["[{\"name\": \"g\"}]", "[{\"type\": \"function\", \"function\": {\"name\": \"g\"}}]"] {
      for rest in ["", ", \"tools\": []", ", \"tools\": null"] {
        let row = try map("{\(messages), \"functions\": \(functions)\(rest)}")
        #expect(row.conversation.tools == [g] && row.unusedColumns.isEmpty, "\(functions)\(rest)")
      }
    }
    let both = try map("{\(messages), \"functions\": [{\"name\": \"f\"}], \"tools\": [{\"name\": \"t\"}]}")
    #expect(both.conversation.tools == [["name": "t"]] && both.unusedColumns == ["functions"])
    let several = try map("{\"query\": \"q\", \"answers\": [\"first\", \"second\"]}")
    #expect(several.unusedColumns == ["answers[1…]"])
    for column in several.unusedColumns + both.unusedColumns + ["rationale", "Persona"] {
      #expect(ColumnTable.isTelling(column), "\(column)")
    }
    #expect(try map("{\"query\": \"q\", \"answers\": [\"first\"]}").unusedColumns.isEmpty)
    // A part that this shape of row has no use for, and a second column for one part, are named.
    for (row, unused) in [
      ("{\(messages), \"history\": [[\"q\", \"r\"]]}", "history"),
      (
        "{\"query\": \"q\", \"response\": \"r\", \"history\": [[\"a\", \"b\"]], \"History\": [[\"c\", \"d\"]]}",
        "History"
      ),
      ("{\"instruction\": \"a\", \"input\": \"b\", \"Input\": \"c\", \"output\": \"d\"}", "Input"),
      ("{\"instruction\": \"a\", \"指令\": \"c\", \"input\": \"b\", \"output\": \"d\"}", "指令"),
      ("{\(messages), \"tools\": [{\"name\": \"f\"}], \"Tools\": [{\"name\": \"g\"}]}", "Tools"),
    ] {
      #expect(try map(row).unusedColumns == [unused] && ColumnTable.isTelling(unused), "\(row)")
    }
    // What stands beside a pair of turns marks its answer, or is an error.
    func pair(_ member: String) throws -> Conversation {
      try map(
        "{\"conversation\": [{\"human\": \"q\", \"assistant\": \"a\"}, {\"human\": \"q\", \"assistant\": \"a\", \(member)}]}"
      ).conversation
    }
    #expect(try pair("\"loss\": false").messages[3].extra["loss"] == false)
    #expect(try pair("\"reasoning\": \"why\"").messages[3].reasoning == "why")
    for member in ["\"system\": \"s\"", "\"role\": 1", "\"content\": \"c\""] {
      #expect(throws: RowProblem.self, "\(member)") { try pair(member) }
    }
    // A member that stands twice is an error, however deep.
    let window = try FileWindow(path: #filePath, label: "x")
    for text in [
      "{\"query\": \"a\", \"query\": \"b\", \"response\": \"c\"}",
      "{\"messages\": [{\"role\": \"user\", \"content\": \"a\", \"content\": \"b\"}]}",
    ] {
      guard case .bad(_, let diagnostic) = JSONRow.record(Array(text.utf8)[...], window, line: 1, row: 1) else {
        Issue.record("\(text) was taken")
        continue
      }
      #expect(diagnostic.message.contains("occurs twice"))
    }
    let tools = "\"tools\": \"[{\\\"name\\\": 1, \\\"name\\\": 2}]\""
    #expect(throws: RowProblem.self) { try map("{\(messages), \(tools)}") }
  }

  @Test(arguments: [
    "{}", "{\"query\": \"q\"}", "{\"response\": \"r\"}", "{\"messages\": []}", "{\"messages\": \"x\"}",
    "{\"messages\": [1]}", "{\"messages\": [{\"content\": \"x\"}]}",
    "{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}]}", "{\"messages\": [{\"role\": \"assistant\"}]}",
  ])
  func whatFitsNoShapeIsRefused(text: String) {
    #expect(throws: RowProblem.self) { try turns(text) }
  }
}
