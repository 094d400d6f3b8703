import Conversations
import Testing

@testable import Tokenization

/// What a template adds to a conversation without a system prompt is found by rendering.
@Suite struct AddedSystemPromptTests {
  private let question = Conversation(messages: [Message(role: "user", content: "Who are you?")])

  private func encoder(
    _ template: ChatTemplate, _ tokenizer: String, _ context: ChatContext = ChatContext()
  ) throws -> ConversationEncoder {
    ConversationEncoder(tokenizer: try Fixtures.tokenizer(tokenizer), template: template, context: context)
  }

  /// The text is exactly what is added: written as a system prompt, it renders the same.
  @Test(arguments: [("smollm2", "smollm", "named SmolLM"), ("qwen2.5", "qwen2", "Qwen")])
  func theTextIsWhatTheTemplateAdds(name: String, tokenizer: String, part: String) throws {
    let template = name == "smollm2" ? try Fixtures.template(name) : try ChatTemplate.builtin(name)
    let encoder = try encoder(template, tokenizer)
    let added = try #require(encoder.addedSystemPrompt)
    #expect(added.text.contains(part), "\(added)")
    let given = Conversation(messages: [Message(role: "system", content: added.text)] + question.messages)
    #expect(try encoder.renderPrompt(question) == encoder.renderPrompt(given))
    #expect(added.begins(try encoder.encodePrompt(question)))
    let own = Conversation(messages: [Message(role: "system", content: "You are Pip.")] + question.messages)
    #expect(!added.begins(try encoder.encodePrompt(own)))
    for system in ["You are Pip.", ""] {
      #expect(try self.encoder(template, tokenizer, ChatContext(system: system)).addedSystemPrompt == nil)
    }
  }

  @Test(arguments: [("chatml", "qwen2"), ("qwen3", "qwen2"), ("llama3", "llama3"), ("gemma", "gemma")])
  func aTemplateThatAddsNothingIsQuiet(name: String, tokenizer: String) throws {
    #expect(try encoder(ChatTemplate.builtin(name), tokenizer).addedSystemPrompt == nil)
  }

  /// Templates of other shapes, and one that refuses a system prompt.
  @Test(arguments: [
    ("{{ 'SYS: ' + (messages[0].content if messages[0].role == 'system' else 'Be kind.') + '\\n' }}", "Be kind."),
    ("{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}", nil),
    ("", nil),
  ])
  func anyShapeIsCompared(head: String, text: String?) throws {
    let rest = "{% for m in messages if m.role != 'system' %}{{ m.role + ': ' + m.content + '\\n' }}{% endfor %}"
    let encoder = try encoder(ChatTemplate(head + rest, origin: "test"), "smollm")
    #expect(encoder.addedSystemPrompt?.text == text)
  }
}
