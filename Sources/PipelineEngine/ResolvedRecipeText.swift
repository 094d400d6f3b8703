import JSON
import Recipes

/// Writes a resolved recipe as block YAML, for people: what a run really did, with every default.
struct ResolvedRecipeText {
  private(set) var text: String

  init(_ recipe: Recipe) {
    text = "# What this run used: variables, pipelines, matrices and defaults are filled in.\n"
    text += "name: \(scalar(.string(recipe.name)))\nseed: \(recipe.seed)\n"
    if !recipe.env.isEmpty { member("env", .object(recipe.env), indent: 0) }
    text += "stages:\n"
    for stage in recipe.stages {
      text += "  \(scalar(.string(stage.id))):\n    kind: \(stage.kind)\n"
      for (role, references) in Self.roles(stage.inputs) {
        let values = references.map { scalar(.string($0)) }
        text +=
          "    \(scalar(.string(role))): \(values.count == 1 ? values[0] : "[\(values.joined(separator: ", "))]")\n"
      }
      for (name, value) in stage.parameters { member(name, value, indent: 4) }
      if !stage.after.isEmpty { member("after", .array(stage.after.map { .string($0) }), indent: 4) }
    }
  }

  private static func roles(_ inputs: [InputReference]) -> [(String, [String])] {
    var roles: [(String, [String])] = []
    for input in inputs {
      let name = (input.stageID ?? input.text) + (input.rowCap.map { "#\($0)" } ?? "")
      if let index = roles.firstIndex(where: { $0.0 == input.role }) {
        roles[index].1.append(name)
      } else {
        roles.append((input.role, [name]))
      }
    }
    return roles
  }

  private mutating func member(_ name: String, _ value: JSONValue, indent: Int) {
    text += String(repeating: " ", count: indent) + scalar(.string(name)) + ":"
    if case .object(let object) = value, !object.isEmpty {
      text += "\n"
      for (name, value) in object { member(name, value, indent: indent + 2) }
    } else {
      text += " " + scalar(value) + "\n"
    }
  }

  /// Plain where a reader cannot take it for anything else; otherwise JSON, which is YAML too.
  private func scalar(_ value: JSONValue) -> String {
    guard case .string(let string) = value else { return value.text(JSONFormat(spaced: true)) }
    let plain =
      string.utf8.first.map { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") } ?? false
      && string.utf8.allSatisfy {
        ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z")) || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
          || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
      }
    let words: Set<String> = ["true", "false", "null", "yes", "no", "on", "off"]
    return plain && !words.contains(string) ? string : value.text()
  }
}
