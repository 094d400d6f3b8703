import Artifacts
import Diagnostics
import PipelineEngine
import Platform
import Recipes
import Stages

/// System prompts that chat templates add to the rows of recipes.
enum PromptsOfRecipes {
  /// Warnings, each once: of models that lie in files of the user's, or that an earlier run has fetched.
  static func cautions(_ recipes: [Recipe]) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for recipe in recipes {
      let fetched = fetched(recipe)
      let cautions = AddedPrompts.cautions(recipe, catalog: Lorapipe.catalog) { input in
        switch input.source {
        case .file(let path): path
        case .stage(let id):
          recipe.stage(id).flatMap { (try? Lorapipe.catalog.stage(of: $0) as? any ReferencingStage)?.referencedPath }
            ?? fetched[id]
        }
      }
      for caution in cautions where !found.contains(caution) { found.append(caution) }
    }
    return found
  }

  /// Where the outputs of stages lie that need not run. Looking makes no `runs/`.
  private static func fetched(_ recipe: Recipe) -> [String: String] {
    guard let workspace = try? Workspace.current(), LocalText.isFolder(workspace.runs),
      let runs = try? workspace.openRuns()
    else { return [:] }
    var options = PlanOptions()
    options.estimates = false
    options.resolution = .lastKnown
    guard let plan = try? Planner(runs: runs, catalog: Lorapipe.catalog).plan(recipe, options: options) else {
      return [:]
    }
    var paths: [String: String] = [:]
    for stage in plan.stages {
      if let artifact = stage.artifact { paths[stage.id] = try? runs.store.artifactPath(digest: artifact) }
    }
    return paths
  }
}
