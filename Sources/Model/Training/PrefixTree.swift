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
    /// Whether it saves more than its bookkeeping costs.
    var isWorthwhile: Bool { positions.count >= PrefixTree.minimumLength && saving >= PrefixTree.minimumSaving }
  }

  static let minimumLength = 4
  static let minimumSaving = 16

  /// Parents before their branches; otherwise in the order of their tokens.
  private(set) var nodes: [Node] = []

  private let sequences: [PackSequence]

  /// - Parameters:
  ///   - maximumTokens: all stretches together take no more: they are computed in one pack of their own.
  ///   - maximumNodes: there are no more stretches.
  init(_ sequences: [PackSequence], maximumTokens: Int, maximumNodes: Int = .max) {
    self.sequences = sequences
    let order = sequences.indices.filter { limit($0) >= PrefixTree.minimumLength }.sorted { left, right in
      let l = sharable(left)
      let r = sharable(right)
      if l.lexicographicallyPrecedes(r) { return true }
      return r.lexicographicallyPrecedes(l) ? false : left < right
    }
    grow(order)
    prune(maximumTokens, maximumNodes)
  }

  /// Tokens of a sequence that may be shared.
  private func limit(_ index: Int) -> Int { Int(sequences[index].predictors.first ?? 0) }
  private func sharable(_ index: Int) -> ArraySlice<Int32> { sequences[index].tokens[..<limit(index)] }

  /// Rows that follow each other in the order of their tokens.
  private struct Branch {
    var order: ArraySlice<Int>
    /// How many tokens all of them are known to have in common.
    var agreeing: Int
    /// The node before them, and where it ends.
    var parent: Int?
    var start: Int
  }

  /// Adds the nodes of the rows given in the order of their tokens. A stack of its own: rows that each go on where another
  /// ends make a tree as deep as they are many.
  private mutating func grow(_ order: [Int]) {
    var open = [Branch(order: order[...], agreeing: 0, parent: nil, start: 0)]
    while var branch = open.popLast() {
      guard branch.order.count > 1, let first = branch.order.first, let last = branch.order.last else { continue }
      // Sorted rows agree as far as the first and the last do, and as far as the shortest reaches.
      let shortest = branch.order.reduce(Int.max) { min($0, limit($1)) }
      var depth = branch.agreeing
      while depth < shortest, sequences[first].tokens[depth] == sequences[last].tokens[depth] { depth += 1 }
      let node = Node(parent: branch.parent, positions: branch.start..<depth, members: branch.order.sorted())
      if node.isWorthwhile {
        nodes.append(node)
        (branch.start, branch.parent) = (depth, nodes.count - 1)
      }
      // The last branch goes on the stack first, so that nodes come in the order of their tokens.
      var end = branch.order.endIndex
      while end > branch.order.startIndex {
        // Rows that end here have no branch, and stand before those that go on.
        guard limit(branch.order[end - 1]) > depth else { break }
        let token = sequences[branch.order[end - 1]].tokens[depth]
        var at = end - 1
        while at > branch.order.startIndex, limit(branch.order[at - 1]) > depth,
          sequences[branch.order[at - 1]].tokens[depth] == token
        {
          at -= 1
        }
        open.append(
          Branch(order: branch.order[at..<end], agreeing: depth + 1, parent: branch.parent, start: branch.start))
        end = at
      }
    }
  }

  /// Shortens branches, or takes them away, those that save least first, until the rest is few and short enough.
  private mutating func prune(_ maximumTokens: Int, _ maximumNodes: Int) {
    var total = nodes.reduce(0) { $0 + $1.positions.count }
    while total > maximumTokens || nodes.count > maximumNodes {
      let parents = Set(nodes.compactMap(\.parent))
      let ends = nodes.indices.filter { !parents.contains($0) }
      guard let least = ends.min(by: { (nodes[$0].saving, $0) < (nodes[$1].saving, $1) }) else { return }
      total -= nodes[least].positions.count
      let start = nodes[least].positions.lowerBound
      let room = nodes.count > maximumNodes ? 0 : max(0, maximumTokens - total)
      nodes[least].positions = start..<start + min(nodes[least].positions.count, room)
      if nodes[least].isWorthwhile {
        total += nodes[least].positions.count
        continue
      }
      nodes.remove(at: least)
      for index in nodes.indices {
        if let parent = nodes[index].parent, parent > least { nodes[index].parent = parent - 1 }
      }
    }
  }
}
