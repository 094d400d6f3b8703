import Datasets
import Diagnostics
import PipelineEngine

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
    let here = LocalText.currentFolder()
    if let first = arguments.first { try refuseOtherFile(first) }
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
        throw missing(first, recipes, workspace)
      }
    }
    if recipes.count == 1, let only = recipes.first {
      return RecipeChoice(
        workspace: workspace, path: workspace.display(workspace.root + "/" + only), stages: arguments)
    }
    if let first = arguments.first { throw missing(first, recipes, workspace) }
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

  /// A file that is there and is no recipe: a script or settings of another tool, rows, or a model.
  private static func refuseOtherFile(_ name: String) throws {
    guard let ending = name.split(separator: ".").last, name.contains("."), LocalText.exists(name),
      !LocalText.isFolder(name),
      // JSON is YAML too: who gives the path of such a file means it.
      ending != "json" || !name.contains("/")
    else { return }
    let typed = ShellWord.quoted(name)
    let remedy: String
    if ["sh", "json", "py"].contains(ending) {
      remedy = "turn another tool's script or settings into a recipe: lorapipe import \(typed)"
    } else if DatasetFormat(fileName: name) != nil || UnreadFile(fileName: name) != nil || ending == "txt" {
      remedy = "write a recipe that trains on these rows: lorapipe init my-model --data \(typed)"
    } else if ending == "gguf" {
      remedy =
        "write a recipe that trains this model: lorapipe init my-model --base \(typed); or talk to it: lorapipe chat \(typed)"
    } else {
      return
    }
    throw CommandFailure(
      cause: Diagnostic(
        code: "not-a-recipe", "'\(name)' is not a recipe: a recipe is a .yaml file", remedy: remedy), status: .usage)
  }

  /// A recipe of this name that lies in the current folder or the workspace's, not in its `recipes/`.
  private static func beside(_ name: String, _ workspace: Workspace) -> String? {
    let names = name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? [name] : ["\(name).yaml", "\(name).yml"]
    for folder in ["", workspace.display(workspace.root) + "/"] {
      if let found = names.map({ folder + $0 }).first(where: { LocalText.exists($0) && !LocalText.isFolder($0) }) {
        return found
      }
    }
    return nil
  }

  private static func missing(_ name: String, _ recipes: [String], _ workspace: Workspace) -> CommandFailure {
    if let path = beside(name, workspace) {
      let folder = workspace.display(workspace.root + "/recipes")
      return CommandFailure(
        cause: Diagnostic(
          code: "no-recipe", "there is no recipe '\(name)' in \(folder)",
          remedy: "it is at \(path): move it to \(folder), or give its path, \(path)"), status: .usage)
    }
    let short = recipes.map { String($0.dropFirst("recipes/".count).prefix { $0 != "." }) }
    let guess = Spelling.closest(to: name, among: short + recipes)
    return CommandFailure(
      cause: Diagnostic(
        code: "no-recipe", "there is no recipe '\(name)'", remedy: guess.map { "did you mean '\($0)'?" },
        notes: recipes.isEmpty ? [] : ["recipes here: " + short.joined(separator: ", ")]), status: .usage)
  }
}
