public import Diagnostics
public import JSON

/// What a table of many runs shows, read with few queries.
public struct RunTable: Sendable {
  public struct Stage: Sendable, Hashable {
    public var run: String
    public var stage: String
    public var kind: String
    public var state: RecordedState
    /// Of its metrics: `nil` where another run's are recorded under it (`RunDatabase.hasOwnFigures`).
    public var key: String?
    public var parameterSet: Int?
  }

  /// Newest first.
  public var runs: [RunEntry]
  public var stages: [Stage]
  /// By the number of the set: equal parameters are stored once, however many runs have them.
  public var parameters: [Int: JSONObject]
  /// By the key of the action.
  public var metrics: [String: JSONObject]
}

extension RunDatabase {
  /// A value that is another one after anybody has changed the database. Taken before a reading, it tells whether that
  /// reading still holds.
  public func changeMark() throws(Diagnostic) -> [Int] {
    try perform { connection throws(Diagnostic) in
      // The first counts what other connections commit, the second what this one changes.
      try connection.rows("PRAGMA data_version", []) { $0.integer(0) ?? 0 }
        + connection.rows("SELECT total_changes()", []) { $0.integer(0) ?? 0 }
    }
  }

  /// - Parameters:
  ///   - limit: at most this many runs, the newest.
  ///   - wanted: the metrics to read, by name.
  public func table(limit: Int, metrics wanted: Set<String>) throws(Diagnostic) -> RunTable {
    let entries = try runs(limit: limit)
    var table = RunTable(runs: entries, stages: [], parameters: [:], metrics: [:])
    guard let oldest = entries.last?.id else { return table }
    return try perform { connection throws(Diagnostic) in
      table.stages = try connection.rows(
        """
        SELECT run, stage, kind, state,
          CASE WHEN \(Self.hasOwnFigures("stages")) THEN key END, parameter_set
        FROM stages WHERE run >= ? ORDER BY run DESC, position
        """, [.text(oldest)]
      ) { row in
        RunTable.Stage(
          run: row.text(0) ?? "", stage: row.text(1) ?? "", kind: row.text(2) ?? "",
          state: row.text(3).flatMap(RecordedState.init(rawValue:)) ?? .interrupted, key: row.text(4),
          parameterSet: row.integer(5))
      }
      let sets = Set(table.stages.compactMap(\.parameterSet))
      try connection.query("SELECT set_id, name, type, value FROM parameter_values ORDER BY set_id") { row in
        guard let set = row.integer(0), sets.contains(set), let name = row.text(1) else { return }
        table.parameters[set, default: JSONObject()][name] = JSONValue(sql: row, type: 2, column: 3)
      }
      let keys = Set(table.stages.compactMap(\.key))
      try connection.query("SELECT key, name, type, value FROM action_metrics") { row in
        guard let name = row.text(1), wanted.contains(name), let key = row.text(0), keys.contains(key) else { return }
        table.metrics[key, default: JSONObject()][name] = JSONValue(sql: row, type: 2, column: 3)
      }
      return table
    }
  }
}
