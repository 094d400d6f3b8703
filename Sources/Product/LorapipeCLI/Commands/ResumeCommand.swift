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
      let runs = try records.database.runs(limit: 200)
      // One that was continued, or whose recipe has succeeded since, is not meant.
      let unfinished = runs.enumerated().first { index, run in
        (run.status == .failed || run.status == .interrupted)
          && !runs[..<index].contains { $0.parent == run.id || $0.label == run.label && $0.status == .succeeded }
      }?.element
      guard let unfinished else {
        throw CommandFailure(
          cause: Diagnostic(
            code: "nothing-to-resume", "no run is left to continue: none failed or was stopped since it last succeeded",
            remedy: "name one, or start with: lorapipe run"),
          status: .usage)
      }
      id = unfinished.id
      invocation.console.printError(
        say("continues \(id) of \(unfinished.label), which began \(Clock.local(unfinished.started))"))
    }
    let recipe = try CommandFailure.asUsage {
      try session.runs.storedRecipe(of: id, loader: try RecipeAccess.loader())
    }
    var plan = PlanOptions()
    plan.until = stagesAskedFor(try session.runs.storedPlan(of: id))
    plan.threads = session.machine.threads
    plan.memoryLimit = session.machine.memory
    plan.placement = { [launchers = session.launchers] in launchers.placement(of: $0) }
    let control = RunControl()
    InterruptSignals.watch { control.interrupt() }
    let others = try session.extraObservers()
    let summary = try await RunScreen(session: session, workspace: workspace).run(
      recipe, plan: plan, run: session.runOptions(parent: id), control: control,
      observers: [recorder] + others)
    session.warn(of: recorder)
    guard let summary else { return .failed }
    if !invocation.wantsJSON {
      let inRecipes = workspace.display(workspace.root + "/recipes/" + FileSystem.name(of: recipe.file))
      let file = LocalText.exists(recipe.file) ? recipe.file : inRecipes
      RunEnding(
        summary: summary, workspace: workspace, console: invocation.console, again: "run " + ShellWord.quoted(file)
      ).print()
    }
    RunNotifier(invocation).notify(summary, label: recipe.label)
    return ExitStatus(code: summary.exitStatus)
  }

  /// The stages a run was of, when it was not of all: a run of `--until train` is resumed until there.
  private static func stagesAskedFor(_ plan: JSONValue) -> [String] {
    let stages = plan["stages"]?.arrayValue ?? []
    let excluded = StageDisposition.excluded.code
    guard stages.contains(where: { $0["state"]?.stringValue == excluded }) else { return [] }
    return stages.filter { $0["state"]?.stringValue != excluded }.compactMap { $0["stage"]?.stringValue }
  }
}
