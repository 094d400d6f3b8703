public import Diagnostics
import Glibc
import Synchronization

/// `runs/runs.db`: what any SQL tool can read about runs (`docs/runs-database.md`).
///
/// The truth is in the runs' folders and in the store; the database can be made again from them at any time.
public final class RunDatabase: Sendable {
  public let path: String
  private let connection: Mutex<SQLiteConnection>

  /// Milliseconds to wait for another process's transaction.
  public static let patience: Int32 = 5000

  /// Opens the database, making or migrating it.
  /// - Parameter busyTimeout: milliseconds to wait for another process's transaction.
  /// - Throws: `database-damaged`, `database-locked`, `database-unwritable`, `database-too-new`.
  public init(at path: String, busyTimeout: Int32 = RunDatabase.patience) throws(Diagnostic) {
    self.path = path
    let connection = try SQLiteConnection(path, readOnly: false, busyTimeout: busyTimeout)
    try Migrations.bringUpToDate(connection, path: path)
    self.connection = Mutex(connection)
  }

  /// Opens the database of a workspace; a damaged one is set aside as `runs.db.damaged-…`, never deleted. A new one is
  /// empty until `catchUp(with:)` has read the runs' folders in.
  public static func open(_ path: String, busyTimeout: Int32 = RunDatabase.patience) throws(Diagnostic) -> RunDatabase {
    do throws(Diagnostic) {
      return try RunDatabase(at: path, busyTimeout: busyTimeout)
    } catch {
      guard error.code == "database-damaged" else { throw error }
      let aside = "\(path).damaged-\(time(nil))-\(getpid())"
      guard rename(path, aside) == 0 else { throw error }
      for suffix in ["-wal", "-shm"] { rename(path + suffix, aside + suffix) }
      return try RunDatabase(at: path, busyTimeout: busyTimeout)
    }
  }

  /// The one way to the connection.
  func perform<Result: Sendable>(
    _ body: (SQLiteConnection) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    let outcome: Swift.Result<Result, Diagnostic> = connection.withLock { connection in
      do throws(Diagnostic) { return .success(try body(connection)) } catch { return .failure(error) }
    }
    return try outcome.get()
  }

  /// One transaction: all of `body` or nothing.
  func transaction(_ body: (SQLiteConnection) throws(Diagnostic) -> Void) throws(Diagnostic) {
    try perform { connection throws(Diagnostic) in
      try connection.run("BEGIN IMMEDIATE")
      do throws(Diagnostic) {
        try body(connection)
        try connection.run("COMMIT")
      } catch {
        try? connection.run("ROLLBACK")
        throw error
      }
    }
  }
}
