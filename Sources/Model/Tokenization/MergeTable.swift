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

  /// - Parameter capacity: how many merges are awaited. More may come: Llama 3 lists every way to split a token, 280,147
  ///   merges for 128,000 tokens.
  init(capacity: Int) {
    var size = 1024
    while size * 2 < capacity * 3 { size *= 2 }
    slots = Self.vacant(size)
  }

  private static func vacant(_ size: Int) -> [Slot] {
    [Slot](repeating: Slot(left: .max, right: 0, rank: .max, result: 0), count: size)
  }

  @inline(__always)
  static func hash(_ left: UInt32, _ right: UInt32) -> Int {
    let key = (UInt64(left) << 32 | UInt64(right)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: key >> 29)
  }

  /// Adds a merge of the next rank; a repeated pair takes the later rank, as in `tokenizers`.
  mutating func add(_ left: UInt32, _ right: UInt32, result: UInt32, rank: Int) {
    if (count + 1) * 3 > slots.count * 2 {
      let full = slots
      slots = Self.vacant(full.count * 2)
      for slot in full where slot.left != .max { slots[place(of: slot.left, slot.right)] = slot }
    }
    let index = place(of: left, right)
    if slots[index].left == .max { count += 1 }
    slots[index] = Slot(left: left, right: right, rank: UInt32(truncatingIfNeeded: rank), result: result)
  }

  /// Where a pair is, or where it would be put.
  private func place(of left: UInt32, _ right: UInt32) -> Int {
    let mask = slots.count - 1
    var index = Self.hash(left, right) & mask
    while slots[index].left != .max, slots[index].left != left || slots[index].right != right {
      index = (index &+ 1) & mask
    }
    return index
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
