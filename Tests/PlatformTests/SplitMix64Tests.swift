import Platform
import Testing

@Suite struct SplitMix64Tests {
  /// The numbers of the reference implementation, https://prng.di.unimi.it/splitmix64.c, for this seed.
  private static let published: [UInt64] = [
    6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
    16_408_922_859_458_223_821,
  ]

  @Test func itGivesThePublishedNumbersInOrderAndByIndex() {
    var generator = SplitMix64(seed: 1_234_567)
    #expect((0..<5).map { _ in generator.next() } == Self.published)
    #expect((0..<5).map { SplitMix64.word(seed: 1_234_567, index: $0) } == Self.published)
  }

  @Test func numbersBelowABoundStayBelowItAndAreEven() {
    var generator = SplitMix64(seed: 7)
    var counts = [Int](repeating: 0, count: 6)
    for _ in 0..<60_000 { counts[Int(generator.below(6))] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 400 })
    #expect(generator.below(1) == 0 && generator.below(0) == 0)
    #expect((0..<1000).allSatisfy { _ in (0..<1).contains(generator.unit()) })
  }
}
