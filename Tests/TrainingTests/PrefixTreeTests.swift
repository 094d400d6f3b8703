import Models
import Testing

@testable import Training

@Suite struct PrefixTreeTests {
  /// A row whose first label is predicted at its last token.
  private func row(_ tokens: [Int], _ index: Int) -> PackSequence {
    PackSequence(
      tokens: tokens.map { Int32($0) }, predictors: [Int32(tokens.count - 1)], targets: [1], row: index)
  }

  private let stem = Array(0..<20)
  private let left = Array(100..<118)
  private let right = Array(200..<230)

  @Test func branchesFollowTheirStem() {
    let rows = [
      stem + left + [1, 2], stem + right + [3, 4], stem + left + [5], stem + right + [6, 7, 8], stem + [9, 9],
      Array(300..<340),
    ].enumerated().map { row($1, $0) }
    let nodes = PrefixTree(rows, maximumTokens: 1000).nodes
    #expect(nodes.map(\.parent) == [nil, 0, 0])
    #expect(nodes.map(\.positions) == [0..<20, 20..<38, 20..<50])
    #expect(nodes.map(\.members) == [[0, 1, 2, 3, 4], [0, 2], [1, 3]])
    #expect(nodes.map(\.saving) == [80, 18, 30])
  }

  @Test func theLeastSavingBranchGoesFirstWhenThereIsNoRoom() {
    let rows = [stem + left + [1, 2], stem + right + [3, 4], stem + left + [5], stem + right + [6, 7, 8]]
      .enumerated().map { row($1, $0) }
    #expect(PrefixTree(rows, maximumTokens: 68).nodes.map(\.positions) == [0..<20, 20..<38, 20..<50])
    let without = PrefixTree(rows, maximumTokens: 67).nodes
    #expect(without.map(\.positions) == [0..<20, 20..<50])
    #expect(without.map(\.parent) == [nil, 0])
    #expect(PrefixTree(rows, maximumTokens: 20).nodes.map(\.positions) == [0..<20])
    #expect(PrefixTree(rows, maximumTokens: 19).nodes.isEmpty)
  }

  /// A short common beginning is left to its branches, which then hold it too.
  @Test func whatIsTooShortToShareAloneGoesWithItsBranches() {
    let rows = [[1, 2, 3] + stem + [4], [1, 2, 3] + stem + [5], [1, 2, 3] + right + [6], [1, 2, 3] + right + [7]]
      .enumerated().map { row($1 + [0], $0) }
    let nodes = PrefixTree(rows, maximumTokens: 1000).nodes
    #expect(nodes.map(\.positions) == [0..<23, 0..<33])
    #expect(nodes.map(\.parent) == [nil, nil])
  }

  @Test func nothingThatPredictsALabelIsShared() {
    let rows = (0..<3).map { index in
      PackSequence(tokens: stem.map { Int32($0) }, predictors: [17, 18], targets: [1, 1], row: index)
    }
    #expect(PrefixTree(rows, maximumTokens: 1000).nodes.map(\.positions) == [0..<17])
    let early = (0..<8).map { index in
      PackSequence(tokens: stem.map { Int32($0) }, predictors: [3, 18], targets: [1, 1], row: index)
    }
    #expect(PrefixTree(early, maximumTokens: 1000).nodes.isEmpty)
  }
}
