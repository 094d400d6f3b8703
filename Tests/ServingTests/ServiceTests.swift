import Conversations
import Glibc
import HTTPService
import Inference
import JSON
import Testing
import Tokenization

@testable import Serving

@Suite struct ServiceTests {
  static func service(
    _ options: ServiceOptions = ServiceOptions(threads: 1, cacheByteCount: 1 << 24), adapters: Bool = true
  ) throws -> Service {
    let model = try #require(TinyModel.shared)
    return try Service(
      ServiceDescriptor(
        name: "tiny", modelPath: model.path,
        adapters: adapters ? [.init(name: "tuned", path: model.adapterPath)] : []), options: options)
  }

  static func post(_ service: Service, _ path: String, _ body: JSONValue, client: String = "a") -> MemorySink {
    let sink = MemorySink()
    service.handle(HTTPRequest(method: "POST", path: path, body: body.bytes(), client: client), sink)
    return sink
  }

  static func answer(_ sink: MemorySink) throws -> JSONValue {
    let whole = try #require(sink.wait())
    return try JSONValue(parsing: whole.response.body)
  }

  static func chat(_ text: String, _ extra: [(String, JSONValue)] = []) -> JSONValue {
    var object = JSONObject([
      ("messages", [["role": "user", "content": .string(text)]]), ("max_tokens", 12), ("seed", 4),
    ])
    for (key, value) in extra { object[key] = value }
    return .object(object)
  }

