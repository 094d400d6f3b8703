import JSON
import Recipes

private let text = Flag("text", help: "A table, in an order in which the stages can run (default).")
private let mermaid = Flag("mermaid", help: "A Mermaid flowchart, for Markdown pages.")
private let dot = Flag("dot", help: "A Graphviz digraph.")

extension Command {
  static let graph = Command(
    "graph", .inspect, abstract: "Print the graph of a recipe's stages",
    options: [text.spec, mermaid.spec, dot.spec, RecipeAccess.set.spec, CommonOptions.json.spec],
    positionals: [RecipeAccess.recipe],
    examples: [.init("graph --dot | dot -Tsvg > graph.svg", "draws the graph with Graphviz")]
  ) { invocation in
    let chosen = [text, mermaid, dot].filter { invocation[$0] }
    guard chosen.count <= 1 else {
      throw UsageError("choose one of --text, --mermaid and --dot", path: invocation.path)
    }
    let choice = try RecipeChoice.from(invocation.positionals, takesStages: false)
    guard let recipe = try RecipeAccess.load(choice, invocation, warns: false).recipes.first else { return .done }
    let report = GraphReport(recipe: recipe)
    if invocation.wantsJSON {
      invocation.console.print(report.json.text(.pretty))
    } else if invocation[mermaid] {
      invocation.console.write(report.mermaid())
    } else if invocation[dot] {
      invocation.console.write(report.dot())
    } else {
      invocation.console.write(report.text())
    }
    return .done
  }
}
