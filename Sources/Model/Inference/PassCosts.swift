/// Seconds that a pass over so many rows takes, learned from the passes themselves.
///
/// Other programs only ever add time. So an estimate follows faster passes quickly and slower ones slowly.
struct PassCosts {
  /// Rows of the widest pass that is considered.
  static let mostRows = 32
  /// Passes after which the time of a pass without proposals is measured again.
  static let baseAge = 64
  /// Passes after which any other time is forgotten.
  static let otherAge = 512
  /// Measurements from which on an estimate is believed even if it is worse than expected.
  static let enough = 3
  /// What a further row costs, as a share of the first, before it is measured.
  private static let expectedSlope = 0.3

  private struct Entry {
    var seconds: Double
    var measurements = 1
    var pass: Int
  }

  private var entries = [Entry?](repeating: nil, count: PassCosts.mostRows + 1)
  private var passes = 0

  mutating func add(rows: Int, seconds: Double) {
    passes += 1
    guard entries.indices.contains(rows), seconds > 0 else { return }
    guard var entry = entries[rows], passes - entry.pass <= Self.otherAge else {
      entries[rows] = Entry(seconds: seconds, pass: passes)
      return
    }
    entry.seconds += (seconds - entry.seconds) * (seconds < entry.seconds ? 0.5 : 0.1)
    entry.measurements += 1
    entry.pass = passes
    entries[rows] = entry
  }

  private func recent(_ rows: Int, _ age: Int) -> Entry? {
    guard entries.indices.contains(rows), let entry = entries[rows], passes - entry.pass < age else { return nil }
    return entry
  }

  /// Expected seconds of passes over `base`, `base + 1` … `mostRows` rows; `nil` where the time of `base` rows has to be
  /// measured first.
  func curve(from base: Int) -> [Double]? {
    guard let first = recent(base, Self.baseAge) else { return nil }
    func expected(_ rows: Int) -> Double { 1 + Self.expectedSlope * Double(rows - 1) }
    var anchor = (rows: base, seconds: first.seconds)
    var curve = [first.seconds]
    var rows = base + 1
    while rows <= Self.mostRows {
      let next = (rows...Self.mostRows).first {
        recent($0, Self.otherAge).map { $0.measurements >= Self.enough } ?? false
      }
      let known = next.flatMap { row in recent(row, Self.otherAge).map { (rows: row, seconds: $0.seconds) } }
      for row in rows...(known?.rows ?? Self.mostRows) {
        var seconds = anchor.seconds * expected(row) / expected(anchor.rows)
        if let known {
          let share = Double(row - anchor.rows) / Double(known.rows - anchor.rows)
          seconds = anchor.seconds + share * (known.seconds - anchor.seconds)
        }
        // One slow pass may have been another program's fault: until there are more, it is tried again.
        if let few = recent(row, Self.otherAge), few.measurements < Self.enough { seconds = min(seconds, few.seconds) }
        curve.append(seconds)
      }
      guard let known else { break }
      anchor = known
      rows = known.rows + 1
    }
    return curve
  }
}
