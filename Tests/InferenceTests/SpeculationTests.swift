import ModelFiles
import Platform
import Synchronization
import Testing

@testable import Inference

/// Draft tokens change how many passes a reply takes, and nothing else.
@Suite struct SpeculationTests {
  static func options(
    _ speculation: Speculation, threads: Int = 1, sequences: Int = 8, cache: Int = 1 << 24, type: KeyValueType = .f32
  ) -> GeneratorOptions {
    GeneratorOptions(
      threads: threads, contextLength: 64, cacheByteCount: cache, keyValueType: type, maximumSequences: sequences,
      prefillTokens: 24, speculation: speculation)
  }

  /// Tokens of a grammar in which every third is a multiple of three, and which ends after seven of those.
  struct EveryThird: TokenConstraint {
    var count = 0
    var isFinished: Bool { count == 21 }
    mutating func allows(_ token: Int32) -> Bool { count % 3 != 2 || token % 3 == 0 }
    mutating func mask(_ logits: UnsafeMutableBufferPointer<Float>) {
      for index in logits.indices where !allows(Int32(index)) { logits[index] = -.infinity }
    }
    mutating func advance(_ token: Int32) { count += 1 }
  }

  /// Every way to choose tokens and to end, over prompts that repeat themselves and prompts that do not.
  static func requests(_ adapter: InferenceAdapter?, _ model: InferenceModel) -> [GenerationRequest] {
    var random = SplitMix64(seed: 21)
    func words(_ count: Int) -> [Int32] { (0..<count).map { _ in Int32.random(in: 3..<80, using: &random) } }
    let phrase = words(7)
    let copied = phrase + words(3) + phrase + words(2) + phrase.prefix(4)
    var penalties = SamplingParameters(temperature: 0.6, topP: 1, repetitionPenalty: 1.2, seed: 5)
    penalties.frequencyPenalty = 0.3
    penalties.presencePenalty = 0.2
    penalties.logitBias = [9: 2, 14: -3]
    var greedyPenalties = penalties
    greedyPenalties.temperature = 0
    let requests = [
      GenerationRequest(prompt: copied, maximumTokens: 60, topProbabilities: 3),
      GenerationRequest(prompt: words(5), adapter: adapter, maximumTokens: 40),
      GenerationRequest(
        prompt: copied, sampling: SamplingParameters(temperature: 0.4, topP: 0.9, topK: 12, minP: 0.02, seed: 77),
        maximumTokens: 33, topProbabilities: 0),
      GenerationRequest(
        prompt: words(20), adapter: adapter, sampling: SamplingParameters(temperature: 1.1, topP: 1, seed: 3),
        maximumTokens: 30),
      GenerationRequest(prompt: copied, adapter: adapter, sampling: penalties, maximumTokens: 35, topProbabilities: 1),
      GenerationRequest(prompt: words(9), sampling: greedyPenalties, maximumTokens: 200),
      GenerationRequest(
        prompt: copied, sampling: SamplingParameters(temperature: 0.8, topP: 0.95, seed: 8), maximumTokens: 50,
        stopTokens: Set(3..<20), minimumTokens: 6, topProbabilities: 2),
      GenerationRequest(prompt: copied, maximumTokens: 50, constraint: EveryThird()),
      GenerationRequest(
        prompt: words(4), sampling: SamplingParameters(temperature: 0.9, topP: 1, topK: 30, seed: 1),
        maximumTokens: 50, constraint: EveryThird(), topProbabilities: 1),
      GenerationRequest(prompt: copied, maximumTokens: 12, topProbabilities: 2, scoresPrompt: true),
      GenerationRequest(prompt: words(18), maximumTokens: 1),
      GenerationRequest(prompt: copied + copied + copied, maximumTokens: 40),
    ]
    // Of a model with few positions, replies end where these do.
    return requests.map { request in
      var request = request
      request.prompt = Array(request.prompt.suffix(min(model.configuration.usablePositions, 64) - 8))
      return request
    }
  }

  /// Draft tokens for known replies: right up to a random place, then wrong; as many as the seed says.
  static func drafter(
    _ replies: [[Int32]: [Int32]], wrong: Double, seed: UInt64
  ) -> (GenerationID, [Int32]) -> [Int32] {
    let random = Mutex(SplitMix64(seed: seed))
    return { _, tokens in
      guard let whole = replies.first(where: { $0.value.starts(with: tokens) && $0.value.count > tokens.count })
      else { return [7, 8, 9] }
      return random.withLock { random in
        let count = Int.random(in: 0...16, using: &random)
        return whole.value[tokens.count...].prefix(count).map {
          Double.random(in: 0..<1, using: &random) < wrong ? Int32.random(in: 3..<80, using: &random) : $0
        }
      }
    }
  }

  /// Each family once, and each type of the cache with models of every kind of attention.
  static let cases: [(String, KeyValueType)] =
    Golden.cases.map { ($0, .f32) }
    + [("llama-tied", .f16), ("llama-tied", .q80), ("gemma3", .q80), ("qwen3-tied", .f16), ("qwen3.5", .q80)]

