import Diagnostics
import JSON
import PipelineEngine
import Recipes
import RunHistory

extension Command {
  static let run = Command(
    "run", .run, abstract: "Run a recipe: every stage that is not cached",
    discussion: """
      A stage reruns only if something that affects its output changed; 'lorapipe explain' prints what. Ctrl-C stops \
      cleanly: training writes a checkpoint, and 'lorapipe resume' continues from it.
      """,
    options: [RunSession.dryRun.spec, RunSession.jobs.spec, RunSession.keepGoing.spec] + RunSession.planOptions
      + RunSession.tellOptions
      + [RunSession.yes.spec, Launchers.detach.spec, RunServing.flag.spec, CommonOptions.json.spec],
    positionals: [
      RecipeAccess.recipe,
      Positional("STAGE", .stage, .many, help: "Only these stages and the stages they need."),
    ],
    examples: [
      .init("run recipes/quickstart.yaml", "runs it; the second time, everything is cached"),
      .init("run -S train.lora.rank=16", "runs it with another rank"),
      .init("run --until tokens -n", "prints what would run up to the stage tokens"),
      .init("run --serve", "runs the missing stages, then serves the model until Ctrl-C"),
    ]
  ) { invocation in
    let choice = try RecipeChoice.from(invocation.positionals)
    let loaded = try RecipeAccess.load(choice, invocation)
    let session = try RunSession(choice.workspace, invocation)
    let options = try session.planOptions(choice)
    if invocation[RunSession.dryRun] { return try await PlanScreen(session: session).show(loaded.recipes, options) }
    session.sayWhatRuns()
    let served = try RunServing.stage(of: loaded, targets: options.targets + options.until, invocation)
    let control = RunControl()
    InterruptSignals.watch { control.interrupt() }
    let screen = RunScreen(session: session, workspace: choice.workspace)
    let recorder = RunRecorder(of: session.runs)
    let notifier = RunNotifier(invocation)
    let others = try session.extraObservers()
    var status = ExitStatus.done
    var done: [(label: String, summary: RunSummary)] = []
    for recipe in loaded.recipes {
      if let last = done.last { notifier.notify(last.summary, label: last.label) }
      if loaded.recipes.count > 1, !invocation.wantsJSON { invocation.console.printError("— \(recipe.label)") }
      let summary = try await screen.run(
        recipe, plan: options, run: session.runOptions(), control: control,
        observers: [recorder] + others)
      guard let summary else { return .failed }
      done.append((recipe.label, summary))
      if summary.exitStatus != 0 { status = ExitStatus(code: summary.exitStatus) }
      if control.isStopping { break }
      if summary.status == .failed, !invocation[RunSession.keepGoing] { break }
    }
    session.warn(of: recorder)
    if !invocation.wantsJSON {
      RunEnding.print(
        done, of: loaded, workspace: choice.workspace, console: invocation.console,
        again: RunAgain(line: invocation.retyped, recipe: loaded.recipes.first, invocation: invocation),
        rest: whole(invocation, choice))
      for summary in done.map(\.summary) { session.sayCachedCurves(summary) }
    }
    // After the ending, which nobody should have to wait for.
    if let last = done.last { notifier.notify(last.summary, label: last.label) }
    if let served, status == .done, !control.isStopping, let summary = done.first?.summary {
      return try await RunServing.keepUp(served, of: summary, invocation)
    }
    return status
  }

  /// The command without what selected some of the stages.
  private static func whole(_ invocation: Invocation, _ choice: RecipeChoice) -> String {
    var whole = invocation
    whole.positionals.removeLast(choice.stages.count)
    for option in [RunSession.until.spec, RunSession.from.spec, RunSession.force.spec] {
      whole.values[option.long] = nil
    }
    return whole.retyped
  }
}
