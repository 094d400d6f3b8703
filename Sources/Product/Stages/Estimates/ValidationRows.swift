import Datasets
public import Diagnostics
public import PipelineEngine
public import Recipes
import Training

/// Trainings that measure on validation rows, which the mix before them does not keep.
public enum ValidationRows {
  /// What a plan would refuse, as far as the recipe alone shows it.
  public static func objections(_ recipe: Recipe, catalog: StageCatalog) -> [Diagnostic] {
    recipe.stages.flatMap { node -> [Diagnostic] in
      guard let training = try? catalog.stage(of: node) as? SFTStage, training.configuration.evaluateEvery > 0,
        mix(before: node, recipe, catalog)?.options.validation == 0
      else { return [] }
      var missing = SFTStage.noValidationRows(node.name)
      missing.location = SourceLocation(file: "eval_every")
      return node.located(missing)
    }
  }

  /// The mix whose rows a stage reads, through a tokenize stage.
  private static func mix(before node: RecipeStage, _ recipe: Recipe, _ catalog: StageCatalog) -> MixStage? {
    guard let id = node.inputs.first(where: { $0.role == "data" })?.stageID, let before = recipe.stage(id),
      let stage = try? catalog.stage(of: before)
    else { return nil }
    if let mix = stage as? MixStage { return mix }
    return stage is TokenizeStage ? mix(before: before, recipe, catalog) : nil
  }
}

extension SFTStage {
  static func noValidationRows(_ name: String) -> Diagnostic {
    Diagnostic(
      code: "no-validation-rows", "'\(name)' measures validation rows during training, and there are none",
      remedy: "set validation: 0.1 in the mix, or remove eval_every, load_best and early_stopping")
  }
}
