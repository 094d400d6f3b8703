/// How often the draft token of a `RepeatIndex` was the one that came, by the length of the match: a rolling share.
///
/// Every token that comes is counted, also where nothing was proposed, so that learning costs nothing.
struct HitRates {
  /// Draft tokens that a sequence's own history weighs against those of all sequences.
  private static let priorWeight = 6.0
  /// What a draft token still counts after one more.
  private static let fading = 0.97

  private struct Share {
    var hits = 0.0
    var drafts = 0.0

    mutating func note(_ isHit: Bool) {
      hits = hits * HitRates.fading + (isHit ? 1 : 0)
      drafts = drafts * HitRates.fading + 1
    }
  }

  private var shares = [Share](repeating: Share(), count: HitRates.first.count)

  /// What is expected before anything is known, by class of length.
  private static let first = [0, 0, 0.25, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.85, 0.9, 0.95]

  /// Lengths that are counted together: 2 … 8 each by itself, 9–12, 13–16, 17–24, more.
  private static func group(_ length: Int) -> Int {
    switch length {
    case ...8: max(length, 0)
    case ...12: 9
    case ...16: 10
    case ...24: 11
    default: 12
    }
  }

  mutating func note(length: Int, isHit: Bool) { shares[Self.group(length)].note(isHit) }

  /// The chance that a draft token is accepted.
  /// - Parameter common: the rates of all sequences.
  func rate(_ length: Int, common: HitRates) -> Double {
    let group = Self.group(length)
    let (own, all) = (shares[group], common.shares[group])
    let prior = (all.hits + Self.priorWeight * Self.first[group]) / (all.drafts + Self.priorWeight)
    return (own.hits + Self.priorWeight * prior) / (own.drafts + Self.priorWeight)
  }
}
