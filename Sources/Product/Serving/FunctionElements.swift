import Constraints
import Conversations
import JSON

/// Calls as Qwen3-Coder and Qwen3.5 write them: an element per function, and in it one per argument.
///
///     <function=get_weather>
///     <parameter=city>
///     Oslo
///     </parameter>
///     </function>
enum FunctionElements {
  static let functionOpen = "<function="
  static let functionClose = "</function>"
  private static let parameterOpen = "<parameter="
  private static let parameterClose = "</parameter>"

  /// - Parameter parameters: the schema of each offered function's arguments, which says what a value's text means.
  /// - Returns: `nil` when the text is anything but functions and white space.
  static func calls(in text: ArraySlice<UInt8>, parameters: [String: JSONValue]) -> [ToolCall]? {
    var rest = Substring(decoding: text, as: UTF8.self)
    var calls: [ToolCall] = []
    while true {
      rest = rest.drop { $0.isWhitespace }
      if rest.isEmpty { return calls.isEmpty ? nil : calls }
      guard let name = head(functionOpen, &rest) else { return nil }
      var arguments = JSONObject()
      while true {
        rest = rest.drop { $0.isWhitespace }
        if rest.hasPrefix(functionClose) { break }
        guard let key = head(parameterOpen, &rest), let end = rest.firstRange(of: parameterClose) else { return nil }
        let schema = parameters[name]?["properties"]?[key]
        arguments[key] = value(rest[..<end.lowerBound], schema ?? .null)
        rest = rest[end.upperBound...]
      }
      rest = rest.dropFirst(functionClose.count)
      calls.append(ToolCall(name: name, arguments: .object(arguments)))
    }
  }

  /// The name in `<function=NAME>` or `<parameter=NAME>`, which is taken off the text.
  private static func head(_ open: String, _ rest: inout Substring) -> String? {
    guard rest.hasPrefix(open) else { return nil }
    let inside = rest.dropFirst(open.count)
    guard let end = inside.firstIndex(of: ">") else { return nil }
    let name = inside[..<end]
    rest = inside[inside.index(after: end)...]
    return name.isEmpty || name.contains { $0.isNewline || $0 == "<" } ? nil : String(name)
  }

  /// The line ends around a value belong to the format.
  private static func value(_ text: Substring, _ schema: JSONValue) -> JSONValue {
    var text = text
    if text.first?.isNewline == true { text.removeFirst() }
    if text.last?.isNewline == true { text.removeLast() }
    if !CallSpelling.isText(schema), let json = try? JSONValue(parsing: text.utf8, keepsNumerals: true) {
      return json
    }
    return .string(String(text))
  }
}
