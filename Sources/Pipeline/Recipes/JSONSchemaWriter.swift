public import JSON

/// Writes the JSON Schema (draft-07) of recipes and pipelines, for editors: completion, help and checks while typing.
///
/// It says what a schema can say; names of stages, cycles and kinds of outputs are the loader's to check.
public struct JSONSchemaWriter: Sendable {
  public var registry: StageRegistry

  public init(registry: StageRegistry) { self.registry = registry }

  /// The schema of a recipe or pipeline file.
  public var schema: JSONValue {
    [
      "$schema": "http://json-schema.org/draft-07/schema#",
      "title": "lorapipe recipe",
      "description": "One experiment: a graph of stages, or a pipeline with values.",
      "type": "object",
      "anyOf": [["required": ["stages"]], ["required": ["pipeline"]]],
      "additionalProperties": false,
      "patternProperties": ["^x-": ["description": "Not read: a place for anchors."]],
      "properties": [
        "name": ["type": "string", "description": "Name of the recipe; the file's name without it."],
        "help": ["type": "string", "description": "What the recipe is for."],
        "seed": [
          "description": "Seed of everything random.", "default": 42,
          "anyOf": [["type": "integer", "minimum": 0], reference],
        ],
        "vars": ["type": "object", "description": "Values for ${vars.name}."],
        "env": [
          "description": "Environment variables that may be read as ${env.NAME}; recorded with every run.",
          "anyOf": [
            ["type": "array", "items": ["type": "string"]],
            ["type": "object", "additionalProperties": ["type": ["string", "number", "boolean", "null"]]],
          ],
        ],
        "pipeline": ["type": "string", "description": "Name of a file in pipelines/, or a path."],
        "with": ["type": "object", "description": "Values for the pipeline's parameters."],
        "parameters": [
          "type": "object", "description": "Parameters a pipeline declares, read as ${params.name}.",
          "additionalProperties": ["$ref": "#/definitions/parameter"],
        ],
        "matrix": [
          "type": "object", "description": "Parameter paths and their values: a run for each combination.",
          "additionalProperties": ["type": "array", "minItems": 1],
        ],
        "stages": [
          "type": "object", "description": "The graph: stages by name.",
          "additionalProperties": ["$ref": "#/definitions/stage"],
        ],
      ],
      "definitions": .object(definitions),
    ]
  }

  private var definitions: JSONObject {
    var definitions = JSONObject([("parameter", parameterDeclaration), ("stage", stage)])
    for kind in registry.kinds { definitions["kind-\(kind.name)"] = definition(of: kind) }
    return definitions
  }

  private var parameterDeclaration: JSONValue {
    [
      "type": "object", "required": ["type"], "additionalProperties": false,
      "properties": [
        "type": ["enum": .array(PipelineParameter.types.map { .string($0) })],
        "default": ["description": "The value when 'with' is silent; required without one."],
        "help": ["type": "string"],
        "choices": ["type": "array", "items": ["type": "string"], "minItems": 1],
        "minimum": ["type": "number"],
        "maximum": ["type": "number"],
        "of": ["type": "string", "description": "The type of a list's or map's values."],
      ],
    ]
  }

  private var stage: JSONValue {
    [
      "type": "object", "required": ["kind"],
      "properties": [
        "kind": ["enum": .array(registry.kinds.map { .string($0.name) })]
      ],
      "allOf": .array(
        registry.kinds.map { kind in
          [
            "if": ["required": ["kind"], "properties": ["kind": ["const": .string(kind.name)]]],
            "then": ["$ref": .string("#/definitions/kind-\(kind.name)")],
          ]
        }),
    ]
  }

