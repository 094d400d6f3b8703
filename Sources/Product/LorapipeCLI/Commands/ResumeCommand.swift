import Diagnostics
import JSON
import PipelineEngine
import Platform
import Recipes
import RunHistory

extension Command {
  static let resume = Command(
    "resume", .run, abstract: "Continue a failed or stopped run, with its recipe as saved at its start",
    discussion: """
      Runs the saved recipe of that run again; later edits are ignored. Finished stages are cached, and training continues \
      from its last checkpoint. After you fix a recipe or data, use 'lorapipe run', which reads the recipe as it is now.
      """,
    options: [
      RunSession.jobs.spec, RunSession.keepGoing.spec, RunSession.threads.spec, RunSession.memory.spec,
      RunSession.yes.spec, Launchers.option.spec, Launchers.detach.spec, CommonOptions.json.spec,
    ] + RunSession.tellOptions, positionals: [RunRecords.run]
  ) { invocation in
    let workspace = try Workspace.current()
    let session = try RunSession(workspace, invocation)
    let records = try RunRecords.open()
    let recorder = RunRecorder(records.database, runs: session.runs)
    PipelineRunner(
      runs: session.runs, catalog: session.catalog, launcher: session.launcher, observers: [recorder]
    ).reconcile()
    let id: String
    if let name = invocation.positionals.first {
      id = try RunRecords.named { () throws(Diagnostic) in try records.database.run(name).id }
    } else {
      guard let left = unfinished(try records.database.runs(limit: 200, origin: .recipe)) else {
        throw CommandFailure(
          cause: Diagnostic(
            code: "nothing-to-resume", "no run is left to continue: none failed or was stopped since it last succeeded",
            remedy: "name one, or start with: lorapipe run"),
          status: .usage)
      }
      id = left.id
      if !invocation.wantsJSON {
        invocation.console.printError(
          say("continuing \(id) (\(left.label)), \(said(left.status.rawValue))"))
      }
    }
    let recipe = try CommandFailure.asUsage {
      try session.runs.storedRecipe(of: id, loader: RecipeAccess.loader())
    }
    session.sayWhatRuns()
    var plan = PlanOptions()
    plan.until = stagesAskedFor(try session.runs.storedPlan(of: id))
    plan.threads = session.machine.threads
    plan.memoryLimit = session.machine.memory
    plan.placement = { [launchers = session.launchers] in launchers.placement(of: $0) }
    let control = RunControl()
    InterruptSignals.watch { control.interrupt() }
    let others = try session.extraObservers(continuing: id)
    let summary = try await RunScreen(session: session, workspace: workspace, asksAboutTime: false).run(
      recipe, plan: plan, run: session.runOptions(parent: id), control: control,
      observers: [recorder] + others)
    session.warn(of: recorder)
    guard let summary else { return .failed }
    if !invocation.wantsJSON {
      let inRecipes = workspace.display(workspace.root + "/recipes/" + FileSystem.name(of: recipe.file))
      let file = LocalText.exists(recipe.file) ? recipe.file : inRecipes
      RunEnding(
        summary: summary, workspace: workspace, console: invocation.console,
        again: RunAgain(
          line: recipe.isOfCommand ? try again(id, session.runs) : "run " + ShellWord.quoted(file), recipe: recipe),
        isOfCommand: recipe.isOfCommand
      ).print()
      session.sayCachedCurves(summary)
    }
    RunNotifier(invocation).notify(summary, label: recipe.label)
    return ExitStatus(code: summary.exitStatus)
  }

  /// The newest run that failed or was stopped and is still worth continuing: none has continued it, and its recipe has not
  /// been run to its end since.
  /// - Parameter runs: the newest first.
  static func unfinished(_ runs: [RunEntry]) -> RunEntry? {
    let continued = Set(runs.compactMap(\.parent))
    var done: Set<String> = []
    for run in runs {
      switch run.status {
      case .succeeded: done.insert(run.label)
      case .failed, .interrupted:
        if !continued.contains(run.id), !done.contains(run.label) { return run }
      case .running: break
      }
    }
    return nil
  }

  /// How the command of a run was typed, without the program's name.
  private static func again(_ id: String, _ runs: RunsDirectory) throws -> String {
    let plan = try runs.storedPlan(of: id)
    let words = plan["command"]?.arrayValue?.compactMap(\.stringValue) ?? []
    return words.dropFirst().map { ShellWord.quoted($0) }.joined(separator: " ")
  }

  /// The stages a run was of, when it was not of all: a run of `--until train` is resumed until there.
  private static func stagesAskedFor(_ plan: JSONValue) -> [String] {
    let stages = plan["stages"]?.arrayValue ?? []
    let excluded = StageDisposition.excluded.code
    guard stages.contains(where: { $0["state"]?.stringValue == excluded }) else { return [] }
    return stages.filter { $0["state"]?.stringValue != excluded }.compactMap { $0["stage"]?.stringValue }
  }
}
