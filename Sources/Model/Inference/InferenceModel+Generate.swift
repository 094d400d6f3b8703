import Diagnostics
import ModelFiles

extension InferenceModel {
  /// Generates one reply.
  /// - Parameter onToken: called with each token; returning `false` ends the reply after it.
  /// - Returns: the reply's tokens, the stop token that ended it included.
  /// - Throws: `Diagnostic` from `Generator.add`; `not-a-number`.
  public func generate(
    prompt: [Int32], adapter: InferenceAdapter? = nil, sampling: SamplingParameters = .greedy,
    maximumTokens: Int = GenerationRequest.usualMaximumTokens, stopTokens: Set<Int32>? = nil, threads: Int = 2,
    onToken: (GeneratedToken) -> Bool = { _ in true }
  ) throws -> [Int32] {
    let generator = try Generator(
      self,
      options: GeneratorOptions(
        threads: threads, contextLength: min(configuration.usablePositions, prompt.count + maximumTokens + 1),
        cacheByteCount: .max, maximumSequences: 1))
    let ends = stopTokens ?? Set(configuration.eosTokenIDs.map { Int32(truncatingIfNeeded: $0) })
    _ = try generator.add(
      GenerationRequest(
        prompt: prompt, adapter: adapter, sampling: sampling, maximumTokens: maximumTokens, stopTokens: ends))
    var reply: [Int32] = []
    while !generator.isIdle {
      for event in generator.step() {
        if case .finished(_, let end, _) = event, let failure = end.failure { throw failure }
        guard case .token(_, let token) = event else { continue }
        reply.append(token.token)
        if !onToken(token) { return reply }
      }
    }
    return reply
  }
}
