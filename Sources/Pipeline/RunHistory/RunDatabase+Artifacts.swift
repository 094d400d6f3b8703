public import Diagnostics
public import JSON
public import Platform

extension RunDatabase {
  /// The parameters of the newest stage that has this artifact as its output, with those that are in no key; `nil` when
  /// no run has it.
  public func parameters(ofArtifact digest: Digest) throws(Diagnostic) -> JSONObject? {
    try perform { connection throws(Diagnostic) in
      var found: (run: String, stage: String)?
      try connection.query(
        "SELECT run, stage FROM stages WHERE artifact = ? ORDER BY run DESC LIMIT 1", [.text(digest.hex)]
      ) { row in
        found = (row.text(0) ?? "", row.text(1) ?? "")
      }
      guard let found else { return nil }
      var parameters = JSONObject()
      try connection.query(
        "SELECT name, type, value FROM parameters WHERE run = ? AND stage = ?",
        [.text(found.run), .text(found.stage)]
      ) { row in
        if let name = row.text(0) { parameters[name] = JSONValue(sql: row, type: 1, column: 2) }
      }
      return parameters
    }
  }
}
