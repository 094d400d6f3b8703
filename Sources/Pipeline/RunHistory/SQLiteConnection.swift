import CSQLite
import Diagnostics

/// A value of a column.
enum SQLValue: Hashable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)

  init(_ text: String?) { self = text.map { .text($0) } ?? .null }
  init(_ number: Double?) { self = number.map { .real($0) } ?? .null }
  init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }
}

/// A row of a result.
struct SQLRow {
  private let statement: OpaquePointer

  init(statement: OpaquePointer) { self.statement = statement }

  func text(_ column: Int32) -> String? {
    guard let text = sqlite3_column_text(statement, column) else { return nil }
    return String(cString: text)
  }

  func integer(_ column: Int32) -> Int? {
    sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : Int(sqlite3_column_int64(statement, column))
  }

  func real(_ column: Int32) -> Double? {
    sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : sqlite3_column_double(statement, column)
  }
}

/// One connection to a database, with its prepared statements.
///
/// `@unchecked Sendable`: once it is open, only `RunDatabase.perform` reaches it, with its lock held.
final class SQLiteConnection: @unchecked Sendable {
  private let handle: OpaquePointer
  private let path: String
  private var statements: [String: OpaquePointer] = [:]
  /// The text that writes a row of each table, with the columns it is for.
  private var writers: [String: (columns: [String], sql: String)] = [:]

  /// - Parameter busyTimeout: milliseconds to wait for another process's transaction.
  init(_ path: String, readOnly: Bool, busyTimeout: Int32) throws(Diagnostic) {
    self.path = path
    var handle: OpaquePointer?
    let flags = (readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) | SQLITE_OPEN_NOMUTEX
    let status = sqlite3_open_v2(path, &handle, flags, nil)
    guard let handle else { throw Diagnostic(code: "database-failed", "SQLite has no memory for '\(path)'") }
    self.handle = handle
    guard status == SQLITE_OK else { throw failure() }
    sqlite3_busy_timeout(handle, busyTimeout)
    _ = lp_sqlite3_keep_log_on_close(handle)
    // A loss of power may cost the last transactions, never the database, and those can be made again. The first process to
    // open the database reads the whole write-ahead log, so that is kept short.
    let settings = "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 200"
    guard sqlite3_exec(handle, settings, nil, nil, nil) == SQLITE_OK else { throw failure() }
  }

  deinit {
    for statement in statements.values { sqlite3_finalize(statement) }
    sqlite3_close_v2(handle)
  }

  /// Runs statements without parameters.
  func script(_ sql: String) throws(Diagnostic) {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure() }
  }

  /// Runs one statement, which is prepared once.
  func run(_ sql: String, _ values: [SQLValue] = []) throws(Diagnostic) {
    try query(sql, values) { _ in }
  }

  /// How long to wait for another process's transaction from now on, in milliseconds.
  func setBusyTimeout(_ milliseconds: Int32) { sqlite3_busy_timeout(handle, milliseconds) }

  /// Writes one row; one with the same primary key is replaced.
  func put(_ table: String, _ columns: KeyValuePairs<String, SQLValue>) throws(Diagnostic) {
    try run(writer(table, columns), columns.map(\.value))
  }

  /// Made once for each table, since thousands of rows of one follow each other.
  private func writer(_ table: String, _ columns: KeyValuePairs<String, SQLValue>) -> String {
    if let known = writers[table], known.columns.count == columns.count,
      zip(known.columns, columns).allSatisfy({ $0 == $1.key })
    {
      return known.sql
    }
    let names = columns.map(\.key)
    let places = Array(repeating: "?", count: names.count).joined(separator: ", ")
    let sql = "INSERT OR REPLACE INTO \(table) (\(names.joined(separator: ", "))) VALUES (\(places))"
    writers[table] = (names, sql)
    return sql
  }

  /// Calls `body` with each row.
  func query(_ sql: String, _ values: [SQLValue] = [], _ body: (SQLRow) -> Void) throws(Diagnostic) {
    let statement = try prepared(sql)
    defer {
      sqlite3_reset(statement)
      sqlite3_clear_bindings(statement)
    }
    for (index, value) in values.enumerated() { try bind(value, statement, Int32(index + 1)) }
    let row = SQLRow(statement: statement)
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: body(row)
      case SQLITE_DONE: return
      default: throw failure()
      }
    }
  }

  /// All rows, mapped.
  func rows<Row>(_ sql: String, _ values: [SQLValue] = [], _ map: (SQLRow) -> Row) throws(Diagnostic) -> [Row] {
    var rows: [Row] = []
    try query(sql, values) { rows.append(map($0)) }
    return rows
  }

  private func prepared(_ sql: String) throws(Diagnostic) -> OpaquePointer {
    if let known = statements[sql] { return known }
    var statement: OpaquePointer?
    guard sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil) == SQLITE_OK,
      let statement
    else { throw failure() }
    statements[sql] = statement
    return statement
  }

  private func bind(_ value: SQLValue, _ statement: OpaquePointer, _ index: Int32) throws(Diagnostic) {
    let status: Int32
    switch value {
    case .null: status = sqlite3_bind_null(statement, index)
    case .integer(let number): status = sqlite3_bind_int64(statement, index, number)
    case .real(let number): status = sqlite3_bind_double(statement, index, number)
    case .text(var text):
      status = text.withUTF8 { utf8 in
        utf8.withMemoryRebound(to: CChar.self) { characters in
          // An empty text has no address, and SQLite would take that for NULL.
          lp_sqlite3_bind_text(statement, index, characters.baseAddress ?? emptyText, Int32(characters.count))
        }
      }
    }
    guard status == SQLITE_OK else { throw failure() }
  }

  private func failure() -> Diagnostic {
    let code = sqlite3_errcode(handle)
    let reason = String(cString: sqlite3_errmsg(handle))
    switch code & 0xFF {
    case SQLITE_CORRUPT, SQLITE_NOTADB:
      return Diagnostic(
        code: "database-damaged", "the database '\(path)' is damaged: \(reason)",
        remedy: "it is set aside and made again from the runs' folders")
    case SQLITE_BUSY, SQLITE_LOCKED:
      return Diagnostic(
        code: "database-locked", "the database '\(path)' is locked by another program",
        remedy: "close what holds it open, such as a database browser in the middle of a change")
    case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM:
      return Diagnostic(
        code: "database-unwritable", "cannot open the database '\(path)': \(reason)",
        remedy: "make the file and its folder writable for this user")
    case SQLITE_FULL:
      return Diagnostic(code: "disk-full", "no room to write to the database '\(path)'", remedy: "free some space")
    default: return Diagnostic(code: "database-failed", "the database '\(path)': \(reason)")
    }
  }
}

nonisolated(unsafe) private let emptyText: UnsafePointer<CChar> = {
  let text = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
  text.initialize(to: 0)
  return UnsafePointer(text)
}()
