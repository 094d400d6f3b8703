import JSON
import YAML

extension YAMLNode {
  /// The node as JSON, by the YAML 1.2 core schema. What JSON would spell otherwise keeps its text: `1e5` and `True` may be
  /// meant as a text, and a conversion that wants a number or a truth value reads it from the text.
  var json: JSONValue {
    switch content {
    case .scalar(let scalar):
      switch scalar.value {
      case .null: .null
      case .boolean(let value): JSONValue.bool(value).spelled(scalar.text)
      case .integer(let value): JSONValue.integer(value).spelled(scalar.text)
      case .number(let value) where value.isFinite: JSONValue.number(value).spelled(scalar.text)
      default: .string(scalar.text)
      }
    case .sequence(let elements): .array(elements.map(\.json))
    case .mapping(let pairs): .object(JSONObject(pairs.map { ($0.key, $0.value.json) }))
    }
  }
}
