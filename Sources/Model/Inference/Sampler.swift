import CKernels
import Glibc
import Platform

/// Chooses tokens for one reply.
///
/// Order, as in transformers: bias and penalties, temperature, top-k, top-p, min-p, then one draw. The draw of token n
/// depends on the seed and n alone, so that a reply does not depend on what else is being generated.
///
/// Sources (numbers of arXiv): top-p, Holtzman et al. 2020, 1904.09751; min-p, Nguyen et al. 2024, 2407.01082; repetition
/// penalty, Keskar et al. 2019, 1909.05858.
struct Sampler {
  let parameters: SamplingParameters
  private let seed: UInt64
  private var drawn: UInt64 = 0
  private var promptTokens: Set<Int32>
  private var counts: [Int32: Int] = [:]

  init(_ parameters: SamplingParameters, prompt: [Int32], defaultSeed: UInt64) {
    self.parameters = parameters
    seed = parameters.seed ?? defaultSeed
    promptTokens = parameters.repetitionPenalty == 1 ? [] : Set(prompt)
  }

  /// Picks a token; `logits` are changed.
  mutating func next(_ logits: UnsafeMutableBufferPointer<Float>, kernels: lp_inference_kernels) -> Int32 {
    let token = pick(logits, kernels, seed)
    count(token)
    return token
  }

  /// Picks a token that `constraint` allows.
  ///
  /// Looking through the whole vocabulary costs more than a draw, and most draws are allowed: so a token is drawn first,
  /// and only one that may not come is drawn again from those that may. As chances go, that is a draw from those that may.
  /// - Returns: `nil` when no token may come.
  mutating func next(
    _ logits: UnsafeMutableBufferPointer<Float>, _ constraint: inout any TokenConstraint, kernels: lp_inference_kernels
  ) -> Int32? {
    var trial = Array(logits)
    var token = trial.withUnsafeMutableBufferPointer { pick($0, kernels, seed) }
    if !constraint.allows(token) {
      constraint.mask(logits)
      guard kernels.maximum(logits.baseAddress, logits.count) > -.infinity else { return nil }
      token = pick(logits, kernels, ~seed)
    }
    constraint.advance(token)
    count(token)
    return token
  }

  private func pick(
    _ logits: UnsafeMutableBufferPointer<Float>, _ kernels: lp_inference_kernels, _ seed: UInt64
  ) -> Int32 {
    penalize(logits)
    return parameters.temperature == 0 ? Self.largest(logits, kernels) : draw(logits, kernels, seed)
  }

  private mutating func count(_ token: Int32) {
    counts[token, default: 0] += 1
    drawn += 1
  }

  private func penalize(_ logits: UnsafeMutableBufferPointer<Float>) {
    for (token, bias) in parameters.logitBias where logits.indices.contains(Int(token)) { logits[Int(token)] += bias }
    if parameters.repetitionPenalty != 1 {
      let penalty = Float(parameters.repetitionPenalty)
      for token in promptTokens.union(counts.keys) where logits.indices.contains(Int(token)) {
        let value = logits[Int(token)]
        logits[Int(token)] = value > 0 ? value / penalty : value * penalty
      }
    }
    if parameters.frequencyPenalty != 0 || parameters.presencePenalty != 0 {
      for (token, count) in counts where logits.indices.contains(Int(token)) {
        logits[Int(token)] -= Float(parameters.frequencyPenalty) * Float(count) + Float(parameters.presencePenalty)
      }
    }
  }

  /// The first of the largest; a NaN never wins.
  static func largest(_ logits: UnsafeMutableBufferPointer<Float>, _ kernels: lp_inference_kernels) -> Int32 {
    let best = kernels.maximum(logits.baseAddress, logits.count)
    for index in logits.indices where logits[index] == best { return Int32(index) }
    return 0
  }

