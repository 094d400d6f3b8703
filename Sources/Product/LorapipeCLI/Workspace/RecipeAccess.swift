import Diagnostics
import Glibc
import PipelineEngine
import Platform
import Recipes

/// Recipes as commands load them.
enum RecipeAccess {
  static let set = Option<String>(
    "set", "S", "PATH=VALUE", repeats: true,
    help: "Set a value of the recipe, such as train.lora.rank=16; can be given several times.")
  static let recipe = Positional(
    "RECIPE", .recipe, .optional, help: "A recipe file, or its name in recipes/ (default: the only one).")

  static func loader() -> RecipeLoader { Lorapipe.catalog.loader(environment: Environment.all()) }

  /// Reads the recipe a command line means.
  /// - Parameter warns: whether its warnings are printed; commands that only look leave them to those that run or check.
  /// - Throws: exit status 2 for anything wrong with it.
  static func load(
    _ choice: RecipeChoice, _ invocation: Invocation, warns: Bool = true
  ) throws -> LoadedRecipes {
    try CommandFailure.asUsage {
      let loaded = try loader().load(path: choice.path, overrides: invocation.all(set))
      if warns, !invocation.wantsJSON {
        invocation.console.writeError(ErrorText.render(loaded.warnings, color: invocation.console.errorHasColor))
      }
      return loaded
    }
  }
}
