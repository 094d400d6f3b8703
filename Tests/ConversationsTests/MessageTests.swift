import Conversations
import JSON
import Testing

@Suite struct MessageTests {
  private func message(_ text: String) throws -> Message { try Message(json: try JSONValue(parsing: text)) }

  /// What a template sees of a message, whichever way it was written.
  @Test(arguments: [
    (#"{"role":"user","content":"hi"}"#, #"{"role":"user","content":"hi"}"#),
    (#"{"role":"user"}"#, #"{"role":"user","content":""}"#),
    (#"{"role":"user","content":[{"type":"text","text":"a"},"b"]}"#, #"{"role":"user","content":"a\nb"}"#),
    (
      #"{"role":"assistant","content":"x","thinking":"why"}"#,
      #"{"role":"assistant","content":"x","reasoning_content":"why","thinking":"why"}"#
    ),
    (
      #"{"role":"assistant","content":"x","reasoning_content":"why"}"#,
      #"{"role":"assistant","content":"x","reasoning_content":"why"}"#
    ),
    (
      #"{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\": 1}"}}]}"#,
      #"{"role":"assistant","content":"","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":{"a":1}}}]}"#
    ),
    (
      #"{"role":"assistant","content":"","tool_calls":[{"name":"f","parameters":{"a":1}}]}"#,
      #"{"role":"assistant","content":"","tool_calls":[{"type":"function","function":{"name":"f","arguments":{"a":1}}}]}"#
    ),
    (
      #"{"role":"assistant","function_call":{"name":"f","arguments":"not json"}}"#,
      #"{"role":"assistant","content":"","tool_calls":[{"type":"function","function":{"name":"f","arguments":"not json"}}]}"#
    ),
    (
      #"{"role":"tool","content":"12","tool_call_id":"c","name":"f","more":[1]}"#,
      #"{"role":"tool","content":"12","tool_call_id":"c","name":"f","more":[1]}"#
    ),
  ])
  func templatesSeeEveryMember(_ given: String, _ seen: String) throws {
    #expect(try message(given).json.text() == seen)
  }

  @Test(arguments: [
    ("[]", "is not an object"), (#"{"content":"x"}"#, "has no role"), (#"{"role":""}"#, "has no role"),
    (#"{"role":"user","content":5}"#, "content that is not text"),
    (#"{"role":"user","content":[{"type":"image_url"}]}"#, "a part of type 'image_url'"),
    (#"{"role":"user","content":[{"type":"text"}]}"#, "a part that is not text"),
    (#"{"role":"assistant","tool_calls":5}"#, "tool_calls that are not a list"),
    (#"{"role":"assistant","tool_calls":[{"function":{"arguments":"{}"}}]}"#, "a tool call without a name"),
    (#"{"role":"assistant","tool_calls":[{"type":"custom","custom":{}}]}"#, "a tool call of type 'custom'"),
    (#"{"role":"tool","content":"","tool_call_id":7}"#, "a tool_call_id that is not a string"),
  ])
  func whatCannotBeReadIsNamed(_ given: String, _ why: String) throws {
    let problem = try #require(throws: MessageProblem.self) { try message(given) }
    #expect(problem.what.contains(why))
  }

  @Test func callsWrittenAsTurnsJoinTheAssistantsTurn() throws {
    let rows = try JSONValue(
      parsing: #"""
        [{"role":"user","content":"q"},{"role":"tool_call","content":"{\"name\":\"f\",\"arguments\":{}}"},
         {"role":"tool_call","content":"{\"name\":\"g\",\"arguments\":\"{\\\"x\\\":1}\"}"},{"role":"tool","content":"r"}]
        """#)
    let messages = try Message.list(rows.arrayValue ?? [])
    #expect(messages.map(\.role) == ["user", "assistant", "tool"])
    #expect(
      messages[1].toolCalls == [
        ToolCall(name: "f", arguments: [:]), ToolCall(name: "g", arguments: ["x": 1]),
      ])
    let problem = try #require(throws: MessageProblem.self) {
      try Message.list([["role": "user", "content": "q"], ["role": "tool_call", "content": "weather!"]])
    }
    #expect(problem.index == 1 && problem.what.contains("not JSON"))
  }
}
