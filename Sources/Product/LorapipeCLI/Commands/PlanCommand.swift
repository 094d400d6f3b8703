import PipelineEngine
import Recipes

extension Command {
  static let plan = Command(
    "plan", .run, abstract: "Show what a run would do, how long it takes and what it needs",
    discussion: """
      Runs no stage. Rows, steps and trainable parameters are exact where they can be counted from local files. Time and \
      memory are estimates for this machine. Values that depend on data that is not here yet are unknown.
      """,
    options: RunSession.planOptions + [CommonOptions.json.spec],
    positionals: [
      RecipeAccess.recipe,
      Positional("STAGE", .stage, .many, help: "Only these stages and the stages they need."),
    ]
  ) { invocation in
    let choice = try RecipeChoice.from(invocation.positionals)
    let loaded = try RecipeAccess.load(choice, invocation)
    let session = try RunSession(choice.workspace, invocation)
    var options = try session.planOptions(choice)
    // A plan asks no hub for what it knows from last time.
    if !invocation[RunSession.locked] { options.resolution = .lastKnown }
    return try await PlanScreen(session: session).show(loaded.recipes, options)
  }
}
