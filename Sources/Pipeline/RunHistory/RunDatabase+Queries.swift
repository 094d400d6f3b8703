import Artifacts
public import Diagnostics
import JSON
import PipelineEngine
public import Platform

extension RunDatabase {
  /// Runs, newest first. Identifiers sort by age even where the clock was set back between two runs, so they decide.
  /// - Parameter origin: only runs of recipes, or only those of commands.
  public func runs(
    limit: Int? = nil, recipe: String? = nil, group: String? = nil, origin: RunOrigin? = nil
  ) throws(Diagnostic) -> [RunEntry] {
    try entries(limit: limit, recipe: recipe, group: group, origin: origin)
  }

  /// - Parameter id: only the run with this whole identifier, which is found without looking at others.
  private func entries(
    limit: Int? = nil, recipe: String? = nil, group: String? = nil, id: String? = nil, origin: RunOrigin? = nil
  ) throws(Diagnostic) -> [RunEntry] {
    let labels = try allLabels()
    return try perform { connection throws(Diagnostic) in
      try connection.rows(
        """
        SELECT id, recipe, label, file, pipeline, group_name, variant, seed, parent, status, started, finished, seconds,
          command, path,
          (SELECT group_concat(state || ' ' || number)
            FROM (SELECT \(Self.countedState) AS state, count(*) AS number FROM stages WHERE run = runs.id GROUP BY 1))
        FROM runs WHERE \(id == nil ? "?4 IS NULL" : "id = ?4") AND (?1 IS NULL OR recipe = ?1)
          AND (?2 IS NULL OR group_name = ?2) AND (?5 IS NULL OR (file = '') = ?5) ORDER BY id DESC LIMIT ?3
        """,
        [
          SQLValue(recipe), SQLValue(group), .integer(Int64(limit ?? -1)), SQLValue(id),
          SQLValue(origin.map { $0 == .command ? 1 : 0 }),
        ]
      ) { row in
        var entry = Self.entry(row)
        entry.path = "\(folder)/\(entry.id)"
        entry.labels = labels[entry.id] ?? RunLabels()
        return entry
      }
    }
  }

  /// What a row of `stages` counts as: a stage that its run never came to was not interrupted.
  private static let countedState =
    "CASE WHEN state = '\(RecordedState.interrupted.rawValue)' AND started IS NULL THEN '\(RecordedState.skipped.rawValue)' ELSE state END"

  /// A run by its identifier, by its alias, by an unambiguous part of the identifier, by `latest`, `previous` or a
  /// recipe's name, the newest of whose runs is meant; `latest~2` and `grace~2` are the second before.
  ///
  /// Runs of commands such as `merge` are recorded too, but `latest` and a recipe's name never mean one while a recipe has
  /// runs: who merges a model has not trained another.
  /// - Throws: `run-not-found`, `run-ambiguous`.
  public func run(_ name: String) throws(Diagnostic) -> RunEntry {
    if let exact = try entries(id: name).first { return exact }
    let entries = try runs()
    if entries.isEmpty {
      throw Diagnostic(code: "run-not-found", "there is no run yet", remedy: "start with: lorapipe run")
    }
    if let alias = entries.first(where: { $0.labels.aliases.contains(name) }) { return alias }
    let tilde = name.lastIndex(of: "~")
    let base = String(tilde.map { name[..<$0] } ?? name[...])
    let given = tilde.map { Int(name[name.index(after: $0)...]) ?? -1 } ?? 0
    let back = given < 0 ? -1 : min(given, 1 << 40) + (base == "previous" ? 1 : 0)
    let isNewest = base == "latest" || base == "previous"
    let meant = isNewest ? entries : entries.filter { $0.label == base || $0.recipe == base }
    let ofRecipes = meant.filter { $0.origin == .recipe }
    let named = ofRecipes.isEmpty ? meant : ofRecipes
    if !named.isEmpty, back >= 0 {
      if back < named.count { return named[back] }
      throw Diagnostic(
        code: "run-not-found",
        "there is no run '\(name)': only \(named.count == 1 ? "one is" : "\(named.count) are") here"
          + (isNewest ? "" : " of '\(base)'"),
        remedy: "'lorapipe runs' lists them")
    } else if !name.isEmpty {
      let found = entries.filter { $0.id.hasPrefix(name) || $0.id.hasSuffix(name) }
      if let only = found.first, found.count == 1 { return only }
      if found.count > 1 {
        throw Diagnostic(
          code: "run-ambiguous", "'\(name)' could be \(found.prefix(5).map(\.id).joined(separator: ", "))",
          remedy: "give more of the identifier")
      }
    }
    throw Diagnostic(code: "run-not-found", "there is no run '\(name)'", remedy: try remedy(for: base, among: entries))
  }

