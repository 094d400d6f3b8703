import Diagnostics
import JSON
import Recipes
import Reports
import Verdicts

/// The command that runs a recipe again.
struct RunAgain {
  /// Without the program's name.
  var line: String
  /// What ran; `nil` when nothing is known of it.
  var recipe: Recipe?
  /// The command line with its `--set`; `nil` when the command has none.
  var invocation: Invocation?

  /// The command after a poor run.
  struct Mended {
    /// Without the program's name.
    var line: String
    /// The values of `--set` that the verdicts blame, which the line no longer has.
    var leftOut: [String] = []
    /// Where a recipe says what the verdicts blame, when no `--set` does.
    var places: [(parameter: String, file: String)] = []
  }

  /// The command without those `--set` that give a value which the verdicts blame: with them it would do the same again.
  func without(_ poor: [StageVerdict]) -> Mended {
    var mended = Mended(line: line)
    guard let recipe else { return mended }
    let blamed = Self.blamed(by: poor, in: recipe)
    if let invocation, !blamed.isEmpty {
      let all = invocation.all(RecipeAccess.set)
      var kept = all
      var current = recipe
      for setting in all {
        var fewer = kept
        guard let index = fewer.firstIndex(of: setting) else { continue }
        fewer.remove(at: index)
        // Whatever a setting names, a variable too, it gives the blamed value if that changes without it.
        guard let other = Self.load(recipe.file, fewer),
          blamed.contains(where: { Self.value($0, in: other) != Self.value($0, in: current) })
        else { continue }
        kept = fewer
        current = other
        mended.leftOut.append(setting)
      }
      var again = invocation
      again.values[RecipeAccess.set.spec.long] = kept.isEmpty ? nil : kept
      mended.line = again.retyped
    }
    if mended.leftOut.isEmpty {
      mended.places = blamed.compactMap { Self.place($0, in: recipe) }
    }
    return mended
  }

  private struct Parameter: Hashable {
    var stage: String
    var name: String
  }

  /// The blamed parameters of the stages that verdicts are about, or of those that these were made from.
  private static func blamed(by poor: [StageVerdict], in recipe: Recipe) -> [Parameter] {
    var found: [Parameter] = []
    for item in poor {
      let above = ancestors(of: item.stage, in: recipe)
      for stage in recipe.stages where above.contains(stage.id) {
        for name in item.verdict.blames.sorted() where stage.parameters[name] != nil {
          let parameter = Parameter(stage: stage.id, name: name)
          if !found.contains(parameter) { found.append(parameter) }
        }
      }
    }
    return found
  }

  /// A stage and all that it was made from.
  private static func ancestors(of id: String, in recipe: Recipe) -> Set<String> {
    var seen: Set<String> = []
    var left = [id]
    while let next = left.popLast() {
      guard let stage = recipe.stage(next), seen.insert(next).inserted else { continue }
      for input in stage.inputs {
        if case .stage(let source) = input.source { left.append(source) }
      }
    }
    return seen
  }

  private static func value(_ parameter: Parameter, in recipe: Recipe) -> JSONValue? {
    recipe.stage(parameter.stage)?.parameters[parameter.name]
  }

  /// The recipe with fewer settings; `nil` when it needs them.
  private static func load(_ path: String, _ settings: [String]) -> Recipe? {
    guard !path.isEmpty, let loaded = try? RecipeAccess.loader().load(path: path, overrides: settings),
      loaded.recipes.count == 1
    else { return nil }
    return loaded.recipes[0]
  }

  /// The line of a file that gives the value; `nil` for a default, and for a value of the command line.
  private static func place(_ parameter: Parameter, in recipe: Recipe) -> (parameter: String, file: String)? {
    guard let stage = recipe.stage(parameter.stage),
      let found = stage.locations.first(where: {
        $0.location.line != nil && ($0.path == parameter.name || $0.path.hasPrefix(parameter.name + "."))
      }), let line = found.location.line
    else { return nil }
    return ("\(parameter.stage).\(found.path)", "\(found.location.file):\(line)")
  }
}
