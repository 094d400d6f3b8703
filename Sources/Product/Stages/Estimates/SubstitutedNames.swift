public import PipelineEngine
public import Recipes

/// Names that a stage fills in rows.
public enum SubstitutedNames {
  /// Those of a substitute stage; none of any other.
  public static func names(of node: RecipeStage, catalog: StageCatalog) -> [String] {
    guard let stage = try? catalog.stage(of: node) as? SubstituteStage else { return [] }
    return stage.parameters.values.keys.sorted()
  }
}
