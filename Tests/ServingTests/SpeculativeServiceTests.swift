import Glibc
import HTTPService
import Inference
import JSON
import Testing

@testable import Serving

/// The service gives the same answers with draft tokens as without.
@Suite struct SpeculativeServiceTests {
  private static func service(_ speculation: Speculation) throws -> Service {
    let model = try #require(TinyModel.shared)
    return try Service(
      ServiceDescriptor(
        name: "tiny", modelPath: model.path, adapters: [.init(name: "tuned", path: model.adapterPath)]),
      options: ServiceOptions(threads: 1, cacheByteCount: 1 << 24, speculation: speculation))
  }

  /// Without what differs from call to call: identifiers, times, and what speculation and the cache did.
  private static func comparable(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let items): return .array(items.map(comparable))
    case .object(let object):
      var kept = JSONObject()
      for (name, value) in object
      where !["id", "created", "completion_tokens_details", "prompt_tokens_details"].contains(name) {
        kept[name] = comparable(value)
      }
      return .object(kept)
    default: return value
    }
  }

  private static let schema: JSONValue = [
    "type": "object",
    "properties": [
      "name": ["type": "string", "maxLength": 6], "tags": ["type": "array", "items": ["enum": ["a", "bb"]]],
    ],
    "required": ["name", "tags"], "additionalProperties": false,
  ]

  private static let requests: [(path: String, body: JSONValue)] = {
    let text = "ab ab ab abc abc"
    func chat(_ extra: [(String, JSONValue)]) -> (String, JSONValue) {
      var object = JSONObject([
        ("messages", [["role": "user", "content": .string(text)]]), ("max_tokens", 60), ("seed", 4),
      ])
      for (key, value) in extra { object[key] = value }
      return ("/v1/chat/completions", .object(object))
    }
    return [
      chat([("temperature", 0)]),
      chat([("temperature", 0), ("model", "tuned"), ("logprobs", true), ("top_logprobs", 3)]),
      chat([("n", 3), ("temperature", 0.8), ("top_k", 20), ("min_p", 0.02)]),
      chat([("frequency_penalty", 0.5), ("presence_penalty", 0.3), ("repetition_penalty", 1.2)]),
      chat([("stop", ["a", "\n", "e"]), ("min_tokens", 3), ("temperature", 1)]),
      chat([("temperature", 0), ("response_format", ["type": "json_object"])]),
      chat([("response_format", ["type": "json_schema", "json_schema": ["name": "x", "schema": schema]])]),
      chat([("temperature", 0), ("guided_choice", ["abcabcabc", "abcabcabd", "zz"])]),
      chat([("stream", true), ("temperature", 0.4), ("stop", ["q"])]),
      (
        "/v1/completions",
        [
          "prompt": .string(text), "max_tokens": 40, "temperature": 0, "echo": true, "logprobs": 2,
        ]
      ),
    ]
  }()

  private static func answers(_ service: Service) throws -> [JSONValue] {
    let sinks = requests.enumerated().map { index, request in
      ServiceTests.post(service, request.path, request.body, client: "client \(index % 3)")
    }
    return try sinks.map { sink in
      let whole = try #require(sink.wait())
      #expect(whole.response.status == 200)
      guard whole.response.body.isEmpty else { return comparable(try JSONValue(parsing: whole.response.body)) }
      let events = String(decoding: whole.sent, as: UTF8.self).split(separator: "\n\n").map { $0.dropFirst(6) }
      return .array(try events.dropLast().map { comparable(try JSONValue(parsing: String($0))) })
    }
  }

  @Test func answersAreEqualWithAndWithoutDraftTokens() throws {
    let plain = try Self.service(.off)
    defer { plain.drain(seconds: 1) }
    let expected = try Self.answers(plain)
    for speculation in [Speculation.always(9), .always(2), .auto] {
      let service = try Self.service(speculation)
      defer { service.drain(seconds: 1) }
      for (index, (found, expected)) in zip(try Self.answers(service), expected).enumerated() {
        #expect(found == expected, "request \(index), \(speculation)")
      }
    }
    #expect(plain.metrics.text.contains("lorapipe_draft_tokens_total 0\n"))
  }

  /// Usage and metrics tell how many draft tokens there were.
  @Test func draftTokensAreCounted() throws {
    let service = try Self.service(.always(5))
    defer { service.drain(seconds: 1) }
    let answer = try ServiceTests.answer(
      ServiceTests.post(
        service, "/v1/chat/completions",
        ["messages": [["role": "user", "content": "ab ab ab ab"]], "max_tokens": 80, "temperature": 0]))
    let details = try #require(answer["usage"]?["completion_tokens_details"])
    let accepted = try #require(details["accepted_prediction_tokens"]?.intValue)
    let rejected = try #require(details["rejected_prediction_tokens"]?.intValue)
    #expect(accepted + rejected > 0)
    let lines = [
      "lorapipe_draft_tokens_total \(accepted + rejected)\n", "lorapipe_draft_tokens_accepted_total \(accepted)\n",
    ]
    // The scheduler reports once it has nothing more to do.
    for _ in 0..<200 where !lines.allSatisfy(service.metrics.text.contains) { usleep(5000) }
    #expect(lines.allSatisfy(service.metrics.text.contains), "\(service.metrics.text)")
  }
}
