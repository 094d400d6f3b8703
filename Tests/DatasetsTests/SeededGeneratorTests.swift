import Testing

@testable import Datasets

@Suite struct SeededGeneratorTests {
  @Test func xoshiroGivesThePublishedNumbers() {
    var generator = Xoshiro256StarStar(state: (1, 2, 3, 4))
    let words = (0..<6).map { _ in generator.next() }
    #expect(
      words == [
        11_520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360, 607_988_272_756_665_600,
      ])
  }

  @Test func sipHashGivesThePublishedDigests() {
    // The reference's vectors: key 00…0f, input the first bytes of 00 01 02 …
    let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908)
    let empty = SipHash128.hash([], key: key)
    #expect(empty.high == 0xE6A8_25BA_047F_81A3 && empty.low == 0x9302_55C7_1472_F66D)
    let one = SipHash128.hash([0], key: key)
    #expect(one.high == 0x44AF_996B_D8C1_87DA && one.low == 0x45FC_229B_1159_7634)
  }

  @Test func permutationsNeverDrift() {
    var numbers = Array(0..<12)
    var generator = Xoshiro256StarStar(seed: 42, purpose: "shuffle\ntrain")
    generator.permute(&numbers)
    #expect(numbers == SeededGeneratorTests.golden)
    #expect(numbers.sorted() == Array(0..<12))
  }

  private static let golden = [4, 5, 6, 2, 0, 8, 9, 11, 7, 1, 3, 10]

  @Test func boundedNumbersAreEven() {
    var generator = Xoshiro256StarStar(seed: 7)
    var counts = [Int](repeating: 0, count: 6)
    for _ in 0..<60_000 { counts[generator.below(6)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 400 })
  }
}
