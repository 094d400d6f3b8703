import CKernels
import Diagnostics
import ModelFiles
import Platform

/// Generates replies to many requests at once over one model: continuous batching over a paged cache.
///
/// Requests are added at any time and join at the next `step`. A step takes one token of every running sequence and a
/// bounded run of waiting prompts through the model together. Nothing a request gets back depends on the others: every
/// output of every product is summed in one order.
///
/// For the same reason, draft tokens can be taken through the model together with the last token of a sequence: the
/// logits of each position are those that it would have had alone. They are used in order, up to the first draft token
/// that is not the token chosen; the positions behind it are forgotten.
///
///     before    tokens … a b c, draft tokens d e x; the pass computes the rows c d e x
///     choices   after c: d, after d: e, after e: f, which is not x
///     after     tokens … a b c d e f, computed up to e; the next pass writes over the position of x
///
/// Not thread-safe: one thread owns a generator.
public final class Generator {
  public let model: InferenceModel
  public let options: GeneratorOptions

  let graph: DecodeGraph
  var cache: PageMemory
  var prefixes: PrefixTree
  var waiting: [Sequence] = []
  var running: [Sequence] = []
  /// The draft tokens so far, of all requests.
  public internal(set) var speculation = SpeculationCounts()
  var plan = SpeculationPlan()
  /// Draft tokens from elsewhere than a sequence's own text: right and wrong ones in tests.
  var drafter: ((GenerationID, [Int32]) -> [Int32])?
  private var nextID = 1
  private let kernels: lp_inference_kernels
  private var scratch: [Float] = []

  /// One request in work.
  final class Sequence {
    let id: GenerationID
    let request: GenerationRequest
    /// Prompt, then reply.
    var tokens: [Int32]
    /// Positions whose keys and values are in the cache.
    var computed = 0
    var pages: [Int32] = []
    /// Place of the recurrent layers' state after the computed tokens, while the sequence runs.
    var state: Int32?
    /// Tokens at the start that earlier sequences had too. Without a state after them they have to be computed once more, and
    /// then that state is kept. 0 when there is one.
    var sharedTokens = 0
    /// States that the last pass has copied, and that no node has yet.
    var keptStates: [(position: Int, place: Int32)] = []
    /// Node of the last state kept within the reply.
    var replyState: Int?
    /// Tree nodes of the first `nodes.count` pages.
    var nodes: [Int] = []
    var sampler: Sampler
    var constraint: (any TokenConstraint)?
    var cachedTokens = 0
    var promptScores: [GeneratedToken] = []
    var hasEnded = false
    var repeats = RepeatIndex()
    /// Where this step's draft tokens come from.
    var match: RepeatIndex.Match?
    var rates = HitRates()
    var replyCount: Int { tokens.count - request.prompt.count }

    init(id: GenerationID, request: GenerationRequest, seed: UInt64) {
      self.id = id
      self.request = request
      tokens = request.prompt
      constraint = request.constraint
      sampler = Sampler(request.sampling, prompt: request.prompt, defaultSeed: seed)
    }
  }

  /// - Throws: `Diagnostic` when the memory asked for cannot hold one sequence, or cannot be had.
  public convenience init(_ model: InferenceModel, options: GeneratorOptions = GeneratorOptions()) throws {
    try self.init(model, options: options, level: nil)
  }

  init(_ model: InferenceModel, options: GeneratorOptions, level: Int32?) throws {
    let c = model.configuration
    var options = options
    options.contextLength = min(options.contextLength, max(c.usablePositions, 1))
    options.maximumSequences = max(options.maximumSequences, 1)
    options.prefillTokens = max(options.prefillTokens, 16)
    let pageBytes = PageMemory.pageByteCount(c, options.keyValueType)
    let pagesPerSequence = (options.contextLength + pageTokens - 1) / pageTokens
    let stateBytes = c.stateCount * 4
    var statePlaces = 0
    if stateBytes > 0 {
      let left = max(0, options.cacheByteCount - pagesPerSequence * pageBytes)
      let places = StatePlaces(sequences: options.maximumSequences, places: left / stateBytes)
      options.maximumSequences = places.running
      statePlaces = places.running + places.kept
    }
    let wanted = options.maximumSequences * pagesPerSequence
    let states = statePlaces * stateBytes
    let capacity = min(max(0, options.cacheByteCount - states) / max(pageBytes, 1), wanted)
    guard capacity >= pagesPerSequence else {
      throw Diagnostic(
        code: "cache-too-small",
        "a context of \(options.contextLength) tokens needs \(byteText(pagesPerSequence * pageBytes + states)) of cache, more than \(byteText(options.cacheByteCount))",
        remedy: options.keyValueType == .q80
          ? "allow more memory or a shorter context"
          : "allow more memory or a shorter context, or take a smaller type: --kv-cache q8_0")
    }
    self.model = model
    self.options = options
    cache = try PageMemory(c, options.keyValueType, capacity: capacity)
    prefixes = PrefixTree(
      states: statePlaces == 0 ? StateMemory() : try StateMemory(stride: c.stateCount, capacity: statePlaces))
    graph = try DecodeGraph(
      model, team: ThreadTeam(count: options.threads),
      maximumTokens: options.prefillTokens + options.maximumSequences, contextLength: options.contextLength,
      activations: options.activations, level: level)
    kernels = graph.kernels
  }

