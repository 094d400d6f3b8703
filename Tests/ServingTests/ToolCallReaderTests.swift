import Conversations
import JSON
import Testing

@testable import Serving

@Suite struct ToolCallReaderTests {
  /// A reply in pieces of every length: the parts are the same, however the text is cut.
  private func read(_ text: String, _ format: ToolCallFormat = .tagged, known: Set<String> = ["f", "g"])
    -> ToolCallReader.Piece
  {
    var results: [ToolCallReader.Piece] = []
    for length in [1, 2, 3, 7, 1000] {
      var reader = ToolCallReader(format, known: known)
      var whole = ToolCallReader.Piece()
      var rest = Substring(text)
      while !rest.isEmpty {
        let piece = reader.push(String(rest.prefix(length)))
        rest = rest.dropFirst(length)
        whole.content += piece.content
        whole.calls += piece.calls
      }
      let last = reader.finish()
      whole.content += last.content
      whole.calls += last.calls
      results.append(whole)
    }
    #expect(Set(results.map(\.content)).count == 1 && results.allSatisfy { $0.calls == results[0].calls })
    return results[0]
  }

  private let f = ToolCall(name: "f", arguments: ["x": 1])
  private let g = ToolCall(name: "g", arguments: [:])

  @Test func aListBehindItsMarkIsCalls() {
    let list =
      "[{\"name\": \"f\", \"arguments\": {\"x\": 1}, \"id\": \"abcdefghi\"}, {\"name\": \"g\", \"arguments\": {}}]"
    let calls = [ToolCall(id: "abcdefghi", name: "f", arguments: ["x": 1]), g]
    #expect(read("[TOOL_CALLS] " + list, .listed) == .init(content: "", calls: calls))
    #expect(read(list, .listed) == .init(content: "", calls: calls))
    // A list that calls nothing that was offered is what the model says.
    #expect(read("[TOOL_CALLS] " + list, .listed, known: ["g"]) == .init(content: "[TOOL_CALLS] " + list))
    #expect(read("[1, 2, 3]", .listed) == .init(content: "[1, 2, 3]"))
    #expect(read("Hello.", .listed) == .init(content: "Hello."))
  }

  @Test func tagsAreCalls() {
    let call = "<tool_call>\n{\"name\": \"f\", \"arguments\": {\"x\": 1}}\n</tool_call>"
    #expect(read(call) == .init(content: "", calls: [f]))
    #expect(read("Let me look.\n\n" + call) == .init(content: "Let me look.", calls: [f]))
    #expect(
      read(call + "\n<tool_call>\n{\"name\": \"g\", \"arguments\": {}}\n</tool_call>\n")
        == .init(content: "", calls: [f, g]))
    // SmolLM2 puts a list between the tags, and a reply may end without the closing one.
    #expect(
      read("<tool_call>[{\"name\":\"f\",\"arguments\":{\"x\":1}},{\"name\":\"g\",\"arguments\":{}}]</tool_call>").calls
        == [f, g])
    #expect(read("<tool_call>{\"name\":\"f\",\"arguments\":{\"x\":1}}").calls == [f])
    #expect(read(call + " and then  more words") == .init(content: "and then  more words", calls: [f]))
  }

  @Test(arguments: [
    "plain  text \n", "a <tool_ call> b", "<tool_call>no json</tool_call> x", "<tool_call>{\"name\":\"f\"", "<tool_cal",
    "<tool_call>{\"name\": 5, \"arguments\": {}}</tool_call>",
  ])
  func whatIsNoCallStaysText(_ text: String) {
    #expect(read(text) == .init(content: text, calls: []))
  }

  @Test func bareJSONIsACallOfAnOfferedFunctionOnly() {
    #expect(read(#"{"name": "f", "parameters": {"x": 1}}"#, .bare).calls == [f])
    #expect(read(#"{"name": "f", "parameters": {"x": 1}}; {"name": "g", "parameters": {}}"#, .bare).calls == [f, g])
    let semicolon = ToolCall(name: "f", arguments: ["x": "a;b"])
    #expect(
      read(#"{"name":"f","parameters":{"x":"a;b"}};{"name":"g","parameters":{}}"#, .bare).calls == [semicolon, g])
    for text in [#"{"name": "unknown", "parameters": {}}"#, #"{"answer": 42}"#, "words {", " {\"name\":"] {
      #expect(read(text, .bare) == .init(content: text, calls: []))
    }
  }
}
