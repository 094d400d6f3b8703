import Diagnostics
import PipelineEngine
import Recipes
import RunHistory

extension RunSession {
  /// Says what a run's recorder could not write. A run is never lost: its folder is read in when the database opens again.
  func warn(of recorder: RunRecorder) {
    guard let problem = recorder.problem else { return }
    let warning = Diagnostic(
      .warning, code: problem.code, "runs.db does not have all runs: \(problem.message)",
      remedy: "the runs are in their folders, and 'lorapipe runs' reads them in as soon as it can",
      notes: problem.remedy.map { [$0] } ?? [])
    console.writeError(DiagnosticRenderer(color: console.errorHasColor).render([warning]))
  }
}

extension RunSession {
  /// Says which runs of the workspace are in progress before another one starts beside them.
  func sayWhatRuns() {
    guard !invocation.wantsJSON else { return }
    for run in runs.liveRuns {
      let recipe = (try? runs.storedRecipe(of: run))?.label ?? ""
      console.printError(
        say(
          "run \(run) of \(recipe) is in progress: both share the processor and take longer; 'lorapipe status' shows it"
        ))
    }
  }
}

/// The recorded runs of a workspace.
struct RunRecords {
  let workspace: Workspace
  let runs: RunsDirectory
  let database: RunDatabase

  /// The newest runs that ended well: those of recipes first, since a model that a command has merged or downloaded is not
  /// what was trained last.
  func withModels() throws -> [RunEntry] {
    try [RunOrigin.recipe, .command].flatMap { try database.runs(limit: 50, origin: $0) }
      .filter { $0.status == .succeeded }
  }

  static func open() throws -> RunRecords {
    let workspace = try Workspace.current()
    let runs = try workspace.openRuns()
    let database = try RunDatabase.open(runs.path + "/runs.db")
    // A run that was killed must not look as if it went on.
    if !LocalText.list(runs.path + "/live").isEmpty {
      PipelineRunner(
        runs: runs, catalog: Lorapipe.catalog, launcher: LocalLauncher(command: []),
        observers: [RunRecorder(database, runs: runs)]
      ).reconcile()
    }
    try database.catchUp(with: runs)
    return RunRecords(workspace: workspace, runs: runs, database: database)
  }

  /// A name of a run that does not fit is the command line's fault: exit status 2.
  static func named<T>(_ body: () throws(Diagnostic) -> T) throws -> T {
    do { return try body() } catch { throw CommandFailure(cause: error, status: .usage) }
  }

  static let run = Positional(
    "RUN", .run, .optional,
    help: """
      The identifier of a run or a part of it, latest, previous, latest~2, or a recipe's name for its newest run \
      (default: the newest).
      """)
}
