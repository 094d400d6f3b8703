import Artifacts
public import JSON

/// How a model was talked to in training, kept beside tokens, adapters and merged models so that it is served the same
/// way: the file `chat.json`.
public struct ChatContext: Sendable, Hashable {
  /// The system prompt of conversations that bring none.
  public var system: String?
  /// Jinja text of the chat template.
  public var template: String
  /// Variables for the template.
  public var arguments: JSONObject

  public static let fileName = "chat.json"

  public init(system: String?, template: String, arguments: JSONObject = JSONObject()) {
    self.system = system
    self.template = template
    self.arguments = arguments
  }

  public var json: JSONValue {
    [
      "system": system.map { .string($0) } ?? .null, "template": .string(template),
      "template_arguments": .object(arguments),
    ]
  }

  public init?(json: JSONValue) {
    guard let template = json["template"]?.stringValue else { return nil }
    self.init(
      system: json["system"]?.stringValue, template: template,
      arguments: json["template_arguments"]?.objectValue ?? JSONObject())
  }

  /// The context beside a model, adapter or tokens; `nil` when the folder has none.
  public static func read(folder: String) throws -> ChatContext? {
    guard let bytes = try FileSystem.readIfPresent(folder + "/" + fileName),
      let json = try? JSONValue(parsing: bytes)
    else { return nil }
    return ChatContext(json: json)
  }

  public func write(folder: String) throws {
    try FileSystem.replace(folder + "/" + Self.fileName, with: json.bytes(.pretty) + [0x0A])
  }
}
