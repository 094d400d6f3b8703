import Conversations

/// Finds rows that are nearly the same: those whose shingles have a Jaccard index of at least 0.8, and no others.
///
/// The search is exact (but for chance in 2⁶⁴ shingles). A pair at or above the threshold shares a shingle among the rarest
/// few of each row, so only rows that meet there are compared (prefix filtering: Chaudhuri, Ganti and Kaushik 2006; Bayardo,
/// Ma and Srikant 2007). Shingles that occur in one row alone are never shared, and a row with more than a fifth of them
/// resembles no other; of ordinary data hardly any row is left to compare.
struct NearDuplicates {
  /// Tokens in a shingle.
  static let width = 5
  /// The least Jaccard index, as a fraction of whole numbers.
  static let threshold = (numerator: 4, denominator: 5)
  /// Shingles that are held at most: half a GiB.
  static let maximumShingles = 1 << 26

  private var shingles: [UInt64] = []
  /// Where the shingles of each row begin, and a last end.
  private var starts: [Int] = [0]
  /// Whether rows were too many; then `groups` knows only the first.
  private(set) var isFull = false

  var count: Int { starts.count - 1 }

  /// The shingles of a row, without its system prompt.
  static func shingles(of row: RowText) -> [UInt64] {
    var tokens = TextTokens()
    var hasText = false
    for part in row.parts where part.role != "system" {
      tokens.addBoundary(part.role)
      tokens.add(part.tokens)
      hasText = hasText || !part.tokens.hashes.isEmpty
    }
    let conversation = row.conversation
    if hasText, conversation.messages.allSatisfy(\.toolCalls.isEmpty) { return tokens.shingles(width) }
    // What has no words, or says something beside them, is compared as it is.
    let print = RowFingerprint(conversation)
    return hasText ? (tokens.shingles(width) + [print.high]).sorted() : [print.high]
  }

  /// Adds the next row.
  /// - Parameter row: its shingles, ascending and different.
  mutating func add(_ row: [UInt64]) {
    if shingles.count + row.count > Self.maximumShingles { isFull = true }
    if !isFull { shingles += row }
    starts.append(shingles.count)
  }

  /// For each row, the first row of its group: rows are in one group when a chain of near-duplicates joins them. A row
  /// that resembles no other is its own group.
  func groups() -> [Int] {
    var union = Union(count)
    let shared = sharedShingles()
    let ranked = rank(shared)
    // By shingle, then by group: a row that is in a group already is not compared with the rest of it, so that the rows of
    // one long template cost no square of their number.
    var index: [[Int: [Int32]]] = Array(repeating: [:], count: ranked.shingles)
    var whole: [[UInt32]: Int] = [:]
    // By position: the last row that met it.
    var met = [Int32](repeating: -1, count: ranked.rows.count)
    // Shorter rows first: a row is compared with those that are not longer.
    let order = ranked.rows.indices.sorted { (ranked.rows[$0].size, $0) < (ranked.rows[$1].size, $1) }
    for position in order {
      let row = ranked.rows[position]
      if row.ids.count == row.size {
        // Rows with equal shingles are compared once, through the first of them.
        if let first = whole[row.ids] {
          union.join(ranked.rows[first].row, row.row)
          continue
        }
        whole[row.ids] = position
      }
      let least = Self.leastOverlap(row.size)
      let prefix = row.ids.prefix(max(0, row.size - least + 1 - (row.size - row.ids.count)))
      for id in prefix {
        for members in index[Int(id)].values {
          for other in members {
            let candidate = ranked.rows[Int(other)]
            if union.areJoined(candidate.row, row.row) { break }
            guard met[Int(other)] != Int32(position), candidate.size >= least else { continue }
            met[Int(other)] = Int32(position)
            let common = TextTokens.overlap(candidate.ids, row.ids)
            let together = candidate.size + row.size - common
            if common * Self.threshold.denominator >= together * Self.threshold.numerator {
              union.join(candidate.row, row.row)
            }
          }
        }
      }
      for id in prefix { index[Int(id)][union.first(row.row), default: []].append(Int32(position)) }
    }
    return (0..<count).map { union.first($0) }
  }

  /// How many shingles a near-duplicate of a row of `size` shares with it at least: ⌈0.8 · size⌉.
  private static func leastOverlap(_ size: Int) -> Int {
    (size * threshold.numerator + threshold.denominator - 1) / threshold.denominator
  }

  /// How often each shingle occurs that occurs in more than one row, and few others.
  private func sharedShingles() -> [UInt64: UInt32] {
    // A bit for "met", a bit for "met again", by the low bits of the shingle: what is met once there is met once at all.
    let bits = max(10, min(28, Int.bitWidth - shingles.count.leadingZeroBitCount + 3))
    let mask = UInt64(1) << UInt64(bits) &- 1
    var once = [UInt64](repeating: 0, count: 1 << (bits - 6))
    var again = once
    for shingle in shingles {
      let slot = Int(shingle & mask)
      let bit: UInt64 = 1 << UInt64(slot & 63)
      if once[slot >> 6] & bit != 0 { again[slot >> 6] |= bit }
      once[slot >> 6] |= bit
    }
    var counts: [UInt64: UInt32] = [:]
    for row in 0..<count {
      let range = starts[row]..<starts[row + 1]
      let least = Self.leastOverlap(range.count)
      var present = 0
      for shingle in shingles[range] {
        let slot = Int(shingle & mask)
        if again[slot >> 6] & (1 << UInt64(slot & 63)) != 0 { present += 1 }
      }
      // A row that shares too little with all others together shares too little with each.
      guard present >= least, !range.isEmpty else { continue }
      for shingle in shingles[range] {
        let slot = Int(shingle & mask)
        if again[slot >> 6] & (1 << UInt64(slot & 63)) != 0 { counts[shingle, default: 0] += 1 }
      }
    }
    return counts
  }

  private struct RankedRow {
    var row: Int
    /// All its shingles, those that no other row has included.
    var size: Int
    /// Its shared shingles by rank, the rarest first.
    var ids: [UInt32]
  }

  /// The rows that may have a near-duplicate, with their shared shingles numbered from the rarest.
  private func rank(_ counts: [UInt64: UInt32]) -> (rows: [RankedRow], shingles: Int) {
    let order = counts.filter { $0.value > 1 }.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    var ranks: [UInt64: UInt32] = [:]
    ranks.reserveCapacity(order.count)
    for (rank, entry) in order.enumerated() { ranks[entry.key] = UInt32(rank) }
    var rows: [RankedRow] = []
    for row in 0..<count {
      let range = starts[row]..<starts[row + 1]
      var ids = shingles[range].compactMap { ranks[$0] }
      guard !range.isEmpty, ids.count >= Self.leastOverlap(range.count) else { continue }
      ids.sort()
      rows.append(RankedRow(row: row, size: range.count, ids: ids))
    }
    return (rows, order.count)
  }
}

/// Disjoint sets; each is named by its smallest member.
struct Union {
  private var parents: [Int]

  init(_ count: Int) { parents = Array(0..<count) }

  mutating func first(_ member: Int) -> Int {
    var root = member
    while parents[root] != root { root = parents[root] }
    var next = member
    while parents[next] != root { (parents[next], next) = (root, parents[next]) }
    return root
  }

  mutating func areJoined(_ left: Int, _ right: Int) -> Bool { first(left) == first(right) }

  mutating func join(_ left: Int, _ right: Int) {
    let (left, right) = (first(left), first(right))
    parents[max(left, right)] = min(left, right)
  }
}
