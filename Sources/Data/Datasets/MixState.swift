import Diagnostics
import Platform

/// A source while it is mixed: its rows' facts, and which of them are still in, as positions in `facts`, in order, some
/// perhaps several times.
struct MixPool {
  let input: MixInput
  fileprivate(set) var facts: [RowFacts]
  let tally: SourceTally
  var chosen: [Int] = []
  var train: [Int] = []
  var validation: [Int] = []
  var duplicatesRemoved = 0

  init(input: MixInput, facts: [RowFacts], tally: SourceTally) {
    self.input = input
    self.facts = facts
    self.tally = tally
    chosen = Array(facts.indices)
  }
}

/// A row of a pool.
struct PoolRow {
  var pool: Int
  var position: Int
}

/// The steps of a mix after reading, each a method, in the order `Mix` calls them. The ratio is in `MixState+Ratio.swift`.
struct MixState {
  var pools: [MixPool]
  let options: MixOptions
  var warnings: [Diagnostic] = []
  /// Rows equal to an earlier one, counted after the caps and before any removal.
  var duplicates = 0
  /// Rows nearly the same as an earlier one, without equal ones; counted before any removal.
  private(set) var nearDuplicates = 0
  private(set) var inspection: MixInspection?
  private var groups: RowGroups?
  private(set) var train: [PoolRow] = []
  private(set) var validation: [PoolRow] = []
  /// What names each pool's random streams: digest, files and how often the same came before.
  private let streams: [String]

  init(_ pools: [MixPool], options: MixOptions) throws {
    guard options.validation >= 0, options.validation < 1 else {
      throw Diagnostic(
        code: "out-of-range", "validation must be at least 0 and less than 1, not \(options.validation)",
        remedy: "0.1 keeps one row in ten for validation.")
    }
    var seen: [String: Int] = [:]
    streams = pools.map { pool in
      let name = ([pool.input.digest.hex] + pool.input.files.files.map(\.stableName)).joined(separator: "\n")
      let occurrence = seen[name, default: 0]
      seen[name] = occurrence + 1
      return "\(name)\n\(occurrence)"
    }
    self.pools = pools
    self.options = options
  }

  /// Says which columns the model will not see though they would tell it something. Its sources are read with the same
  /// options, so that one advice has to hold for the rows of all.
  var columnWarnings: [Diagnostic] {
    var telling = TellingRows()
    for pool in pools { telling.add(pool.tally.telling) }
    return pools.compactMap { $0.tally.columnsWarning($0.input.name, $0.input.files.reading, telling) }
  }

  /// In what order a pool's rows are drawn.
  private func draw(_ pool: Int) -> DrawOrder { DrawOrder(seed: options.seed, purpose: "draw\n\(streams[pool])") }

  /// The same when fewer than half of the pool's rows were drawn; more are as well worked on whole.
  func sparseDraw(_ index: Int) -> DrawOrder? {
    Set(pools[index].chosen).count * 2 < pools[index].facts.count ? draw(index) : nil
  }

  private func generator(_ purpose: String, _ pool: Int) -> Xoshiro256StarStar {
    Xoshiro256StarStar(seed: options.seed, purpose: "\(purpose)\n\(streams[pool])")
  }

  mutating func warn(_ code: String, _ message: String, remedy: String? = nil) {
    warnings.append(Diagnostic(.warning, code: code, message, remedy: remedy))
  }

  // MARK: caps

  /// - Throws: `too-many-rows` when a cap asks for absurdly many copies.
  mutating func applyCaps() throws {
    var copies = 0
    for index in pools.indices {
      guard let cap = pools[index].input.rowCap else { continue }
      let rows = drawn(index)
      copies += max(0, cap - rows.count)
      guard copies <= Mix.maximumCopies else {
        let name = "\(pools[index].input.name)#\(cap)"
        throw Diagnostic(
          code: "too-many-rows",
          "'\(name)' asks for \(cap) rows, and there are \(rows.count): "
            + "at most \(Mix.maximumCopies) rows may repeat others",
          remedy: "Leave out '#\(cap)' to take each row once.")
      }
      pools[index].chosen = MixState.take(cap, of: rows)
      if cap > rows.count {
        warn(
          "cap-above-rows",
          "'\(pools[index].input.name)#\(cap)' asks for more than its \(rows.count) rows: some repeat",
          remedy: "Ask for at most #\(rows.count).")
      }
    }
  }