  @Test(arguments: cases) func repliesAreEqualWithAndWithoutDraftTokens(_ name: String, _ type: KeyValueType) throws {
    let model = try Golden.model(name)
    let adapter = try Golden.adapter(name, for: model)
    let requests = Self.requests(adapter, model)
    let plain = try GenerationRun(Generator(model, options: Self.options(.off, sequences: 4, type: type)), requests)
    #expect(plain.counts.proposed == 0)
    #expect(Set(plain.outcomes.map(\.end)) == [.length, .stop])
    let isRecurrent = model.configuration.isRecurrent

    // From the text itself: alone and together, for several widths, and as the clock decides.
    let widths: [(Speculation, threads: Int, sequences: Int, arrivals: [Int])] = [
      (.always(7), 1, 1, []), (.always(3), 1, 8, [0, 4, 1, 9, 2]), (.always(15), 2, 3, []), (.auto, 1, 4, []),
    ]
    for (speculation, threads, sequences, arrivals) in widths {
      let generator = try Generator(
        model, options: Self.options(speculation, threads: threads, sequences: sequences, type: type))
      let found = try GenerationRun(generator, requests, arrivals: arrivals)
      for (index, (found, plain)) in zip(found.outcomes, plain.outcomes).enumerated() {
        #expect(found.generated == plain.generated && found.prompt == plain.prompt, "\(speculation), request \(index)")
        #expect(found.end == plain.end)
      }
      if case .always = speculation { #expect((found.counts.proposed > 0) != isRecurrent) }
      #expect(found.counts.accepted <= found.counts.proposed)
      while let page = generator.prefixes.evict() { generator.cache.give(page) }
      #expect(generator.cacheUse == 0, "every page comes back")
    }

    // From elsewhere: right, wrong and in between.
    let replies = Dictionary(
      zip(requests, plain.outcomes).map { ($0.prompt, $0.prompt + $1.tokens) }
    ) { first, _ in first }
    for wrong in [0.0, 0.1, 0.5, 1.0] {
      let generator = try Generator(model, options: Self.options(.always(16), sequences: 5, type: type))
      generator.drafter = Self.drafter(replies, wrong: wrong, seed: UInt64(wrong * 10))
      let found = try GenerationRun(generator, requests)
      #expect(found.outcomes.map(\.generated) == plain.outcomes.map(\.generated), "wrong: \(wrong)")
      #expect(found.outcomes.map(\.end) == plain.outcomes.map(\.end))
      if wrong < 1 { #expect((found.counts.accepted > 0) != isRecurrent) }
    }
  }

  /// Accepted tokens are passes saved: a reply that is known takes a step for its prompt and one for each run of drafts.
  @Test func acceptedTokensSavePasses() throws {
    let model = try Golden.model("llama-tied")
    let request = GenerationRequest(prompt: [5, 9, 30, 12], maximumTokens: 60)
    let plain = try GenerationRun(Generator(model, options: Self.options(.off)), [request])
    let generator = try Generator(model, options: Self.options(.always(9)))
    let whole = request.prompt + plain.outcomes[0].tokens
    generator.drafter = { _, tokens in Array(whole.dropFirst(tokens.count)) }
    let found = try GenerationRun(generator, [request])
    #expect(found.outcomes == plain.outcomes)
    // One token from the prompt, then ten a step, the last of them nine.
    #expect(plain.steps == 60 && found.steps == 7)
    #expect(found.counts == SpeculationCounts(proposed: 53, accepted: 53))
  }

  /// What is forgotten again leaves no trace in the pages that later requests start behind.
  @Test(arguments: ["qwen3-tied", "gemma3", "gemma2", "mistral", "llama-untied"], KeyValueType.allCases)
  func laterRequestsFindOnlyWhatWasAccepted(_ name: String, _ type: KeyValueType) throws {
    let model = try Golden.model(name)
    var random = SplitMix64(seed: 2)
    let prompt = (0..<20).map { _ in Int32.random(in: 3..<80, using: &random) }
    let first = GenerationRequest(prompt: prompt, maximumTokens: 14, topProbabilities: 0)
    func both(_ generator: Generator) throws -> [Outcome] {
      let reply = try GenerationRun(generator, [first]).outcomes[0]
      let turn = prompt + reply.tokens + [4, 5, 6]
      let next = GenerationRequest(prompt: turn, maximumTokens: 18, topProbabilities: 0)
      return [reply] + (try GenerationRun(generator, [next, first]).outcomes)
    }
    let plain = try both(Generator(model, options: Self.options(.off, type: type)))
    #expect(plain[1].cached == 32)
    for wrong in [0.2, 1.0] {
      let generator = try Generator(model, options: Self.options(.always(16), type: type))
      let replies = plain.indices.map { index in
        (index == 1 ? prompt + plain[0].tokens + [4, 5, 6] : prompt) + plain[index].tokens
      }
      generator.drafter = Self.drafter(
        Dictionary(replies.enumerated().map { ([Int32($0)], $1) }) { first, _ in first }, wrong: wrong, seed: 4)
      #expect(try both(generator) == plain)
    }
  }

  /// With hardly any memory, sequences are put off as without draft tokens, and get the same replies.
  @Test func scarceMemoryChangesNoReply() throws {
    let model = try Golden.model("llama-tied")
    let requests = Self.requests(nil, model)
    let page = PageMemory.pageByteCount(model.configuration, .f32)
    let plain = try GenerationRun(Generator(model, options: Self.options(.off)), requests)
    for pages in [4, 5, 7] {
      let generator = try Generator(model, options: Self.options(.always(16), cache: pages * page))
      let found = try GenerationRun(generator, requests)
      #expect(found.outcomes.map(\.generated) == plain.outcomes.map(\.generated))
      #expect(found.counts.accepted > 0)
    }
  }

  /// A reply may be ended from outside between two tokens of one step; its memory comes back whole.
  @Test func cancellingInTheMiddleFreesTheMemory() throws {
    let model = try Golden.model("llama-tied")
    let generator = try Generator(model, options: Self.options(.always(16)))
    let id = try generator.add(GenerationRequest(prompt: [4, 5, 4, 5, 4, 5, 4, 5], maximumTokens: 60))
    for _ in 0..<6 { _ = generator.step() }
    generator.cancel(id)
    #expect(generator.isIdle)
    while let page = generator.prefixes.evict() { generator.cache.give(page) }
    #expect(generator.cacheUse == 0)
  }
}
