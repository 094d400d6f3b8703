import Datasets
import JSON

/// A source's rows in blocks, each a piece of work with a key of its own: what a run does not need is not worked on, and a
/// larger draw uses what a smaller one did.
///
/// A source that is wanted whole, or is small, is cut in its own order. One that is drawn from is cut in the order of the
/// draw, into blocks that double: ten rows of a million cost one block, and each further block is new rows only.
struct RowBlocks {
  struct Block {
    /// What tells the block from others of the same source.
    var key: JSONValue
    /// Ordinals, ascending.
    var rows: [Int]
  }

  /// Sources up to this many rows are one block, whatever is wanted of them.
  static let smallSource = 2048
  private static let firstBlock = 256
  private static let largestBlock = 16_384

  /// The blocks that hold wanted rows.
  let blocks: [Block]

  /// - Parameter wanted: ordinals.
  init(rows: Int, draw: DrawOrder?, wanted: Set<Int>) {
    var blocks: [Block] = []
    if let draw, rows > Self.smallSource {
      let order = draw.ordinals(rows)
      var start = 0
      var size = Self.firstBlock
      while start < rows {
        let end = min(start + size, rows)
        let part = order[start..<end]
        if part.contains(where: wanted.contains) {
          blocks.append(Block(key: ["draw": .string(draw.text), "from": .integer(Int64(start))], rows: part.sorted()))
        }
        // 256, 256, 512, 1024 …: each as long as all before it.
        start = end
        size = min(max(start, Self.firstBlock), Self.largestBlock)
      }
    } else {
      let size = rows > Self.smallSource ? Self.largestBlock / 2 : Self.smallSource
      for start in stride(from: 0, to: rows, by: size) {
        let part = start + 1...min(start + size, rows)
        if wanted.contains(where: part.contains) {
          blocks.append(Block(key: ["from": .integer(Int64(start))], rows: Array(part)))
        }
      }
    }
    self.blocks = blocks
  }

  /// How many rows are worked on when the first so many are drawn.
  static func workedRows(of rows: Int, drawn: Int) -> Int {
    guard rows > smallSource, drawn * 2 < rows else { return rows }
    var end = firstBlock
    while end < drawn { end += min(end, largestBlock) }
    return min(end, rows)
  }

  /// How many rows are worked on.
  var rowCount: Int { blocks.reduce(0) { $0 + $1.rows.count } }
}

/// Reads the rows of blocks one block after the other, each source as seldom as it can: blocks in the source's own order
/// in one pass, others all together when the first of them is asked for.
struct BlockReader {
  private let open: () throws -> SourceReader
  private let blocks: [RowBlocks.Block]
  private let isInOrder: Bool
  private var reader: SourceReader?
  private var held: [Int: SourceRow]?

  init(_ blocks: [RowBlocks.Block], open: @escaping () throws -> SourceReader) {
    self.open = open
    self.blocks = blocks
    isInOrder = zip(blocks, blocks.dropFirst()).allSatisfy { ($0.rows.last ?? 0) < ($1.rows.first ?? 0) }
  }

  /// Gives `body` the rows of a block in ascending order; those that cannot be read are left out.
  mutating func forEach(_ block: RowBlocks.Block, _ body: (SourceRow) throws -> Void) throws {
    if isInOrder {
      let current = try reader ?? open()
      reader = current
      let wanted = Set(block.rows)
      let last = block.rows.last ?? 0
      while let row = try current.next(through: last, where: wanted.contains) { try body(row) }
      return
    }
    if held == nil {
      var rows: [Int: SourceRow] = [:]
      let wanted = Set(blocks.flatMap(\.rows))
      let last = wanted.max() ?? 0
      let current = try open()
      while let row = try current.next(through: last, where: wanted.contains) { rows[row.ordinal] = row }
      held = rows
    }
    for ordinal in block.rows {
      if let row = held?[ordinal] { try body(row) }
    }
  }
}