  /// A pool's rows in the order they are drawn, further copies of a row after all first ones.
  func drawn(_ index: Int) -> [Int] {
    let order = draw(index)
    let facts = pools[index].facts
    var copies: [Int: Int] = [:]
    return pools[index].chosen.map { position -> (copy: Int, number: UInt64, position: Int) in
      copies[position, default: 0] += 1
      return (copies[position] ?? 0, order.number(facts[position].row), position)
    }.sorted { ($0.copy, $0.number, $0.position) < ($1.copy, $1.number, $1.position) }.map(\.position)
  }

  /// The first `count` of `rows`, or whole copies and the first of them when there are fewer.
  static func take(_ count: Int, of rows: [Int]) -> [Int] {
    guard !rows.isEmpty, count > 0 else { return [] }
    var taken: [Int] = []
    taken.reserveCapacity(count)
    for _ in 0..<(count / rows.count) { taken += rows }
    return taken + rows.prefix(count % rows.count)
  }

  // MARK: duplicates

  mutating func countDuplicates() {
    var owner: [RowFingerprint: PoolRow] = [:]
    for index in pools.indices {
      var seenHere: [Int: Bool] = [:]
      var kept: [Int] = []
      for position in pools[index].chosen {
        // A copy that '#N' made is no finding about the data, and stays with the row it copies.
        if let isKept = seenHere[position] {
          if isKept { kept.append(position) }
          continue
        }
        let fingerprint = pools[index].facts[position].fingerprint
        let isNew = owner[fingerprint] == nil
        if isNew { owner[fingerprint] = PoolRow(pool: index, position: position) }
        if !isNew { duplicates += 1 }
        seenHere[position] = isNew
        if isNew { kept.append(position) }
      }
      guard options.deduplicate != .none else { continue }
      pools[index].duplicatesRemoved = pools[index].chosen.count - kept.count
      pools[index].chosen = kept
    }
  }

  /// Looks at the text of the chosen rows.
  mutating func inspect() throws {
    var looked = inspection ?? MixInspection()
    try looked.add(pools)
    inspection = looked
  }

  /// Leaves out rows nearly the same as an earlier one; copies that '#N' made stay with the row they copy.
  mutating func removeNearDuplicates() {
    let groups = RowGroups(pools, inspection)
    warnAboutSize(groups)
    var first: [Int: PoolRow] = [:]
    for index in pools.indices {
      let kept = pools[index].chosen.filter { position in
        guard let group = groups.group[index][position] else { return true }
        let owner = first[group] ?? PoolRow(pool: index, position: position)
        first[group] = owner
        return owner.pool == index && owner.position == position
      }
      pools[index].duplicatesRemoved += pools[index].chosen.count - kept.count
      pools[index].chosen = kept
    }
    nearDuplicates = groups.nearDuplicates
  }

  private mutating func warnAboutSize(_ groups: RowGroups) {
    guard groups.isPartial else { return }
    warn(
      "too-many-to-compare", "the rows are too many to look for near-duplicates among all of them",
      remedy: "Draw fewer with '#N'; equal rows are still found.")
  }

  /// Groups the rows that are left, for the split.
  mutating func groupRows() {
    let found = RowGroups(pools, inspection)
    warnAboutSize(found)
    groups = found
    if options.deduplicate != .near { nearDuplicates = found.nearDuplicates }
  }

  /// Sets what the chosen rows of a pool weigh.
  mutating func setTokens(_ index: Int, _ tokens: (Int) -> Int) {
    for position in Set(pools[index].chosen) {
      pools[index].facts[position].tokens = tokens(pools[index].facts[position].row)
    }
  }

  // MARK: split and order

