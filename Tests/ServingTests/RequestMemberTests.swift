import Conversations
import HTTPService
import JSON
import Testing

@testable import Serving

/// The API heeds or refuses: no member of a request is ignored in silence.
@Suite struct RequestMemberTests {
  private func ask(_ path: String, _ members: String) -> RouterAction {
    let body =
      path == "/v1/completions"
      ? #"{"prompt":"x","# : path == "/chat" ? #"{"message":"x","# : #"{"messages":[{"role":"user","content":"x"}],"#
    return RouterTests.ask("POST", path, body + members + "}")
  }

  @Test(arguments: [
    (#""chat_template_kwargs":[1]"#, "chat_template_kwargs"), (#""stop_token_ids":"a""#, "stop_token_ids"),
    (#""stop_token_ids":[-1]"#, "stop_token_ids"), (#""min_tokens":"2""#, "min_tokens"),
    (#""tools":{"a":1}"#, "tools"), (#""tools":[{"type":"function","function":{}}]"#, "tools"),
    (#""tool_choice":"required""#, "tool_choice"), (#""tool_choice":"maybe""#, "tool_choice"),
    (#""response_format":"json_object""#, "response_format"), (#""response_format":{"type":"xml"}"#, "response_format"),
    (#""response_format":{"type":"json_schema"}"#, "response_format"), (#""logit_bias":[1]"#, "logit_bias"),
    (#""logit_bias":{"a":1}"#, "logit_bias"), (#""logit_bias":{"1":1000}"#, "logit_bias"),
    (#""continue_final_message":true"#, "continue_final_message"), (#""guided_regex":"a+""#, "guided_regex"),
    (#""guided_choice":"yes""#, "guided_choice"), (#""structured_outputs":{"regex":"a"}"#, "structured_outputs"),
    (#""documents":[{"text":"a"}]"#, "documents"), (#""functions":[{"name":"f"}]"#, "functions"),
    (#""store":true"#, "store"), (#""audio":{}"#, "audio"), (#""grammar":"root ::= a""#, "grammar"),
    (#""n_predict":5"#, "n_predict"), (#""parallel_tool_calls":"no""#, "parallel_tool_calls"),
    (#""stream":true,"stream_options":[1]"#, "stream_options"),
    (#""stream":true,"stream_options":{"include_usage":1}"#, "stream_options"),
    (#""stream":true,"stream_options":{"continuous_usage_stats":true}"#, "stream_options"),
    (#""response_format":{"type":"json_object"},"guided_choice":["a"]"#, "guided_choice"),
    (#""enable_thinking":false"#, "enable_thinking"), (#""extra_body":{"top_k":1}"#, "extra_body"),
    (#""structured_outputs":{"json":{},"choice":["a"]}"#, "structured_outputs"),
    (#""structured_outputs":{"json_object":"yes"}"#, "structured_outputs"),
    (#""guided_json":"{\"type\":\"object\",\"type\":\"array\"}""#, "guided_json"),
    (#""guided_json":"x""#, "guided_json"),
    (#""max_tokens":5,"max_completion_tokens":6"#, "max_completion_tokens"),
    (#""reasoning_effort":"low","chat_template_kwargs":{"reasoning_effort":"high"}"#, "reasoning_effort"),
    (#""top_logprobs":1"#, "top_logprobs"), (#""max_tokens":-2"#, "max_tokens"), (#""ignore_eos":1"#, "ignore_eos"),
  ])
  func whatIsNotHeededIsRefusedByName(_ members: String, _ name: String) throws {
    let (status, error) = try RouterTests.error(ask("/v1/chat/completions", members))
    #expect(status == 400 && error["param"]?.stringValue == name, "\(error)")
    #expect(error["message"]?.stringValue?.contains(name) == true)
  }

  @Test func aMemberThatStandsTwiceIsRefused() throws {
    for members in [#""seed":1,"seed":2"#, #""tools":[{"type":"function","function":{"name":"f","name":"g"}}]"#] {
      let (status, error) = try RouterTests.error(ask("/v1/chat/completions", members))
      #expect(status == 400 && error["message"]?.stringValue?.contains("occurs twice") == true, "\(error)")
    }
  }

  @Test(arguments: [
    #""top_logprobs":0,"logprobs":false"#, #""max_tokens":-1"#, #""store":false"#, #""functions":[]"#,
    #""best_of":null"#, #""cache_prompt":true"#, #""repeat_last_n":-1"#, #""user":"me","metadata":{"a":"b"}"#,
    #""response_format":{"type":"text"},"guided_choice":["a"]"#, #""service_tier":"auto""#,
    #""stream":true,"stream_options":{"include_obfuscation":false}"#, #""add_special_tokens":false"#,
    #""length_penalty":1.00,"dynatemp_range":0e0"#, #""max_tokens":5,"max_completion_tokens":5"#,
    #""temperature":0.50,"top_p":1e0,"logit_bias":{"1":1.50}"#,
  ])
  func whatChangesNothingPasses(_ members: String) {
    #expect(RouterTests.plan(ask("/v1/chat/completions", members)) != nil)
  }

  @Test(arguments: [
    ("max_token", "max_tokens"), ("Temperature", "temperature"), ("top_logprob", "top_logprobs"), ("stops", "stop"),
    ("chat_template_args", "chat_template_kwargs"), ("response_fmt", "response_format"), ("tool", "tools"),
  ])
  func mistypedNamesGetASuggestion(_ name: String, _ meant: String) throws {
    let (status, error) = try RouterTests.error(ask("/v1/chat/completions", "\"\(name)\":1"))
    #expect(status == 400 && error["code"] == "unknown_parameter")
    #expect(error["message"]?.stringValue?.contains("did you mean '\(meant)'?") == true, "\(error)")
  }

  /// The question by a name that another route or another service has for it.
  @Test(arguments: ["query", "prompt", "question", "input", "text", "messages", "content", "message", "问题"])
  func theQuestionIsAskedForByItsNameHere(_ name: String) throws {
    for (path, own) in [("/chat", "message"), ("/v1/chat/completions", "messages"), ("/v1/completions", "prompt")]
    where name != own {
      let (status, error) = try RouterTests.error(RouterTests.ask("POST", path, "{\"\(name)\": \"hi\"}"))
      #expect(status == 400 && error["param"]?.stringValue == name, "\(error)")
      #expect(error["message"]?.stringValue?.contains("'\(own)'") == true, "\(error)")
    }
  }

  @Test func strangeNamesAreRefusedOnEveryRoute() throws {
    for path in ["/v1/chat/completions", "/v1/completions", "/chat"] {
      #expect(try RouterTests.error(ask(path, #""zzzzqqqq":1"#)).error["code"] == "unknown_parameter")
      // What is null is not there.
      #expect(RouterTests.plan(ask(path, #""zzzzqqqq":null"#)) != nil)
    }
    let long = String(repeating: "x", count: 5000) + "\\n"
    #expect(try RouterTests.error(ask("/chat", "\"\(long)\":1")).error["message"]?.stringValue?.utf8.count ?? 999 < 200)
  }

  /// Each member of the table is heeded, harmless or refused: with a value of the wrong kind none of them gets through
  /// as anything else than what the table says, and none traps.
  @Test func everyMemberOfTheTableHasAnAnswer() {
    for (path, route) in [
      ("/v1/chat/completions", RequestMembers.Route.chat), ("/v1/completions", .text), ("/chat", .simple),
    ] {
      for name in RequestMembers.names(route) where !["messages", "prompt", "message"].contains(name) {
        for value in ["1", "-5", "\"x\"", "[]", "{}", "true", "[{}]", "1e300"] {
          switch ask(path, "\"\(name)\":\(value)") {
          case .complete: break
          case .respond(let response): #expect([400, 404].contains(response.status))
          default: Issue.record("\(name)")
          }
        }
      }
    }
  }

  /// Routes that no conversation goes through heed or refuse too.
  @Test func theOtherRoutesHeedOrRefuse() throws {
    let routes = [
      ("/tokenize", RequestMembers.Route.tokenize, #""prompt":"x""#), ("/detokenize", .detokenize, #""tokens":[1]"#),
      ("/v1/load_lora_adapter", .loadAdapter, #""lora_name":"x","lora_path":"/a""#),
      ("/v1/unload_lora_adapter", .unloadAdapter, #""lora_name":"grace""#),
    ]
    for (path, route, usual) in routes {
      func ask(_ members: String) -> RouterAction { RouterTests.ask("POST", path, "{" + usual + members + "}") }
      if case .respond(let response) = ask("") { Issue.record("\(path): \(response.status)") }
      let (status, error) = try RouterTests.error(ask(#","zzzzqqqq":1"#))
      #expect(status == 400 && error["code"] == "unknown_parameter")
      for name in RequestMembers.names(route) where !usual.contains("\"\(name)\"") {
        for value in ["1", "\"x\"", "[]", "true"] {
          if case .respond(let response) = ask(",\"\(name)\":\(value)") {
            #expect([400, 404].contains(response.status), "\(name)")
          }
        }
      }
    }
    #expect(
      try RouterTests.error(RouterTests.ask("POST", "/tokenize", #"{"prompt":"x","model":"nobody"}"#)).status == 404)
    let messages = RouterTests.ask("POST", "/tokenize", #"{"messages":[{"role":"user","content":"x"}]}"#)
    #expect(try RouterTests.error(messages).error["param"] == "messages")
  }

  /// Numbers of a request stay as they were written where the model may read them.
  @Test func numbersKeepTheirDigits() throws {
    let call = #"{"name":"f","arguments":"{\"n\":12345678901234567890}"}"#
    let body =
      #"{"messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[\#(call)]}],"tools":[{"type":"#
      + #""function","function":{"name":"f","parameters":{"maximum":98765432109876543210,"default":1.50}}}]}"#
    let plan = try #require(RouterTests.plan(RouterTests.ask("POST", "/v1/chat/completions", body)))
    guard case .conversation(let conversation) = plan.prompts[0] else { return #expect(Bool(false)) }
    #expect(conversation.messages[1].toolCalls[0].arguments["n"]?.text() == "12345678901234567890")
    let parameters = #"{"maximum":98765432109876543210,"default":1.50}"#
    #expect(conversation.tools[0]["function"]?["parameters"]?.text() == parameters)
  }

  @Test func formatsOfThreeAPIsMeanOneThing() {
    let schema = #"{"type":"object"}"#
    for members in [
      #""response_format":{"type":"json_schema","json_schema":{"name":"x","schema":\#(schema)}}"#,
      #""response_format":{"type":"json_object","schema":\#(schema)}"#, #""guided_json":\#(schema)"#,
      #""guided_json":"{\"type\":\"object\"}""#, #""structured_outputs":{"json":\#(schema)}"#,
      #""json_schema":\#(schema)"#,
    ] {
      #expect(
        RouterTests.plan(ask("/v1/chat/completions", members))?.format == .schema(["type": "object"]), "\(members)")
    }
    #expect(
      RouterTests.plan(ask("/v1/completions", #""guided_choice":["a","b"]"#))?.format == .choice(["a", "b"]))
  }
}
