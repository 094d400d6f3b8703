import Diagnostics
import Glibc
import PipelineEngine
import Recipes
import Stages

/// Recipes as commands load them.
enum RecipeAccess {
  static let set = Option<String>(
    "set", "S", "PATH=VALUE", repeats: true,
    help: "Set a value of the recipe, such as train.lora.rank=16; can be given several times.")
  static let recipe = Positional(
    "RECIPE", .recipe, .optional, help: "A recipe file, or its name in recipes/ (default: the only one).")

  static func registry() throws -> StageRegistry {
    try StageRegistry(BuiltinStages.all.map { $0.schema })
  }

  static func loader() throws -> RecipeLoader {
    RecipeLoader(
      registry: try registry(), environment: Environment.all(), check: { try BuiltinStages.check($0, $1) })
  }

  /// Reads the recipe a command line means.
  /// - Parameter warns: whether its warnings are printed; commands that only look leave them to those that run or check.
  /// - Throws: exit status 2 for anything wrong with it.
  static func load(
    _ choice: RecipeChoice, _ invocation: Invocation, warns: Bool = true
  ) throws -> LoadedRecipes {
    try CommandFailure.asUsage {
      let loaded = try loader().load(path: choice.path, overrides: invocation.all(set))
      let renderer = DiagnosticRenderer(colour: invocation.console.errorHasColor)
      if warns, !invocation.wantsJSON { invocation.console.writeError(renderer.render(loaded.warnings)) }
      return loaded
    }
  }
}

extension Environment {
  /// Every variable of the process.
  static func all() -> [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text)
      if let equals = pair.firstIndex(of: "=") {
        result[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
      }
      entry += 1
    }
    return result
  }
}
