public import Diagnostics
import JSON

/// The chat templates a model brings, whatever they lie in.
public struct ChatTemplateFiles: Sendable, Hashable {
  /// Jinja by name; `default` is the one for chat, `tool_use` the one for conversations with tools.
  public var templates: [String: String] = [:]
  /// Where the default comes from: `chat_template.jinja`, `tokenizer_config.json`, `tokenizer.chat_template`…
  public var origin = ""

  public init() {}

  public init(_ text: String, origin: String) {
    templates = ["default": text]
    self.origin = origin
  }

  public var isEmpty: Bool { templates.isEmpty }
  public var chat: String? { templates["default"] }
  public var withTools: String? { templates["tool_use"] }
  /// All names, the default first.
  public var names: [String] {
    templates.keys.sorted { ($0 == "default" ? "" : $0) < ($1 == "default" ? "" : $1) }
  }

  /// What is refused when there are templates and none is for chat.
  public func withoutDefault(_ path: String) -> Diagnostic {
    Diagnostic(
      code: "ambiguous-template",
      "the model has the chat templates \(names.joined(separator: ", ")), and none of them is the default",
      remedy: "give the text of one as the template", location: SourceLocation(file: path))
  }

  /// Of a folder: `chat_template.jinja` and `additional_chat_templates/`, else `chat_template.json`, else
  /// `tokenizer_config.json`, where it is one text or a list of names and texts.
  /// - Throws: `Diagnostic` (`bad-json`, `cannot-open-file`).
  public init(folder: String) throws {
    let file = folder + "/chat_template.jinja"
    if FileListing.isFile(file) {
      self.init(try Self.text(file), origin: "chat_template.jinja")
      let more = folder + "/additional_chat_templates"
      guard FileListing.isDirectory(more) else { return }
      for path in FileListing.files(below: more, suffix: ".jinja", maximumDepth: 1) {
        let name = path.split(separator: "/").last?.dropLast(".jinja".count) ?? ""
        if !name.isEmpty { templates[String(name)] = try Self.text(path) }
      }
      return
    }
    self.init()
    for name in ["chat_template.json", "tokenizer_config.json"] where FileListing.isFile(folder + "/" + name) {
      let value = try ModelSource.readJSON(folder + "/" + name)["chat_template"]
      if let text = value?.stringValue {
        self.init(text, origin: name)
        return
      }
      var found: [String: String] = [:]
      for entry in value?.arrayValue ?? [] {
        if let name = entry["name"]?.stringValue, let text = entry["template"]?.stringValue { found[name] = text }
      }
      for (name, text) in value?.objectValue ?? JSONObject() { found[name] = text.stringValue }
      guard !found.isEmpty else { continue }
      templates = found
      origin = name
      return
    }
  }

  /// Of a GGUF file: `tokenizer.chat_template`, and `tokenizer.chat_template.NAME` for those of other names.
  init(gguf: GGUFFile) {
    let prefix = "tokenizer.chat_template"
    for key in gguf.metadataKeys where key == prefix || key.hasPrefix(prefix + ".") {
      guard let text = gguf.metadata[key]?.stringValue else { continue }
      templates[key == prefix ? "default" : String(key.dropFirst(prefix.count + 1))] = text
    }
    origin = prefix
  }

  /// The same as GGUF metadata.
  var metadata: [(String, GGUFWriteValue)] {
    var entries: [(String, GGUFWriteValue)] = []
    if let chat { entries.append(("tokenizer.chat_template", .string(chat))) }
    let others = names.filter { $0 != "default" }
    if !others.isEmpty { entries.append(("tokenizer.chat_templates", .strings(others))) }
    for name in others { entries.append(("tokenizer.chat_template.\(name)", .string(templates[name] ?? ""))) }
    return entries
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try MappedFile(path).contents(), as: UTF8.self)
  }
}

extension ModelSource {
  /// The model's own chat templates.
  /// - Throws: `Diagnostic` (`bad-json`, `cannot-open-file`).
  public func chatTemplates() throws -> ChatTemplateFiles {
    if let gguf { return ChatTemplateFiles(gguf: gguf) }
    return try ChatTemplateFiles(folder: path)
  }
}
