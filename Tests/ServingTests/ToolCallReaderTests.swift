import Conversations
import JSON
import Testing

@testable import Serving

@Suite struct ToolCallReaderTests {
  private static let weather: JSONValue = [
    "type": "object",
    "properties": [
      "city": ["type": "string"], "days": ["type": "integer"], "wide": ["type": "boolean"], "tags": ["type": "array"],
      "note": ["type": ["string", "null"]],
    ],
  ]

  /// A reply in pieces of every length: the parts are the same, however the text is cut.
  private func read(_ text: String, _ format: ToolCallFormat = .tagged, known: Set<String> = ["f", "g"])
    -> ToolCallReader.Piece
  {
    var results: [ToolCallReader.Piece] = []
    for length in [1, 2, 3, 7, 1000] {
      var reader = ToolCallReader(
        format, functions: Dictionary(uniqueKeysWithValues: known.map { ($0, Self.weather) }))
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
  private static let fJSON = "{\"name\": \"f\", \"arguments\": {\"x\": 1}}"
  private static let gJSON = "{\"name\": \"g\", \"arguments\": {}}"

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
    let call = "<tool_call>\n\(Self.fJSON)\n</tool_call>"
    #expect(read(call) == .init(content: "", calls: [f]))
    #expect(read("Let me look.\n\n" + call) == .init(content: "Let me look.", calls: [f]))
    #expect(read(call + "\n<tool_call>\n\(Self.gJSON)\n</tool_call>\n") == .init(content: "", calls: [f, g]))
    // SmolLM2 puts a list between the tags, and a reply may end without the closing one.
    #expect(
      read("<tool_call>[{\"name\":\"f\",\"arguments\":{\"x\":1}},{\"name\":\"g\",\"arguments\":{}}]</tool_call>").calls
        == [f, g])
    #expect(read("<tool_call>{\"name\":\"f\",\"arguments\":{\"x\":1}}").calls == [f])
    #expect(read(call + " and then  more words") == .init(content: "and then  more words", calls: [f]))
    #expect(read("<tool_call>\(Self.fJSON)\n\(Self.gJSON)</tool_call>").calls == [f, g])
    // In the model's own tags, a function that was not offered is called too: the client answers that there is none.
    #expect(read("<tool_call>{\"name\": \"h\", \"arguments\": {}}</tool_call>").calls.map(\.name) == ["h"])
  }

  /// Texts of the arguments are the caller's: marks in them end nothing.
  @Test(arguments: ["</tool_call>", "<tool_call>", "```", "}]\\\"", "a;b"])
  func marksInsideAnArgumentEndNothing(_ text: String) throws {
    let json = "{\"name\": \"f\", \"arguments\": {\"x\": \"\(text)\"}}"
    let call = ToolCall(name: "f", arguments: ["x": try JSONValue(parsing: "\"\(text)\"")])
    for reply in ["<tool_call>\n\(json)\n</tool_call>", "```json\n\(json)\n```", json] {
      #expect(read(reply) == .init(content: "", calls: [call]), "\(reply)")
    }
    #expect(read(json + "; " + Self.gJSON, .bare).calls == [call, g])
  }

  @Test(arguments: [
    "plain  text \n", "a <tool_ call> b", "<tool_call>no json</tool_call> x", "<tool_call>{\"name\":\"f\"", "<tool_cal",
    "<tool_call>{\"name\": 5, \"arguments\": {}}</tool_call>", "  \n", "Look:  <tool_call>no json",
    // A reply that shows code or an example, or answers in JSON.
    "```python\nprint({\"name\": 1})\n```", "```json\n{\"a\": 1}\n```\n", "```\n[1, 2]\n```", "a ``` b", "``",
    "```json\n",
    "{\"name\": \"h\", \"arguments\": {}}", "{\"a\": {\"name\": \"f\", \"arguments\": {}}}", "{\"name\": \"f", "{{x}}",
    "```json\n\(fJSON)\n```\n\nThis calls f.", "\(fJSON)\n\nis how to call f.", "<tools>\(fJSON)</tools> lists f.",
    "```json\n\(fJSON)\n```\n  and \n```json\n\(gJSON)\n```\nare calls.",
    "```json\n{\"name\": \"h\", \"arguments\": {}}\n```",
    "```xml\n<tool_call>\n\(fJSON)\n</tool_call>\n```\nis the format.",
    "```sh\ncat <<E\n<tool_call>\(fJSON)</tool_call>\nE\n```\n",
    "```json\n{\"name\": \"f\", \"arguments\": {\"x\": \"1\n\"}}\n```",
  ])
  func whatIsNoCallStaysText(_ text: String) {
    #expect(read(text) == .init(content: text, calls: []))
  }

