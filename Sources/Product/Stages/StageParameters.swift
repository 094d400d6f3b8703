import JSON

/// Typed access to parameters that have passed the schema: defaults are there and types are right, so a getter's
/// fallback only speaks for parameters that have no default.
struct StageParameters: Sendable {
  let values: JSONValue

  init(_ values: JSONValue) { self.values = values }

  func string(_ name: String) -> String? { values[name]?.stringValue }
  func int(_ name: String) -> Int? { values[name]?.intValue }
  func double(_ name: String) -> Double? { values[name]?.doubleValue }
  func bool(_ name: String) -> Bool { values[name]?.boolValue ?? false }
  func strings(_ name: String) -> [String] {
    if let one = values[name]?.stringValue { return [one] }
    return values[name]?.arrayValue?.compactMap(\.stringValue) ?? []
  }
  func object(_ name: String) -> StageParameters { StageParameters(values[name] ?? .object(JSONObject())) }
  func map(_ name: String) -> JSONObject { values[name]?.objectValue ?? JSONObject() }
  func list(_ name: String) -> [JSONValue] { values[name]?.arrayValue ?? [] }

  /// Whether the recipe gave the parameter, or it has a default.
  func has(_ name: String) -> Bool { values[name].map { !$0.isNull } ?? false }
}
