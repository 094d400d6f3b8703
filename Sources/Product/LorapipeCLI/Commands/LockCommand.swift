import Diagnostics
import JSON
import PipelineEngine
import Recipes

extension Command {
  static let lock = Command(
    "lock", .workspace, abstract: "Write the revisions of the sources beside the recipe, for --locked",
    discussion: "Resolves each source that is not pinned. Commit the file to use the same bytes later.",
    options: [RecipeAccess.set.spec, CommonOptions.json.spec], positionals: [RecipeAccess.recipe]
  ) { invocation in
    let choice = try RecipeChoice.from(invocation.positionals, takesStages: false)
    let loaded = try RecipeAccess.load(choice, invocation, warns: false)
    let session = try RunSession(choice.workspace, invocation)
    var sources = JSONObject()
    for recipe in loaded.recipes {
      var options = PlanOptions()
      options.estimates = false
      let plan = try Planner(runs: session.runs, catalog: session.catalog).plan(recipe, options: options)
      for stage in plan.stages {
        guard let resolution = stage.resolution, stage.isResolvedRemotely else { continue }
        sources[stage.id] = resolution
      }
    }
    let path = try LockFile.write(sources, for: choice.path)
    if invocation.wantsJSON {
      invocation.console.print(JSONValue.object(sources).text(.pretty))
    } else {
      invocation.console.print(say("wrote \(path): \(Quantity.plural(sources.count, "source"))"))
    }
    return .done
  }
}
