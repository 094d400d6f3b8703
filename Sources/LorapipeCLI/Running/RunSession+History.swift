import Diagnostics
import PipelineEngine
import RunHistory

extension RunSession {
  /// The recorder of runs, and the database it writes.
  func recorder() throws -> RunRecorder {
    let (database, isNew) = try RunDatabase.open(runs.path + "/runs.db")
    if isNew, !(try runs.runs()).isEmpty { _ = try database.rebuild(from: runs) }
    return RunRecorder(database, store: runs.store)
  }
}

/// The recorded runs of a workspace.
enum RunRecords {
  static func open() throws -> (workspace: Workspace, runs: RunsDirectory, database: RunDatabase) {
    let workspace = try Workspace.current()
    let runs = try RunsDirectory(at: workspace.runs)
    let (database, isNew) = try RunDatabase.open(runs.path + "/runs.db")
    if isNew, !(try runs.runs()).isEmpty { _ = try database.rebuild(from: runs) }
    return (workspace, runs, database)
  }

  /// A name of a run that does not fit is the command line's fault: exit status 2.
  static func named<T>(_ body: () throws(Diagnostic) -> T) throws -> T {
    do { return try body() } catch { throw CommandFailure(cause: error, status: .usage) }
  }

  static let run = Positional(
    "RUN", .run, .optional,
    help: "A run's identifier or a part of it, latest, or latest~1 for the one before; the newest unless given.")
}
