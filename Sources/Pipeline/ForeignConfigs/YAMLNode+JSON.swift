import JSON
import YAML

extension YAMLNode {
  /// The node as JSON, by the YAML 1.2 core schema. Integers beyond 64 bits keep their text.
  var json: JSONValue {
    switch content {
    case .scalar(let scalar):
      switch scalar.value {
      case .null: .null
      case .boolean(let value): .bool(value)
      case .integer(let value): .integer(value)
      case .number(let value): value.isFinite ? .number(value) : .string(scalar.text)
      default: .string(scalar.text)
      }
    case .sequence(let elements): .array(elements.map(\.json))
    case .mapping(let pairs): .object(JSONObject(pairs.map { ($0.key, $0.value.json) }))
    }
  }
}
