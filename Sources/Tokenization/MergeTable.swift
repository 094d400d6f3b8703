/// The merges of a byte-pair encoding: what a pair of tokens becomes, and how early.
struct MergeTable: Sendable {
  struct Slot: Sendable {
    var left: UInt32
    var right: UInt32
    var rank: UInt32
    var result: UInt32
  }

  private(set) var slots: [Slot]
  private(set) var count = 0

  init(capacity: Int) {
    var size = 1024
    while size < capacity * 2 { size *= 2 }
    slots = [Slot](repeating: Slot(left: .max, right: 0, rank: .max, result: 0), count: size)
  }

  @inline(__always)
  static func hash(_ left: UInt32, _ right: UInt32) -> Int {
    let key = (UInt64(left) << 32 | UInt64(right)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: key >> 29)
  }

  /// Adds a merge of the next rank; a repeated pair takes the later rank, as in `tokenizers`.
  mutating func add(_ left: UInt32, _ right: UInt32, result: UInt32, rank: Int) {
    let mask = slots.count - 1
    var index = Self.hash(left, right) & mask
    while slots[index].left != .max {
      if slots[index].left == left, slots[index].right == right { break }
      index = (index &+ 1) & mask
    }
    if slots[index].left == .max { count += 1 }
    slots[index] = Slot(left: left, right: right, rank: UInt32(truncatingIfNeeded: rank), result: result)
  }
}

/// A borrowed view of a merge table for the inner loop.
struct MergeLookup {
  let slots: UnsafePointer<MergeTable.Slot>
  let mask: Int

  /// The rank of a pair and what it becomes; the rank is `UInt32.max` when the pair does not merge.
  @inline(__always)
  func find(_ left: UInt32, _ right: UInt32) -> (rank: UInt32, result: UInt32) {
    var index = MergeTable.hash(left, right) & mask
    while true {
      let slot = slots[index]
      if slot.left == left, slot.right == right { return (slot.rank, slot.result) }
      if slot.left == .max { return (.max, 0) }
      index = (index &+ 1) & mask
    }
  }
}
