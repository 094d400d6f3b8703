public import Diagnostics
public import Recipes

extension StageCatalog {
  /// What to say of a name that no stage of a recipe has: the stage spelled nearly so, or those of the kind that it names, as
  /// `tokenize` does where the stage is called `tokens`.
  public func unknownStage(_ name: String, in recipe: Recipe) -> Diagnostic {
    let named = recipe.stages.map(\.name)
    let meant =
      didYouMean(name, among: named).map { [$0] }
      ?? recipe.stages.filter { $0.kind == kind(called: name) }.map(\.name).reduce(into: [String]()) {
        if !$0.contains($1) { $0.append($1) }
      }
    let remedy: String
    switch meant.count {
    case 0: remedy = "its stages are: \(recipe.stages.map(\.id).listed())"
    case 1: remedy = "did you mean '\(meant[0])'?"
    default: remedy = "did you mean one of \(meant.map { "'\($0)'" }.listed())?"
    }
    return Diagnostic(
      code: "unknown-stage", "the recipe '\(recipe.name)' has no stage '\(name)'", remedy: remedy)
  }

  /// The kind that a word names: by its own name, or by one that other tools or other languages have for it.
  private func kind(called word: String) -> String? {
    let word = word.lowercased()
    return (kinds.first { $0.name == word } ?? kinds.first { $0.aliases.contains(word) })?.name ?? meaning(of: word)
  }
}
