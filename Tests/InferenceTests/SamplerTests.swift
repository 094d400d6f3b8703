import CKernels
import Testing

@testable import Inference

@Suite struct SamplerTests {
  let kernels: lp_inference_kernels

  init() throws { kernels = try #require(lp_inference_kernels_at(lp_inference_best_level())).pointee }

  private func draws(_ parameters: SamplingParameters, _ logits: [Float], count: Int = 400, prompt: [Int32] = [])
    -> [Int32]
  {
    var sampler = Sampler(parameters, prompt: prompt, defaultSeed: 7)
    return (0..<count).map { _ in
      var copy = logits
      return copy.withUnsafeMutableBufferPointer { sampler.next($0, kernels: kernels) }
    }
  }

  @Test func zeroTemperatureTakesTheFirstLargest() {
    #expect(Set(draws(.greedy, [1, 5, 5, 2])) == [1])
  }

  @Test func topKKeepsTheLikeliest() {
    let logits = (0..<50).map { Float($0 % 7) }
    let kept = Set(draws(SamplingParameters(temperature: 2, topP: 1, topK: 3, seed: 1), logits))
    #expect(kept == [6, 13, 20])
  }

  @Test func topPKeepsTheSmallestNucleus() {
    // Probabilities 0.5, 0.3, 0.15, 0.05.
    let logits: [Float] = [-0.6931472, -1.2039728, -1.89712, -2.995732]
    #expect(Set(draws(SamplingParameters(temperature: 1, topP: 0.79, seed: 1), logits)) == [0, 1])
    #expect(Set(draws(SamplingParameters(temperature: 1, topP: 0.9, seed: 1), logits)) == [0, 1, 2])
    #expect(Set(draws(SamplingParameters(temperature: 1, topP: 1, minP: 0.5, seed: 1), logits)) == [0, 1])
  }

  @Test func frequenciesFollowTheProbabilities() {
    let logits: [Float] = [-0.6931472, -1.2039728, -1.89712, -2.995732]
    let found = draws(SamplingParameters(temperature: 1, topP: 1, seed: 3), logits, count: 20000)
    for (token, probability) in [0.5, 0.3, 0.15, 0.05].enumerated() {
      let share = Double(found.count { $0 == Int32(token) }) / Double(found.count)
      // Four standard deviations of a binomial share.
      #expect(abs(share - probability) < 4 * (probability * (1 - probability) / 20000).squareRoot())
    }
  }

  @Test func equalSeedsGiveEqualDraws() {
    let logits = (0..<300).map { Float($0 % 17) * 0.2 }
    let parameters = SamplingParameters(temperature: 1, topP: 0.95, seed: 42)
    #expect(draws(parameters, logits) == draws(parameters, logits))
    var other = parameters
    other.seed = 43
    #expect(draws(parameters, logits) != draws(other, logits))
  }

  @Test func penaltiesMoveAwayFromWhatWasSaid() {
    let logits: [Float] = [2, 1.9, 1.8]
    #expect(draws(SamplingParameters(temperature: 0, presencePenalty: 0.15), logits, count: 3) == [0, 1, 0])
    #expect(draws(SamplingParameters(temperature: 0, frequencyPenalty: 0.15), logits, count: 3) == [0, 1, 0])
    #expect(draws(SamplingParameters(temperature: 0, repetitionPenalty: 1.5), logits, count: 1, prompt: [0, 1]) == [2])
  }

  @Test func infinitiesDoNotTrap() {
    #expect(draws(SamplingParameters(seed: 1), [-.infinity, 3, -.infinity], count: 5) == [1, 1, 1, 1, 1])
    _ = draws(SamplingParameters(seed: 1), [.nan, .nan], count: 3)
    _ = draws(SamplingParameters(seed: 1), [.infinity, .infinity], count: 3)
  }
}
