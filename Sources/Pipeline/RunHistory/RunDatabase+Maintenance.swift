package import Diagnostics

extension RunDatabase {
  /// Holds a write transaction while `body` runs; what is written meanwhile by others waits or fails.
  package func whileLocked<Result>(_ body: () async throws -> Result) async throws -> Result {
    try perform { connection throws(Diagnostic) in try connection.run("BEGIN IMMEDIATE") }
    defer { try? perform { connection throws(Diagnostic) in try connection.run("ROLLBACK") } }
    return try await body()
  }

  package func setVersion(_ version: Int) throws(Diagnostic) {
    try perform { connection throws(Diagnostic) in try connection.script("PRAGMA user_version = \(version)") }
  }

  package func setStatus(_ run: String, _ status: String) throws(Diagnostic) {
    try perform { connection throws(Diagnostic) in
      try connection.run("UPDATE runs SET status = ? WHERE id = ?", [.text(status), .text(run)])
    }
  }
}
