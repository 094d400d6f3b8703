import Diagnostics
public import JSON
public import JinjaTemplates

/// What belongs to a conversation beside its messages, and travels with tokens, adapters and merged models: a model is
/// served the way it was trained.
public struct ChatContext: Sendable, Hashable {
  /// Where the chat template comes from.
  public enum Template: Sendable, Hashable {
    /// The model's own; for a model without one, the built-in template of its family.
    case model
    /// A built-in template by name.
    case builtin(String)
    /// The text of a template.
    case inline(String)
  }

  /// The system prompt of conversations that bring none.
  public var system: String?
  public var template: Template
  /// Variables for the template, such as `enable_thinking`.
  public var arguments: JSONObject
  /// The day `strftime_now` tells. Fixed, so that the same rows give the same tokens on any day.
  public var date: JinjaDate

  /// The day templates fall back to by themselves (Llama 3.x).
  public static let defaultDate = JinjaDate(year: 2024, month: 7, day: 26)

  public init(
    system: String? = nil, template: Template = .model, arguments: JSONObject = JSONObject(),
    date: JinjaDate = ChatContext.defaultDate
  ) {
    self.system = system
    self.template = template
    self.arguments = arguments
    self.date = date
  }

  public var json: JSONValue {
    var object = JSONObject()
    if let system { object["system"] = .string(system) }
    switch template {
    case .model: break
    case .builtin(let name): object["template"] = ["builtin": .string(name)]
    case .inline(let text): object["template"] = ["inline": .string(text)]
    }
    if !arguments.isEmpty { object["arguments"] = .object(arguments) }
    if date != Self.defaultDate {
      func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
      object["date"] = .string("\(date.year)-\(two(date.month))-\(two(date.day))")
    }
    return .object(object)
  }

  /// - Throws: `Diagnostic` (`bad-chat-context`) for members it does not know or that are of another kind.
  public init(json: JSONValue) throws {
    func failure(_ message: String) -> Diagnostic { Diagnostic(code: "bad-chat-context", message) }
    guard let object = json.objectValue else { throw failure("the chat context is not an object") }
    self.init()
    for (key, value) in object {
      switch key {
      case "system":
        guard let text = value.stringValue else { throw failure("'system' is not a string") }
        system = text
      case "template":
        if let name = value["builtin"]?.stringValue {
          template = .builtin(name)
        } else if let text = value["inline"]?.stringValue {
          template = .inline(text)
        } else {
          throw failure("'template' names neither 'builtin' nor 'inline'")
        }
      case "arguments":
        guard let given = value.objectValue else { throw failure("'arguments' is not an object") }
        arguments = given
      case "date":
        let parts = (value.stringValue ?? "").split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
          (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { throw failure("'date' is not a day as YYYY-MM-DD") }
        date = JinjaDate(year: year, month: month, day: day)
      default: throw failure("unknown member '\(key)'")
      }
    }
  }
}
