import Diagnostics
import PipelineEngine
import Platform
import Recipes
import Stages

/// Parameters of recipes that are worth a look.
enum ParametersOfRecipes {
  /// Warnings with the places of the parameters, each once.
  static func cautions(_ recipes: [Recipe]) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for node in recipes.flatMap(\.stages) {
      guard let stage = try? Lorapipe.catalog.stage(of: node) as? any CautiousStage else { continue }
      let cautions = stage.cautions(named: node.name, inputs: node.inputs)
      for caution in cautions.flatMap({ node.located($0) }) where !found.contains(caution) { found.append(caution) }
    }
    for objection in recipes.flatMap({ ValidationRows.objections($0, catalog: Lorapipe.catalog) })
    where !found.contains(objection) {
      found.append(objection)
    }
    return found
  }
}

/// The user's own data files that recipes read.
enum RowsOfRecipes {
  /// What a run would say of their first rows, errors and warnings, each once.
  static func objections(_ recipes: [Recipe]) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for recipe in recipes {
      for node in recipe.stages {
        guard let stage = try? Lorapipe.catalog.stage(of: node) as? any RowReadingStage else { continue }
        for input in node.inputs {
          guard let path = path(input, recipe) else { continue }
          for objection in stage.objections(
            toRowsAt: path, name: input.text, role: input.role, stage: node.id)
          where !found.contains(objection) {
            found.append(objection)
          }
        }
      }
    }
    return found
  }

  /// Where an input lies that no stage has to make.
  fileprivate static func path(_ input: InputReference, _ recipe: Recipe) -> String? {
    switch input.source {
    case .file(let path): path
    case .stage(let id):
      recipe.stage(id).flatMap { try? Lorapipe.catalog.stage(of: $0) as? any ReferencingStage }?.referencedPath
    }
  }
}

/// Names that recipes fill in files of rows.
struct NamesOfRecipes {
  /// Those of a workspace, by its root.
  private var recipes: [String: [Recipe]] = [:]

  /// The names that recipes of the file's workspace fill in it. A recipe with errors fills nothing.
  /// - Parameter path: of a data file.
  mutating func filled(in path: String) -> [String] {
    guard let file = FileSystem.resolved(path), let workspace = Workspace.nearest(from: FileSystem.parent(of: file))
    else { return [] }
    var names: [String] = []
    for recipe in recipes(of: workspace) {
      for node in recipe.stages where node.inputs.contains(where: { Self.holds($0, file, recipe) }) {
        let found = SubstitutedNames.names(of: node, catalog: Lorapipe.catalog)
        names += found.filter { !names.contains($0) }
      }
    }
    return names
  }

  private mutating func recipes(of workspace: Workspace) -> [Recipe] {
    if let known = recipes[workspace.root] { return known }
    let loader = RecipeAccess.loader()
    let found = workspace.recipes.flatMap { name in
      (try? loader.load(path: workspace.root + "/" + name))?.recipes ?? []
    }
    recipes[workspace.root] = found
    return found
  }

  private static func holds(_ input: InputReference, _ file: String, _ recipe: Recipe) -> Bool {
    guard let path = RowsOfRecipes.path(input, recipe).flatMap({ FileSystem.resolved($0) }) else { return false }
    return file == path || file.hasPrefix(path + "/")
  }
}