  /// Qwen2.5-Coder writes its calls so, whatever its template says.
  @Test(arguments: [
    "```json\n\(fJSON)\n```", "```\n\(fJSON)\n```\n", "```JSON\n\(fJSON)", "\(fJSON)\n", "<tools>\n\(fJSON)\n</tools>",
    "<function_call>\(fJSON)</function_call>", "```xml\n<tool_call>\n\(fJSON)\n</tool_call>\n```",
    "```json\n{\"name\": \"f\", \"parameters\": {\"x\": 1}}\n```", "```json\n[\(fJSON)]\n```",
    "```json\n{\"type\": \"function\", \"function\": \(fJSON)}\n```",
  ])
  func callsOutsideTheModelsTagsAreReadAtTheReplysEnd(_ text: String) {
    for format in [ToolCallFormat.tagged, .elements, .bare, .listed, .named] {
      #expect(read(text, format) == .init(content: "", calls: [f]), "\(format)")
    }
    if !text.hasPrefix("{") { #expect(read("I look.\n\n" + text) == .init(content: "I look.", calls: [f])) }
  }

  @Test func severalCallsAtTheEndAreAllCalls() {
    let fenced = "```json\n\(Self.fJSON)\n```\n\n```json\n\(Self.gJSON)\n```\n"
    #expect(read(fenced) == .init(content: "", calls: [f, g]))
    #expect(read("```json\n\(Self.fJSON)\n\(Self.gJSON)\n```") == .init(content: "", calls: [f, g]))
    #expect(
      read("```json\n\(Self.fJSON)\n```\n<tool_call>\(Self.gJSON)</tool_call>") == .init(content: "", calls: [f, g]))
    let code = "```python\nf(1)\n```\nNow I call it:\n"
    #expect(
      read(code + "<tool_call>\(Self.fJSON)</tool_call>") == .init(content: String(code.dropLast()), calls: [f]))
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

  /// Qwen3-Coder's and Qwen3.5's form: the schema says which values are texts.
  @Test func elementsAreCalls() {
    func call(_ arguments: String) -> String { "<function=f>\n\(arguments)</function>" }
    func argument(_ name: String, _ value: String) -> String { "<parameter=\(name)>\n\(value)\n</parameter>\n" }
    let body = call(
      argument("city", "12\nOslo <b>") + argument("days", "3") + argument("wide", "true") + argument("tags", "[\"a\"]")
        + argument("note", "null") + argument("other", "5"))
    let expected = ToolCall(
      name: "f",
      arguments: [
        "city": "12\nOslo <b>", "days": 3, "wide": true, "tags": ["a"], "note": "null", "other": "5",
      ])
    #expect(read("<tool_call>\n\(body)\n</tool_call>", .elements) == .init(content: "", calls: [expected]))
    #expect(read("I look.\n\n<tool_call>\n\(body)", .elements) == .init(content: "I look.", calls: [expected]))
    #expect(
      read("<tool_call>\n\(call(""))\n\(body)\n</tool_call>", .elements).calls.map(\.arguments) == [
        [:], expected.arguments,
      ])
    // A value that is not what the schema says comes as the text it is.
    #expect(
      read("<tool_call>\(call(argument("days", "three")))</tool_call>", .elements).calls[0].arguments == [
        "days": "three"
      ])
    for text in [
      "<tool_call>\n<function=f>\nwords\n</function>\n</tool_call>", "<tool_call><function=f", "<tool_call> <func",
    ] {
      #expect(read(text, .elements) == .init(content: text, calls: []))
    }
    // A model of this family may fall back to JSON.
    #expect(read("<tool_call>\(Self.fJSON)</tool_call>", .elements).calls == [f])
  }

  /// Ministral 3's form, of which the control tokens may be missing.
  @Test(arguments: ["[TOOL_CALLS]f[ARGS]{\"x\": 1}[TOOL_CALLS]g[ARGS]{}", "f{\"x\": 1}g{}", "f {\"x\": 1}\n"])
  func namesBeforeArgumentsAreCalls(_ text: String) {
    #expect(read(text, .named) == .init(content: "", calls: text.contains("g") ? [f, g] : [f]))
    for text in ["f is a function", "get", "f{\"x\"", "f[ARG", "[TOOL_CALLS]h[ARGS]{}", "f{\"x\": 1} is a call"] {
      #expect(read(text, .named) == .init(content: text, calls: []))
    }
  }

  /// Each byte is looked at a bounded number of times.
  @Test func longArgumentsAreReadInOnePass() {
    let text = String(repeating: "word ", count: 40_000)
    var reader = ToolCallReader(.tagged, functions: ["f": .null])
    var calls: [ToolCall] = []
    let clock = ContinuousClock()
    let time = clock.measure {
      calls += reader.push("<tool_call>{\"name\": \"f\", \"arguments\": {\"x\": \"").calls
      for word in text.split(separator: " ") { calls += reader.push(word + " ").calls }
      calls += reader.push("\"}}</tool_call>").calls
      calls += reader.finish().calls
    }
    #expect(calls == [ToolCall(name: "f", arguments: ["x": .string(text)])])
    #expect(time < .seconds(5))
  }
}