  /// Suggestions for a name that no run has: the name of a similar run, or a stage of that name or a similar one.
  private func remedy(for name: String, among entries: [RunEntry]) throws(Diagnostic) -> String {
    if try newestRun(with: name) != nil {
      return "'\(name)' is a stage; its newest run: lorapipe show -s \(name)"
    }
    var names = ["latest", "previous"]
    for entry in entries {
      for name in [entry.label, entry.recipe] + entry.labels.aliases where !names.contains(name) { names.append(name) }
    }
    let stages = try stageNames()
    let all = names + stages.filter { !names.contains($0) }
    let near = didYouMean(name, among: all) ?? (name.count < 3 ? nil : names.first { $0.hasPrefix(name) })
    guard let near else { return "'lorapipe runs' lists them" }
    return names.contains(near)
      ? "did you mean '\(near)'?" : "did you mean the stage '\(near)'? Its newest run: lorapipe show -s \(near)"
  }

  /// The names of the stages of all runs, in the order of the alphabet.
  public func stageNames() throws(Diagnostic) -> [String] {
    try perform { connection throws(Diagnostic) in
      try connection.rows("SELECT DISTINCT stage FROM stages ORDER BY stage") { $0.text(0) ?? "" }
    }
  }

  /// The newest run that took a stage of this name; `nil` when none did. One that was stopped before it started the stage did not.
  /// - Parameter recipe: only runs of this recipe, by its name or its label.
  public func newestRun(with stage: String, of recipe: String? = nil) throws(Diagnostic) -> String? {
    try perform { connection throws(Diagnostic) in
      try connection.rows(
        """
        SELECT max(run) FROM stages WHERE stage = ?1 AND state NOT IN (?2, ?3) AND (started IS NOT NULL OR state != ?4)
          AND (?5 IS NULL OR run IN (SELECT id FROM runs WHERE recipe = ?5 OR label = ?5))
        """,
        [RecordedState.excluded, .skipped, .interrupted].reduce(into: [.text(stage)]) { $0.append(.text($1.rawValue)) }
          + [SQLValue(recipe)]
      ) { $0.text(0) }
    }.first ?? nil
  }

  /// How many runs of commands there are, by the command.
  public func commandRuns() throws(Diagnostic) -> [(command: String, count: Int)] {
    try perform { connection throws(Diagnostic) in
      try connection.rows(
        "SELECT recipe, count(*) FROM runs WHERE file = '' GROUP BY recipe ORDER BY count(*) DESC, recipe"
      ) { ($0.text(0) ?? "", $0.integer(1) ?? 0) }
    }
  }

  /// The folder `runs/` that the database lies in.
  private var folder: String { FileSystem.parent(of: path) }

  /// A run with all that is known of its stages.
  public func detail(_ name: String) throws(Diagnostic) -> RunDetail {
    let entry = try run(name)
    return try perform { connection throws(Diagnostic) in
      var stages = try connection.rows(
        """
        SELECT s.stage, s.kind, s.state, s.decision, s.key, s.artifact, s.started, s.finished, s.seconds, s.attempt,
          s.recorded, s.diagnostics, s.log, a.seconds, a.cpu_seconds, a.peak_memory, b.bytes
        FROM stages s LEFT JOIN actions a ON a.key = s.key LEFT JOIN artifacts b ON b.digest = s.artifact
        WHERE s.run = ? ORDER BY s.position
        """, [.text(entry.id)], Self.stage)
      for index in stages.indices {
        // Versions before kept the whole path, which a copied workspace does not have.
        stages[index].log = stages[index].log.map { "\(folder)/\(entry.id)/logs/\(FileSystem.name(of: $0))" }
      }
      let positions = Dictionary(stages.indices.map { (stages[$0].stage, $0) }, uniquingKeysWith: { first, _ in first })
      try connection.query("SELECT stage, name, type, value FROM parameters WHERE run = ?", [.text(entry.id)]) { row in
        guard let name = row.text(1), let index = positions[row.text(0) ?? ""] else { return }
        stages[index].parameters[name] = JSONValue(sql: row, type: 2, column: 3)
      }
      try connection.query(
        """
        SELECT m.stage, m.name, m.type, m.value FROM metrics m JOIN stages s ON s.run = m.run AND s.stage = m.stage
        WHERE m.run = ? AND \(Self.hasOwnFigures("s"))
        """, [.text(entry.id)]
      ) { row in
        guard let name = row.text(1), let index = positions[row.text(0) ?? ""] else { return }
        stages[index].metrics[name] = JSONValue(sql: row, type: 2, column: 3)
      }
      for index in stages.indices where !stages[index].state.isDone { stages[index].forgetAction() }
      for index in stages.indices {
        guard let key = stages[index].key else { continue }
        stages[index].series = try Self.seriesNames(key, connection)
      }
      var environment = JSONObject()
      try connection.query(
        "SELECT name, value, typeof(value) FROM environment WHERE run = ?", [.text(entry.id)]
      ) { row in
        guard let name = row.text(0) else { return }
        switch row.text(2) {
        case "integer": environment[name] = .integer(Int64(row.integer(1) ?? 0))
        case "real": environment[name] = row.real(1).map { .number($0) }
        default: environment[name] = row.text(1).map { .string($0) }
        }
      }
      return RunDetail(run: entry, stages: stages, environment: environment)
    }
  }

