import Testing

@testable import Inference

/// Everything that a request gets back, bit by bit.
struct Outcome: Equatable {
  var generated: [GeneratedToken] = []
  /// Scores of the prompt's tokens.
  var prompt: [GeneratedToken] = []
  var end: GenerationEnd?
  var cached = 0

  var tokens: [Int32] { generated.map(\.token) }
  /// The bits of each token's log-probability; 0 where none was asked for.
  var probabilities: [UInt32] { generated.map { ($0.logProbability ?? 0).bitPattern } }
}

/// Requests taken to their end, and what came of them.
struct GenerationRun {
  var outcomes: [Outcome]
  var steps = 0
  var counts = SpeculationCounts()

  /// - Parameter arrivals: request i is added before step `arrivals[i]`; before the first one unless given.
  init(_ generator: Generator, _ requests: [GenerationRequest], arrivals: [Int] = []) throws {
    outcomes = [Outcome](repeating: Outcome(), count: requests.count)
    var index: [GenerationID: Int] = [:]
    let before = generator.speculation
    while index.count < requests.count || !generator.isIdle {
      for (i, request) in requests.enumerated()
      where !index.values.contains(i) && (i < arrivals.count ? arrivals[i] : 0) <= steps {
        index[try generator.add(request)] = i
      }
      for event in generator.step() {
        switch event {
        case .token(let id, let token): outcomes[try #require(index[id])].generated.append(token)
        case .prompt(let id, let scores): outcomes[try #require(index[id])].prompt = scores
        case .speculated(_, let counts): self.counts += counts
        case .finished(let id, let end, let cached):
          let i = try #require(index[id])
          #expect(outcomes[i].end == nil)
          outcomes[i].end = end
          outcomes[i].cached = cached
        }
      }
      steps += 1
      try #require(steps < 5000, "the generator makes progress")
    }
    let after = generator.speculation
    #expect(after.proposed - before.proposed == counts.proposed && after.accepted - before.accepted == counts.accepted)
  }
}
