import Datasets
import JSON
import Testing

@testable import Stages

/// What a run does not choose costs little, and a larger draw uses what a smaller one did.
@Suite struct RowBlocksTests {
  private let draw = DrawOrder("0123456789abcdef0123456789abcdef")

  private func blocks(_ rows: Int, first count: Int) throws -> RowBlocks {
    let order = try #require(draw)
    return RowBlocks(rows: rows, draw: order, wanted: Set(order.ordinals(rows).prefix(count)))
  }

  @Test(arguments: [1, 10, 256, 257, 1000, 5000, 60_000], [100_000, 250_000])
  func aDrawCostsAtMostItsDouble(count: Int, rows: Int) throws {
    let blocks = try blocks(rows, first: count)
    #expect(blocks.rowCount <= max(256, 2 * count))
    #expect(blocks.rowCount >= count)
    #expect(RowBlocks.workedRows(of: rows, drawn: count) == (count * 2 < rows ? blocks.rowCount : rows))
    let order = try #require(draw).ordinals(rows)
    let worked = Set(blocks.blocks.flatMap(\.rows))
    #expect(worked.count == blocks.rowCount && worked.isSuperset(of: order.prefix(count)))
  }

  @Test func aLargerDrawReusesEveryBlock() throws {
    var before: Set<String> = []
    for count in [1, 10, 300, 301, 2000, 2001, 40_000] {
      let keys = Set(try blocks(200_000, first: count).blocks.map { $0.key.text(.canonical) })
      #expect(keys.isSuperset(of: before))
      before = keys
    }
  }

  @Test func smallAndWholeSourcesAreCutInTheirOwnOrder() throws {
    let small = RowBlocks(rows: 100, draw: draw, wanted: [5])
    #expect(small.blocks.map(\.rows) == [Array(1...100)])
    #expect(small.blocks.map(\.key) == RowBlocks(rows: 100, draw: nil, wanted: [1, 99]).blocks.map(\.key))
    let whole = RowBlocks(rows: 20_000, draw: nil, wanted: Set(1...20_000))
    #expect(whole.blocks.flatMap(\.rows) == Array(1...20_000) && whole.blocks.count > 1)
    #expect(RowBlocks(rows: 20_000, draw: nil, wanted: [19_999]).blocks.count == 1)
    #expect(RowBlocks(rows: 0, draw: nil, wanted: []).blocks.isEmpty)
  }
}
