import Artifacts
import Diagnostics
import JSON
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
        "UPDATE runs SET status = 'interrupted', finished = ? WHERE id = ? AND status = 'running'",
        [.real(time), .text(run)])
      try connection.run("UPDATE stages SET state = 'interrupted' WHERE run = ? AND state = 'running'", [.text(run)])
    }
  }

  private static func insert(_ run: RunRow, _ connection: SQLiteConnection) throws(Diagnostic) {
    try connection.run(
      "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        .text(run.id), .text(run.recipe), .text(run.label), .text(run.file), SQLValue(run.pipeline),
        SQLValue(run.group), .text(JSONValue.object(run.variant).text()), .text(run.seed), SQLValue(run.parent),
        .text(run.status.rawValue), .real(run.started), SQLValue(run.finished), SQLValue(run.seconds),
        .text(JSONValue.array(run.command.map { .string($0) }).text()), .text(run.path),
      ])
    for (name, value) in run.environment {
      try connection.run(
        "INSERT OR REPLACE INTO environment VALUES (?, ?, ?)", [.text(run.id), .text(name), value.sql])
    }
  }

  private static func insert(_ stage: StageRow, _ connection: SQLiteConnection) throws(Diagnostic) {
    try connection.run(
      "INSERT OR REPLACE INTO stages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        .text(stage.run), .integer(Int64(stage.position)), .text(stage.stage), .text(stage.kind), .text(stage.state),
        SQLValue(stage.decision?.reason.code), SQLValue(stage.decision?.json.text()), SQLValue(stage.key),
        SQLValue(stage.artifact), SQLValue(stage.started), SQLValue(stage.finished), SQLValue(stage.seconds),
        .integer(try attempt(stage, connection)), .integer(stage.isRecorded ? 1 : 0),
        .integer(try parameterSet(stage.parameters, connection)), SQLValue(stage.diagnostics?.text()),
        SQLValue(stage.log),
      ])
    if let record = stage.record {
      try insert(record, of: stage, connection)
    } else if let key = stage.key, !stage.metrics.isEmpty || !stage.series.isEmpty {
      try insert(metrics: stage.metrics, series: stage.series, key: key, connection)
    }
  }

  /// One more than the unsuccessful executions of the same work in earlier runs.
  private static func attempt(_ stage: StageRow, _ connection: SQLiteConnection) throws(Diagnostic) -> Int64 {
    guard let key = stage.key, ["running", "built", "failed", "interrupted"].contains(stage.state),
      stage.started != nil
    else { return 1 }
    let earlier = try connection.rows(
      "SELECT max(attempt) FROM stages WHERE run < ? AND key = ? AND state IN ('failed', 'interrupted')",
      [.text(stage.run), .text(key)]
    ) { $0.integer(0) ?? 0 }
    return Int64(earlier.first ?? 0) + 1
  }

  /// One row set for equal parameters: a stage that is cached in a hundred runs has its parameters written once.
  private static func parameterSet(
    _ parameters: JSONObject, _ connection: SQLiteConnection
  ) throws(Diagnostic) -> Int64 {
    let digest = SHA256.hash(JSONValue.object(parameters).bytes(.canonical))
    let find = "SELECT id FROM parameter_sets WHERE digest = ?"
    if let known = try connection.rows(find, [.text(digest)], { $0.integer(0) }).first { return Int64(known ?? 0) }
    try connection.run("INSERT INTO parameter_sets (digest) VALUES (?)", [.text(digest)])
    let id = Int64(try connection.rows(find, [.text(digest)]) { $0.integer(0) ?? 0 }.first ?? 0)
    for (name, value) in JSONValue.object(parameters).leaves {
      try connection.run(
        "INSERT OR REPLACE INTO parameter_values VALUES (?, ?, ?, ?)",
        [.integer(id), .text(name), .text(value.typeName), value.sql])
    }
    return id
  }

  private static func insert(
    _ record: ActionRecord, of stage: StageRow, _ connection: SQLiteConnection
  ) throws(Diagnostic) {
    let key = stage.key ?? record.key
    let known = try connection.rows("SELECT finished FROM actions WHERE key = ?", [.text(key)]) { $0.real(0) }.first
    if let known, known == record.finished { return }
    try connection.run(
      "INSERT OR REPLACE INTO actions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        .text(key), .text(record.kind), SQLValue(record.document["version"]?.intValue), .text(record.artifact),
        .real(record.cost.seconds), .real(record.cost.cpuSeconds), .integer(record.cost.peakMemory),
        .integer(Int64(record.cost.threads)), .real(record.finished),
        .text(JSONValue.object(record.environment).text()), .text(stage.run), .text(stage.stage),
      ])
    try connection.run(
      "INSERT OR REPLACE INTO artifacts VALUES (?, ?, ?)",
      [.text(record.artifact), .integer(record.size), .integer(Int64(record.files.count))])
    for (position, input) in (record.document["inputs"]?.arrayValue ?? []).enumerated() {
      guard let fields = input.arrayValue, fields.count >= 2 else { continue }
      try connection.run(
        "INSERT OR REPLACE INTO lineage VALUES (?, ?, ?, ?, ?)",
        [
          .text(key), .integer(Int64(position)), SQLValue(fields[0].stringValue), SQLValue(fields[1].stringValue),
          SQLValue(fields.count > 2 ? fields[2].intValue : nil),
        ])
    }
    try insert(metrics: record.metrics, series: stage.series, key: key, connection)
  }

  private static func insert(
    metrics: JSONObject, series: JSONObject, key: String, _ connection: SQLiteConnection
  ) throws(Diagnostic) {
    try connection.run("DELETE FROM action_metrics WHERE key = ?", [.text(key)])
    try connection.run("DELETE FROM action_points WHERE key = ?", [.text(key)])
    for (name, value) in JSONValue.object(metrics).leaves {
      try connection.run(
        "INSERT OR REPLACE INTO action_metrics VALUES (?, ?, ?, ?)",
        [.text(key), .text(name), .text(value.typeName), value.sql])
    }
    for (name, points) in series {
      for point in points.arrayValue ?? [] {
        guard let fields = point.arrayValue, fields.count == 2, let step = fields[0].intValue else { continue }
        try connection.run(
          "INSERT OR REPLACE INTO action_points VALUES (?, ?, ?, ?)",
          [.text(key), .text(name), .integer(Int64(step)), SQLValue(fields[1].doubleValue)])
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
    case .integer: "integer"
    case .number: "number"
    case .string: "string"
    case .array: "list"
    case .object: "object"
    }
  }

  init(sql value: SQLRow, type: Int32, column: Int32) {
    switch value.text(type) {
    case "boolean": self = .bool(value.integer(column) == 1)
    case "integer": self = .integer(Int64(value.integer(column) ?? 0))
    case "number": self = value.real(column).map { .number($0) } ?? .null
    case "string": self = .string(value.text(column) ?? "")
    case "list", "object": self = (try? JSONValue(parsing: value.text(column) ?? "")) ?? .null
    default: self = .null
    }
  }

  /// Members of nested objects by dotted path; lists stay whole.
  var leaves: [(String, JSONValue)] {
    guard case .object(let object) = self else { return [] }
    return object.flatMap { key, value -> [(String, JSONValue)] in
      guard case .object(let inner) = value, !inner.isEmpty else { return [(key, value)] }
      return value.leaves.map { (key + "." + $0.0, $0.1) }
    }
  }
}