  private func draw(
    _ logits: UnsafeMutableBufferPointer<Float>, _ kernels: lp_inference_kernels, _ seed: UInt64
  ) -> Int32 {
    let inverse = Float(1 / max(parameters.temperature, 1e-4))
    for index in logits.indices { logits[index] *= inverse }
    let best = kernels.maximum(logits.baseAddress, logits.count)
    guard best.isFinite else { return Self.largest(logits, kernels) }
    let total = kernels.exponentials(logits.baseAddress, logits.count, best)

    // The likeliest candidates, in falling order, enough of them for every cut.
    var candidates: [(token: Int32, weight: Double)] = []
    var mass = 0.0
    for threshold in [Float(0x1p-6), 0x1p-12, 0x1p-20, 0] {
      candidates.removeAll(keepingCapacity: true)
      for index in logits.indices where logits[index] > threshold {
        candidates.append((Int32(index), Double(logits[index])))
      }
      candidates.sort { ($1.weight, $0.token) < ($0.weight, $1.token) }
      mass = candidates.reduce(0) { $0 + $1.weight }
      let enoughForK = parameters.topK > 0 && candidates.count >= parameters.topK
      let enoughForP = parameters.topP < 1 && parameters.topK == 0 && mass >= parameters.topP * total
      let enoughForMinimum = parameters.minP > 0 && Double(threshold) <= parameters.minP && parameters.topP >= 1
      if enoughForK || enoughForP || enoughForMinimum { break }
    }
    guard let first = candidates.first else { return Self.largest(logits, kernels) }
    var kept = candidates[...]
    var whole = total
    if parameters.topK > 0, kept.count > parameters.topK {
      kept = kept.prefix(parameters.topK)
      whole = kept.reduce(0) { $0 + $1.weight }
    }
    if parameters.topP < 1 {
      var sum = 0.0
      let end = kept.firstIndex { candidate in
        sum += candidate.weight
        return sum >= parameters.topP * whole
      }
      if let end { kept = kept[...end] }
    }
    if parameters.minP > 0 {
      let limit = parameters.minP * first.weight
      kept = kept.prefix { $0.weight >= limit }
    }
    var point = Self.uniform(seed: seed, index: drawn) * kept.reduce(0) { $0 + $1.weight }
    for candidate in kept {
      point -= candidate.weight
      if point < 0 { return candidate.token }
    }
    return kept.last?.token ?? first.token
  }

  /// In [0, 1), by SplitMix64 of seed and index.
  static func uniform(seed: UInt64, index: UInt64) -> Double {
    SplitMix64.unit(SplitMix64.word(seed: seed, index: index))
  }

  /// Log-probabilities of `token` and of the `top` likeliest, in falling order.
  static func logProbabilities(
    _ logits: UnsafeMutableBufferPointer<Float>, of token: Int32, top: Int, kernels: lp_inference_kernels,
    scratch: inout [Float]
  ) -> (chosen: Float, top: [TokenProbability]) {
    let best = kernels.maximum(logits.baseAddress, logits.count)
    scratch.removeAll(keepingCapacity: true)
    scratch.append(contentsOf: logits)
    let sum = scratch.withUnsafeMutableBufferPointer { kernels.exponentials($0.baseAddress, $0.count, best) }
    let normalizer = Double(best) + log(sum)
    func value(_ index: Int) -> Float { Float(Double(logits[index]) - normalizer) }
    var leaders: [(token: Int32, logit: Float)] = []
    if top > 0 {
      for index in logits.indices {
        let logit = logits[index]
        if leaders.count == top, let last = leaders.last, !(logit > last.logit) { continue }
        let place = leaders.firstIndex { logit > $0.logit } ?? leaders.count
        leaders.insert((Int32(index), logit), at: place)
        if leaders.count > top { leaders.removeLast() }
      }
    }
    let chosen = logits.indices.contains(Int(token)) ? value(Int(token)) : -Float.infinity
    return (chosen, leaders.map { TokenProbability(token: $0.token, logProbability: value(Int($0.token))) })
  }
}
