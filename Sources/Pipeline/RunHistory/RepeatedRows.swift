import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import Platform
import Recipes

/// The rows of a run with nothing to do, when they are those of the run before it but for run and time.
///
/// A note beside the keys says which run has which rows. Then one statement copies them, instead of thousands that each look
/// up what is known already. Whether the database still has all of them shows when they are copied.
struct RepeatedRows {
  /// The run that has the rows.
  var source: String
  let count: Int
  let finished: Double

  private static let title = "lorapipe-rows-v1"

  /// - Returns: `nil` when the last note is of other rows, or there is none.
  init?(of run: RunRow, sum: Digest, count: Int, _ runs: RunsDirectory) {
    let path = Self.path(run, runs)
    guard let finished = run.finished, count > 0, let bytes = (try? FileSystem.readIfPresent(path)) ?? nil else {
      return nil
    }
    let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard fields.count == 3, fields[0] == Self.title, fields[2] == sum.hex, RunID.isValid(String(fields[1])),
      fields[1] != run.id
    else { return nil }
    source = String(fields[1])
    self.count = count
    self.finished = finished
  }

  /// Notes that a run has these rows.
  static func note(_ run: RunRow, sum: Digest, _ runs: RunsDirectory) {
    let path = path(run, runs)
    try? FileSystem.makeDirectory(FileSystem.parent(of: path))
    try? FileSystem.replace(path, with: Array("\(title) \(run.id) \(sum.hex)".utf8))
  }

  private static func path(_ run: RunRow, _ runs: RunsDirectory) -> String { runs.lastKeysPath(run.label) + ".rows" }

  /// Everything that the rows and the actions behind them are written from, but for run and time.
  static func sum(_ stages: [StageRow]) -> Digest {
    var text: [UInt8] = []
    for stage in stages {
      let fields = [
        stage.stage, stage.kind, stage.state.rawValue, stage.decision?.json.text() ?? "", stage.key?.hex ?? "",
        stage.artifact?.hex ?? "", stage.record.map { String($0.finished.bitPattern) } ?? "",
      ]
      for field in fields {
        text.append(contentsOf: field.utf8)
        text.append(0)
      }
      text.append(contentsOf: JSONValue.object(stage.parameters).bytes(.canonical))
      text.append(0)
    }
    return SHA256.hash(text)
  }
}

extension RunDatabase {
  /// Writes a run with nothing to do.
  func write(_ run: RunRow, repeating rows: RepeatedRows, _ stages: [StageRow]) throws(Diagnostic) {
    try transaction { connection throws(Diagnostic) in
      try Self.insert(run, connection)
      try connection.run(
        """
        INSERT INTO stages (run, position, stage, kind, state, reason, decision, key, artifact, finished, seconds, attempt,
            recorded, parameter_set)
          SELECT ?, position, stage, kind, state, reason, decision, key, artifact, ?, 0, attempt, recorded, parameter_set
          FROM stages WHERE run = ?
        """, [.text(run.id), .real(rows.finished), .text(rows.source)])
      let copied = try connection.rows("SELECT changes()") { $0.integer(0) ?? 0 }.first
      if copied == rows.count { return }
      // The run before was deleted, or its rows were changed.
      try connection.run("DELETE FROM stages WHERE run = ?", [.text(run.id)])
      for stage in stages { try Self.insert(stage, connection) }
    }
  }
}
