import JSON

enum JSONText {
  /// A text as a JSON string.
  static func quoted(_ text: String) -> String { JSONValue.string(text).text() }
}
