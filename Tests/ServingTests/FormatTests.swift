import HTTPService
import JSON
import Testing
import Tokenization

@testable import Serving

/// Replies that are held to a format, by a model that would say anything.
@Suite struct FormatTests {
  private static func service(_ template: ChatContext.Template = .model) throws -> Service {
    let model = try #require(TinyModel.shared)
    return try Service(
      ServiceDescriptor(name: "tiny", modelPath: model.path, context: ChatContext(template: template)),
      options: ServiceOptions(threads: 1, cacheByteCount: 1 << 24))
  }

  private static func chat(_ service: Service, _ members: [(String, JSONValue)]) throws -> JSONValue {
    try ServiceTests.answer(
      ServiceTests.post(service, "/v1/chat/completions", ServiceTests.chat("hello", members)))
  }

  private static func content(_ answer: JSONValue) -> String? {
    answer["choices"]?.arrayValue?[0]["message"]?["content"]?.stringValue
  }

  @Test func schemasHoldAtAnyTemperature() throws {
    let service = try Self.service()
    defer { service.drain(seconds: 1) }
    let schema: JSONValue = [
      "type": "object",
      "properties": [
        "name": ["type": "string", "maxLength": 5], "kind": ["enum": ["cat", "dog"]], "n": ["type": "boolean"],
      ],
      "required": ["name", "kind", "n"], "additionalProperties": false,
    ]
    for (seed, temperature) in [(1, 0.0), (2, 0.7), (3, 1.5), (4, 2.0)] {
      let answer = try Self.chat(
        service,
        [
          ("response_format", ["type": "json_schema", "json_schema": ["name": "x", "schema": schema]]),
          ("max_tokens", 400), ("temperature", .number(temperature)), ("seed", .integer(Int64(seed))), ("top_p", 1),
        ])
      let value = try JSONValue(parsing: Array(try #require(Self.content(answer)).utf8))
      #expect(value.objectValue?.keys == ["name", "kind", "n"])
      #expect(value["kind"] == "cat" || value["kind"] == "dog")
      #expect(answer["choices"]?.arrayValue?[0]["finish_reason"] == "stop")
    }
    let choice = try Self.chat(service, [("guided_choice", ["yes", "no"]), ("temperature", 2), ("max_tokens", 50)])
    #expect(["yes", "no"].contains(Self.content(choice)))
  }

  @Test func unsupportedSchemasAreRefusedByTheKeywordsName() throws {
    let service = try Self.service()
    defer { service.drain(seconds: 1) }
    let answer = try Self.chat(
      service,
      [("response_format", ["type": "json_schema", "json_schema": ["schema": ["type": "string", "pattern": "a+"]]])])
    #expect(answer["error"]?["message"]?.stringValue?.contains("'pattern'") == true)
    #expect(answer["error"]?["code"] == "invalid_schema")
  }

  @Test func repliesAreAtLeastAndAtMostAsLongAsAsked() throws {
    let service = try Self.service()
    defer { service.drain(seconds: 1) }
    func tokens(_ members: [(String, JSONValue)]) throws -> Int? {
      try Self.chat(service, [("max_tokens", 60), ("temperature", 0)] + members)["usage"]?["completion_tokens"]?
        .intValue
    }
    // Bias makes the end token the likeliest of all.
    let end: JSONValue = ["257": 100]
    #expect(try tokens([("logit_bias", end)]) == 1)
    #expect(try tokens([("logit_bias", end), ("min_tokens", 7)]) == 8)
    #expect(try tokens([("logit_bias", end), ("ignore_eos", true)]) == 60)
    // Every byte is a token here: 97 is 'a'.
    #expect(try tokens([("logit_bias", ["97": 100]), ("stop_token_ids", [97])]) == 1)
    #expect(try tokens([("logit_bias", ["97": 100]), ("stop", "a"), ("min_tokens", 5)]) == 6)
    let cut = try Self.chat(service, [("logit_bias", ["97": 100]), ("stop_token_ids", [97])])
    #expect(Self.content(cut) == "" && cut["choices"]?.arrayValue?[0]["finish_reason"] == "stop")
  }

  private static let tools: JSONValue = [
    [
      "type": "function",
      "function": [
        "name": "get_weather",
        "parameters": ["type": "object", "properties": ["city": ["enum": ["Oslo", "Bergen"]]], "required": ["city"]],
      ],
    ]
  ]

  @Test func toolsAreOfferedAndCallsComeBack() throws {
    // A real template's words about tools are longer than this model's context.
    let service = try Self.service(
      .inline(
        "{% for t in tools or [] %}<tool_call>{{ t.function.name }}{% endfor %}"
          + "{% for m in messages %}{{ m.content }}{% endfor %}"))
    defer { service.drain(seconds: 1) }
    let plain = try Self.chat(service, [])["usage"]?["prompt_tokens"]?.intValue ?? 0
    let forced: [(String, JSONValue)] = [
      ("tools", Self.tools), ("tool_choice", "required"), ("max_tokens", 200), ("temperature", 1.5),
    ]
    let answer = try Self.chat(service, forced)
    #expect((answer["usage"]?["prompt_tokens"]?.intValue ?? 0) == plain + 22)
    let choice = try #require(answer["choices"]?.arrayValue?[0])
    #expect(choice["finish_reason"] == "tool_calls" && choice["message"]?["content"]?.isNull == true)
    let call = try #require(choice["message"]?["tool_calls"]?.arrayValue?.first)
    #expect(call["type"] == "function" && call["function"]?["name"] == "get_weather")
    let arguments = try JSONValue(parsing: Array(try #require(call["function"]?["arguments"]?.stringValue).utf8))
    #expect(["Oslo", "Bergen"].contains(arguments["city"]?.stringValue))

    let stream = try #require(
      ServiceTests.post(service, "/v1/chat/completions", ServiceTests.chat("hello", forced + [("stream", true)])).wait()
    )
    let chunks = try String(decoding: stream.sent, as: UTF8.self).split(separator: "\n\n").map { $0.dropFirst(6) }
      .dropLast().map { try JSONValue(parsing: String($0)) }
    let deltas = chunks.compactMap { $0["choices"]?.arrayValue?.first?["delta"] }
    #expect(deltas.contains { $0["tool_calls"]?.arrayValue?.first?["function"] == call["function"] })
    #expect(deltas.compactMap { $0["content"]?.stringValue }.joined() == "")
    #expect(chunks.last?["choices"]?.arrayValue?.first?["finish_reason"] == "tool_calls")
  }

  @Test func callsAndAnswersOfTheHistoryReachTheTemplate() throws {
    let service = try Self.service(.builtin("qwen2.5"))
    defer { service.drain(seconds: 1) }
    func tokens(_ call: JSONValue?) throws -> Int? {
      var assistant = JSONObject([("role", "assistant"), ("content", call == nil ? "" : .null)])
      if let call { assistant["tool_calls"] = [call] }
      return try Self.chat(
        service,
        [
          (
            "messages",
            [
              ["role": "user", "content": "Weather?"], .object(assistant),
              ["role": "tool", "tool_call_id": "c1", "content": "12 degrees"],
            ]
          ), ("max_tokens", 1),
        ])["usage"]?["prompt_tokens"]?.intValue
    }
    let text: JSONValue = [
      "id": "c1", "type": "function", "function": ["name": "get_weather", "arguments": "{\"city\": \"Oslo\"}"],
    ]
    let object: JSONValue = ["type": "function", "function": ["name": "get_weather", "arguments": ["city": "Oslo"]]]
    let (silent, spoken) = (try #require(try tokens(nil)), try #require(try tokens(text)))
    #expect(spoken > silent + 50)
    #expect(try tokens(object) == spoken)
  }

  @Test func aTemplateWithoutToolsRefusesThem() throws {
    let service = try Self.service()
    defer { service.drain(seconds: 1) }
    let error = try Self.chat(service, [("tools", Self.tools)])["error"]
    #expect(error?["param"] == "tools" && error?["code"] == "unsupported_parameter")
    // Tools that may not be called need not be shown.
    #expect(try Self.chat(service, [("tools", Self.tools), ("tool_choice", "none")])["choices"] != nil)
  }

  @Test func argumentsOfTheTemplateAreHeededOrRefused() throws {
    let service = try Self.service(.inline("{{ messages[0].content }}{% if shout %}!!!!{% endif %}"))
    defer { service.drain(seconds: 1) }
    func ask(_ arguments: JSONValue) throws -> JSONValue {
      try Self.chat(service, [("chat_template_kwargs", arguments), ("max_tokens", 1)])
    }
    let plain = try ask([:])["usage"]?["prompt_tokens"]?.intValue ?? 0
    #expect(try ask(["shout": true])["usage"]?["prompt_tokens"]?.intValue == plain + 4)
    #expect(try ask(["whisper": true])["error"]?["message"]?.stringValue?.contains("'whisper'") == true)
    #expect(try ask(["messages": []])["error"]?["param"] == "chat_template_kwargs")
    // A model that cannot think is told not to.
    #expect(try ask(["enable_thinking": false])["choices"] != nil)
    #expect(try ask(["enable_thinking": true])["error"] != nil)
  }

  @Test func theTemplatesOwnWordsReachTheClient() throws {
    let service = try Self.service(.inline("{{ raise_exception('System role not supported') }}"))
    defer { service.drain(seconds: 1) }
    let error = try Self.chat(service, [])["error"]
    #expect(error?["message"]?.stringValue?.contains("System role not supported") == true)
  }

  @Test func offsetsCountCharactersOfTheText() throws {
    let service = try Self.service()
    defer { service.drain(seconds: 1) }
    let answer = try ServiceTests.answer(
      ServiceTests.post(
        service, "/v1/completions", ["prompt": "a天b", "max_tokens": 0, "logprobs": 0, "echo": true]))
    let choice = try #require(answer["choices"]?.arrayValue?[0])
    #expect(choice["text"] == "a天b")
    // Three tokens spell the second character.
    #expect(choice["logprobs"]?["text_offset"] == [0, 1, 1, 1, 2])
  }
}
