import Diagnostics

/// Which recipe a command line means, and which stages of it.
///
/// A first argument that is a file, or names one under `recipes/`, is the recipe and the rest are stages. Otherwise the
/// only recipe of the workspace is taken and every argument is a stage; with several recipes the choice must be made.
struct RecipeChoice: Sendable, Hashable {
  var workspace: Workspace
  /// The recipe's file, as it can be typed here.
  var path: String
  var stages: [String]

  /// - Parameter takesStages: whether an argument may be a stage; otherwise it must be a recipe.
  static func from(_ arguments: [String], takesStages: Bool = true) throws -> RecipeChoice {
    if let first = arguments.first, let script = notYetARecipe(first) { throw script }
    let here = LocalText.currentFolder()
    if let first = arguments.first, isRecipeFile(first) {
      let absolute = first.hasPrefix("/") ? first : here + "/" + first
      let folder = absolute.lastIndex(of: "/").map { String(absolute[..<$0]) } ?? here
      let workspace =
        Workspace.nearest(from: here) ?? Workspace.nearest(from: folder) ?? Workspace(root: here)
      return RecipeChoice(workspace: workspace, path: first, stages: Array(arguments.dropFirst()))
    }
    let workspace = try Workspace.current()
    let recipes = workspace.recipes
    if let first = arguments.first {
      let names = ["recipes", "pipelines"].flatMap { ["\($0)/\(first).yaml", "\($0)/\(first).yml", "\($0)/\(first)"] }
      if let match = (recipes + workspace.pipelines).first(where: { names.contains($0) }) {
        return RecipeChoice(
          workspace: workspace, path: workspace.display(workspace.root + "/" + match),
          stages: Array(arguments.dropFirst()))
      }
      if !takesStages || first.contains("/") || first.hasSuffix(".yaml") || first.hasSuffix(".yml") {
        throw missing(first, recipes)
      }
    }
    if recipes.count == 1, let only = recipes.first {
      return RecipeChoice(
        workspace: workspace, path: workspace.display(workspace.root + "/" + only), stages: arguments)
    }
    if let first = arguments.first { throw missing(first, recipes) }
    throw CommandFailure(
      cause: Diagnostic(
        code: "no-recipe",
        recipes.isEmpty ? "there is no recipe in \(workspace.display(workspace.root + "/recipes"))" : "which recipe?",
        remedy: recipes.isEmpty ? "write one with 'lorapipe init'" : "name one of these",
        notes: recipes.map { workspace.display(workspace.root + "/" + $0) }), status: .usage)
  }

  private static func isRecipeFile(_ text: String) -> Bool {
    guard text.contains("/") || text.hasSuffix(".yaml") || text.hasSuffix(".yml") else { return false }
    return LocalText.exists(text) && !LocalText.isFolder(text)
  }

  /// What to say of a script of another tool, which is no recipe but can become one; `nil` of anything else.
  private static func notYetARecipe(_ name: String) -> CommandFailure? {
    guard LocalText.isFile(name), [".sh", ".py"].contains(where: { name.hasSuffix($0) }) else { return nil }
    return CommandFailure(
      cause: Diagnostic(
        code: "no-recipe", "'\(name)' is no recipe",
        remedy: "turn a script or configuration of another tool into one: lorapipe import \(ShellWord.quoted(name))"),
      status: .usage)
  }

  private static func missing(_ name: String, _ recipes: [String]) -> CommandFailure {
    let short = recipes.map { String($0.dropFirst("recipes/".count).prefix { $0 != "." }) }
    let guess = Spelling.closest(to: name, among: short + recipes)
    return CommandFailure(
      cause: Diagnostic(
        code: "no-recipe", "there is no recipe '\(name)'", remedy: guess.map { "did you mean '\($0)'?" },
        notes: recipes.isEmpty ? [] : ["recipes here: " + short.joined(separator: ", ")]), status: .usage)
  }
}
