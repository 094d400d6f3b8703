import Conversations
import Diagnostics
import JSON
import ModelFiles
import Serving
import Tokenization

/// Proof that a written model is talked to as base and adapter were: the same ids, end tokens and sampling defaults, read
/// from each container as serving reads it.
struct ContainerProof {
  private let encoder: ConversationEncoder
  private let generation: GenerationDefaults
  private let texts: [String]
  private let conversations: [Conversation]

  /// - Parameter prompts: what else is rendered.
  init(_ source: ModelSource, chat: ChatContext?, prompts: [String]) throws {
    encoder = try ConversationEncoder.open(source, context: chat ?? ChatContext())
    generation = try GenerationDefaults(model: source.path)
    func user(_ text: String) -> Message { Message(role: "user", content: text) }
    let answer = Message(role: "assistant", content: "One.\n\n- Two")
    var conversations = prompts.map { Conversation(messages: [user($0)]) }
    conversations.append(Conversation(messages: [Message(role: "system", content: "Be brief."), user(" 12345 ")]))
    conversations.append(Conversation(messages: [user("你好"), answer, user("e\u{301}  x")]))
    conversations.append(
      Conversation(
        messages: [user("Weather?")],
        tools: [["type": "function", "function": ["name": "weather", "parameters": ["type": "object"]]]]))
    self.conversations = conversations
    // What containers lose first: a space put before a text, composition, the flags of added tokens.
    texts =
      ["Hello world", " two  spaces", "e\u{301}te\u{301} 12345", "\n\n\tx", "안녕하세요, 世界"]
      + encoder.tokenizer.addedTokens.prefix(256).map { "a \($0.content) b\($0.content)" }
  }

  /// - Parameter label: what the error calls the container.
  /// - Throws: `Diagnostic` (`merge-reads-differently`) that names what differs.
  func check(_ path: String, label: String) throws {
    let source = try ModelSource.open(path)
    let written = try ConversationEncoder.open(source, context: try ChatContext.read(folder: path) ?? ChatContext())
    func failure(_ what: String) -> Diagnostic {
      Diagnostic(
        code: "merge-reads-differently", "the merged model's \(label) is read differently from its base: \(what)",
        remedy: "report this; the base's tokenizer or template has something that \(label) cannot hold")
    }
    for text in texts {
      guard try written.tokenizer.encode(text) == encoder.tokenizer.encode(text) else {
        throw failure("the text '\(text)' has other tokens")
      }
    }
    for conversation in conversations {
      let expected = Result { try encoder.encodePrompt(conversation) }
      let found = Result { try written.encodePrompt(conversation) }
      switch (expected, found) {
      case (.success(let left), .success(let right)) where left == right: continue
      // What the template refuses, it must refuse in both.
      case (.failure, .failure): continue
      default: throw failure("the conversation about '\(conversation.messages.last?.text ?? "")' has other tokens")
      }
    }
    guard Set(written.stopTokens) == Set(encoder.stopTokens) else {
      throw failure("its end tokens are \(written.stopTokens), not \(encoder.stopTokens)")
    }
    guard try GenerationDefaults(model: path) == generation else {
      throw failure("its sampling defaults are not those of the base")
    }
  }
}
