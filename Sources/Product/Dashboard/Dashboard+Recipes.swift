import Diagnostics
import HTTPService
import JSON
import PipelineEngine
import Platform
import Recipes
import Reports

extension Dashboard {
  private static let longestRecipe = 1 << 20

  func recipes(_ request: HTTPRequest) throws -> JSONValue {
    let names = recipeNames
    return ["recipes": .array(names.map { .string($0) })]
  }

  private var recipeNames: [String] {
    ((try? FileSystem.names(in: workspace + "/recipes")) ?? []).filter {
      ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) && !$0.hasPrefix(".")
    }.sorted()
  }

  func recipe(_ request: HTTPRequest) throws -> JSONValue {
    let name = try text(request, "name")
    guard recipeNames.contains(name) else {
      throw APIError(status: 404, "there is no recipe '\(name)'", code: "not_found")
    }
    let bytes = try FileSystem.read("\(workspace)/recipes/\(name)")
    guard bytes.count <= Self.longestRecipe else {
      throw APIError.invalid("'\(name)' is too large to edit here", "name")
    }
    return ["name": .string(name), "text": .string(String(decoding: bytes, as: UTF8.self))]
  }

  /// Every kind with its parameters, for forms and hints.
  func schema(_ request: HTTPRequest) throws -> JSONValue {
    let words = words(language(request))
    return .object(
      JSONObject(
        archive.catalog.kinds.map { kind in
          (
            kind.name,
            [
              "summary": .string(words.reworded(kind.summary)),
              "parameters": .array(Self.parameters(kind.parameters, "", words)),
              "inputs": .array(kind.inputs.map { .string($0.name) }),
            ]
          )
        }))
  }

  private static func parameters(_ specs: [ParameterSpec], _ prefix: String, _ words: Words) -> [JSONValue] {
    specs.flatMap { spec -> [JSONValue] in
      if let members = spec.type.objectMembers { return parameters(members, prefix + spec.name + ".", words) }
      return [
        [
          "name": .string(prefix + spec.name), "type": .string(words.reworded(spec.type.phrase)),
          "default": spec.defaultValue ?? .null,
          "help": .string(words.reworded(spec.help)), "required": .bool(spec.isRequired),
        ]
      ]
    }
  }

  /// Plans a text as if it were saved: what would run, how long it takes, or what is wrong with it.
  func check(_ request: HTTPRequest) throws -> JSONValue {
    let text = try recipeText(request)
    // Beside the others, because paths in a recipe are relative to its file.
    let draft = "\(workspace)/recipes/.draft-\(String(UInt64.random(in: 0...UInt64.max), radix: 36)).yaml"
    try FileSystem.makeDirectory(workspace + "/recipes")
    try FileSystem.replace(draft, with: Array(text.utf8))
    defer { try? FileSystem.removeTree(draft) }
    return try program.ask(["plan", draft, "--json"] + spoken(request))
  }

  /// Writes a recipe: exactly the text that was sent.
  func save(_ request: HTTPRequest) throws -> JSONValue {
    let name = try recipeName(try body(request, "name"))
    let text = try recipeText(request)
    let isWanted = (try? JSONValue(parsing: request.body))?["replace"]?.boolValue ?? false
    guard isWanted || !recipeNames.contains(name) else {
      throw APIError(status: 409, "there is a recipe '\(name)' already", parameter: "name", code: "recipe_exists")
    }
    try FileSystem.makeDirectory(workspace + "/recipes")
    try FileSystem.replace("\(workspace)/recipes/\(name)", with: Array(text.utf8))
    return ["saved": .string("recipes/" + name)]
  }

  func start(_ request: HTTPRequest) throws -> JSONValue {
    let name = try body(request, "recipe")
    guard recipeNames.contains(name) else {
      throw APIError(status: 404, "there is no recipe '\(name)'", code: "not_found")
    }
    try program.start(["run", "recipes/" + name] + spoken(request))
    return ["started": .string(name)]
  }

  private func recipeText(_ request: HTTPRequest) throws(APIError) -> String {
    let text = try body(request, "text")
    guard text.utf8.count <= Self.longestRecipe else { throw APIError.invalid("the recipe is too long", "text") }
    return text
  }

  /// A name that cannot leave the folder of recipes.
  private func recipeName(_ name: String) throws(APIError) -> String {
    let name = name.hasSuffix(".yaml") || name.hasSuffix(".yml") ? name : name + ".yaml"
    let isPlain = name.unicodeScalars.allSatisfy { scalar in
      scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "._-".unicodeScalars.contains(scalar)
    }
    guard isPlain, !name.hasPrefix("."), name.utf8.count <= 120 else {
      throw APIError.invalid("a recipe's name has letters, digits, '.', '_' and '-' only", "name")
    }
    return name
  }
}
