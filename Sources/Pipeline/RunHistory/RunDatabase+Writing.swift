import Artifacts
import Diagnostics
package import JSON
import PipelineEngine
import Platform

extension RunDatabase {
  /// Writes a run and stages of it in one transaction; rows that are there already are replaced.
  func write(_ run: RunRow?, _ stages: [StageRow]) throws(Diagnostic) {
    try transaction { connection throws(Diagnostic) in
      if let run { try Self.insert(run, connection) }
      for stage in stages { try Self.insert(stage, connection) }
    }
  }

  /// Ends a run that was found dead.
  func markInterrupted(_ run: String, at time: Double) throws(Diagnostic) {
    try transaction { connection throws(Diagnostic) in
      try connection.run(
        "UPDATE runs SET status = ?, finished = ? WHERE id = ? AND status = ?",
        [
          .text(RunStatus.interrupted.rawValue), .real(time), .text(run), .text(RunStatus.running.rawValue),
        ])
      try connection.run(
        "UPDATE stages SET state = ? WHERE run = ? AND state = ?",
        [
          .text(RecordedState.interrupted.rawValue), .text(run), .text(RecordedState.running.rawValue),
        ])
    }
  }

  /// Takes in what the stages of a run that was killed had reported until then.
  func takeInCurves(of run: String, _ runs: RunsDirectory) throws(Diagnostic) {
    try transaction { connection throws(Diagnostic) in
      let unfinished = try connection.rows(
        """
        SELECT stage, key FROM stages WHERE run = ? AND state = ? AND started IS NOT NULL AND key IS NOT NULL
          AND key NOT IN (SELECT key FROM actions)
        """, [.text(run), .text(RecordedState.interrupted.rawValue)]
      ) { (stage: $0.text(0) ?? "", key: $0.text(1).flatMap { CacheKey($0) }) }
      for case (let stage, let key?) in unfinished {
        try Self.insert(runs.recordedCurves(run: run, stage: stage, record: nil), key: key, connection)
      }
    }
  }

  static func insert(_ run: RunRow, _ connection: SQLiteConnection) throws(Diagnostic) {
    try connection.put(
      "runs",
      [
        "id": .text(run.id), "recipe": .text(run.recipe), "label": .text(run.label), "file": .text(run.file),
        "pipeline": SQLValue(run.pipeline), "group_name": SQLValue(run.group),
        "variant": .text(JSONValue.object(run.variant).text()), "seed": .text(run.seed),
        "parent": SQLValue(run.parent), "status": .text(run.status.rawValue), "started": .real(run.started),
        "finished": SQLValue(run.finished), "seconds": SQLValue(run.seconds),
        "command": .text(JSONValue.array(run.command.map { .string($0) }).text()), "path": .text(run.path),
      ])
    for (name, value) in run.environment {
      try connection.put("environment", ["run": .text(run.id), "name": .text(name), "value": value.sql])
    }
  }

  static func insert(_ stage: StageRow, _ connection: SQLiteConnection) throws(Diagnostic) {
    try connection.put(
      "stages",
      [
        "run": .text(stage.run), "position": .integer(Int64(stage.position)), "stage": .text(stage.stage),
        "kind": .text(stage.kind), "state": .text(stage.state.rawValue),
        "reason": SQLValue(stage.decision?.reason.code), "decision": SQLValue(stage.decision?.json.text()),
        "key": SQLValue(stage.key?.hex), "artifact": SQLValue(stage.artifact?.hex), "started": SQLValue(stage.started),
        "finished": SQLValue(stage.finished), "seconds": SQLValue(stage.seconds),
        "attempt": .integer(try attempt(stage, connection)), "recorded": .integer(stage.isRecorded ? 1 : 0),
        "parameter_set": .integer(try parameterSet(stage.parameters, connection)),
        "diagnostics": SQLValue(stage.diagnostics?.text()), "log": SQLValue(stage.log),
      ])
    if let record = stage.record {
      try insert(record, of: stage, connection)
    } else if let key = stage.key, !stage.metrics.isEmpty || !stage.series.isEmpty,
      try connection.rows("SELECT 1 FROM actions WHERE key = ?", [.text(key.hex)], { _ in true }).isEmpty
    {
      // Of a key that has a result, as after a forced run that failed, the figures of that result stay.
      try insert(metrics: stage.metrics, series: stage.series, key: key, connection)
    }
  }

  /// One more than the unsuccessful executions of the same work in earlier runs.
  private static func attempt(_ stage: StageRow, _ connection: SQLiteConnection) throws(Diagnostic) -> Int64 {
    guard let key = stage.key, stage.state.isExecution, stage.started != nil else { return 1 }
    let earlier = try connection.rows(
      "SELECT max(attempt) FROM stages WHERE run < ? AND key = ? AND state IN (?, ?)",
      [
        .text(stage.run), .text(key.hex), .text(RecordedState.failed.rawValue),
        .text(RecordedState.interrupted.rawValue),
      ]
    ) { $0.integer(0) ?? 0 }
    return Int64(earlier.first ?? 0) + 1
  }

