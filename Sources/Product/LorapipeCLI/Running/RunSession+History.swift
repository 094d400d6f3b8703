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
    let runs = try workspace.openRuns()
    let (database, isNew) = try RunDatabase.open(runs.path + "/runs.db")
    if isNew, !(try runs.runs()).isEmpty { _ = try database.rebuild(from: runs) }
    // A run that was killed must not look as if it went on.
    if !LocalText.list(runs.path + "/live").isEmpty {
      PipelineRunner(
        runs: runs, catalog: Lorapipe.catalog, launcher: LocalLauncher(command: []),
        observers: [RunRecorder(database, store: runs.store)]
      ).reconcile()
    }
    return (workspace, runs, database)
  }

  /// A name of a run that does not fit is the command line's fault: exit status 2.
  static func named<T>(_ body: () throws(Diagnostic) -> T) throws -> T {
    do { return try body() } catch { throw CommandFailure(cause: error, status: .usage) }
  }

  static let run = Positional(
    "RUN", .run, .optional,
    help: """
      A run's identifier or a part of it, latest, previous, latest~2, or a recipe's name for its newest run; the newest \
      unless given.
      """)
}
