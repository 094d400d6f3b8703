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
    console.writeError(ErrorText.render([warning], color: console.errorHasColor))
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

  /// The newest runs that made all their models: those of recipes first, since a model that a command has merged or
  /// downloaded is not what was trained last.
  func withModels() throws -> [RunEntry] {
    try [RunOrigin.recipe, .command].flatMap { try database.runs(limit: 50, origin: $0) }
      .filter { entry in
        switch entry.status {
        case .succeeded: true
        case .running: false
        case .failed, .interrupted: try Self.hasItsModels(database.detail(entry.id))
        }
      }
  }

  /// Whether a run came to its end as far as models go: one that was stopped during its evaluation did.
  private static func hasItsModels(_ detail: RunDetail) -> Bool {
    let makers = detail.stages.filter { $0.state != .excluded && $0.isForUse }
    return !makers.isEmpty && makers.allSatisfy(\.state.isDone)
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

  /// The run to take a stage from when the one that was named has no result of it, such as a run of other stages only.
  ///
  /// The newest run, of all or of a recipe, is a way to say "what I did last": then the newest that has the stage is meant. Who
  /// names one run means that one.
  static func older(
    _ detail: RunDetail, _ stage: String, named name: String, _ database: RunDatabase
  ) throws -> String? {
    guard detail.stage(stage)?.isLeftOut ?? true else { return nil }
    let isRecipe = name == detail.run.recipe || name == detail.run.label
    guard isRecipe || name == "latest" else { return nil }
    let older = try database.newestRun(with: stage, of: isRecipe ? name : nil)
    return older == detail.run.id ? nil : older
  }

  /// A stage that a run does not have: a similar one of it, a run that has the stage, or a similar one of any run.
  /// - Parameter look: the command that shows the stage of another run.
  static func unknownStage(
    _ stage: String, of run: String, _ stages: [String], _ database: RunDatabase, look: (String) -> String
  ) throws -> CommandFailure {
    var remedy = didYouMean(stage, among: stages).map { "did you mean '\($0)'?" }
    if let other = try database.newestRun(with: stage) {
      remedy = "run \(other) has it: lorapipe \(look(other))"
    } else if remedy == nil {
      remedy = didYouMean(stage, among: try database.stageNames()).map { "did you mean '\($0)'?" }
    }
    return CommandFailure(
      cause: Diagnostic(
        code: "unknown-stage", "run \(run) has no stage '\(stage)'",
        remedy: remedy ?? "its stages are \(stages.prefix(30).joined(separator: ", "))"), status: .usage)
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
