/// Speculative decoding: draft tokens come from the sequence's own text, and one pass checks several.
///
/// It never changes a reply, only how fast it comes: a draft token is kept if and only if it is the token that would have been
/// chosen anyway.
public enum Speculation: Sendable, Hashable {
  case off
  /// As many draft tokens as are expected to save time, by their rolling hit rate and measured times; often none.
  case auto
  /// Up to this many draft tokens at every step, whether they save time or not: for measurements and tests.
  case always(Int)
}

/// How many draft tokens were checked, and how many of them were right.
public struct SpeculationCounts: Sendable, Hashable {
  public var proposed: Int
  public var accepted: Int

  public init(proposed: Int = 0, accepted: Int = 0) {
    self.proposed = proposed
    self.accepted = accepted
  }

  public static func += (sum: inout SpeculationCounts, more: SpeculationCounts) {
    sum.proposed += more.proposed
    sum.accepted += more.accepted
  }
}

/// Decides how many draft tokens of each sequence go into a pass.
///
/// A pass over n sequences yields n tokens in c(n) seconds. With r - n draft tokens it yields as many more as are right, in
/// c(r). The pass that yields most tokens per second is taken. One counts only if all before it are right, so its
/// chance is the product of their rates: after a hit the match is one token longer.
struct SpeculationPlan {
  /// One sequence that could have draft tokens.
  struct Candidate {
    var match: RepeatIndex.Match?
    var rates: HitRates
    /// Draft tokens there is room for.
    var room: Int
  }

  /// What a pass with draft tokens must gain to be worth the risk.
  private static let margin = 1.05
  /// One less likely than this is not looked at.
  private static let leastChance = 0.02

  var costs = PassCosts()
  /// Of all sequences.
  var rates = HitRates()
  /// Seconds that choosing a token from its logits takes: a token that is gained costs them too.
  private var choosing = 0.0

  mutating func noteChoices(_ count: Int, seconds: Double) {
    guard count > 0 else { return }
    let each = seconds / Double(count)
    choosing = choosing == 0 ? each : choosing + 0.1 * (each - choosing)
  }

  /// - Parameter mostRows: of the pass.
  /// - Returns: draft tokens of each candidate.
  func counts(_ candidates: [Candidate], mostRows: Int) -> [Int] {
    var counts = candidates.map { _ in 0 }
    let base = candidates.count
    guard candidates.contains(where: { $0.match != nil && $0.room > 0 }), let curve = costs.curve(from: base) else {
      return counts
    }
    var chances = candidates.map { candidate in
      candidate.match.map { candidate.rates.rate($0.length, common: rates) } ?? 0
    }
    var yield = Double(base)
    var (best, bestRate) = (counts, Self.margin * yield / (curve[0] + yield * choosing))
    for rows in stride(from: base + 1, through: min(mostRows, PassCosts.mostRows), by: 1) {
      let open = candidates.indices.filter { counts[$0] < candidates[$0].room }
      guard let next = open.max(by: { chances[$0] < chances[$1] }), chances[next] > Self.leastChance else { break }
      yield += chances[next]
      counts[next] += 1
      if let match = candidates[next].match {
        chances[next] *= candidates[next].rates.rate(match.length + counts[next], common: rates)
      }
      let rate = yield / (curve[rows - base] + yield * choosing)
      if rate > bestRate { (best, bestRate) = (counts, rate) }
    }
    return best
  }
}
