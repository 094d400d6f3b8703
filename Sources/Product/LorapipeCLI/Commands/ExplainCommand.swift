import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import Recipes

extension Command {
  static let explain = Command(
    "explain", .look, abstract: "Explain why a stage would rerun, or did",
    discussion: """
      Compares the stage's current key with its last one. Prints every parameter and input that differs, old → new, with \
      the line of the recipe.
      """,
    options: RunSession.planOptions + [CommonOptions.json.spec],
    positionals: [
      RecipeAccess.recipe, Positional("STAGE", .stage, .many, help: "The stages (default: all)."),
    ],
    examples: [.init("explain train", "train would rerun: train.learning_rate 1e-4 → 2e-4 (recipes/grace.yaml:31)")]
  ) { invocation in
    let choice = try RecipeChoice.from(invocation.positionals)
    let loaded = try RecipeAccess.load(choice, invocation, warns: false)
    let session = try RunSession(choice.workspace, invocation)
    var options = try session.planOptions(choice)
    options.estimates = false
    options.targets = []
    if !invocation[RunSession.locked] { options.resolution = .lastKnown }
    var json: [JSONValue] = []
    for recipe in loaded.recipes {
      let plan = try Planner(runs: session.runs, catalog: session.catalog).plan(recipe, options: options)
      let wanted = try Set(
        choice.stages.flatMap { name in
          let found = recipe.stages(named: name)
          guard !found.isEmpty else {
            throw CommandFailure(cause: session.catalog.unknownStage(name, in: recipe), status: .usage)
          }
          return found.map(\.id)
        })
      for stage in plan.stages where wanted.isEmpty || wanted.contains(stage.id) {
        if invocation.wantsJSON {
          json.append(PlanReport.json(stage))
          continue
        }
        for line in stage.decision.explanation(of: stage.id, verb: "would rerun") {
          invocation.console.print(reworded(line))
        }
        // A cached stage says why it ran when it last did.
        guard stage.decision.isCached, !wanted.isEmpty, let key = stage.key,
          let last = session.runs.lastExecution(ofKey: key.digest, stage: stage.id)
        else { continue }
        for line in last.decision.explanation(of: stage.id, verb: "ran in \(last.run)") {
          invocation.console.print(reworded(line))
        }
      }
    }
    if invocation.wantsJSON { invocation.console.print(JSONValue.array(json).text(.pretty)) }
    return .done
  }
}
