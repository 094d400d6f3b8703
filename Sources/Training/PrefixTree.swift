import Models

/// Beginnings that rows of a window share, as a tree: each stretch of tokens that several rows have in common is computed
/// once, below the stretch before it.
///
/// A stretch ends before the first position of its rows that predicts a label, so it carries no loss.
struct PrefixTree {
  /// A stretch of common tokens.
  struct Node {
    /// Index of the node whose tokens come before; always smaller than the node's own.
    var parent: Int?
    /// Positions in the rows.
    var positions: Range<Int>
    /// Rows that have the stretch, as indices into the sequences given, ascending.
    var members: [Int]

    /// Tokens that need not be computed.
    var saving: Int { positions.count * (members.count - 1) }
  }

  /// Below these a stretch saves less than its bookkeeping costs.
  static let minimumLength = 4
  static let minimumSaving = 16

  /// Parents before their branches; otherwise in the order of their tokens.
  private(set) var nodes: [Node] = []

  private let sequences: [PackSequence]

  /// - Parameter maximumTokens: all stretches together take no more: they are computed in one pack of their own.
  init(_ sequences: [PackSequence], maximumTokens: Int) {
    self.sequences = sequences
    let order = sequences.indices.filter { limit($0) >= PrefixTree.minimumLength }.sorted { left, right in
      let l = sharable(left)
      let r = sharable(right)
      if l.lexicographicallyPrecedes(r) { return true }
      return r.lexicographicallyPrecedes(l) ? false : left < right
    }
    grow(order[...], agreeing: 0, from: 0, parent: nil)
    prune(maximumTokens)
  }

  /// Tokens of a sequence that may be shared.
  private func limit(_ index: Int) -> Int { Int(sequences[index].predictors.first ?? 0) }
  private func sharable(_ index: Int) -> ArraySlice<Int32> { sequences[index].tokens[..<limit(index)] }

  /// Adds the nodes of rows that follow each other in the order of their tokens.
  /// - Parameters:
  ///   - agreeing: how many tokens all of them are known to have in common.
  ///   - start: where the parent ends.
  private mutating func grow(_ order: ArraySlice<Int>, agreeing: Int, from start: Int, parent: Int?) {
    guard order.count > 1, let first = order.first, let last = order.last else { return }
    // Sorted rows agree as far as the first and the last do, and as far as the shortest reaches.
    let shortest = order.reduce(Int.max) { min($0, limit($1)) }
    var depth = agreeing
    while depth < shortest, sequences[first].tokens[depth] == sequences[last].tokens[depth] { depth += 1 }
    var (start, parent) = (start, parent)
    let node = Node(parent: parent, positions: start..<depth, members: order.sorted())
    if node.positions.count >= PrefixTree.minimumLength, node.saving >= PrefixTree.minimumSaving {
      nodes.append(node)
      (start, parent) = (depth, nodes.count - 1)
    }
    var at = order.startIndex
    while at < order.endIndex {
      // Rows that end here have no branch, and stand before those that go on.
      guard limit(order[at]) > depth else {
        at += 1
        continue
      }
      let token = sequences[order[at]].tokens[depth]
      var end = at + 1
      while end < order.endIndex, limit(order[end]) > depth, sequences[order[end]].tokens[depth] == token { end += 1 }
      grow(order[at..<end], agreeing: depth + 1, from: start, parent: parent)
      at = end
    }
  }

  /// Takes away branches, those that save least first, until the rest is short enough.
  private mutating func prune(_ maximumTokens: Int) {
    var total = nodes.reduce(0) { $0 + $1.positions.count }
    while total > maximumTokens {
      let parents = Set(nodes.compactMap(\.parent))
      let ends = nodes.indices.filter { !parents.contains($0) }
      guard let least = ends.min(by: { (nodes[$0].saving, $0) < (nodes[$1].saving, $1) }) else { return }
      total -= nodes[least].positions.count
      nodes.remove(at: least)
      for index in nodes.indices {
        if let parent = nodes[index].parent, parent > least { nodes[index].parent = parent - 1 }
      }
    }
  }
}
