import Models

/// Which rows of a window start with the same tokens, and how many of them are worth computing once.
///
/// A prefix ends before the first position that predicts a label, so it carries no loss. Rows are sorted by their tokens;
/// walking the tree of their common beginnings, each node is shared as it is or left to its branches, whichever saves
/// more tokens.
struct PrefixGrouping {
  struct Group {
    var length: Int
    /// Indices into the sequences given, ascending.
    var members: [Int]
  }

  /// Below this a shared prefix saves less than its bookkeeping costs.
  static let minimumLength = 16

  private let sequences: [PackSequence]

  /// The groups, in the order of their first member.
  static func groups(_ sequences: [PackSequence], maximumTokens: Int) -> [Group] {
    let grouping = PrefixGrouping(sequences: sequences)
    let order = sequences.indices.filter { grouping.limit($0) >= minimumLength }.sorted { left, right in
      let l = grouping.sharable(left)
      let r = grouping.sharable(right)
      if l.lexicographicallyPrecedes(r) { return true }
      return r.lexicographicallyPrecedes(l) ? false : left < right
    }
    var found = grouping.best(order[...], from: 0).groups
    // Prefixes are computed in one pack of their own; what saves least goes first when they are too many.
    var total = found.reduce(0) { $0 + $1.length }
    found.sort { ($0.saving, $1.members[0]) > ($1.saving, $0.members[0]) }
    while total > maximumTokens, let last = found.popLast() { total -= last.length }
    return found.sorted { $0.members[0] < $1.members[0] }
  }

  /// Tokens of a sequence that a prefix may take.
  private func limit(_ index: Int) -> Int { Int(sequences[index].predictors.first ?? 0) }
  private func sharable(_ index: Int) -> ArraySlice<Int32> { sequences[index].tokens[..<limit(index)] }

  private func best(_ order: ArraySlice<Int>, from start: Int) -> (saving: Int, groups: [Group]) {
    guard order.count > 1, let first = order.first, let last = order.last else { return (0, []) }
    // Sorted rows agree as far as the first and the last do, and as far as the shortest reaches.
    let shortest = order.reduce(Int.max) { min($0, limit($1)) }
    var depth = start
    while depth < shortest, sequences[first].tokens[depth] == sequences[last].tokens[depth] { depth += 1 }
    let whole =
      depth >= PrefixGrouping.minimumLength ? Group(length: depth, members: order.sorted()) : nil
    var branches: (saving: Int, groups: [Group]) = (0, [])
    var at = order.startIndex
    while at < order.endIndex {
      guard limit(order[at]) > depth else {
        at += 1
        continue
      }
      let token = sequences[order[at]].tokens[depth]
      var end = at + 1
      while end < order.endIndex, limit(order[end]) > depth, sequences[order[end]].tokens[depth] == token { end += 1 }
      // A branch that holds every row would not end; it cannot, because depth stops where they part or one ends.
      if end - at < order.count {
        let inner = best(order[at..<end], from: depth)
        branches.saving += inner.saving
        branches.groups += inner.groups
      }
      at = end
    }
    if let whole, whole.saving >= branches.saving { return (whole.saving, [whole]) }
    return branches
  }
}

extension PrefixGrouping.Group {
  /// Tokens that need not be computed.
  var saving: Int { length * (members.count - 1) }
}
