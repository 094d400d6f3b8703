public import JSON

/// A schema that cannot be followed exactly.
public struct SchemaProblem: Error, Sendable, Hashable {
  /// Where in the schema, as a JSON pointer.
  public var place: String
  public var what: String
}

extension Grammar {
  /// Any JSON object.
  public static var jsonObject: Grammar {
    let json = JSONGrammar()
    var grammar = json.grammar
    grammar.root = root(of: json.object, &grammar)
    return grammar
  }

  /// One of some texts.
  public init(choices: [String]) {
    self.init()
    root = Self.root(of: rule(choices.map { .text($0) }), &self)
  }

  /// JSON text that a schema accepts. Not all such text: members come in the schema's order, members that the schema does
  /// not name are written only where it says so, and white space and digits are bounded.
  /// - Throws: `SchemaProblem` for a keyword that cannot be followed exactly, by its name.
  public init(schema: JSONValue) throws(SchemaProblem) {
    var builder = SchemaBuilder(schema)
    let value = try builder.value(schema, at: "#", depth: 0)
    self = builder.json.grammar
    root = Self.root(of: value, &self)
  }

  static func root(of symbol: Symbol, _ grammar: inout Grammar) -> Int {
    let rule = grammar.reserve()
    grammar.define(rule, [[symbol]])
    return rule
  }
}

/// Turns a schema into rules.
struct SchemaBuilder {
  var json: JSONGrammar
  private let whole: JSONValue
  /// Rules of the places that `$ref` names.
  private var references: [String: Grammar.Symbol] = [:]
  private static let maximumDepth = 64
  private static let maximumItems = 1000
  private static let maximumCharacters = 10_000

  /// Keywords that describe and forbid nothing.
  private static let annotations: Set<String> = [
    "title", "description", "default", "example", "examples", "$schema", "$id", "$comment", "$defs", "definitions",
    "deprecated", "readOnly", "writeOnly", "discriminator", "strict",
  ]
  private static let keywords: [String: Set<String>] = [
    "object": ["properties", "required", "additionalProperties"],
    "array": ["items", "prefixItems", "minItems", "maxItems"], "string": ["minLength", "maxLength"], "number": [],
    "integer": [], "boolean": [], "null": [],
  ]

  init(_ schema: JSONValue, _ json: JSONGrammar = JSONGrammar()) {
    whole = schema
    self.json = json
  }

  mutating func value(_ schema: JSONValue, at place: String, depth: Int) throws(SchemaProblem) -> Grammar.Symbol {
    guard depth <= Self.maximumDepth else { throw SchemaProblem(place: place, what: "is nested too deep") }
    if schema == true { return json.value }
    guard let object = schema.objectValue else { throw SchemaProblem(place: place, what: "is no schema") }
    let words = object.filter { !Self.annotations.contains($0.0) && !($0.1.isNull && $0.0 != "const") }.map(\.0)
    if words.isEmpty { return json.value }
    func alone(_ word: String, beside: Set<String> = []) throws(SchemaProblem) {
      if let other = words.first(where: { $0 != word && !beside.contains($0) }) {
        throw SchemaProblem(place: place, what: "has '\(other)' beside '\(word)', which is not supported")
      }
    }
    if let reference = object["$ref"] {
      try alone("$ref")
      return try referred(reference, at: place, depth: depth)
    }
    if let constant = object["const"] {
      try alone("const", beside: ["type"])
      return try literals([constant], object["type"], at: place)
    }
    if let list = object["enum"] {
      try alone("enum", beside: ["type"])
      guard let values = list.arrayValue, !values.isEmpty else {
        throw SchemaProblem(place: place, what: "has an 'enum' that is not a list of values")
      }
      return try literals(values, object["type"], at: place)
    }
    for word in ["anyOf", "oneOf", "allOf"] {
      guard let list = object[word] else { continue }
      try alone(word)
      return try combined(word, list, at: place, depth: depth)
    }
    return try typed(object, words, at: place, depth: depth)
  }

  // MARK: - References, constants, choices

  private mutating func referred(
    _ reference: JSONValue, at place: String, depth: Int
  ) throws(SchemaProblem) -> Grammar.Symbol {
    guard let pointer = reference.stringValue, pointer == "#" || pointer.hasPrefix("#/") else {
      throw SchemaProblem(place: place, what: "has a '$ref' that is not a place in the schema itself, as #/$defs/NAME")
    }
    if let known = references[pointer] { return known }
    var target = whole
    for step in pointer.split(separator: "/").dropFirst() {
      let name = String(step).replacing("~1", with: "/").replacing("~0", with: "~")
      guard let next = target[name] ?? Int(name).flatMap({ Self.element($0, of: target) }) else {
        throw SchemaProblem(place: place, what: "has a '$ref' to '\(pointer)', which is not there")
      }
      target = next
    }
    // Known before it is built, so that it may refer to itself.
    let rule = json.grammar.reserve()
    references[pointer] = .rule(rule)
    let symbol = try value(target, at: pointer, depth: depth + 1)
    guard symbol != .rule(rule) else { throw SchemaProblem(place: pointer, what: "refers to nothing but itself") }
    json.grammar.define(rule, [[symbol]])
    return .rule(rule)
  }

