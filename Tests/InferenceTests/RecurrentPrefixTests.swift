import ModelFiles
import Platform
import Testing

@testable import Inference

/// A model with recurrent layers starts behind a known beginning from the state kept after it, and what comes out has the same
/// bits as without.
@Suite struct RecurrentPrefixTests {
  private static let contextLength = 224

  private static func generator(
    _ model: InferenceModel, threads: Int = 1, sequences: Int = 4, prefill: Int = 64, cache: Int = 1 << 26,
    type: KeyValueType = .f32
  ) throws -> Generator {
    try Generator(
      model,
      options: GeneratorOptions(
        threads: threads, contextLength: contextLength, cacheByteCount: cache, keyValueType: type,
        maximumSequences: sequences, prefillTokens: prefill))
  }

  private static func ids(_ count: Int, _ random: inout SplitMix64) -> [Int32] {
    (0..<count).map { _ in Int32.random(in: 3..<80, using: &random) }
  }

  private static func request(_ prompt: [Int32], _ adapter: InferenceAdapter? = nil, tokens: Int = 8)
    -> GenerationRequest
  {
    GenerationRequest(prompt: prompt, adapter: adapter, maximumTokens: tokens, topProbabilities: 1)
  }

  private static func ask(_ generator: Generator, _ request: GenerationRequest) throws -> Outcome {
    try GeneratorTests.run(generator, [request])[0]
  }

  /// The reply of a generator that knows nothing.
  private static func fresh(
    _ model: InferenceModel, _ request: GenerationRequest, type: KeyValueType = .f32
  ) throws -> Outcome {
    try ask(generator(model, type: type), request)
  }

  private static func equal(_ left: Outcome, _ right: Outcome) -> Bool {
    left.tokens == right.tokens && left.probabilities == right.probabilities && left.end == right.end
  }

  /// Kept states of a generator with nothing to do.
  private static func keptStates(_ generator: Generator, of places: Int) -> Int {
    places - generator.prefixes.states.freeCount
  }

  /// The second request shows where the beginning ends; its state is kept there, and the third request starts from it.
  @Test(arguments: [(1, 16, 37, KeyValueType.f32), (2, 64, 37, .f16), (2, 32, 150, .q80), (3, 200, 129, .f32)])
  func theThirdRequestWithABeginningStartsBehindIt(
    threads: Int, prefill: Int, length: Int, type: KeyValueType
  ) throws {
    let model = try Golden.model("qwen3.5")
    let adapter = try Golden.adapter("qwen3.5", for: model)
    var random = SplitMix64(seed: UInt64(length))
    let system = Self.ids(length, &random)
    let generator = try Self.generator(model, threads: threads, prefill: prefill, type: type)
    for adapter in [nil, adapter] {
      var cached: [Int] = []
      for tail in [40, 5, 17, 1] {
        let request = Self.request(system + Self.ids(tail, &random), adapter)
        let reply = try Self.ask(generator, request)
        #expect(Self.equal(reply, try Self.fresh(model, request, type: type)))
        cached.append(reply.cached)
      }
      // Whole pages count, and those of another adapter do not.
      #expect(cached == [0, 0, length / 16 * 16, length / 16 * 16])
    }
  }

  @Test func anEqualPromptStartsAtItsEnd() throws {
    let model = try Golden.model("qwen3.5")
    var random = SplitMix64(seed: 1)
    for length in [16, 17, 33, 64, 100] {
      let generator = try Self.generator(model)
      let request = Self.request(Self.ids(length, &random))
      let first = try Self.ask(generator, request)
      let again = try GeneratorTests.run(generator, [request, request], arrivals: [0, 3])
      #expect(first.cached == 0 && again.allSatisfy { $0.cached == (length - 1) / 16 * 16 })
      #expect(again.allSatisfy { Self.equal($0, first) })
      // The last token is always computed, and a prompt whose probabilities are asked for is computed whole.
      var scored = request
      scored.scoresPrompt = true
      let echoed = try Self.ask(generator, scored)
      #expect(echoed.cached == 0 && Self.equal(echoed, first))
    }
  }

