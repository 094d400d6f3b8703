public import JSON

/// How a call of a function is spelled.
public enum CallSpelling: Sendable, Hashable {
  /// An object with the function's name, and its arguments under this one.
  case json(argumentsName: String)
  /// The function's name, and behind it an object of its arguments.
  case nameFirst
  /// `<function=NAME>`, in it `<parameter=KEY>` for each argument with the value on lines of its own: a text as it is, and
  /// anything else as JSON.
  case elements

  /// Whether an argument that has this schema stands as plain text between its tags. A schema that says nothing of the type
  /// means a text, as vLLM has it.
  public static func isText(_ schema: JSONValue) -> Bool {
    if let type = schema["type"] { return type == "string" || type.arrayValue?.contains("string") == true }
    if let values = schema["enum"]?.arrayValue { return values.contains { $0.stringValue != nil } }
    if let value = schema["const"] { return value.stringValue != nil }
    for word in ["anyOf", "oneOf", "allOf"] {
      if let list = schema[word]?.arrayValue { return list.contains(where: isText) }
    }
    return schema["$ref"] == nil && schema["properties"] == nil && schema["items"] == nil
  }
}

extension Grammar {
  /// A call of one of some functions between two texts.
  /// - Throws: `SchemaProblem` for parameters that cannot be followed exactly; its place begins with the function's name.
  public init(
    calls: [(name: String, parameters: JSONValue)], spelling: CallSpelling, open: String, close: String
  ) throws(SchemaProblem) {
    var json = JSONGrammar()
    var choices: [[Symbol]] = []
    for call in calls {
      // References in a function's schema are to places in that schema.
      var builder = SchemaBuilder(call.parameters, json)
      let place = call.name + "#"
      switch spelling {
      case .json(let argumentsName):
        let arguments = try builder.value(call.parameters, at: place, depth: 0)
        json = builder.json
        let name = json.choice([.text(JSONText.quoted(call.name))])
        choices.append([json.object([("name", name, true), (argumentsName, arguments, true)], others: nil)])
      case .nameFirst:
        choices.append(.text(call.name) + [try builder.value(call.parameters, at: place, depth: 0)])
        json = builder.json
      case .elements:
        let arguments = try builder.elements(call.parameters, at: place)
        choices.append(.text("<function=\(call.name)>\n") + arguments + .text("</function>"))
        json = builder.json
      }
    }
    let call = json.choice(choices)
    self = json.grammar
    root = Self.root(of: rule([.text(open) + [call] + .text(close)]), &self)
  }
}

extension SchemaBuilder {
  /// An element per argument, in the schema's order.
  mutating func elements(
    _ schema: JSONValue, at place: String
  ) throws(SchemaProblem) -> [Grammar.Symbol] {
    let required = (schema["required"]?.arrayValue ?? []).compactMap(\.stringValue)
    var properties = schema["properties"]?.objectValue ?? JSONObject()
    // What is required and not described is a text.
    for name in required where !properties.contains(name) { properties[name] = [:] }
    var symbols: [Grammar.Symbol] = []
    for (name, property) in properties {
      let value = try argument(property, at: "\(place)/properties/\(name)")
      let element = .text("<parameter=\(name)>\n") + [value] + .text("\n</parameter>\n")
      symbols.append(json.choice(required.contains(name) ? [element] : [element, []]))
    }
    return symbols
  }

  private mutating func argument(_ schema: JSONValue, at place: String) throws(SchemaProblem) -> Grammar.Symbol {
    guard CallSpelling.isText(schema) else { return try value(schema, at: place, depth: 1) }
    let listed = schema["enum"]?.arrayValue ?? schema["const"].map { [$0] } ?? []
    let texts = listed.compactMap(\.stringValue)
    if !texts.isEmpty { return json.choice(texts.map { .text($0) }) }
    if let word = ["minLength", "maxLength", "pattern", "format"].first(where: { schema[$0] != nil }) {
      throw SchemaProblem(place: place, what: "has '\(word)', which is not supported where texts stand without quotes")
    }
    return json.text(without: Array("</parameter>".utf8))
  }
}
