import Diagnostics
public import JSON
public import JinjaTemplates
public import ModelFiles

/// A chat template with the special tokens it may spell.
public struct ChatTemplate: Sendable {
  /// Where it comes from: `chat_template.jinja`, `tokenizer_config.json`, `tokenizer.chat_template`, `builtin:chatml`…
  public let origin: String
  public let template: JinjaTemplate
  /// What renders conversations with tools, where the model has another template for them.
  var withTools: JinjaTemplate?
  /// `bos_token`, `eos_token` and the like, as variables.
  public let specialTokens: JSONObject

  /// - Throws: `Diagnostic` (`template-syntax`) naming the line.
  public init(_ source: String, origin: String, specialTokens: JSONObject = JSONObject()) throws {
    self.origin = origin
    self.template = try JinjaTemplate(source, name: origin)
    self.specialTokens = specialTokens
  }

  /// - Throws: `Diagnostic` (`unknown-template`).
  public static func builtin(_ name: String, specialTokens: JSONObject = JSONObject()) throws -> ChatTemplate {
    guard let source = BuiltinTemplates.source(name) else {
      throw Diagnostic(
        code: "unknown-template", "there is no built-in chat template '\(name)'",
        remedy: "leave the template out, and the model's own is used; built-in ones are "
          + BuiltinTemplates.names.joined(separator: ", "))
    }
    return try ChatTemplate(source, origin: "builtin:" + name, specialTokens: specialTokens)
  }

  /// The template a context asks for, for a model.
  /// - Throws: `Diagnostic`: `missing-template` for a model with none whose family is not known; `template-syntax`.
  public static func open(
    _ source: ModelSource, tokenizer: Tokenizer, choice: ChatContext.Template = .model
  ) throws -> ChatTemplate {
    let special = tokenizer.specialTokenNames
    switch choice {
    case .builtin(let name): return try builtin(name, specialTokens: special)
    case .inline(let text): return try ChatTemplate(text, origin: "inline template", specialTokens: special)
    case .model:
      let templates = try source.chatTemplates()
      if let chat = templates.chat {
        var template = try ChatTemplate(chat, origin: templates.origin, specialTokens: special)
        template.withTools = try templates.withTools.map { try JinjaTemplate($0, name: "tool_use") }
        return template
      }
      guard templates.isEmpty else { throw templates.withoutDefault(source.path) }
      guard let name = family(of: tokenizer) else {
        throw Diagnostic(
          code: "missing-template", "the model has no chat template",
          remedy: "name a built-in one (\(BuiltinTemplates.names.joined(separator: ", "))) or give one",
          location: SourceLocation(file: source.path))
      }
      return try builtin(name, specialTokens: special)
    }
  }

  /// The built-in template that fits a vocabulary.
  static func family(of tokenizer: Tokenizer) -> String? {
    if tokenizer.token("<|start_header_id|>") != nil { return "llama3" }
    if tokenizer.token("<start_of_turn>") != nil, tokenizer.token("<end_of_turn>") != nil { return "gemma" }
    guard tokenizer.token("<|im_start|>") != nil, tokenizer.token("<|im_end|>") != nil else { return nil }
    if tokenizer.token("</think>") != nil { return "qwen3" }
    return tokenizer.token("<|fim_prefix|>") != nil ? "qwen2.5" : "chatml"
  }

  /// Whether a template names a member of messages.
  func reads(member name: String) -> Bool {
    template.source.contains(name) || withTools?.source.contains(name) ?? false
  }

  /// Whether the template can be told not to think (`enable_thinking`).
  public var hasThinkingSwitch: Bool { template.reads("enable_thinking") }

  /// The text of a conversation.
  /// - Parameter arguments: further variables; they win over the special tokens.
  /// - Throws: `Diagnostic` of the template.
  public func render(
    messages: [JSONValue], tools: [JSONValue] = [], addGenerationPrompt: Bool, arguments: JSONObject = JSONObject(),
    date: JinjaDate? = ChatContext.defaultDate
  ) throws -> String {
    var context = specialTokens
    for (key, value) in arguments { context[key] = value }
    context["messages"] = .array(messages)
    context["tools"] = tools.isEmpty ? .null : .array(tools)
    context["documents"] = .null
    context["add_generation_prompt"] = .bool(addGenerationPrompt)
    return try ((tools.isEmpty ? nil : withTools) ?? template).render(context, date: date).text
  }
}

extension Tokenizer {
  /// `bos_token`, `eos_token`, `pad_token` as templates read them.
  var specialTokenNames: JSONObject {
    var names = JSONObject()
    for (name, id) in [("bos_token", beginToken), ("eos_token", endToken), ("pad_token", padToken)] {
      if let id { names[name] = .string(decode([id])) }
    }
    return names
  }
}