  public var isIdle: Bool { waiting.isEmpty && running.isEmpty }
  public var waitingCount: Int { waiting.count }
  public var runningCount: Int { running.count }
  /// Share of the cache's pages in use or remembered, 0...1.
  public var cacheUse: Double { 1 - Double(cache.freeCount) / Double(max(cache.capacity, 1)) }
  /// Bytes of the cache's pages. They take memory only once they are used.
  public var pageByteCount: Int { cache.byteCount }

  /// Queues a request.
  /// - Throws: `Diagnostic` for an empty or too long prompt, a token the model lacks, or parameters out of range.
  public func add(_ request: GenerationRequest) throws -> GenerationID {
    try request.sampling.validate()
    guard !request.prompt.isEmpty else {
      throw Diagnostic(code: "empty-prompt", "the prompt holds no token")
    }
    let limit = options.contextLength
    guard request.prompt.count < limit || (request.maximumTokens == 0 && request.prompt.count == limit) else {
      throw Diagnostic(
        code: "context-length-exceeded",
        "the prompt has \(request.prompt.count) tokens, the context holds \(limit)",
        remedy: "shorten the conversation")
    }
    let vocabulary = model.configuration.vocabularySize
    guard request.prompt.allSatisfy({ $0 >= 0 && Int($0) < vocabulary }) else {
      throw Diagnostic(code: "unknown-token", "the prompt holds a token the model does not know")
    }
    let id = nextID
    nextID += 1
    var random = SystemRandomNumberGenerator()
    waiting.append(Sequence(id: id, request: request, seed: random.next()))
    return id
  }

  /// Ends a request; its memory is free at once. No event follows.
  public func cancel(_ id: GenerationID) {
    waiting.removeAll { $0.id == id }
    if let index = running.firstIndex(where: { $0.id == id }) { retire(running.remove(at: index)) }
  }

  /// Forgets what is cached for an adapter that has been unloaded.
  public func forget(_ adapter: InferenceAdapter) {
    for page in prefixes.drop(adapter: adapter.identity) { cache.give(page) }
  }

  /// Computes one batch and returns what came of it; does nothing when idle.
  public func step() -> [GenerationEvent] {
    var events: [GenerationEvent] = []
    admit()
    guard let batch = planBatch(&events) else { return events }
    let wanted = wantedRows(batch)
    let before = batch.parts.map(\.sequence.tokens.count)
    let began = SystemClock.monotonic()
    batch.sequencesPages(states: prefixes.states) { sequences in
      graph.forward(tokens: batch.tokens, sequences: sequences, cache: cache, logitRows: wanted.map(\.row))
    }
    for part in batch.parts {
      part.sequence.computed += part.count - part.proposals.count
      part.sequence.keptStates = part.keptStates
    }
    let choosing = readLogits(wanted, of: batch, &events)
    if !batch.readsPrompt {
      plan.costs.add(rows: batch.tokens.count, seconds: SystemClock.monotonic() - began - choosing)
    }
    settle(batch, before: before, &events)
    for sequence in running { publishPages(sequence) }
    return events
  }

  /// Rows of a batch whose logits are read.
  private func wantedRows(_ batch: Batch) -> [(row: Int, sequence: Sequence, position: Int)] {
    var wanted: [(row: Int, sequence: Sequence, position: Int)] = []
    for part in batch.parts {
      let scoring = part.sequence.request.scoresPrompt
      for offset in 0..<part.count {
        let position = part.start + offset
        let isLast = position >= part.sequence.tokens.count - 1
        if isLast || (scoring && position < part.sequence.request.prompt.count - 1) {
          wanted.append((part.first + offset, part.sequence, position))
        }
      }
    }
    return wanted
  }

