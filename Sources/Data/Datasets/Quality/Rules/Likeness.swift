import Conversations

/// Rows that resemble others, within a source and across sources, and across the two sides of a split.
struct Likeness {
  private var search = NearDuplicates()
  private var places: [RowPlace] = []
  private var prints: [RowFingerprint] = []
  private var sources: [String] = []
  private var sides: [DatasetSelection.Split?] = []

  mutating func add(_ row: InspectedRow, _ shingles: [UInt64], _ print: RowFingerprint) {
    search.add(shingles)
    places.append(row.place)
    prints.append(print)
    sources.append(row.source)
    sides.append(row.side)
  }

  /// - Parameter acrossOnly: whether only groups with rows of several sources count.
  func findings(acrossOnly: Bool) -> [DatasetReport.Finding] {
    var members: [Int: [Int]] = [:]
    for (row, group) in search.groups().enumerated() { members[group, default: []].append(row) }
    var groups = members.values.filter { $0.count > 1 && Set($0.map { prints[$0] }).count > 1 }
    if acrossOnly { groups = groups.filter { Set($0.map { sources[$0] }).count > 1 } }
    groups.sort { ($1.count, $0[0]) < ($0.count, $1[0]) }
    let split = groups.filter { Set($0.compactMap { sides[$0] }).count > 1 }
    return [near(groups)] + (sides.contains { $0 == .validation } ? [straddling(split)] : [])
  }

  private func near(_ groups: [[Int]]) -> DatasetReport.Finding {
    let code = "near-duplicates"
    guard let largest = groups.first else {
      return .init(
        code: code, level: .pass,
        message: search.isFull
          ? "no two rows are nearly the same; later rows are too many to compare" : "no two rows are nearly the same",
        examples: [])
    }
    // Of each group one row would stay; equal rows are another finding.
    let rows = groups.reduce(0) { $0 + Set($1.map { prints[$0] }).count - 1 }
    let across = groups.count { Set($0.map { sources[$0] }).count > 1 }
    let others = across > 0 ? "\(groups.count) groups, \(across) of them across sources" : "\(groups.count) groups"
    let most = search.isFull ? "\(largest.count); later rows are too many to compare" : "\(largest.count)"
    return .init(
      code: code, level: .warning,
      message: """
        \(DatasetReport.rows(rows)) nearly the same as another (at least 80 % of their five-word or five-character \
        runs), in \(others); the largest has \(most)
        """,
      remedy: "Keep one of each, or set deduplicate: near in mix.", examples: groups.prefix(5).map(example), rows: rows,
      places: Array(groups.flatMap(repeating).prefix(FoundRows.maximumPlaces).map { places[$0].text }))
  }

  /// The rows of a group that are neither its first nor equal to an earlier one.
  private func repeating(_ group: [Int]) -> [Int] {
    var seen: Set<RowFingerprint> = []
    return Array(group.filter { seen.insert(prints[$0]).inserted }.dropFirst())
  }

  private func straddling(_ groups: [[Int]]) -> DatasetReport.Finding {
    let code = "split-leak"
    guard !groups.isEmpty else {
      return .init(
        code: code, level: .pass, message: "no validation row is nearly the same as a row to learn from", examples: [])
    }
    let rows = groups.reduce(0) { $0 + $1.count { sides[$0] == .validation } }
    return .init(
      code: code, level: .error,
      message: "\(DatasetReport.rows(rows)) of the validation nearly the same as rows to learn from",
      remedy: "Run the mix stage again: it keeps such rows on one side.", examples: groups.prefix(5).map(example),
      rows: rows)
  }

  private func example(_ group: [Int]) -> String {
    let shown = group.prefix(3).map { places[$0].text }.joined(separator: " ≈ ")
    return group.count > 3 ? "\(shown) and \(group.count - 3) more" : shown
  }
}
