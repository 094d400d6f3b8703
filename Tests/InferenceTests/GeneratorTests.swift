import Diagnostics
import Glibc
import JSON
import ModelFiles
import Platform
import TestSupport
import Testing

@testable import Inference

@Suite struct GeneratorTests {
  /// Half of the weights are NaN: no text is made up from what is left.
  @Test func weightsThatAreNoNumbersEndTheReplyWithAnError() throws {
    let source = Golden.folder + "/llama-tied"
    let folder = try TemporaryFolder()
    func copy(_ name: String, _ change: (inout [UInt8]) -> Void = { _ in }) throws {
      var bytes = try MappedFile(source + "/" + name).contents()
      change(&bytes)
      try folder.write(name, bytes)
    }
    try copy("config.json")
    try copy("model.safetensors") { bytes in
      for index in bytes.count / 2 / 4 * 4..<bytes.count { bytes[index] = 0xFF }
    }
    let model = try InferenceModel.open(folder.path, threads: 1)
    for temperature in [0, 0.8] {
      let error = #expect(throws: Diagnostic.self) {
        try model.generate(
          prompt: [1, 2, 3], sampling: SamplingParameters(temperature: temperature, seed: 1), maximumTokens: 4,
          threads: 1)
      }
      #expect(error?.code == "not-a-number")
    }
  }

  static func options(
    threads: Int = 1, sequences: Int = 8, prefill: Int = 16, cache: Int = 1 << 24, type: KeyValueType = .f32
  ) -> GeneratorOptions {
    GeneratorOptions(
      threads: threads, contextLength: 64, cacheByteCount: cache, keyValueType: type, maximumSequences: sequences,
      prefillTokens: prefill)
  }

  static func run(_ generator: Generator, _ requests: [GenerationRequest], arrivals: [Int] = []) throws -> [Outcome] {
    try GenerationRun(generator, requests, arrivals: arrivals).outcomes
  }

  static func requests(_ name: String, _ model: InferenceModel, _ adapter: InferenceAdapter) throws
    -> [GenerationRequest]
  {
    let rows = try Golden.json(name)["rows"]?.arrayValue ?? []
    return rows.enumerated().map { index, row in
      GenerationRequest(
        prompt: Array(Golden.ids(row["ids"]).prefix(5 + 7 * index)), adapter: index % 2 == 0 ? adapter : nil,
        sampling: SamplingParameters(temperature: index < 2 ? 0 : 0.9, topP: 0.95, seed: UInt64(index)),
        maximumTokens: 9 + index, topProbabilities: 2)
    }
  }

  /// What one gets does not depend on who else is served: tokens and probabilities are the same bits alone and mixed,
  /// with adapters side by side, at any arrival, thread count and prompt budget, with every type of the cache.
  @Test(
    arguments: [
      "llama-tied", "qwen2-untied", "qwen3-tied", "gemma3", "phi3", "qwen3.5", "qwen2-dora", "gemma3-dora",
    ], KeyValueType.allCases)
  func aReplyDoesNotDependOnTheOthers(_ name: String, _ type: KeyValueType) throws {
    let model = try Golden.model(name)
    let adapter = try Golden.adapter(name, for: model)
    let requests = try Self.requests(name, model, adapter)
    let alone = try requests.map { request in
      try Self.run(Generator(model, options: Self.options(prefill: 64, type: type)), [request])[0]
    }
    #expect(Set(alone.map(\.tokens)).count > 1)
    for (threads, prefill, arrivals) in [(1, 16, []), (2, 16, [0, 3, 3, 4, 9, 1]), (3, 64, [5, 4, 3, 2, 1, 0])] {
      let generator = try Generator(model, options: Self.options(threads: threads, prefill: prefill, type: type))
      let together = try Self.run(generator, requests, arrivals: arrivals)
      #expect(together.map(\.tokens) == alone.map(\.tokens))
      #expect(together.map(\.probabilities) == alone.map(\.probabilities))
      #expect(together.allSatisfy { $0.end == .length })
    }
  }

  /// A DoRA multiplies its own rows only: a plain LoRA and the base get the same bits beside it as alone.
  @Test(arguments: ["qwen2-dora", "phi3-dora"]) func aDoRADoesNotTouchOthersInItsBatch(_ name: String) throws {
    let model = try Golden.model(name)
    var plain = try Adapter.read(Golden.folder + "/\(name)/adapter")
    let dora = try InferenceAdapter(plain, for: model)
    plain.configuration.usesDoRA = false
    for index in plain.modules.indices { plain.modules[index].magnitude = nil }
    let adapters = [dora, try InferenceAdapter(plain, for: model), nil, dora]
    let requests = adapters.map {
      GenerationRequest(prompt: [3, 9, 14, 7, 30], adapter: $0, maximumTokens: 8, topProbabilities: 0)
    }
    let alone = try requests.map { try Self.run(Generator(model, options: Self.options()), [$0])[0] }
    #expect(Set(alone.map(\.probabilities)).count == 3)
    let together = try Self.run(Generator(model, options: Self.options(threads: 2)), requests)
    #expect(together.map(\.probabilities) == alone.map(\.probabilities))
  }

  /// A second request with the same beginning starts behind it and still gets the same bits.
  @Test(arguments: KeyValueType.allCases) func knownBeginningsAreNotComputedAgain(_ type: KeyValueType) throws {
    let model = try Golden.model("qwen3-tied")
    let adapter = try Golden.adapter("qwen3-tied", for: model)
    var random = SplitMix64(seed: 5)
    let prefix = (0..<35).map { _ in Int32.random(in: 3..<80, using: &random) }
    let generator = try Generator(model, options: Self.options(type: type))
    func ask(_ tail: [Int32], _ adapter: InferenceAdapter?, _ generator: Generator) throws -> Outcome {
      try Self.run(
        generator,
        [GenerationRequest(prompt: prefix + tail, adapter: adapter, maximumTokens: 8, topProbabilities: 0)])[0]
    }
    let first = try ask([4, 5], nil, generator)
    #expect(first.cached == 0)
    let again = try ask([4, 5], nil, generator)
    #expect(again.cached == 32)
    #expect(again.tokens == first.tokens && again.probabilities == first.probabilities)
    let other = try ask([6], nil, generator)
    #expect(other.cached == 32)
    let fresh = try ask([6], nil, Generator(model, options: Self.options(type: type)))
    #expect(other.tokens == fresh.tokens && other.probabilities == fresh.probabilities)
    // Another adapter's keys differ: nothing is shared with it.
    #expect(try ask([4, 5], adapter, generator).cached == 0)
    // The reply itself is remembered too: a conversation's next turn starts behind it.
    let next = try ask([4, 5] + first.tokens + [9, 9], nil, generator)
    #expect(next.cached == 32)
  }

  /// With memory for one sequence and a bit, requests wait for each other and lose nothing.
  @Test(arguments: KeyValueType.allCases) func scarceMemoryDelaysButChangesNothing(_ type: KeyValueType) throws {
    let model = try Golden.model("llama-tied")
    let adapter = try Golden.adapter("llama-tied", for: model)
    let requests = try Self.requests("llama-tied", model, adapter)
    let page = PageMemory.pageByteCount(model.configuration, type)
    let plenty = try Self.run(Generator(model, options: Self.options(type: type)), requests)
    let scarce = try Self.run(Generator(model, options: Self.options(cache: 5 * page, type: type)), requests)
    #expect(scarce.map(\.tokens) == plenty.map(\.tokens))
    #expect(scarce.map(\.end) == plenty.map(\.end))
    #expect(throws: Diagnostic.self) { try Generator(model, options: Self.options(cache: 3 * page, type: type)) }
  }

  @Test func cancellingFreesTheMemory() throws {
    let model = try Golden.model("llama-tied")
    let generator = try Generator(model, options: Self.options())
    let id = try generator.add(GenerationRequest(prompt: Array(3..<30), maximumTokens: 30))
    _ = generator.step()
    _ = generator.step()
    #expect(generator.runningCount == 1)
    generator.cancel(id)
    #expect(generator.isIdle)
    while let page = generator.prefixes.evict() { generator.cache.give(page) }
    #expect(generator.cacheUse == 0)
  }

  /// Scores of a prompt are the log-probabilities a reply through the same tokens would have had.
  @Test func promptScoresEqualReplyProbabilities() throws {
    let model = try Golden.model("qwen3-tied")
    let generator = try Generator(model, options: Self.options())
    let prompt: [Int32] = [9, 8, 7, 21]
    let reply = try Self.run(
      generator, [GenerationRequest(prompt: prompt, maximumTokens: 20, topProbabilities: 3)])[0]
    let scoring = try Self.run(
      generator,
      [
        GenerationRequest(
          prompt: prompt + reply.tokens, maximumTokens: 0, topProbabilities: 1, scoresPrompt: true)
      ])[0]
    #expect(scoring.end == .length && scoring.tokens.isEmpty)
    let scores = scoring.prompt
    #expect(scores.map(\.token) == Array((prompt + reply.tokens).dropFirst()))
    #expect(scores.suffix(reply.tokens.count).map { ($0.logProbability ?? 0).bitPattern } == reply.probabilities)
    // Greedy: the chosen token is the likeliest.
    #expect(scores.suffix(reply.tokens.count).allSatisfy { $0.top.first?.token == $0.token })
  }

  @Test func hopelessRequestsAreRefused() throws {
    let model = try Golden.model("llama-tied")
    let generator = try Generator(model, options: Self.options())
    for prompt: [Int32] in [[], [-1], [80], Array(repeating: 5, count: 64)] {
      #expect(throws: Diagnostic.self) { try generator.add(GenerationRequest(prompt: prompt)) }
    }
    #expect(throws: Diagnostic.self) {
      try generator.add(GenerationRequest(prompt: [4], sampling: SamplingParameters(temperature: .nan)))
    }
  }
}