  /// Scores, samples, and ends what has ended.
  /// - Returns: the seconds that sampling took.
  private func readLogits(
    _ wanted: [(row: Int, sequence: Sequence, position: Int)], of batch: Batch, _ events: inout [GenerationEvent]
  ) -> Double {
    let vocabulary = model.configuration.vocabularySize
    var (choices, choosing) = (0, 0.0)
    for from in stride(from: 0, to: wanted.count, by: DecodeGraph.maximumLogitRows) {
      let run = wanted[from..<min(from + DecodeGraph.maximumLogitRows, wanted.count)]
      graph.computeLogits(run.indices)
      for (index, item) in run.enumerated() {
        let (sequence, position) = (item.sequence, item.position)
        let logits = UnsafeMutableBufferPointer(
          start: graph.logits + index * model.paddedVocabulary, count: vocabulary)
        if position < sequence.request.prompt.count - 1 {
          let next = sequence.request.prompt[position + 1]
          sequence.promptScores.append(generated(next, logits, top: sequence.request.topProbabilities ?? 0))
          continue
        }
        // A row counts if its token is the last that was chosen: the rows behind a wrong draft token do not.
        guard !sequence.hasEnded, position == sequence.tokens.count - 1,
          batch.tokens[item.row] == sequence.tokens[position]
        else { continue }
        sequence.computed = max(sequence.computed, position + 1)
        let began = SystemClock.monotonic()
        choose(sequence, logits, &events)
        choosing += SystemClock.monotonic() - began
        choices += 1
      }
    }
    plan.noteChoices(choices, seconds: choosing)
    return choosing
  }

  private func generated(_ token: Int32, _ logits: UnsafeMutableBufferPointer<Float>, top: Int) -> GeneratedToken {
    let (chosen, leaders) = Sampler.logProbabilities(
      logits, of: token, top: min(max(top, 0), 100), kernels: kernels, scratch: &scratch)
    return GeneratedToken(token: token, logProbability: chosen, top: leaders)
  }

  /// Whether any logit is a NaN: of one damaged embedding row only its own token's is, and the maximum passes over it.
  private static func holdNaN(_ logits: UnsafeMutableBufferPointer<Float>) -> Bool {
    // Without their sign, floats compare as integers, and NaNs lie above infinity.
    var largest: UInt32 = 0
    for logit in logits { largest = max(largest, logit.bitPattern & 0x7FFF_FFFF) }
    return largest > Float.infinity.bitPattern
  }

  private func choose(
    _ sequence: Sequence, _ logits: UnsafeMutableBufferPointer<Float>, _ events: inout [GenerationEvent]
  ) {
    let request = sequence.request
    if request.scoresPrompt, sequence.replyCount == 0 {
      events.append(.prompt(sequence.id, sequence.promptScores))
      sequence.promptScores = []
    }
    guard kernels.maximum(logits.baseAddress, logits.count).isFinite, !Self.holdNaN(logits) else {
      return finish(sequence, .notANumber, &events)
    }
    if request.maximumTokens <= 0 { return finish(sequence, .length, &events) }
    // Probabilities are the model's own: taken before anything changes the logits.
    var original = request.topProbabilities == nil ? [] : Array(logits)
    guard let token = next(sequence, logits) else { return finish(sequence, .stop, &events) }
    var result = GeneratedToken(token: token)
    if let top = request.topProbabilities {
      result = original.withUnsafeMutableBufferPointer { generated(token, $0, top: top) }
    }
    sequence.tokens.append(result.token)
    events.append(.token(sequence.id, result))
    if request.stopTokens.contains(result.token) || sequence.constraint?.isFinished == true {
      finish(sequence, .stop, &events)
    } else if sequence.replyCount >= request.maximumTokens || sequence.tokens.count >= options.contextLength {
      finish(sequence, .length, &events)
    }
  }

  /// The token that comes next; `nil` when none may.
  private func next(_ sequence: Sequence, _ logits: UnsafeMutableBufferPointer<Float>) -> Int32? {
    if sequence.replyCount < sequence.request.minimumTokens {
      for token in sequence.request.stopTokens where logits.indices.contains(Int(token)) {
        logits[Int(token)] = -.infinity
      }
    }
    guard var constraint = sequence.constraint else { return sequence.sampler.next(logits, kernels: kernels) }
    defer { sequence.constraint = constraint }
    return sequence.sampler.next(logits, &constraint, kernels: kernels)
  }

  func finish(_ sequence: Sequence, _ end: GenerationEnd, _ events: inout [GenerationEvent]) {
    events.append(.finished(sequence.id, end, cachedTokens: sequence.cachedTokens))
    sequence.hasEnded = true
    running.removeAll { $0 === sequence }
    retire(sequence)
  }
}
