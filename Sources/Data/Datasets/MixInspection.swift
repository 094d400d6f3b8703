import Conversations
import Diagnostics

/// What a mix looks up in the text of the rows it chose: their shingles, their questions and their flaws.
///
/// The files are read a second time, and only chosen rows are looked at, so that a mix of a few rows of a large set stays
/// quick and holds no text.
struct MixInspection {
  struct Row {
    var shingles: [UInt64]
    /// The words of each question, as one number.
    var questions: [UInt64]
    /// Bit *n* is set when the row has the flaw of `RowRule.all[n]`.
    var flaws: UInt32
  }

  /// By pool, then by position in its facts.
  private(set) var rows: [[Int: Row]] = []
  /// Shingles held, of all rows.
  private var held = 0
  /// Whether rows were too many: the later ones have no shingles.
  private(set) var isFull = false

  /// Looks at the chosen rows of each pool that have not been looked at before.
  /// - Throws: `Diagnostic` when a file can no longer be read.
  mutating func add(_ pools: [MixPool]) throws {
    while rows.count < pools.count { rows.append([:]) }
    for (index, pool) in pools.enumerated() {
      var wanted: [Int: Int] = [:]
      for position in pool.chosen where rows[index][position] == nil { wanted[pool.facts[position].row] = position }
      guard let last = wanted.keys.max() else { continue }
      let reader = SourceReader(pool.input.files)
      while let row = try reader.next(through: last, where: { wanted[$0] != nil }) {
        guard let position = wanted[row.ordinal] else { continue }
        var look = Self.look(at: row.conversation)
        isFull = isFull || held + look.shingles.count > NearDuplicates.maximumShingles
        if isFull { look.shingles = [] }
        held += look.shingles.count
        rows[index][position] = look
      }
    }
  }

  private static func look(at conversation: Conversation) -> Row {
    let text = RowText(conversation)
    var flaws: UInt32 = 0
    for (bit, rule) in RowRule.all.enumerated() where rule.look(text) != nil { flaws |= 1 << UInt32(bit) }
    return Row(
      shingles: NearDuplicates.shingles(of: text), questions: text.questions.map { $0.tokens.sequence }, flaws: flaws)
  }
}

/// Which of the chosen rows belong together: equal ones and near-duplicates, in one source or several.
struct RowGroups {
  /// By pool, then by position: the number of the row's group, which is that of its first row.
  private(set) var group: [[Int: Int]]
  /// Rows nearly the same as an earlier one, and not equal to any.
  private(set) var nearDuplicates = 0
  /// Whether rows were too many to compare.
  private(set) var isPartial = false

  /// - Parameter inspection: without it only equal rows belong together.
  init(_ pools: [MixPool], _ inspection: MixInspection?) {
    var entries: [PoolRow] = []
    group = pools.map { _ in [:] }
    for (index, pool) in pools.enumerated() {
      for position in pool.chosen where group[index][position] == nil {
        group[index][position] = entries.count
        entries.append(PoolRow(pool: index, position: position))
      }
    }
    var union = Union(entries.count)
    var owner: [RowFingerprint: Int] = [:]
    for (entry, row) in entries.enumerated() {
      let first = owner[pools[row.pool].facts[row.position].fingerprint, default: entry]
      owner[pools[row.pool].facts[row.position].fingerprint] = first
      union.join(first, entry)
    }
    let equal = Set(entries.indices.map { union.first($0) }).count
    if let inspection {
      var near = NearDuplicates()
      for row in entries { near.add(inspection.rows[row.pool][row.position]?.shingles ?? []) }
      isPartial = near.isFull || inspection.isFull
      for (entry, first) in near.groups().enumerated() { union.join(first, entry) }
    }
    nearDuplicates = equal - Set(entries.indices.map { union.first($0) }).count
    for (entry, row) in entries.enumerated() { group[row.pool][row.position] = union.first(entry) }
  }
}