  /// The names of an action's curves. Each is found by one step through the index, however many points the curves have.
  static func seriesNames(_ key: CacheKey, _ connection: SQLiteConnection) throws(Diagnostic) -> [String] {
    try connection.rows(
      """
      WITH RECURSIVE names (name) AS (
        SELECT min(name) FROM action_points WHERE key = ?1
        UNION ALL
        SELECT (SELECT min(name) FROM action_points WHERE key = ?1 AND name > names.name) FROM names
          WHERE names.name IS NOT NULL
      )
      SELECT name FROM names WHERE name IS NOT NULL
      """, [.text(key.hex)]
    ) { $0.text(0) ?? "" }
  }

  /// A curve of a stage.
  public func series(run: String, stage: String, name: String) throws(Diagnostic) -> [SeriesPoint] {
    try perform { connection throws(Diagnostic) in
      try connection.rows(
        "SELECT step, value, time FROM series WHERE run = ? AND stage = ? AND name = ? ORDER BY step",
        [.text(run), .text(stage), .text(name)]
      ) { SeriesPoint(step: $0.integer(0) ?? 0, value: $0.real(1), time: $0.real(2)) }
    }
  }

  /// An artifact and all it was made from, nearest first.
  public func lineage(of artifact: Digest) throws(Diagnostic) -> [LineageNode] {
    try perform { connection throws(Diagnostic) in
      var nodes: [LineageNode] = []
      var seen: Set<Digest> = [artifact]
      var pending = [artifact]
      var next = 0
      while next < pending.count {
        let node = try Self.node(pending[next], connection)
        next += 1
        nodes.append(node)
        for input in node.inputs where seen.insert(input.artifact).inserted { pending.append(input.artifact) }
      }
      return nodes
    }
  }

  private static func node(
    _ artifact: Digest, _ connection: SQLiteConnection
  ) throws(Diagnostic) -> LineageNode {
    var node = LineageNode(artifact: artifact, key: nil, kind: nil, stage: nil, run: nil, inputs: [])
    try connection.query(
      "SELECT key, kind, stage, run FROM actions WHERE artifact = ? ORDER BY finished DESC LIMIT 1",
      [.text(artifact.hex)]
    ) { row in
      node.key = row.text(0).flatMap { CacheKey($0) }
      node.kind = row.text(1)
      node.stage = row.text(2)
      node.run = row.text(3)
    }
    guard let key = node.key else { return node }
    try connection.query("SELECT role, input FROM lineage WHERE key = ? ORDER BY position", [.text(key.hex)]) { row in
      if let input = row.text(1).flatMap({ Digest($0) }) { node.inputs.append((row.text(0) ?? "", input)) }
    }
    return node
  }

  private static func entry(_ row: SQLRow) -> RunEntry {
    RunEntry(
      id: row.text(0) ?? "", recipe: row.text(1) ?? "", label: row.text(2) ?? "", file: row.text(3) ?? "",
      pipeline: row.text(4), group: row.text(5), variant: json(row.text(6))?.objectValue ?? JSONObject(),
      seed: row.text(7) ?? "", parent: row.text(8),
      status: row.text(9).flatMap(RunStatus.init(rawValue:)) ?? .interrupted, started: row.real(10) ?? 0,
      finished: row.real(11), seconds: row.real(12),
      command: json(row.text(13))?.arrayValue?.compactMap(\.stringValue) ?? [], path: row.text(14) ?? "",
      states: states(row.text(15)))
  }

  /// `built 2,cached 1`
  private static func states(_ text: String?) -> [RecordedState: Int] {
    var counts: [RecordedState: Int] = [:]
    for part in (text ?? "").split(separator: ",") {
      let words = part.split(separator: " ")
      guard words.count == 2, let state = RecordedState(rawValue: String(words[0])) else { continue }
      counts[state] = Int(words[1])
    }
    return counts
  }

  private static func stage(_ row: SQLRow) -> StageEntry {
    StageEntry(
      stage: row.text(0) ?? "", kind: row.text(1) ?? "",
      state: row.text(2).flatMap(RecordedState.init(rawValue:)) ?? .interrupted,
      decision: json(row.text(3)).flatMap { StageDecision(json: $0) }, key: row.text(4).flatMap { CacheKey($0) },
      artifact: row.text(5).flatMap { Digest($0) },
      started: row.real(6), finished: row.real(7), seconds: row.real(8), attempt: row.integer(9) ?? 1,
      isRecorded: row.integer(10) != 0, diagnostics: json(row.text(11)), log: row.text(12), actionSeconds: row.real(13),
      cpuSeconds: row.real(14), peakMemory: row.integer(15), artifactBytes: row.integer(16))
  }

  private static func json(_ text: String?) -> JSONValue? {
    text.flatMap { try? JSONValue(parsing: $0) }
  }
}