  /// One row set for equal parameters: a stage that is cached in a hundred runs has its parameters written once.
  private static func parameterSet(
    _ parameters: JSONObject, _ connection: SQLiteConnection
  ) throws(Diagnostic) -> Int64 {
    let digest = SHA256.hash(JSONValue.object(parameters).bytes(.canonical))
    let find = "SELECT id FROM parameter_sets WHERE digest = ?"
    if let known = try connection.rows(find, [.text(digest.hex)], { $0.integer(0) }).first { return Int64(known ?? 0) }
    try connection.run("INSERT INTO parameter_sets (digest) VALUES (?)", [.text(digest.hex)])
    let id = Int64(try connection.rows(find, [.text(digest.hex)]) { $0.integer(0) ?? 0 }.first ?? 0)
    for (name, value) in JSONValue.object(parameters).leaves {
      try connection.put(
        "parameter_values",
        ["set_id": .integer(id), "name": .text(name), "type": .text(value.typeName), "value": value.sql])
    }
    return id
  }

  private static func insert(
    _ record: ActionRecord, of stage: StageRow, _ connection: SQLiteConnection
  ) throws(Diagnostic) {
    let key = stage.key ?? record.key
    let known = try connection.rows("SELECT finished FROM actions WHERE key = ?", [.text(key.hex)]) { $0.real(0) }.first
    if let known, known == record.finished { return }
    try connection.put(
      "actions",
      [
        "key": .text(key.hex), "kind": .text(record.kind), "version": SQLValue(record.document["version"]?.intValue),
        "artifact": .text(record.artifact.hex), "seconds": .real(record.cost.seconds),
        "cpu_seconds": .real(record.cost.cpuSeconds), "peak_memory": .integer(record.cost.peakMemory),
        "threads": .integer(Int64(record.cost.threads)), "finished": .real(record.finished),
        "environment": .text(JSONValue.object(record.environment).text()), "run": .text(stage.run),
        "stage": .text(stage.stage),
      ])
    try connection.put(
      "artifacts",
      [
        "digest": .text(record.artifact.hex), "bytes": .integer(record.size),
        "files": .integer(Int64(record.files.count)),
      ])
    for (position, input) in (record.document["inputs"]?.arrayValue ?? []).enumerated() {
      guard let fields = input.arrayValue, fields.count >= 2 else { continue }
      try connection.put(
        "lineage",
        [
          "key": .text(key.hex), "position": .integer(Int64(position)), "role": SQLValue(fields[0].stringValue),
          "input": SQLValue(fields[1].stringValue), "row_cap": SQLValue(fields.dropFirst(2).first?.intValue),
        ])
    }
    try insert(metrics: record.metrics, series: stage.series, key: key, connection)
  }

  private static func insert(
    metrics: JSONObject, series: [RecordedCurve], key: CacheKey, _ connection: SQLiteConnection
  ) throws(Diagnostic) {
    try connection.run("DELETE FROM action_metrics WHERE key = ?", [.text(key.hex)])
    for (name, value) in JSONValue.object(metrics).leaves {
      try connection.put(
        "action_metrics",
        ["key": .text(key.hex), "name": .text(name), "type": .text(value.typeName), "value": value.sql])
    }
    try insert(series, key: key, connection)
  }

  private static func insert(
    _ series: [RecordedCurve], key: CacheKey, _ connection: SQLiteConnection
  ) throws(Diagnostic) {
    for curve in series {
      guard let first = curve.points.lazy.map(\.step).min() else { continue }
      // A training that continues from a checkpoint reports only its own steps: those before stay.
      try connection.run(
        "DELETE FROM action_points WHERE key = ? AND name = ? AND step >= ?",
        [.text(key.hex), .text(curve.name), .integer(Int64(first))])
      for point in curve.points {
        try connection.put(
          "action_points",
          [
            "key": .text(key.hex), "name": .text(curve.name), "step": .integer(Int64(point.step)),
            "value": point.value.isFinite ? .real(point.value) : .null, "time": SQLValue(point.time),
          ])
      }
    }
  }
}

extension JSONValue {
  /// A scalar as it is; a list or object as its JSON.
  var sql: SQLValue {
    switch self {
    case .null: .null
    case .bool(let value): .integer(value ? 1 : 0)
    case .integer(let value): .integer(value)
    case .numeral(let digits): .text(digits)
    case .number(let value): .real(value)
    case .string(let value): .text(value)
    case .array, .object: .text(text())
    }
  }

  /// The column `type` beside a value: what SQLite's own types cannot tell apart.
  var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .integer, .numeral: "integer"
    case .number: "number"
    case .string: "string"
    case .array: "list"
    case .object: "object"
    }
  }

  init(sql value: SQLRow, type: Int32, column: Int32) {
    switch value.text(type) {
    case "boolean": self = .bool(value.integer(column) == 1)
    case "integer":
      self = value.integer(column).map { .integer(Int64($0)) } ?? .numeral(value.text(column) ?? "0")
    case "number": self = value.real(column).map { .number($0) } ?? .null
    case "string": self = .string(value.text(column) ?? "")
    case "list", "object": self = (try? JSONValue(parsing: value.text(column) ?? "")) ?? .null
    default: self = .null
    }
  }

  /// Members of nested objects by dotted path; lists stay whole.
  package var leaves: [(String, JSONValue)] {
    guard case .object(let object) = self else { return [] }
    return object.flatMap { key, value -> [(String, JSONValue)] in
      guard case .object(let inner) = value, !inner.isEmpty else { return [(key, value)] }
      return value.leaves.map { (key + "." + $0.0, $0.1) }
    }
  }
}
