import Diagnostics
import PipelineEngine
import Recipes

/// Parameters of recipes that are worth a look.
enum ParametersOfRecipes {
  /// Warnings with the places of the parameters, each once.
  static func cautions(_ recipes: [Recipe]) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for node in recipes.flatMap(\.stages) {
      guard let stage = try? Lorapipe.catalog.stage(of: node) as? any CautiousStage else { continue }
      let cautions = stage.cautions(named: node.name, roles: Set(node.inputs.map(\.role)))
      for caution in cautions.flatMap({ node.located($0) }) where !found.contains(caution) { found.append(caution) }
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
  private static func path(_ input: InputReference, _ recipe: Recipe) -> String? {
    switch input.source {
    case .file(let path): path
    case .stage(let id):
      recipe.stage(id).flatMap { try? Lorapipe.catalog.stage(of: $0) as? any ReferencingStage }?.referencedPath
    }
  }
}