  @Test func streamedPiecesMakeTheWholeReply() throws {
    let service = try Self.service()
    defer { service.drain(seconds: 1) }
    let whole = try Self.answer(Self.post(service, "/v1/chat/completions", Self.chat("hello")))
    let text = try #require(whole["choices"]?.arrayValue?[0]["message"]?["content"]?.stringValue)
    #expect(whole["usage"]?["completion_tokens"] == 12)
    let stream = try #require(
      Self.post(
        service, "/v1/chat/completions",
        Self.chat("hello", [("stream", true), ("stream_options", ["include_usage": true])])
      ).wait())
    #expect(stream.response.contentType.hasPrefix("text/event-stream"))
    let events = String(decoding: stream.sent, as: UTF8.self).split(separator: "\n\n").map { $0.dropFirst(6) }
    #expect(events.last == "[DONE]")
    let chunks = try events.dropLast().map { try JSONValue(parsing: String($0)) }
    let pieces = chunks.compactMap { $0["choices"]?.arrayValue?.first?["delta"]?["content"]?.stringValue }
    #expect(pieces.joined() == text)
    #expect(chunks.first?["choices"]?.arrayValue?[0]["delta"]?["role"] == "assistant")
    #expect(chunks.last?["usage"]?["completion_tokens"] == 12)
    #expect(chunks[chunks.count - 2]["choices"]?.arrayValue?[0]["finish_reason"] == "length")
  }

  @Test func modelNamesPickAdapters() throws {
    let service = try Self.service()
    defer { service.drain(seconds: 1) }
    func say(_ model: String) throws -> String? {
      try Self.answer(Self.post(service, "/v1/chat/completions", Self.chat("hello", [("model", .string(model))])))[
        "choices"]?.arrayValue?[0]["message"]?["content"]?.stringValue
    }
    let (base, tuned) = (try say("tiny"), try say("tuned"))
    #expect(base != nil && base != tuned)
    #expect(try say("tiny") == base && say("tuned") == tuned)
  }

  @Test func adaptersComeAndGoWhileRunning() throws {
    let service = try Self.service(adapters: false)
    defer { service.drain(seconds: 1) }
    let model = try #require(TinyModel.shared)
    func load(_ name: String, _ path: String) throws -> (status: Int, body: String) {
      let whole = try #require(
        Self.post(
          service, "/v1/load_lora_adapter", ["lora_name": .string(name), "lora_path": .string(path)]
        ).wait())
      return (whole.response.status, String(decoding: whole.response.body, as: UTF8.self))
    }
    #expect(try load("one", model.adapterPath).status == 200)
    #expect(try load("one", model.adapterPath).status == 400)
    let foreign = try load("two", model.foreignAdapterPath)
    #expect(foreign.status == 400 && foreign.body.contains("adapter-mismatch"))
    let missing = try load("three", "/nowhere/secret-place")
    #expect(missing.status == 400 && !missing.body.contains("secret-place"))
    #expect(
      try Self.answer(Self.post(service, "/v1/chat/completions", Self.chat("x", [("model", "one")])))["choices"] != nil)
    #expect(
      Self.post(service, "/v1/unload_lora_adapter", ["lora_name": "one"]).wait()?.response.status == 200)
    #expect(
      Self.post(service, "/v1/chat/completions", Self.chat("x", [("model", "one")])).wait()?.response.status == 404)
  }

  @Test func echoedPromptsAreScored() throws {
    let service = try Self.service()
    defer { service.drain(seconds: 1) }
    let result = try Self.answer(
      Self.post(
        service, "/v1/completions",
        ["prompt": ["ab", "cde"], "max_tokens": 1, "temperature": 0, "logprobs": 1, "echo": true]))
    let choices = try #require(result["choices"]?.arrayValue)
    #expect(choices.count == 2)
    for (choice, count) in zip(choices, [2, 3]) {
      let scores = try #require(choice["logprobs"]?["token_logprobs"]?.arrayValue)
      let tops = try #require(choice["logprobs"]?["top_logprobs"]?.arrayValue)
      #expect(scores.count == count + 1 && tops.count == count + 1 && scores[0].isNull && tops[0].isNull)
      #expect(scores.dropFirst().allSatisfy { ($0.doubleValue ?? 1) < 0 })
      // What was generated greedily is the likeliest there.
      #expect(scores.last == tops.last?.objectValue?.values.first)
    }
    #expect(choices[1]["text"]?.stringValue?.hasPrefix("cde") == true)
  }

  @Test func textsBecomeTokensAndBack() throws {
    let service = try Self.service()
    defer { service.drain(seconds: 1) }
    let tokens = try Self.answer(Self.post(service, "/tokenize", ["prompt": "a é"]))["tokens"]
    #expect(tokens == [97, 32, 195, 169])
    #expect(try Self.answer(Self.post(service, "/detokenize", ["tokens": tokens ?? []]))["prompt"] == "a é")
    #expect(Self.post(service, "/detokenize", ["tokens": ["x"]]).wait()?.response.status == 400)
  }

  @Test func severalRepliesDifferAndRepeat() throws {
    let service = try Self.service()
    defer { service.drain(seconds: 1) }
    func texts() throws -> [String] {
      let body = Self.chat("hello", [("n", 3), ("temperature", 1.5)])
      return (try Self.answer(Self.post(service, "/v1/chat/completions", body))["choices"]?.arrayValue ?? []).compactMap
      {
        $0["message"]?["content"]?.stringValue
      }
    }
    let first = try texts()
    #expect(first.count == 3 && Set(first).count == 3)
    #expect(try texts() == first)
  }

  @Test func aFullQueueSaysSo() throws {
    let service = try Self.service(
      ServiceOptions(maximumQueue: 2, maximumSequences: 1, threads: 1, cacheByteCount: 1 << 24))
    defer { service.drain(seconds: 1) }
    let sinks = (0..<12).map { _ in
      Self.post(service, "/v1/chat/completions", Self.chat("hello", [("max_tokens", 300)]))
    }
    let statuses = sinks.compactMap { $0.wait()?.response.status }
    #expect(statuses.count == 12)
    #expect(statuses.contains(429) && statuses.contains(200) && Set(statuses) == [200, 429])
    let refused = try #require(sinks.first { $0.wait()?.response.status == 429 }?.wait())
    #expect(refused.response.headers["Retry-After"] != nil)
  }

  @Test func clientsThatLeaveCostNothingMore() throws {
    let service = try Self.service(
      ServiceOptions(maximumQueue: 2, maximumSequences: 1, threads: 1, cacheByteCount: 1 << 24))
    let sinks = (0..<3).map { _ in
      Self.post(service, "/v1/chat/completions", Self.chat("hello", [("max_tokens", 400), ("stream", true)]))
    }
    for sink in sinks { sink.leave() }
    // Their places are free again well before they would have finished.
    var status = 429
    for _ in 0..<40 where status != 200 {
      usleep(50000)
      status =
        Self.post(service, "/v1/chat/completions", Self.chat("x", [("max_tokens", 1)])).wait()?.response.status ?? 0
    }
    #expect(status == 200)
    service.drain(seconds: 5)
    #expect(service.isDraining)
    #expect(Self.post(service, "/v1/chat/completions", Self.chat("x")).wait()?.response.status == 503)
  }

  @Test func acceptedRequestsAreFinishedWhenDraining() throws {
    let service = try Self.service()
    let sink = Self.post(
      service, "/v1/chat/completions", Self.chat("hello", [("max_tokens", 200), ("temperature", 0)]))
    service.drain(seconds: 20)
    #expect(try Self.answer(sink)["choices"] != nil)
  }

  @Test func overlongPromptsAreRefusedByLength() throws {
    let service = try Self.service()
    defer { service.drain(seconds: 1) }
    let whole = try #require(
      Self.post(service, "/v1/chat/completions", Self.chat(String(repeating: "x", count: 600))).wait())
    #expect(whole.response.status == 400)
    #expect(try JSONValue(parsing: whole.response.body)["error"]?["code"] == "context_length_exceeded")
  }

  @Test func aBatchOfAdaptersAnswersAsEachAlone() throws {
    let service = try Self.service()
    defer { service.drain(seconds: 1) }
    let asked: [(String, String)] = (0..<12).map { ($0 % 2 == 0 ? "tiny" : "tuned", "question \($0 / 3)") }
    func body(_ model: String, _ text: String) -> JSONValue {
      Self.chat(text, [("model", .string(model)), ("max_tokens", 30), ("temperature", 0)])
    }
    func text(_ sink: MemorySink) throws -> String? {
      try Self.answer(sink)["choices"]?.arrayValue?[0]["message"]?["content"]?.stringValue
    }
    let alone = try asked.map { try text(Self.post(service, "/v1/chat/completions", body($0.0, $0.1))) }
    let sinks = asked.map { Self.post(service, "/v1/chat/completions", body($0.0, $0.1)) }
    #expect(try sinks.map { try text($0) } == alone)
  }

  @Test func equalBeginningsAreReadOnce() throws {
    let service = try Self.service()
    defer { service.drain(seconds: 1) }
    let long = String(repeating: "a long beginning ", count: 6)
    func cached(_ text: String) throws -> Int? {
      try Self.answer(Self.post(service, "/v1/chat/completions", Self.chat(text)))["usage"]?["prompt_tokens_details"]?[
        "cached_tokens"]?.intValue
    }
    #expect(try cached(long + "one") == 0)
    #expect(try cached(long + "two") ?? 0 >= 96)
    let sink = MemorySink()
    service.handle(HTTPRequest(method: "GET", path: "/metrics"), sink)
    let metrics = String(decoding: try #require(sink.wait()).response.body, as: UTF8.self)
    #expect(!metrics.contains("prompt_tokens_cached_total 0\n"))
    #expect(metrics.contains("lorapipe_requests_total{status=\"200\"} 2"))
    #expect(metrics.contains("lorapipe_request_seconds_count 2"))
  }

  @Test func anAdapterIsTalkedToTheWayItWasTrained() throws {
    let model = try #require(TinyModel.shared)
    let service = try Service(
      ServiceDescriptor(
        name: "tiny", modelPath: model.path,
        adapters: [
          .init(name: "plain", path: model.adapterPath),
          .init(name: "cat", path: model.adapterPath, context: .init(system: "You are a cat.")),
        ], context: .init(system: "You are a dog.")), options: ServiceOptions(threads: 1, cacheByteCount: 1 << 24))
    defer { service.drain(seconds: 1) }
    func ask(_ name: String, _ messages: JSONValue) throws -> (text: String?, tokens: Int?) {
      let answer = try Self.answer(
        Self.post(
          service, "/v1/chat/completions",
          ["model": .string(name), "messages": messages, "max_tokens": 20, "temperature": 0]))
      return (
        answer["choices"]?.arrayValue?[0]["message"]?["content"]?.stringValue,
        answer["usage"]?["prompt_tokens"]?.intValue
      )
    }
    let hi: JSONValue = ["role": "user", "content": "hi"]
    let own = try ask("cat", [hi])
    let said = try ask("plain", [["role": "system", "content": "You are a cat."], hi])
    #expect(own.text == said.text && own.tokens == said.tokens)
    #expect(try ask("plain", [hi]).text != own.text)
  }

  @Test func theContextShrinksToTheMemory() throws {
    // 2 layers × 2 heads × 2 × 16 × 16 positions × 4 bytes: 8 KB a page of 16 positions.
    let service = try Self.service(ServiceOptions(threads: 1, cacheByteCount: 10 * 8192))
    defer { service.drain(seconds: 1) }
    #expect(service.contextLength == 160)
    #expect(try Self.answer(Self.post(service, "/v1/chat/completions", Self.chat("hi")))["choices"] != nil)
  }

  /// A type that takes half the memory holds twice the context. The command line's word counts before the descriptor's.
  @Test func aSmallerTypeOfCacheHoldsALongerContext() throws {
    func service(_ asked: KeyValueType?, _ described: KeyValueType?) throws -> Service {
      let path = try #require(TinyModel.shared).path
      return try Service(
        ServiceDescriptor(name: "base", modelPath: path, keyValueType: described),
        options: ServiceOptions(threads: 1, cacheByteCount: 10 * 8192, keyValueType: asked))
    }
    for (asked, described, type, context) in [
      (nil, nil, KeyValueType.f32, 160), (nil, .f16, .f16, 320), (.f32, .f16, .f32, 160), (.f16, nil, .f16, 320),
      // Heads of 8 are filled up to a block of 32; to 16 with the other types.
      (.q80, .f16, .q80, 288),
    ] as [(KeyValueType?, KeyValueType?, KeyValueType, Int)] {
      let service = try service(asked, described)
      defer { service.drain(seconds: 1) }
      #expect(service.keyValueType == type && service.contextLength == context)
      #expect(try Self.answer(Self.post(service, "/v1/chat/completions", Self.chat("hi")))["choices"] != nil)
      let page = context / 16 * type.bytesPerToken(of: service.chat.model.configuration) * 16
      let sink = MemorySink()
      service.handle(HTTPRequest(method: "GET", path: "/metrics"), sink)
      let metrics = String(decoding: try #require(sink.wait()).response.body, as: UTF8.self)
      #expect(metrics.contains("lorapipe_cache_bytes{type=\"\(type.rawValue)\"} \(page)\n"), "\(metrics)")
    }
  }

  /// The command line's word counts before the descriptor's. A copy of arranged weights is for int16 only.
  @Test func activationsAreRoundedAsAsked() throws {
    for (asked, described, expected) in [
      (nil, nil, .int16), (nil, .int8, .int8), (.int16, .int8, .int16), (.int8, nil, .int8),
    ] as [(ActivationType?, ActivationType?, ActivationType)] {
      let path = try #require(TinyModel.shared).path
      var looksForCopy = false
      let service = try Service(
        ServiceDescriptor(name: "base", modelPath: path, activations: described),
        options: ServiceOptions(threads: 1, activations: asked),
        arranged: { _ in
          looksForCopy = true
          return nil
        })
      defer { service.drain(seconds: 1) }
      #expect(service.activations == expected)
      #expect(looksForCopy == (expected == .int16))
      #expect(try Self.answer(Self.post(service, "/v1/chat/completions", Self.chat("hi")))["choices"] != nil)
    }
  }

  @Test func batchesAnswerInOrderAsEachAlone() throws {
    let chat = try ChatModel.open(try #require(TinyModel.shared).path, threads: 1)
    let rows = (0..<40).map { Conversation(messages: [Message(role: "user", content: "question \($0)")]) }
    var long = rows
    long[7].messages = [.init(role: "user", content: String(repeating: "x", count: 2000))]
    let session = try ChatSession(chat, threads: 1, cacheByteCount: 1 << 24, sequences: 5)
    let options = ChatSession.Options(maximumTokens: 16)
    var texts: [String?] = []
    session.replies(to: long, options) { index, result in
      #expect(index == texts.count)
      texts.append(try? result.get().text)
      return true
    }
    #expect(texts.count == 40 && texts[7] == nil)
    let single = try ChatSession(chat, threads: 1, cacheByteCount: 1 << 24)
    for index in stride(from: 0, to: 40, by: 9) {
      #expect(try single.reply(to: rows[index], options).text == texts[index])
    }
    // Stopping ends the batch where it is, and the session goes on.
    var count = 0
    session.replies(to: rows, options) { _, _ in
      count += 1
      return count < 3
    }
    #expect(count == 3)
    #expect(try session.reply(to: rows[0], options).text == texts[0])
  }

  @Test func generationFilesAreTheDefaults() throws {
    let defaults = GenerationDefaults(
      huggingFace: ["temperature": 0.6, "top_k": 20, "top_p": 0.95, "do_sample": true, "max_new_tokens": 64])
    #expect(defaults.temperature == 0.6 && defaults.topK == 20 && defaults.topP == 0.95 && defaults.maximumTokens == 64)
    #expect(GenerationDefaults(huggingFace: ["eos_token_id": 2]) == GenerationDefaults())
    #expect(GenerationDefaults(huggingFace: ["do_sample": false]).temperature == 0)
    #expect(GenerationDefaults(huggingFace: ["temperature": 9, "top_p": "x"]) == GenerationDefaults())
  }

  @Test func stopStringsEndTheReplyAndAreLeftOut() throws {
    let model = try #require(TinyModel.shared)
    let chat = try ChatModel.open(model.path, threads: 1)
    let free = try chat.reply(to: [.init(role: "user", content: "hello")], maximumTokens: 40)
    let cut = try #require(
      free.text.unicodeScalars.count > 6 ? String(free.text.unicodeScalars.dropFirst(3).prefix(2)) : nil)
    let stopped = try chat.reply(to: [.init(role: "user", content: "hello")], maximumTokens: 40, stops: [cut])
    #expect(!stopped.text.contains(cut) && free.text.hasPrefix(stopped.text) && stopped.end == .stop)
  }
}