  mutating func split() throws {
    var side: [Int: Bool] = [:]
    let groups = self.groups ?? RowGroups(pools, nil)
    for index in pools.indices { splitPool(index, groups.group[index], &side) }
    if options.validation > 0, pools.allSatisfy(\.train.isEmpty) {
      throw Diagnostic(
        code: "nothing-to-train", "the split leaves no row for training",
        remedy: "Add rows, or set validation: 0.")
    }
  }

  /// - Parameters:
  ///   - group: the group of each position: rows that belong on one side.
  ///   - side: by group, whether it went to validation.
  private mutating func splitPool(_ index: Int, _ group: [Int: Int], _ side: inout [Int: Bool]) {
    let pool = pools[index]
    guard options.validation > 0, !pool.chosen.isEmpty else {
      pools[index].train = pool.chosen
      return
    }
    // The small addend keeps 100 × 0.29 at 29.
    let target = max(Int(Double(pool.chosen.count) * options.validation + 1e-9), 1)
    var sizes: [Int: Int] = [:]
    var order: [Int] = []
    for position in pool.chosen {
      guard let number = group[position] else { continue }
      if sizes[number] == nil { order.append(number) }
      sizes[number, default: 0] += 1
    }
    var generator = generator("split", index)
    generator.permute(&order)
    var taken = order.reduce(0) { $0 + (side[$1] == true ? sizes[$1] ?? 0 : 0) }
    var free = order.filter { side[$0] == nil }
    for number in free {
      let size = sizes[number] ?? 0
      side[number] = taken + size <= target
      if taken + size <= target { taken += size }
    }
    if taken == 0 {
      // Every group is larger than the share: the smallest goes, unless it is all there is.
      free.sort { (sizes[$0] ?? 0, $0) < (sizes[$1] ?? 0, $1) }
      if let smallest = free.first, free.count > 1 { side[smallest] = true }
    }
    func isValidated(_ position: Int) -> Bool { group[position].flatMap { side[$0] } == true }
    pools[index].train = pool.chosen.filter { !isValidated($0) }
    pools[index].validation = pool.chosen.filter(isValidated)
    if pools[index].validation.count * 2 < target {
      warn(
        "validation-small",
        "\(pools[index].validation.count) of \(target) rows of '\(pool.input.name)' go to validation: the others resemble rows to learn from",
        remedy: "Set deduplicate: near, or give validation rows of their own.")
    }
    if pools[index].train.isEmpty {
      warn(
        "source-only-validated", "all \(pool.chosen.count) rows of '\(pool.input.name)' go to validation",
        remedy: "Give it more rows, or set validation: 0.")
    }
  }

  mutating func shuffle() {
    train = pools.indices.flatMap { index in pools[index].train.map { PoolRow(pool: index, position: $0) } }
    validation = pools.indices.flatMap { index in pools[index].validation.map { PoolRow(pool: index, position: $0) } }
    var generator = Xoshiro256StarStar(seed: options.seed, purpose: "shuffle\ntrain")
    generator.permute(&train)
    generator = Xoshiro256StarStar(seed: options.seed, purpose: "shuffle\nvalidation")
    generator.permute(&validation)
  }

  func facts(_ row: PoolRow) -> RowFacts { pools[row.pool].facts[row.position] }

  func selection() -> DatasetSelection {
    func references(_ rows: [PoolRow]) -> [DatasetSelection.Reference] {
      rows.map { row in
        let facts = facts(row)
        return DatasetSelection.Reference(source: row.pool, row: facts.row, fingerprint: facts.fingerprint.short)
      }
    }
    // Names in a recipe are no part of a key, so they may not be part of a selection's bytes.
    var numbers: [RowRole: Int] = [:]
    let sources = pools.indices.map { index in
      let pool = pools[index]
      numbers[pool.input.role, default: 0] += 1
      return DatasetSelection.Source(
        name: "\(pool.input.role.rawValue) \(numbers[pool.input.role] ?? 0)", role: pool.input.role,
        digest: pool.input.digest, onBadRow: options.onBadRow,
        files: zip(pool.input.files.files, pool.tally.rowsPerFile).map { .init(name: $0.0.stableName, rows: $0.1) },
        draw: sparseDraw(index), reading: pool.input.files.reading)
    }
    return DatasetSelection(sources: sources, train: references(train), validation: references(validation))
  }
}
