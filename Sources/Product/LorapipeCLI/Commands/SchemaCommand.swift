import Diagnostics
import JSON
import Recipes

extension Command {
  static let schema = Command(
    "schema", .inspect, abstract: "Print the JSON Schema of recipes, for editors",
    examples: [
      .init(
        "schema > recipes/.schema.json", "then start a recipe with: # yaml-language-server: $schema=.schema.json")
    ]
  ) { invocation in
    invocation.console.print(JSONSchemaWriter(registry: try RecipeAccess.registry()).schema.text(.pretty))
    return .done
  }
}
