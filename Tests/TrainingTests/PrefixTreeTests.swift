import ModelFiles
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

  @Test func theLeastSavingBranchIsCutFirstWhenThereIsNoRoom() {
    let rows = [stem + left + [1, 2], stem + right + [3, 4], stem + left + [5], stem + right + [6, 7, 8]]
      .enumerated().map { row($1, $0) }
    func positions(_ maximum: Int) -> [Range<Int>] { PrefixTree(rows, maximumTokens: maximum).nodes.map(\.positions) }
    #expect(positions(68) == [0..<20, 20..<38, 20..<50])
    #expect(positions(67) == [0..<20, 20..<37, 20..<50])
    // 15 more tokens would save less than they cost.
    let without = PrefixTree(rows, maximumTokens: 65).nodes
    #expect(without.map(\.positions) == [0..<20, 20..<50])
    #expect(without.map(\.parent) == [nil, 0])
    #expect(positions(20) == [0..<20])
    // A beginning longer than there is room for is shared as far as there is.
    #expect(positions(19) == [0..<19])
    #expect(positions(6) == [0..<6] && positions(5).isEmpty)
  }

  @Test func thereMayBeAMostNumberOfBranches() {
    let rows = [stem + left + [1, 2], stem + right + [3, 4], stem + left + [5], stem + right + [6, 7, 8]]
      .enumerated().map { row($1, $0) }
    func positions(_ maximum: Int) -> [Range<Int>] {
      PrefixTree(rows, maximumTokens: 1000, maximumNodes: maximum).nodes.map(\.positions)
    }
    #expect(positions(3) == [0..<20, 20..<38, 20..<50])
    #expect(positions(2) == [0..<20, 20..<50])
    #expect(positions(1) == [0..<20])
  }

  /// States after prefixes are counted: in every gradient, in the engine of the prefixes, and as a bound on their number.
  @Test func statesOfRecurrentLayersTakeMemory() throws {
    var model = try GoldenTraining("qwen3.5").model.configuration
    let layout = AdapterLayout(AdapterConfiguration(rank: 2, alpha: 4), for: model)
    func bytes(_ prefixes: Int) -> (gradient: Int, engine: Int) {
      let extent = PrefixExtent(tokens: 40, sequences: prefixes)
      return (
        4 * PassGradient.floatCount(layout: layout, configuration: model, prefixes: extent),
        PassCapacity(prefixes: extent, threads: 1).byteCount(model, layout)
      )
    }
    #expect(bytes(4).gradient - bytes(1).gradient == 3 * 4 * model.stateCount)
    // Regions are rounded up to 16 floats.
    #expect(bytes(4).engine - bytes(1).engine >= 3 * 4 * model.stateCount - 64 * model.layerCount)
    #expect(WindowPlan.mostPrefixes(model) > 1000)
    for layer in model.layers.indices {
      model.layers[layer].delta?.keyHeadDimension = 512
      model.layers[layer].delta?.valueHeadDimension = 1024
    }
    #expect(WindowPlan.mostPrefixes(model) == WindowPlan.stateBytes / (4 * model.stateCount))
    for layer in model.layers.indices { model.layers[layer].delta?.valueHeadCount = 64 }
    #expect(WindowPlan.mostPrefixes(model) == 1)
    #expect(WindowPlan.mostPrefixes(try GoldenTraining("qwen3-tied").model.configuration) == .max)
  }

  /// Each row goes on where another ends: a tree as deep as there are rows.
  @Test func aTreeMayBeVeryDeep() {
    let rows = (1...1500).map { row([Int](repeating: 7, count: $0 * 4) + [1], $0) }
    let nodes = PrefixTree(rows, maximumTokens: 1 << 20).nodes
    #expect(nodes.count > 1490)
    #expect(nodes.indices.dropFirst().allSatisfy { nodes[$0].parent == $0 - 1 })
    #expect(
      nodes.indices.dropFirst().allSatisfy { nodes[$0].positions.lowerBound == nodes[$0 - 1].positions.upperBound })
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