  /// A reply's states replace one another: the last one stays, and the next turn starts from it.
  @Test func aConversationContinuesBehindItsReply() throws {
    let model = try Golden.model("qwen3.5")
    var random = SplitMix64(seed: 4)
    let prompt = Self.ids(20, &random)
    let generator = try Self.generator(model)
    let places = generator.prefixes.states.freeCount
    let reply = try Self.ask(generator, Self.request(prompt, tokens: 130))
    #expect(Self.equal(reply, try Self.fresh(model, Self.request(prompt, tokens: 130))))
    #expect(Self.keptStates(generator, of: places) == 2)
    let turn = Self.request(prompt + reply.tokens + [9, 9, 4], tokens: 30)
    let next = try Self.ask(generator, turn)
    #expect(next.cached == 128)
    #expect(Self.equal(next, try Self.fresh(model, turn)))
    // A template may leave out a part of the reply: then the state at the prompt's end serves.
    let shorter = Self.request(prompt + [30, 31] + reply.tokens.suffix(20), tokens: 10)
    let other = try Self.ask(generator, shorter)
    #expect(other.cached == 16)
    #expect(Self.equal(other, try Self.fresh(model, shorter)))
  }

  /// With places for few states and pages for few sequences, requests wait for each other and lose nothing.
  @Test(arguments: [(pages: 0, states: 1), (2, 1), (2, 4), (30, 9)], [1, 2])
  func scarceMemoryChangesNoBit(_ extra: (pages: Int, states: Int), _ threads: Int) throws {
    let model = try Golden.model("qwen3.5")
    let adapter = try Golden.adapter("qwen3.5", for: model)
    let c = model.configuration
    let page = PageMemory.pageByteCount(c, .f32)
    let pages = Self.contextLength / 16
    var random = SplitMix64(seed: 11)
    let systems = [Self.ids(50, &random), Self.ids(33, &random)]
    let requests = (0..<14).map { index in
      Self.request(
        systems[index % 2] + Self.ids(1 + index * 5 % 30, &random), index % 3 == 0 ? adapter : nil,
        tokens: index % 4 == 0 ? 120 : 5 + index)
    }
    let cache = (pages + extra.pages) * page + extra.states * c.stateCount * 4
    let generator = try Self.generator(model, threads: threads, sequences: 6, prefill: 48, cache: cache)
    let states = generator.prefixes.states.freeCount
    let found = try GeneratorTests.run(generator, requests, arrivals: requests.indices.map { $0 * 3 % 11 })
    for (request, reply) in zip(requests, found) { #expect(Self.equal(reply, try Self.fresh(model, request))) }
    #expect(extra.pages < 30 || found.contains { $0.cached > 0 })
    // Cancelled in the middle, and an adapter that goes away.
    let id = try generator.add(requests[0])
    _ = generator.step()
    generator.cancel(id)
    generator.forget(adapter)
    while let page = generator.prefixes.evict() { generator.cache.give(page) }
    #expect(generator.cacheUse == 0 && generator.prefixes.states.freeCount == states, "all memory comes back")
  }

  @Test func statesShareTheMemoryWithPages() {
    #expect(StatePlaces(sequences: 16, places: 0).running == 1)
    for places in 0..<200 {
      for sequences in [1, 2, 16] {
        let found = StatePlaces(sequences: sequences, places: places)
        #expect(found.running >= 1 && found.running <= sequences)
        #expect(places == 0 || found.running + found.kept <= places)
        #expect(places < 2 || found.kept > 0)
      }
    }
    let wanted = StatePlaces(sequences: 16, places: StatePlaces.wanted(sequences: 16))
    #expect(wanted.running == 16 && wanted.kept == 18)
    #expect(StatePlaces.wanted(sequences: .max) > 0)
  }
}