  private func definition(of kind: StageKind) -> JSONValue {
    var properties = JSONObject([
      ("kind", ["const": .string(kind.name), "description": .string(kind.summary)]),
      (
        "after",
        [
          "description": "Stages that must be done first although nothing of theirs is read.",
          "anyOf": [["type": "string"], ["type": "array", "items": ["type": "string"]]],
        ]
      ),
      (
        "matrix",
        [
          "description": "Names and their values: an instance of the stage for each combination.",
          "anyOf": [["type": "object", "additionalProperties": ["type": "array", "minItems": 1]], reference],
        ]
      ),
    ])
    properties["resources"] = parameter(
      ParameterSpec("resources", .object(StageResources.specs), help: "What the stage asks of the machine it runs on."))
    for input in kind.inputs { properties[input.name] = self.input(input) }
    for parameter in kind.parameters { properties[parameter.name] = self.parameter(parameter) }
    let required =
      kind.inputs.filter { $0.cardinality == .one }.map(\.name)
      + kind.parameters.filter(\.isRequired).map(\.name)
    return [
      "type": "object", "description": .string(kind.summary), "properties": .object(properties),
      "required": .array((["kind"] + required).map { .string($0) }), "additionalProperties": false,
    ]
  }

  private func input(_ input: InputSpec) -> JSONValue {
    var help = input.help
    if !input.accepts.isEmpty { help += " Takes \(input.accepts.map(\.phrase).joined(separator: " or "))." }
    if input.allowsRowCap { help += " '#N' takes N rows." }
    var object = JSONObject([("description", .string(help))])
    switch input.cardinality {
    case .one, .optional: object["type"] = "string"
    case .many: object["anyOf"] = [["type": "string"], ["type": "array", "items": ["type": "string"]]]
    case .named: object["anyOf"] = [["type": "object", "additionalProperties": ["type": "string"]], reference]
    }
    return .object(object)
  }

  private func parameter(_ spec: ParameterSpec) -> JSONValue {
    var object = JSONObject([("description", .string(spec.help))])
    if let value = spec.defaultValue { object["default"] = spec.type.stored(value) ?? value }
    for (key, value) in type(spec.type).objectValue ?? JSONObject() { object[key] = value }
    // Any value may come from a variable.
    if case .any = spec.type { return .object(object) }
    let description = object["description"]
    let standard = object["default"]
    object["description"] = nil
    object["default"] = nil
    var result = JSONObject()
    result["description"] = description
    if let standard { result["default"] = standard }
    if object["type"] == "string", object.count == 1 {
      result["type"] = "string"
    } else {
      result["anyOf"] = [.object(object), reference]
    }
    return .object(result)
  }

  /// A string with `${…}` in it.
  private var reference: JSONValue { ["type": "string", "pattern": #"\$\{[^}]+\}"#] }

  private func type(_ type: ParameterType) -> JSONValue {
    switch type {
    case .string, .uri: return ["type": "string"]
    case .text: return ["type": ["string", "number", "boolean"]]
    case .boolean: return ["type": "boolean"]
    case .integer(let range):
      var object = JSONObject([("type", "integer")])
      if let range, range.lowerBound > Int.min { object["minimum"] = .integer(Int64(range.lowerBound)) }
      if let range, range.upperBound < Int.max { object["maximum"] = .integer(Int64(range.upperBound)) }
      return .object(object)
    case .number(let range, let minimum):
      var object = JSONObject([("type", "number")])
      if let minimum { object["exclusiveMinimum"] = .number(minimum) }
      if let range, range.lowerBound > -.greatestFiniteMagnitude { object["minimum"] = .number(range.lowerBound) }
      if let range, range.upperBound < .greatestFiniteMagnitude { object["maximum"] = .number(range.upperBound) }
      return .object(object)
    case .choice(let choices, _): return ["enum": .array(choices.map { .string($0) })]
    case .ratio: return ["type": "string", "pattern": #"^[0-9.]+:[0-9.]+$"#]
    case .list(let element): return ["type": "array", "items": orReference(element)]
    case .map(let element): return ["type": "object", "additionalProperties": orReference(element)]
    case .object(let members):
      return [
        "type": "object", "additionalProperties": false,
        "properties": .object(JSONObject(members.map { ($0.name, parameter($0)) })),
        "required": .array(members.filter(\.isRequired).map { .string($0.name) }),
      ]
    case .oneOf(let alternatives): return ["anyOf": .array(alternatives.map { self.type($0) })]
    case .any: return [:]
    }
  }

  private func orReference(_ type: ParameterType) -> JSONValue {
    switch type {
    case .string, .text, .uri, .any: self.type(type)
    default: ["anyOf": [self.type(type), reference]]
    }
  }
}
