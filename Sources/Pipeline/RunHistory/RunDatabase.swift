public import Diagnostics
import Glibc
import Synchronization

/// `runs/runs.db`: what any SQL tool can read about runs (`docs/runs-database.md`).
///
/// The truth is in the runs' folders and in the store; the database can be made again from them at any time.
///
/// `@unchecked Sendable`: the connection is touched only inside `perform`, which holds the lock.
public final class RunDatabase: @unchecked Sendable {
  public let path: String
  private let lock = Mutex(())
  private let connection: SQLiteConnection
  private let wasEmpty: Bool

  /// Opens the database, making or migrating it.
  /// - Parameter busyTimeout: milliseconds to wait for another process's transaction.
  /// - Throws: `database-damaged`, `database-locked`, `database-unwritable`, `database-too-new`.
  public init(at path: String, busyTimeout: Int32 = 5000) throws(Diagnostic) {
    self.path = path
    connection = try SQLiteConnection(path, readOnly: false, busyTimeout: busyTimeout)
    wasEmpty = try Migrations.bringUpToDate(connection, path: path)
  }

  /// Opens the database of a workspace; a damaged one is set aside as `runs.db.damaged-…`, never deleted.
  /// - Returns: the database, and whether it is new and should be rebuilt from the runs' folders.
  public static func open(_ path: String, busyTimeout: Int32 = 5000) throws(Diagnostic) -> (RunDatabase, isNew: Bool) {
    do throws(Diagnostic) {
      let database = try RunDatabase(at: path, busyTimeout: busyTimeout)
      return (database, database.wasEmpty)
    } catch {
      guard error.code == "database-damaged" else { throw error }
      let aside = "\(path).damaged-\(time(nil))-\(getpid())"
      guard rename(path, aside) == 0 else { throw error }
      for suffix in ["-wal", "-shm"] { rename(path + suffix, aside + suffix) }
      return (try RunDatabase(at: path, busyTimeout: busyTimeout), true)
    }
  }

  /// The one way to the connection.
  func perform<Result>(
    _ body: (SQLiteConnection) throws(Diagnostic) -> Result
  ) throws(Diagnostic) -> Result {
    let outcome: Swift.Result<Result, Diagnostic> = lock.withLock { _ in
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
