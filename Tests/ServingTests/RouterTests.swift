import Conversations
import HTTPService
import Inference
import JSON
import Platform
import Testing

@testable import Serving

@Suite struct RouterTests {
  static let state = RouterState(
    models: [
      RouterState.Model(name: "base", digest: "abc", lineage: JSONObject([("run", "r1")])),
      RouterState.Model(name: "grace", adapter: "grace"),
    ], contextLength: 100, title: "T", examples: ["hi"])

  static func ask(
    _ method: String, _ path: String, _ body: String = "", headers: [String: String] = [:],
    state: RouterState = RouterTests.state
  ) -> RouterAction {
    Router.route(
      HTTPRequest(method: method, path: path, headers: headers, body: Array(body.utf8), client: "c"), state)
  }

  static func response(_ action: RouterAction) -> HTTPResponse? {
    if case .respond(let response) = action { return response }
    return nil
  }

  static func plan(_ action: RouterAction) -> CompletionPlan? {
    if case .complete(let plan) = action { return plan }
    return nil
  }

  static func error(_ action: RouterAction) throws -> (status: Int, error: JSONValue) {
    let response = try #require(Self.response(action))
    return (response.status, try JSONValue(parsing: response.body)["error"] ?? .null)
  }

  @Test func defaultsAreThoseOfTheService() throws {
    let plan = try #require(
      Self.plan(Self.ask("POST", "/v1/chat/completions", #"{"messages":[{"role":"user","content":"hi"}]}"#)))
    #expect(plan.sampling.temperature == 0.7 && plan.sampling.topP == 0.9 && plan.maximumTokens == 512)
    #expect(plan.model == "base" && plan.adapter == nil && !plan.streams && plan.count == 1)
    #expect(plan.prompts == [.conversation(Conversation(messages: [.init(role: "user", content: "hi")]))])
  }

  @Test func everyParameterArrives() throws {
    let body = #"""
      {"model":"grace","messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}],
       "temperature":0.5,"top_p":0.8,"top_k":40,"min_p":0.1,"max_tokens":7,"stop":["x","y"],"seed":-3,"n":2,
       "logprobs":true,"top_logprobs":5,"frequency_penalty":0.25,"presence_penalty":-0.5,"repetition_penalty":1.1,
       "stream":true,"stream_options":{"include_usage":true},"user":"ignored"}
      """#
    let plan = try #require(Self.plan(Self.ask("POST", "/v1/chat/completions", body)))
    #expect(plan.adapter == "grace" && plan.count == 2 && plan.topProbabilities == 5 && plan.includesUsage)
    #expect(plan.stops == ["x", "y"] && plan.maximumTokens == 7 && plan.streams)
    #expect(plan.sampling.topK == 40 && plan.sampling.minP == 0.1 && plan.sampling.seed == UInt64(bitPattern: -3))
    #expect(plan.sampling.frequencyPenalty == 0.25 && plan.sampling.repetitionPenalty == 1.1)
    #expect(
      plan.prompts == [.conversation(Conversation(messages: [.init(role: "user", content: .parts(["a", "b"]))]))])
  }

  @Test func chatRouteTakesHistoryAsMessagesOrPairs() throws {
    for history in [#"[["q","a"]]"#, #"[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]"#] {
      let plan = try #require(
        Self.plan(Self.ask("POST", "/chat", #"{"message":"next","history":\#(history),"max_tokens":9}"#)))
      #expect(
        plan.prompts == [
          .conversation(
            Conversation(messages: [
              .init(role: "user", content: "q"), .init(role: "assistant", content: "a"),
              .init(role: "user", content: "next"),
            ]))
        ])
      #expect(plan.dialect == .simple && plan.maximumTokens == 9)
    }
  }

  @Test func promptsComeAsTextOrTokensOneOrMany() throws {
    let cases: [(String, [CompletionPlan.Prompt])] = [
      (#""a""#, [.text("a")]), (#"["a","b"]"#, [.text("a"), .text("b")]), ("[1,2]", [.tokens([1, 2])]),
      ("[[1],[2,3]]", [.tokens([1]), .tokens([2, 3])]),
    ]
    for (json, prompts) in cases {
      let plan = try #require(
        Self.plan(Self.ask("POST", "/v1/completions", #"{"prompt":\#(json),"logprobs":1,"echo":true}"#)))
      #expect(plan.prompts == prompts && plan.echoes && plan.topProbabilities == 1 && plan.maximumTokens == 16)
    }
  }

  @Test(
    arguments: [
      ("not json", "invalid_json"), ("[]", nil), ("{}", "messages"), (#"{"messages":[]}"#, "messages"),
      (#"{"messages":[1]}"#, "messages"), (#"{"messages":[{"role":"user","content":5}]}"#, "messages"),
      (#"{"messages":[{"role":"user"}]}"#, "messages"),
      (#"{"messages":[{"role":"u","content":"x"}],"temperature":3}"#, "temperature"),
      (#"{"messages":[{"role":"u","content":"x"}],"temperature":"hot"}"#, "temperature"),
      (#"{"messages":[{"role":"u","content":"x"}],"max_tokens":-2}"#, "max_tokens"),
      (#"{"messages":[{"role":"u","content":"x"}],"max_tokens":1.5}"#, "max_tokens"),
      (#"{"messages":[{"role":"u","content":"x"}],"n":0}"#, "n"),
      (#"{"messages":[{"role":"u","content":"x"}],"stop":[1]}"#, "stop"),
      (#"{"messages":[{"role":"u","content":"x"}],"top_logprobs":2}"#, "top_logprobs"),
      (#"{"messages":[{"role":"u","content":"x"}],"stream_options":{}}"#, "stream_options"),
      (#"{"messages":[{"role":"u","content":"x"}],"tools":[{}]}"#, "tools"),
      (#"{"messages":[{"role":"u","content":"x"}],"logit_bias":[5]}"#, "logit_bias"),
      (#"{"messages":[{"role":"u","content":"x"}],"best_of":3}"#, "best_of"),
      (#"{"messages":[{"role":"u","content":"x"}],"response_format":"json_object"}"#, "response_format"),
      (#"{"messages":[{"role":"u","content":"x"}],"seed":1.5}"#, "seed"),
      (#"{"messages":[{"role":"u","content":"x"}],"top_k":-2}"#, "top_k"),
      (#"{"messages":[{"role":"u","content":"x"}],"min_p":2}"#, "min_p"),
      (#"{"messages":[{"role":"u","content":"x"}],"presence_penalty":3}"#, "presence_penalty"),
      (#"{"messages":[{"role":"u","content":"x"}],"frequency_penalty":"a"}"#, "frequency_penalty"),
      (#"{"messages":[{"role":"u","content":"x"}],"logprobs":true,"top_logprobs":21}"#, "top_logprobs"),
      (#"{"messages":[{"role":"u","content":"x"}],"stream":"yes"}"#, "stream"),
      (#"{"messages":[{"role":"u","content":"x"}],"model":5}"#, "model"),
      (#"{"messages":[{"role":"u","content":[{"type":"image_url"}]}]}"#, "messages"),
    ] as [(String, String?)]) func wrongRequestsNameTheParameter(_ body: String, _ parameter: String?) throws
  {
    let (status, error) = try Self.error(Self.ask("POST", "/v1/chat/completions", body))
    #expect(status == 400)
    #expect(error["type"] == "invalid_request_error")
    #expect(error["message"]?.stringValue?.isEmpty == false)
    if let parameter { #expect(error["param"]?.stringValue == parameter || error["code"]?.stringValue == parameter) }
  }

  @Test func hugeMaximumIsTakenAndDeepNestingIsNot() throws {
    let plan = Self.plan(
      Self.ask(
        "POST", "/v1/chat/completions",
        #"{"messages":[{"role":"user","content":"x"}],"max_tokens":9223372036854775807}"#))
    #expect(plan?.maximumTokens == .max)
    let deep = #"{"messages":"# + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000) + "}"
    #expect(try Self.error(Self.ask("POST", "/v1/chat/completions", deep)).status == 400)
  }

  @Test func invalidUTF8IsRefused() throws {
    let body = Array(#"{"messages":[{"role":"user","content":""#.utf8) + [0xFF, 0xC0] + Array(#""}]}"#.utf8)
    let action = Router.route(HTTPRequest(method: "POST", path: "/v1/chat/completions", body: body), Self.state)
    #expect(try Self.error(action).status == 400)
  }

  @Test func unknownRoutesMethodsAndModels() throws {
    #expect(try Self.error(Self.ask("GET", "/etc/passwd")).status == 404)
    let wrong = try #require(Self.response(Self.ask("GET", "/v1/completions")))
    #expect(wrong.status == 405 && wrong.headers["Allow"] == "POST")
    let (status, error) = try Self.error(Self.ask("POST", "/v1/completions", #"{"model":"x","prompt":"a"}"#))
    #expect(status == 404 && error["code"] == "model_not_found")
  }

  @Test func modelsShowLineageAndParents() throws {
    let response = try #require(Self.response(Self.ask("GET", "/v1/models")))
    let data = try #require(try JSONValue(parsing: response.body)["data"]?.arrayValue)
    #expect(data.count == 2)
    #expect(data[0]["lineage"]?["run"] == "r1" && data[0]["digest"] == "abc")
    #expect(data[1]["id"] == "grace" && data[1]["parent"] == "base")
    #expect(Self.response(Self.ask("GET", "/v1/models/grace"))?.status == 200)
    #expect(Self.response(Self.ask("GET", "/v1/models/none"))?.status == 404)
  }

  @Test func anAdapterMayAnswerWhenNobodyIsNamed() throws {
    var state = Self.state
    state.defaultModel = "grace"
    let plan = try #require(
      Self.plan(Self.ask("POST", "/chat", #"{"message":"hi"}"#, state: state)))
    #expect(plan.model == "grace" && plan.adapter == "grace")
    let health = try #require(Self.response(Self.ask("GET", "/health", state: state)))
    #expect(try JSONValue(parsing: health.body) == ["status": "healthy", "model": "grace"])
    let service = try #require(Self.response(Self.ask("GET", "/v1/service", state: state)))
    #expect(try JSONValue(parsing: service.body)["default"] == "grace")
    // One that has been unloaded no longer does.
    state.models.removeLast()
    #expect(Self.plan(Self.ask("POST", "/chat", #"{"message":"hi"}"#, state: state))?.model == "base")
  }

  @Test(arguments: [
    #"{}"#, #"{"message":5}"#, #"{"message":""}"#, #"{"message":"a","history":5}"#,
    #"{"message":"a","history":[["q"]]}"#, #"{"message":"a","history":[["q",1]]}"#,
    #"{"message":"a","history":[{"content":"x"}]}"#, #"{"message":"a","temperature":-1}"#,
  ]) func wrongChatsAreRefused(_ body: String) throws {
    let (status, error) = try Self.error(Self.ask("POST", "/chat", body))
    #expect(status == 400 && error["param"]?.stringValue != nil)
  }

  @Test(arguments: [
    #"{}"#, #"{"prompt":5}"#, #"{"prompt":[]}"#, #"{"prompt":[[]],"logprobs":21}"#, #"{"prompt":[-1]}"#,
    #"{"prompt":[1.5]}"#, #"{"prompt":[99999999999]}"#, #"{"prompt":["a",[1,"b"]]}"#, #"{"prompt":"a","suffix":"b"}"#,
    #"{"prompt":"a","echo":true,"stream":true}"#,
  ]) func wrongCompletionsAreRefused(_ body: String) throws {
    let (status, error) = try Self.error(Self.ask("POST", "/v1/completions", body))
    #expect(status == 400 && error["type"] == "invalid_request_error")
  }

  @Test func adapterRoutesCheckNamesAndPaths() throws {
    func load(_ body: String, state: RouterState = Self.state) -> RouterAction {
      Self.ask("POST", "/v1/load_lora_adapter", body, state: state)
    }
    #expect(load(#"{"lora_name":"x","lora_path":"/a"}"#) == .loadAdapter(name: "x", path: "/a"))
    for body in [
      #"{"lora_name":"grace","lora_path":"/a"}"#, #"{"lora_name":"a b","lora_path":"/a"}"#, #"{"lora_path":"/a"}"#,
      #"{"lora_name":"x"}"#, #"{"lora_name":"x","lora_path":"a\u0000b"}"#, #"{"lora_name":"","lora_path":"/a"}"#,
    ] {
      #expect(try Self.error(load(body)).status == 400, "\(body)")
    }
    var closed = Self.state
    closed.acceptsAdapters = false
    #expect(try Self.error(load(#"{"lora_name":"x","lora_path":"/a"}"#, state: closed)).status == 403)
    #expect(
      Self.ask("POST", "/v1/unload_lora_adapter", #"{"lora_name":"grace"}"#) == .unloadAdapter(name: "grace"))
    #expect(try Self.error(Self.ask("POST", "/v1/unload_lora_adapter", #"{"lora_name":"base"}"#)).status == 404)
  }

  @Test func drainingTakesNothingIn() throws {
    var state = Self.state
    state.draining = true
    #expect(try Self.error(Self.ask("POST", "/v1/completions", #"{"prompt":"a"}"#, state: state)).status == 503)
    #expect(Self.response(Self.ask("GET", "/health", state: state))?.status == 503)
  }

  /// Random damage to good requests: an answer always, and never the server's own fault.
  @Test func damagedRequestsGetAnAnswer() throws {
    var random = SplitMix64(seed: 77)
    let good = Array(
      #"{"model":"base","messages":[{"role":"user","content":"hi"}],"temperature":0.5,"stop":["a"],"stream":true}"#.utf8
    )
    for _ in 0..<20000 {
      var body = good
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let at = Int.random(in: 0..<body.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: body[at] = UInt8.random(in: 0...255, using: &random)
        case 1: body.remove(at: at)
        default: body.insert(contentsOf: body[..<min(at, 20)], at: at)
        }
      }
      let path = ["/v1/chat/completions", "/v1/completions", "/chat", "/v1/load_lora_adapter"].randomElement(
        using: &random)
      let action = Router.route(HTTPRequest(method: "POST", path: path ?? "/", body: body), Self.state)
      if case .respond(let response) = action { #expect((400..<500).contains(response.status)) }
    }
  }
}

extension RouterAction {
  /// Of an answer given at once.
  var body: [UInt8]? {
    if case .respond(let response) = self { return response.body }
    return nil
  }
}
