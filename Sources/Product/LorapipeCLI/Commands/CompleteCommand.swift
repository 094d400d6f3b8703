import PipelineEngine
import Platform
import Recipes
import RunHistory

extension Command {
  /// Answers shell completions: one candidate a line, silent when there is none.
  static let complete = Command(
    "complete", .workspace, abstract: "List names for shell completion",
    positionals: [
      Positional("WHAT", .choice(["recipes", "stages", "runs", "kinds"]), help: "recipes, stages, runs or kinds.")
    ],
    isHidden: true
  ) { invocation in
    if invocation.positionals.first == "kinds" {
      for kind in Lorapipe.catalog.kinds { invocation.console.print(kind.name) }
      return .done
    }
    guard let workspace = Workspace.nearest(from: LocalText.currentFolder()) else { return .done }
    let console = invocation.console
    switch invocation.positionals.first {
    case "recipes": for path in workspace.recipes { console.print(workspace.display(workspace.root + "/" + path)) }
    case "runs":
      let entries = (try? RunDatabase.open(workspace.runs + "/runs.db").runs(limit: 1000)) ?? []
      for alias in entries.flatMap(\.labels.aliases) { console.print(alias) }
      for name in LocalText.list(workspace.runs).filter(RunID.isValid).suffix(50) { console.print(name) }
    default:
      let loader = RecipeAccess.loader()
      var names: Set<String> = []
      for path in workspace.recipes {
        guard let loaded = try? loader.load(path: workspace.root + "/" + path) else { continue }
        for stage in loaded.recipes.first?.stages ?? [] { names.insert(stage.name) }
      }
      for name in names.sorted() { console.print(name) }
    }
    return .done
  }
}