  private static func element(_ index: Int, of value: JSONValue) -> JSONValue? {
    value.arrayValue.flatMap { $0.indices.contains(index) ? $0[index] : nil }
  }

  private mutating func literals(
    _ values: [JSONValue], _ type: JSONValue?, at place: String
  ) throws(SchemaProblem) -> Grammar.Symbol {
    let types = try type.map { t throws(SchemaProblem) in try Self.types(t, at: place) }
    let fitting = values.filter { value in types.map { $0.contains { Self.is(value, $0) } } ?? true }
    guard !fitting.isEmpty else { throw SchemaProblem(place: place, what: "accepts no value: none is of its type") }
    return json.choice(fitting.map { .text($0.text()) })
  }

  private static func `is`(_ value: JSONValue, _ type: String) -> Bool {
    switch value {
    case .null: type == "null"
    case .bool: type == "boolean"
    case .integer: type == "integer" || type == "number"
    case .numeral(let digits):
      type == "number" || type == "integer" && (value.intValue != nil || !digits.contains { ".eE".contains($0) })
    case .number: type == "number" || (type == "integer" && value.intValue != nil)
    case .string: type == "string"
    case .array: type == "array"
    case .object: type == "object"
    }
  }

  private mutating func combined(
    _ word: String, _ list: JSONValue, at place: String, depth: Int
  ) throws(SchemaProblem) -> Grammar.Symbol {
    guard let schemas = list.arrayValue, !schemas.isEmpty else {
      throw SchemaProblem(place: place, what: "has '\(word)' that is not a list of schemas")
    }
    if word == "allOf", schemas.count > 1 {
      throw SchemaProblem(place: place, what: "has 'allOf' with several schemas, which is not supported")
    }
    if word == "oneOf", schemas.count > 1, !areApart(schemas) {
      throw SchemaProblem(
        place: place,
        what: "has 'oneOf' with schemas that one value could fit at once, which is not supported; 'anyOf' is")
    }
    var choices: [[Grammar.Symbol]] = []
    for (index, schema) in schemas.enumerated() {
      choices.append([try value(schema, at: "\(place)/\(word)/\(index)", depth: depth + 1)])
    }
    return json.choice(choices)
  }

  /// Whether no value can fit two of these: their types differ, or a member that they all require has different constants.
  private func areApart(_ schemas: [JSONValue]) -> Bool {
    let resolved = schemas.map { schema in
      guard let pointer = schema["$ref"]?.stringValue else { return schema }
      return pointer.split(separator: "/").dropFirst().reduce(whole) { $0[String($1)] ?? .null }
    }
    func areDistinct(_ sets: [[JSONValue]]) -> Bool {
      let all = sets.flatMap { $0 }
      return sets.allSatisfy { !$0.isEmpty } && Set(all).count == all.count
    }
    let types = resolved.map { schema -> [JSONValue] in
      (schema["type"]?.arrayValue ?? schema["type"].map { [$0] } ?? []).map { $0 == "integer" ? "number" : $0 }
    }
    if areDistinct(types) { return true }
    func constants(_ schema: JSONValue, _ name: String) -> [JSONValue] {
      guard schema["required"]?.arrayValue?.contains(.string(name)) == true else { return [] }
      let member = schema["properties"]?[name]
      return member?["const"].map { [$0] } ?? member?["enum"]?.arrayValue ?? []
    }
    let names = resolved.first?["properties"]?.objectValue?.keys ?? []
    return names.contains { name in areDistinct(resolved.map { constants($0, name) }) }
  }

  // MARK: - Types

  private static func types(_ value: JSONValue, at place: String) throws(SchemaProblem) -> [String] {
    let names = value.arrayValue?.compactMap(\.stringValue) ?? [value.stringValue].compactMap { $0 }
    guard !names.isEmpty, names.count == value.arrayValue?.count ?? 1, names.allSatisfy({ keywords[$0] != nil }) else {
      throw SchemaProblem(place: place, what: "has a 'type' that JSON Schema does not know")
    }
    return names
  }

