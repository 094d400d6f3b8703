import JSON
import PipelineEngine
import Recipes

/// What to type for a parameter of a stage that was given as an option of its own, such as `run --encoding gb18030`.
enum StageOption {
  /// - Parameters:
  ///   - name: the option's, without its dashes.
  ///   - value: what was given with it; `nil` when nothing was.
  ///   - words: the command line behind the command, for the recipe that it names.
  /// - Returns: `nil` when no kind of stage has such a parameter.
  static func advice(_ name: String, value: String?, words: [String]) -> String? {
    guard let found = try? Lorapipe.catalog.registry().parameters(named: name), let first = found.first else {
      return nil
    }
    let settings = settings(found, value: value, words: words)
    if let only = settings.first, settings.count == 1 { return "it is set in the recipe; for this run: \(only)" }
    if !settings.isEmpty {
      return "it is set in the recipe; for this run, one of: \(settings.prefix(4).joined(separator: "  "))"
    }
    return found.count == 1
      ? "it is set in the recipe, or with -S STAGE.\(first.path)=VALUE (of the \(first.kind) stage)"
      : "it is set in the recipe, or with -S STAGE.\(first.path)=VALUE, of a stage of kind \(found.map(\.kind).joined(separator: ", "))"
  }

  /// The `-S` of each stage of the recipe that has the parameter: those that read files first, since a file's encoding and
  /// columns are theirs.
  private static func settings(
    _ found: [(kind: String, path: String)], value: String?, words: [String]
  ) -> [String] {
    let value = value ?? "VALUE"
    guard let recipe = recipe(words) else { return [] }
    let paths = Dictionary(found.map { ($0.kind, $0.path) }, uniquingKeysWith: { first, _ in first })
    let stages = recipe.stages.filter { paths[$0.kind] != nil }
    let readers = stages.filter { stage in
      stage.inputs.contains { if case .file = $0.source { true } else { false } }
    }
    let isOfFiles = ["columns", "encoding", "include"].contains(found.first?.path)
    var seen: [String] = []
    for stage in isOfFiles && !readers.isEmpty ? readers : stages where !seen.contains(stage.name) {
      seen.append(stage.name)
    }
    return seen.compactMap { name in
      guard let stage = stages.first(where: { $0.name == name }), let path = paths[stage.kind] else { return nil }
      return "-S " + ShellWord.quoted("\(name).\(path)=\(written(value, path: path))")
    }
  }

  /// A map of names is written as one: `{ 提问: query }` for `提问=query`.
  private static func written(_ value: String, path: String) -> String {
    guard path == "columns", !value.hasPrefix("{") else { return value }
    let members = RowOptions.pairs(value).compactMap { pair -> String? in
      guard let equals = pair.lastIndex(of: "=") else { return nil }
      let (old, new) = (String(pair[..<equals]), String(pair[pair.index(after: equals)...]))
      return JSONValue.string(old).text() + ": " + JSONValue.string(new).text()
    }
    return members.isEmpty ? value : "{" + members.joined(separator: ", ") + "}"
  }

  /// The recipe that the words of a command line name, or the only one.
  private static func recipe(_ words: [String]) -> Recipe? {
    let names = words.filter { !$0.hasPrefix("-") && !$0.contains("=") }
    for name in names + [""] {
      guard let choice = try? RecipeChoice.from(name.isEmpty ? [] : [name], takesStages: false),
        let recipe = try? RecipeAccess.loader().load(path: choice.path, overrides: []).recipes.first
      else { continue }
      return recipe
    }
    return nil
  }
}
