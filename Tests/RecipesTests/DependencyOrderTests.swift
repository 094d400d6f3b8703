import Recipes
import Testing

@Suite struct DependencyOrderTests {
  @Test(
    arguments: [
      ([[], [0], [0, 1]], [0, 1, 2]), ([[1], [2], []], [2, 1, 0]), ([[], [], []], [0, 1, 2]),
      ([[3], [], [1], []], [3, 0, 1, 2]), ([], []),
    ] as [([[Int]], [Int])])
  func whatANodeNeedsComesBeforeIt(_ needs: [[Int]], _ order: [Int]) {
    let found = DependencyOrder(needs)
    #expect(found.order == order)
    #expect(found.cycles.isEmpty)
  }

  @Test(
    arguments: [
      ([[0]], [0], 0), ([[1], [0]], [0, 1], 0), ([[1], [2], [3, 0], []], [0, 1, 2], 1), ([[1], [2], [1]], [1, 2], 0),
    ] as [([[Int]], [Int], Int)])
  func aCycleIsItsPathAndTheNeedThatClosesIt(_ needs: [[Int]], _ path: [Int], _ closing: Int) throws {
    let found = DependencyOrder(needs)
    let cycle = try #require(found.cycles.first)
    #expect(found.cycles.count == 1)
    #expect(cycle.path == path)
    #expect(cycle.closingNeed == closing)
    #expect(found.order.sorted() == Array(needs.indices))
  }

  @Test func everyCycleIsFound() {
    #expect(DependencyOrder([[1], [0], [3], [2], [2, 2]]).cycles.map(\.path) == [[0, 1], [2, 3]])
  }

  @Test func aLongChainNeedsNoLongStack() {
    let count = 200_000
    let found = DependencyOrder((0..<count).map { $0 + 1 < count ? [$0 + 1] : [] })
    #expect(found.order == Array((0..<count).reversed()))
  }
}
