/// Byte-pair encoding of one piece: always the pair of least rank first, the leftmost of equals.
///
/// Short pieces rescan an array; long ones keep a heap over a linked list, so that a run of a million equal characters
/// takes n log n steps.
struct PieceMerger {
  private static let scanLimit = 96

  private var tokens: [UInt32] = []
  private var ranks: [UInt32] = []
  private var results: [UInt32] = []
  private var next: [UInt32] = []
  private var previous: [UInt32] = []
  private var heap: [UInt64] = []

  /// Replaces the symbols by the result of all merges and appends it to `output`.
  mutating func merge(_ symbols: [UInt32], _ table: MergeLookup, into output: inout [Int32]) {
    if symbols.count <= Self.scanLimit {
      mergeScanning(symbols, table, into: &output)
    } else {
      mergeQueueing(symbols, table, into: &output)
    }
  }

  mutating func mergeScanning(_ symbols: [UInt32], _ table: MergeLookup, into output: inout [Int32]) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 3 * Self.scanLimit) { scratch in
      guard let tokens = scratch.baseAddress else { return }
      let ranks = tokens + Self.scanLimit
      let results = ranks + Self.scanLimit
      var count = symbols.count
      for index in 0..<count { tokens[index] = symbols[index] }
      var index = 0
      while index &+ 1 < count {
        let merge = table.find(tokens[index], tokens[index &+ 1])
        ranks[index] = merge.rank
        results[index] = merge.result
        index &+= 1
      }
      while count > 1 {
        var best = 0
        var least = ranks[0]
        index = 1
        while index &+ 1 < count {
          if ranks[index] < least {
            least = ranks[index]
            best = index
          }
          index &+= 1
        }
        if least == .max { break }
        tokens[best] = results[best]
        // Drop the symbol after `best`, and with it the pair it began.
        index = best &+ 1
        while index &+ 1 < count {
          tokens[index] = tokens[index &+ 1]
          ranks[index] = ranks[index &+ 1]
          results[index] = results[index &+ 1]
          index &+= 1
        }
        count &-= 1
        if best &+ 1 < count {
          let merge = table.find(tokens[best], tokens[best &+ 1])
          ranks[best] = merge.rank
          results[best] = merge.result
        }
        if best > 0 {
          let merge = table.find(tokens[best &- 1], tokens[best])
          ranks[best &- 1] = merge.rank
          results[best &- 1] = merge.result
        }
      }
      for index in 0..<count { output.append(Int32(truncatingIfNeeded: tokens[index])) }
    }
  }

  mutating func mergeQueueing(_ symbols: [UInt32], _ table: MergeLookup, into output: inout [Int32]) {
    let count = symbols.count
    let none = UInt32.max
    tokens = symbols
    ranks = [UInt32](repeating: none, count: count)
    results = [UInt32](repeating: 0, count: count)
    next = (0..<count).map { $0 + 1 < count ? UInt32(truncatingIfNeeded: $0 + 1) : none }
    previous = (0..<count).map { $0 > 0 ? UInt32(truncatingIfNeeded: $0 - 1) : none }
    heap.removeAll(keepingCapacity: true)
    for index in 0..<(count - 1) { refresh(index, table) }
    while let top = pop() {
      let index = Int(top & 0xFFFF_FFFF)
      // A pair that was merged away, or changed since it was queued, has another rank by now.
      guard ranks[index] == UInt32(truncatingIfNeeded: top >> 32), ranks[index] != none else { continue }
      let right = Int(next[index])
      tokens[index] = results[index]
      ranks[right] = none
      next[index] = next[right]
      if next[right] != none { previous[Int(next[right])] = UInt32(truncatingIfNeeded: index) }
      refresh(index, table)
      if previous[index] != none { refresh(Int(previous[index]), table) }
    }
    var index = 0
    while true {
      output.append(Int32(truncatingIfNeeded: tokens[index]))
      if next[index] == none { break }
      index = Int(next[index])
    }
    if count > 1 << 16 { self = PieceMerger() }
  }

  private mutating func refresh(_ index: Int, _ table: MergeLookup) {
    guard next[index] != .max else {
      ranks[index] = .max
      return
    }
    let merge = table.find(tokens[index], tokens[Int(next[index])])
    ranks[index] = merge.rank
    results[index] = merge.result
    if merge.rank != .max { push(UInt64(merge.rank) << 32 | UInt64(index)) }
  }

  private mutating func push(_ value: UInt64) {
    heap.append(value)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[parent] > value else { break }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = value
  }

  private mutating func pop() -> UInt64? {
    guard let top = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return top }
    var parent = 0
    while true {
      var child = parent * 2 + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < last else { break }
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = last
    return top
  }
}
