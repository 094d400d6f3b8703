import JSON
import Recipes

/// Metrics as people read them, by the unit that their kind declares.
struct MetricWords {
  var words: Words

  func text(_ name: String, _ value: JSONValue, of kind: StageKind?) -> String {
    switch (kind?.metric(name)?.unit, value) {
    case (.bytes?, _): if let bytes = value.intValue { return NumberText.bytes(UInt64(clamping: bytes)) }
    case (.share?, _): if let share = value.doubleValue { return NumberText.fixed(share * 100, 1) + " %" }
    case (.seconds?, _): if let seconds = value.doubleValue { return words.duration(seconds) }
    default: break
    }
    return Self.plain(value)
  }

  static func plain(_ value: JSONValue) -> String {
    switch value {
    case .integer(let count): NumberText.count(Int(clamping: count))
    case .number(let number): NumberText.figure(number)
    default: value.stringValue ?? value.text()
    }
  }

  /// A parameter's value as a recipe has it: `1e-3`, not `0.001`.
  static func parameter(_ value: JSONValue) -> String { SettingText.text(value) }
}
