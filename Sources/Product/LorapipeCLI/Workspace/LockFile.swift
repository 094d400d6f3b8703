import Diagnostics
import JSON
import Platform

/// The resolved revisions of a recipe's sources, beside the recipe: `grace.yaml` → `grace.lock.json`.
enum LockFile {
  static func path(for recipe: String) -> String {
    let stem =
      recipe.hasSuffix(".yaml") ? recipe.dropLast(5) : recipe.hasSuffix(".yml") ? recipe.dropLast(4) : recipe[...]
    return stem + ".lock.json"
  }

  /// Answers by stage id; empty when there is no lock file.
  static func read(for recipe: String) throws -> JSONObject {
    let path = path(for: recipe)
    guard let bytes = try FileSystem.readIfPresent(path) else { return JSONObject() }
    guard let json = try? JSONValue(parsing: bytes), let sources = json["sources"]?.objectValue else {
      throw Diagnostic(
        code: "bad-lock-file", "'\(path)' is not a lock file", remedy: "write it again with 'lorapipe lock'",
        location: SourceLocation(file: path))
    }
    return sources
  }

  static func write(_ sources: JSONObject, for recipe: String) throws -> String {
    let path = path(for: recipe)
    let json = JSONValue.object(
      JSONObject([("format", "lorapipe-lock"), ("version", 1), ("sources", .object(sources))]))
    try FileSystem.replace(path, with: json.bytes(JSONFormat(indent: 2, sortsKeys: true)) + [0x0A])
    return path
  }
}
