package import Diagnostics

extension RunDatabase {
  /// How long to wait for another program's transaction from now on, in milliseconds.
  func setPatience(_ milliseconds: Int32) throws(Diagnostic) {
    try perform { connection throws(Diagnostic) in connection.setBusyTimeout(milliseconds) }
  }

  /// Holds a write transaction while `body` runs; what is written meanwhile by others waits or fails.
  package func whileLocked<Result>(_ body: () async throws -> Result) async throws -> Result {
    try perform { connection throws(Diagnostic) in try connection.run("BEGIN IMMEDIATE") }
    defer { try? perform { connection throws(Diagnostic) in try connection.run("ROLLBACK") } }
    return try await body()
  }

  package func version() throws(Diagnostic) -> Int {
    try perform { connection throws(Diagnostic) in
      try connection.rows("PRAGMA user_version") { $0.integer(0) ?? 0 }.first ?? 0
    }
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
