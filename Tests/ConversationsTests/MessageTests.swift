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
      #"{"role":"assistant","tool_calls":[{"function":{"name":"f"},"arguments":{"a":1}}]}"#,
      #"{"role":"assistant","content":"","tool_calls":[{"type":"function","function":{"name":"f","arguments":{"a":1}}}]}"#
    ),
    (
      #"{"role":"assistant","tool_calls":[{"id":7,"name":"f","arguments":"{\"n\":12345678901234567890,\"x\":1.50}"}]}"#,
      #"{"role":"assistant","content":"","tool_calls":[{"id":"7","type":"function","function":{"name":"f","arguments":{"n":12345678901234567890,"x":1.50}}}]}"#
    ),
    (
      #"{"role":"assistant","content":"x","reasoning":"why","reasoning_content":"why"}"#,
      #"{"role":"assistant","content":"x","reasoning_content":"why","reasoning":"why"}"#
    ),
    (#"{"role":"assistant","content":"x","thinking":true}"#, #"{"role":"assistant","content":"x","thinking":true}"#),
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
    (#"{"role":"assistant","tool_calls":[{"name":"f","arguments":"{\"a\":1,\"a\":2}"}]}"#, "occurs twice"),
    (#"{"role":"assistant","tool_calls":[{"type":5,"name":"f"}]}"#, "a tool call of type '5'"),
    (#"{"role":"assistant","tool_calls":[{"id":[],"name":"f"}]}"#, "id is not a string"),
    (#"{"role":"assistant","tool_calls":[{"name":"f","arguments":{},"parameters":{"a":1}}]}"#, "two sets of arguments"),
    (
      #"{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{}},"arguments":{"a":1}}]}"#,
      "two sets of arguments"
    ),
    (#"{"role":"assistant","content":"x","reasoning_content":["why"]}"#, "'reasoning_content' that is not text"),
    (#"{"role":"assistant","content":"x","reasoning":{"text":"why"}}"#, "'reasoning' that is not text"),
    (#"{"role":"assistant","content":"x","reasoning":"a","thinking":"b"}"#, "reasoning twice"),
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

  /// What a call's own turn says besides the call becomes the joint turn's, or is an error.
  @Test func nothingOfACallsTurnIsLost() throws {
    func list(_ first: String, _ members: String) throws -> [Message] {
      try Message.list(
        try JSONValue(parsing: "[\(first){\"role\":\"tool_call\",\(members)}]").arrayValue ?? [])
    }
    let call = #""content":"{\"name\":\"f\",\"arguments\":{\"n\":12345678901234567890}}""#
    let answer = #"{"role":"assistant","content":"x"},"#
    for first in ["", answer] {
      for (name, read) in [("reasoning_content", "why"), ("reasoning", "why")] {
        let message = try #require(list(first, "\(call),\"\(name)\":\"\(read)\"").last)
        #expect(message.role == "assistant" && message.reasoning == "why" && message.toolCalls.count == 1)
        #expect(message.toolCalls[0].arguments["n"]?.text() == "12345678901234567890")
      }
      #expect(try list(first, call + #","more":[1]"#).last?.extra["more"] == [1])
      // Calls may stand where OpenAI puts them.
      let calls = #""tool_calls":[{"name":"f","arguments":{}}]"#
      #expect(try list(first, calls).last?.toolCalls == [ToolCall(name: "f", arguments: [:])])
      #expect(throws: MessageProblem.self) { try list(first, call + "," + calls) }
      #expect(throws: MessageProblem.self) { try list(first, #""content":"{\"name\":\"f\",\"name\":\"g\"}""#) }
    }
    let thinking = #"{"role":"assistant","content":"x","reasoning":"one","more":2},"#
    for members in [#""reasoning":"two""#, #""more":[1]"#] {
      #expect(throws: MessageProblem.self, "\(members)") { try list(thinking, call + "," + members) }
    }
  }
}
