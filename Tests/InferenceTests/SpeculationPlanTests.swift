import Platform
import Testing

@testable import Inference

@Suite struct SpeculationPlanTests {
  /// The definition, by looking at every place.
  private static func naive(_ tokens: [Int32]) -> RepeatIndex.Match? {
    func equal(_ place: Int, atMost most: Int) -> Int {
      (0..<min(most, place)).first { tokens[place - 1 - $0] != tokens[tokens.count - 1 - $0] } ?? min(most, place)
    }
    var best: (length: Int, place: Int)?
    for place in stride(from: 1, to: tokens.count, by: 1) {
      let length = equal(place, atMost: RepeatIndex.longest)
      if length >= RepeatIndex.shortest, length >= best?.length ?? 0 { best = (length, place) }
    }
    return best.map { .init(follower: $0.place, length: equal($0.place, atMost: RepeatIndex.farthest)) }
  }

  @Test(arguments: [2, 3, 5, 30]) func theIndexFindsTheLongestAndLatestRepeat(_ words: Int32) {
    for seed in 0..<6 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      var index = RepeatIndex()
      var tokens: [Int32] = []
      var found = 0
      while tokens.count < 300 {
        // New tokens, or a piece of what was there.
        if tokens.count > 10, Bool.random(using: &random) {
          let from = Int.random(in: 0..<tokens.count - 5, using: &random)
          tokens += tokens[from..<from + 5]
        }
        for _ in 0..<Int.random(in: 0...4, using: &random) { tokens.append(.random(in: 0..<words, using: &random)) }
        index.add(tokens)
        let match = index.match(tokens)
        #expect(match == Self.naive(tokens))
        if match != nil { found += 1 }
      }
      #expect(found > 3)
    }
  }

  @Test func aSequenceIsTakenToRepeatBehindItsEnd() throws {
    let tokens: [Int32] = [9, 1, 2, 3, 1, 2, 3, 1, 2]
    var index = RepeatIndex()
    index.add(tokens)
    let match = try #require(index.match(tokens))
    #expect(match == .init(follower: 6, length: 5))
    #expect((0..<7).map { RepeatIndex.draft(match, $0, tokens, end: tokens.count) } == [3, 1, 2, 3, 1, 2, 3])
  }

  @Test func ratesFollowWhatHappens() {
    var (common, own) = (HitRates(), HitRates())
    let before = own.rate(5, common: common)
    for _ in 0..<60 {
      own.note(length: 5, isHit: true)
      common.note(length: 6, isHit: false)
    }
    #expect(own.rate(5, common: common) > 0.9 && own.rate(5, common: common) > before)
    #expect(HitRates().rate(6, common: common) < 0.2)
    for _ in 0..<60 { own.note(length: 5, isHit: false) }
    #expect(own.rate(5, common: common) < 0.25)
    // Longer matches are surer, as long as nothing else is known.
    let first = (2...32).map { HitRates().rate($0, common: HitRates()) }
    #expect(zip(first, first.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test func costsAreLearnedAndForgotten() throws {
    var costs = PassCosts()
    #expect(costs.curve(from: 1) == nil)
    costs.add(rows: 1, seconds: 1)
    var curve = try #require(costs.curve(from: 1))
    #expect(curve.count == PassCosts.mostRows && curve[0] == 1)
    #expect(zip(curve, curve.dropFirst()).allSatisfy { $0 < $1 })
    // One slow pass is not believed, three are.
    costs.add(rows: 4, seconds: 9)
    #expect(try #require(costs.curve(from: 1))[3] == curve[3])
    for _ in 0..<2 { costs.add(rows: 4, seconds: 9) }
    curve = try #require(costs.curve(from: 1))
    #expect(curve[3] == 9 && curve[1] > 3 && curve[2] > curve[1] && curve[4] > 9)
    // A fast one is.
    costs.add(rows: 4, seconds: 3)
    #expect(try #require(costs.curve(from: 1))[3] == 6)
    for _ in 0..<PassCosts.baseAge { costs.add(rows: 9, seconds: 8) }
    #expect(costs.curve(from: 1) == nil, "the time of a pass without draft tokens is measured again")
    for _ in 0..<PassCosts.otherAge { costs.add(rows: 1, seconds: 1) }
    #expect(try #require(costs.curve(from: 1))[3] < 2)
  }

  /// - Parameter slope: the cost of a further row, as a share of the first.
  private static func plan(slope: Double, isRight: Bool) -> SpeculationPlan {
    var plan = SpeculationPlan()
    for rows in 1...PassCosts.mostRows {
      for _ in 0..<PassCosts.enough { plan.costs.add(rows: rows, seconds: 1 + slope * Double(rows - 1)) }
    }
    plan.costs.add(rows: 1, seconds: 1)
    plan.costs.add(rows: 3, seconds: 1 + 2 * slope)
    for length in 2...32 { for _ in 0..<200 { plan.rates.note(length: length, isHit: isRight) } }
    return plan
  }

  private static func candidate(_ length: Int?, room: Int = 100) -> SpeculationPlan.Candidate {
    .init(match: length.map { .init(follower: 0, length: $0) }, rates: HitRates(), room: room)
  }

  @Test func draftTokensAreTakenWhereTheyPay() {
    let sure = Self.plan(slope: 0.3, isRight: true)
    #expect(sure.counts([Self.candidate(8)], mostRows: 32)[0] > 10)
    #expect(sure.counts([Self.candidate(8, room: 4)], mostRows: 32) == [4])
    #expect(sure.counts([Self.candidate(8)], mostRows: 3) == [2])
    #expect(sure.counts([Self.candidate(nil)], mostRows: 32) == [0])
    #expect(sure.counts([Self.candidate(8, room: 0)], mostRows: 32) == [0])
    // Never right, or a further row costs as much as the first: nothing.
    #expect(Self.plan(slope: 0.3, isRight: false).counts([Self.candidate(8)], mostRows: 32) == [0])
    #expect(Self.plan(slope: 1, isRight: true).counts([Self.candidate(8)], mostRows: 32) == [0])
    // Rows go to the sequence whose draft tokens are likelier.
    var mixed = [Self.candidate(8), Self.candidate(8), Self.candidate(nil)]
    for _ in 0..<100 { for length in 2...32 { mixed[0].rates.note(length: length, isHit: false) } }
    let counts = sure.counts(mixed, mostRows: 16)
    #expect(counts[0] == 0 && counts[1] > 3 && counts[2] == 0)
  }
}
