import Conversations
import Diagnostics
import JSON
import JinjaTemplates
import ModelFiles
import Platform
public import Tokenization

/// How a model was talked to in training, kept beside tokens, adapters and merged models as `chat.json`, so that it is
/// served the same way.
extension ChatContext {
  public static let fileName = "chat.json"

  /// The context of a model, adapter or tokens: beside it as `chat.json`, or inside a GGUF file. An adapter that another
  /// program made may bring a chat template of its own. `nil` when nothing says.
  public static func read(folder: String) throws -> ChatContext? {
    if folder.hasSuffix(".gguf") {
      guard let text = try GGUFFile(folder).metadata[GGUFModelWriter.chatContextKey]?.stringValue else { return nil }
      return try parse(Array(text.utf8), folder)
    }
    if let bytes = try FileSystem.readIfPresent(folder + "/" + fileName) {
      return try parse(bytes, folder + "/" + fileName)
    }
    guard try FileSystem.readIfPresent(folder + "/adapter_config.json") != nil else { return nil }
    let templates = try ChatTemplateFiles(folder: folder)
    guard let chat = templates.chat else {
      guard templates.isEmpty else { throw templates.withoutDefault(folder) }
      return nil
    }
    return ChatContext(template: .inline(chat))
  }

  private static func parse(_ bytes: [UInt8], _ path: String) throws -> ChatContext {
    guard let json = try? JSONValue(parsing: bytes) else {
      throw Diagnostic(code: "bad-chat-context", "the chat context in '\(path)' is not JSON")
    }
    do { return try ChatContext(json: json) } catch var error as Diagnostic {
      error.location = SourceLocation(file: path)
      throw error
    }
  }

  public func write(folder: String) throws {
    try FileSystem.replace(folder + "/" + Self.fileName, with: json.bytes(.pretty) + [0x0A])
  }

  /// The source of the template when it is not the model's own.
  /// - Throws: `Diagnostic` (`unknown-template`).
  public func templateSource() throws -> String? {
    switch template {
    case .model: nil
    case .builtin(let name): try ChatTemplate.builtin(name).template.source
    case .inline(let text): text
    }
  }

  /// From a stage's `system`, `template` and `template_arguments`.
  init(_ parameters: TokenizeStage.Parameters) {
    let name = parameters.template
    self.init(
      system: parameters.system.flatMap { $0.isEmpty ? nil : $0 },
      template: name == "model" ? .model : name.contains("{") ? .inline(name) : .builtin(name),
      arguments: parameters.templateArguments)
  }

  /// Bytes of the system prompt.
  var systemBytes: Int { system.map(\.utf8.count) ?? 0 }
}

extension ConversationEncoder {
  /// The tokens up to where the model is to answer.
  func prompt(_ messages: [Message]) throws -> [Int32] { try encodePrompt(Conversation(messages: messages)) }

  var stops: Set<Int32> { Set(stopTokens) }

  /// The text of an answer's tokens.
  func text(_ tokens: [Int32]) -> String { tokenizer.decode(tokens, skipsSpecialTokens: true) }

  /// A few rows for people, the learned part in «».
  public func marked(_ row: TokenRow, open: String = "«", close: String = "»") -> String {
    var text = ""
    var start = 0
    while start < row.ids.count {
      var end = start
      while end < row.ids.count, row.labels[end] == row.labels[start] { end += 1 }
      let part = tokenizer.decode(row.ids[start..<end].map { Int32(bitPattern: $0) })
      text += row.labels[start] ? open + part + close : part
      start = end
    }
    return text
  }
}