  private mutating func typed(
    _ object: JSONObject, _ words: [String], at place: String, depth: Int
  ) throws(SchemaProblem) -> Grammar.Symbol {
    var types: [String]
    if let type = object["type"] {
      types = try Self.types(type, at: place)
    } else {
      // A value of another type would fit too, but nobody who names properties means one.
      types = Self.keywords.filter { !$0.value.isDisjoint(with: words) }.map(\.key).sorted()
    }
    if types.contains("number") { types.removeAll { $0 == "integer" } }
    let known = Set(types.flatMap { Self.keywords[$0] ?? [] }).union(["type"])
    if let unknown = words.first(where: { !known.contains($0) }) {
      throw SchemaProblem(place: place, what: "has '\(unknown)', which is not supported")
    }
    var choices: [[Grammar.Symbol]] = []
    for type in types { choices.append([try value(type, object, at: place, depth: depth)]) }
    return json.choice(choices)
  }

  private mutating func value(
    _ type: String, _ object: JSONObject, at place: String, depth: Int
  ) throws(SchemaProblem) -> Grammar.Symbol {
    switch type {
    case "object": return try members(object, at: place, depth: depth)
    case "array": return try list(object, at: place, depth: depth)
    case "string":
      let (least, most) = try bounds(object, "minLength", "maxLength", Self.maximumCharacters, at: place)
      return least == 0 && most == nil ? json.string : json.string(least: least, most: most)
    case "integer": return json.integer
    case "number": return json.number
    case "boolean": return json.choice([.text("true"), .text("false")])
    default: return json.choice([.text("null")])
    }
  }

  private func bounds(
    _ object: JSONObject, _ lower: String, _ upper: String, _ limit: Int, at place: String
  ) throws(SchemaProblem) -> (Int, Int?) {
    func bound(_ name: String) throws(SchemaProblem) -> Int? {
      guard let value = object[name], !value.isNull else { return nil }
      guard let count = value.intValue, (0...limit).contains(count) else {
        throw SchemaProblem(place: place, what: "has '\(name)' that is not an integer from 0 to \(limit)")
      }
      return count
    }
    let (least, most) = (try bound(lower) ?? 0, try bound(upper))
    if let most, most < least { throw SchemaProblem(place: place, what: "has '\(upper)' below '\(lower)'") }
    return (least, most)
  }

  private mutating func members(
    _ object: JSONObject, at place: String, depth: Int
  ) throws(SchemaProblem) -> Grammar.Symbol {
    let properties = object["properties"]?.objectValue ?? JSONObject()
    let required = (object["required"]?.arrayValue ?? []).compactMap(\.stringValue)
    let rest = object["additionalProperties"].flatMap { $0.isNull ? nil : $0 }
    var members: [(name: String, value: Grammar.Symbol, isRequired: Bool)] = []
    for (name, schema) in properties {
      let value = try value(schema, at: "\(place)/properties/\(name)", depth: depth + 1)
      members.append((name, value, required.contains(name)))
    }
    for name in required where !properties.contains(name) {
      guard rest != false else {
        throw SchemaProblem(place: place, what: "requires '\(name)', which 'additionalProperties' forbids")
      }
      let schema = rest ?? true
      members.append((name, try value(schema, at: "\(place)/additionalProperties", depth: depth + 1), true))
    }
    var others: Grammar.Symbol?
    if let rest, rest != false {
      others = try value(rest, at: "\(place)/additionalProperties", depth: depth + 1)
    } else if rest == nil, object["properties"] == nil, required.isEmpty {
      return json.object
    }
    return json.object(members, others: others)
  }

  private mutating func list(
    _ object: JSONObject, at place: String, depth: Int
  ) throws(SchemaProblem) -> Grammar.Symbol {
    var first: [Grammar.Symbol] = []
    for (index, schema) in (object["prefixItems"]?.arrayValue ?? []).enumerated() {
      first.append(try value(schema, at: "\(place)/prefixItems/\(index)", depth: depth + 1))
    }
    var (least, most) = try bounds(object, "minItems", "maxItems", Self.maximumItems, at: place)
    var items: Grammar.Symbol? = json.value
    if let schema = object["items"], !schema.isNull {
      items = schema == false ? nil : try value(schema, at: "\(place)/items", depth: depth + 1)
    }
    if let most, most < first.count { first.removeLast(first.count - most) }
    if items == nil {
      guard least <= first.count else {
        throw SchemaProblem(place: place, what: "has 'minItems' above what 'items' allows")
      }
      most = min(most ?? first.count, first.count)
    }
    least = max(least, 0)
    return json.array(first, items: items, least: least, most: most)
  }
}
