import Testing

@testable import Stages

@Suite struct TokenRowFileTests {
  private let rows = [
    TokenRow(ids: [1, 2, 70_000], labels: [false, true, true], source: 0, number: 4),
    TokenRow(ids: [], labels: [], source: 1, number: 1),
    TokenRow(ids: [9], labels: [true], source: 1, number: 2),
  ]

  @Test func rowsComeBackAsTheyWere() {
    #expect(TokenRowFile.parse(TokenRowFile.bytes(rows)) == rows)
    #expect(TokenRowFile.parse(TokenRowFile.bytes([])) == [])
  }

  @Test func theLabelOfTheFirstTokenDoesNotCount() {
    #expect(rows[0].labelCount == 2)
    #expect(rows[2].labelCount == 0)
  }

  @Test func everyTruncationIsRefused() {
    let bytes = TokenRowFile.bytes(rows)
    for length in 0..<bytes.count { #expect(TokenRowFile.parse(Array(bytes[..<length])) == nil) }
  }

  @Test func mutatedFilesNeverTrap() {
    let bytes = TokenRowFile.bytes(rows)
    var state: UInt64 = 1
    for _ in 0..<5000 {
      var mutated = bytes
      for _ in 0..<3 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        mutated[Int(state >> 33) % mutated.count] = UInt8(truncatingIfNeeded: state >> 20)
      }
      _ = TokenRowFile.parse(mutated)
    }
  }
}
