import JSON
import Platform
import Recipes

/// A recipe for others to read and run: what a person had set, and no folder of this machine.
struct PublishedRecipe {
  var recipe: Recipe

  var text: String {
    var object = JSONObject([("name", .string(recipe.name)), ("seed", .string(String(recipe.seed)))])
    if let seed = Int64(exactly: recipe.seed) { object["seed"] = .integer(seed) }
    object["stages"] = .object(JSONObject(recipe.stages.map { (Self.name($0.id), stage($0)) }))
    return JSONValue.object(object).yamlText
  }

  private func stage(_ stage: RecipeStage) -> JSONValue {
    var object = JSONObject([("kind", .string(stage.kind))])
    for role in stage.inputs.map(\.role) where object[role] == nil {
      let values = stage.inputs.filter { $0.role == role }.map { JSONValue.string(Self.reference($0)) }
      let value = values.count == 1 ? values[0] : JSONValue.array(values)
      // `input.name` is one of an input that takes named references.
      let parts = role.split(separator: ".", maxSplits: 1).map(String.init)
      if parts.count == 2 {
        var named = object[parts[0]]?.objectValue ?? JSONObject()
        named[parts[1]] = value
        object[parts[0]] = .object(named)
      } else {
        object[role] = value
      }
    }
    if !stage.after.isEmpty { object["after"] = .array(stage.after.map { .string(Self.name($0)) }) }
    // Defaults have no place in the recipe's file.
    var given: Set<String> = []
    for location in stage.locations { given.insert(String(location.path.prefix { $0 != "." && $0 != "[" })) }
    for (name, value) in stage.parameters where given.contains(name) { object[name] = Self.withoutFolders(value) }
    return .object(object)
  }

  private static func reference(_ input: InputReference) -> String {
    let cap = input.rowCap.map { "#\($0)" } ?? ""
    switch input.source {
    case .stage(let id): return name(id) + cap
    case .file(let path): return "./" + FileSystem.name(of: path) + cap
    }
  }

  /// The name of a stage that a matrix made, as one that may stand in a recipe.
  private static func name(_ id: String) -> String {
    guard id.contains("[") else { return id }
    let text = id.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? $0 : "-" }
    return String(text.split(separator: "-").joined(separator: "-"))
  }

  /// Texts that are paths of this machine by their last parts.
  static func withoutFolders(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text):
      let isFile = text.hasPrefix("file:")
      let path = isFile ? String(text.dropFirst(5)) : text
      guard isFile || FileSystem.isAbsolute(path), FileSystem.exists(path) || isFile else { return value }
      return .string((isFile ? "file:./" : "./") + FileSystem.name(of: path))
    case .array(let list): return .array(list.map(withoutFolders))
    case .object(let object): return .object(JSONObject(object.map { ($0, withoutFolders($1)) }))
    default: return value
    }
  }
}
