import Diagnostics
import PipelineEngine
import Platform
import Recipes

/// Names of models that are not here yet, because the stage that makes them has not run.
extension ModelChoice {
  /// What to say of a stage of the workspace's recipes that has no output; `nil` for a name that none of them has.
  static func notYetMade(_ name: String, _ workspace: Workspace) -> CommandFailure? {
    let recipes = workspace.recipes
    for path in recipes {
      let loaded = try? RecipeAccess.loader().load(path: workspace.root + "/" + path, overrides: [])
      guard let recipe = loaded?.recipes.first, let stage = recipe.stages(named: name).first else { continue }
      guard ArtifactKind.forUse.contains(stage.output) else { continue }
      let named = recipes.count > 1 ? " " + ShellWord.quoted(path) : ""
      return failure(
        "stage '\(name)' of the recipe '\(recipe.name)' has not run yet, so it has made no model",
        "write: lorapipe run\(named) --until \(ShellWord.quoted(name))")
    }
    return nil
  }

  /// The run that a folder of `runs/` belongs to, or `latest` for the links to the newest outputs; `nil` for other folders.
  static func run(ofFolder path: String) -> String? {
    guard LocalText.isFolder(path), let folder = absolute(path), let workspace = Workspace.nearest(from: folder),
      let runs = FileSystem.resolved(workspace.runs)
    else { return nil }
    if folder == absolute(RunsDirectory.latestPath(in: workspace.runs)) { return "latest" }
    guard FileSystem.parent(of: folder) == runs, LocalText.exists(folder + "/plan.json") else { return nil }
    return FileSystem.name(of: folder)
  }

  private static func absolute(_ path: String) -> String? { FileSystem.resolved(path) }
}
