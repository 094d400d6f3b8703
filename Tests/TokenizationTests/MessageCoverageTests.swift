import Conversations
import Diagnostics
import JSON
import Testing

@testable import Tokenization

/// Every message reaches the model, or the row is named.
@Suite struct MessageCoverageTests {
  private static let templates = [
    "smollm2", "qwen3", "builtin:chatml", "builtin:qwen2.5", "builtin:qwen3", "builtin:llama3",
  ]

  private func encoder(_ name: String) throws -> ConversationEncoder {
    let builtin = name.hasPrefix("builtin:") ? String(name.dropFirst(8)) : nil
    let family = name.contains("llama3") ? "llama3" : name == "smollm2" ? "smollm" : "qwen2"
    return ConversationEncoder(
      tokenizer: try Fixtures.tokenizer(family),
      template: try builtin.map { try ChatTemplate.builtin($0) } ?? Fixtures.template(name))
  }

  private static func text(_ role: String, _ text: String) -> Message { Message(role: role, content: text) }

  private static func call(_ arguments: JSONValue, content: MessageContent = .absent) -> Message {
    Message(role: "assistant", content: content, toolCalls: [ToolCall(name: "fetchword", arguments: arguments)])
  }

  private static let tool: JSONValue = [
    "type": "function", "function": ["name": "toolword", "description": "describeword", "parameters": [:]],
  ]

  /// Messages that may stand anywhere in a conversation, each with its own words.
  private static let fragments: [[Message]] = [
    [text("system", "sysword")], [text("developer", "devword")], [text("user", "userword")],
    [text("assistant", "answerword")], [text("tool", "resultword")], [text("critic", "criticword")],
    [text("function", "funcword")],
    [Message(role: "user", content: .parts(["partone", "parttwo"]))],
    [call(["city": "argword"])], [call(["city": "argword"], content: "saidword")], [call("plainarg")],
    [call([:]), text("tool", "first"), text("tool", "second")],
    [Message(role: "assistant", content: "spoken", reasoning: "thoughtword")],
    [text("assistant", "<think>\ninnerword\n</think>\n\nouterword")], [text("assistant", "bareword\n</think>\n\nrest")],
    [text("user", "one"), text("user", "two")],
  ]

  private static func words(_ conversation: Conversation) -> [String] {
    var words: [String] = conversation.tools.isEmpty ? [] : ["toolword", "describeword"]
    for message in conversation.messages {
      words += message.text.split(whereSeparator: { $0.isWhitespace }).map(String.init).filter {
        !$0.contains("think>")
      }
      words += message.toolCalls.map(\.name)
      for call in message.toolCalls {
        words += (call.arguments.objectValue?.values ?? [call.arguments]).compactMap(\.stringValue)
      }
      if let reasoning = message.reasoning { words.append(reasoning) }
    }
    return words
  }

  /// Whatever the roles and their order: a row is learned with all its words, or refused by name.
  @Test(arguments: templates, [false, true])
  func noWordIsLostInSilence(template: String, withTools: Bool) throws {
    let encoder = try encoder(template)
    var learned = 0
    var refused: Set<String> = []
    for first in Self.fragments {
      for second in Self.fragments {
        let conversation = Conversation(
          messages: first + [Self.text("user", "askword")] + second + [Self.text("assistant", "lastword")],
          tools: withTools ? [Self.tool] : [])
        do {
          guard case .row(let row) = try encoder.encode(conversation) else { continue }
          learned += 1
          let text = encoder.tokenizer.decode(row.tokens)
          let lost = Self.words(conversation).filter { !text.contains($0) }
          // Thinking of earlier turns is left out in training as it is in serving, and counted.
          let thoughts = ["thoughtword", "innerword", "bareword"]
          #expect(lost.allSatisfy { thoughts.contains($0) } && lost.count <= row.droppedReasoning, "\(lost) in \(text)")
        } catch let error as Diagnostic {
          refused.insert(error.code)
        }
      }
    }
    #expect(learned > 0 || withTools)
    #expect(
      refused.isSubset(of: [
        "not-rendered", "row-begins-with-answer", "template-not-incremental", "template-exception", "template-error",
      ]), "\(refused)")
  }

  private func problem(_ template: String, _ conversation: Conversation) throws -> Diagnostic? {
    do {
      _ = try encoder(template).encode(conversation)
      return nil
    } catch let error as Diagnostic { return error }
  }

  /// Members that say something to a model: refused where the template does not name them, in training and in serving.
  @Test func membersThatNoTemplateReadsAreNamed() throws {
    for name in Message.tellingMembers {
      for (value, isSaid) in [
        ("[\"a.png\"]", true), ("\"text\"", true), ("{\"a\": 1}", true), ("[]", false), ("\"\"", false),
        ("false", false),
      ] as [(String, Bool)] {
        let text = "{\"role\": \"user\", \"content\": \"q\", \"\(name)\": \(value)}"
        let message = try Message(json: JSONValue(parsing: text))
        let conversation = Conversation(messages: [message, Self.text("assistant", "a")])
        let found = try problem("smollm2", conversation)
        #expect(
          (found?.message.hasPrefix("'\(name)' of message 1 (user) does not reach") ?? false) == isSaid, "\(text)")
        let prompt = Conversation(messages: [message])
        #expect(((try? encoder("smollm2").encodePrompt(prompt)) == nil) == isSaid, "\(text)")
      }
    }
  }

  @Test func whatIsMissingIsNamed() throws {
    func conversation(_ messages: Message..., tools: [JSONValue] = []) -> Conversation {
      Conversation(messages: messages + [Self.text("user", "q"), Self.text("assistant", "a")], tools: tools)
    }
    let role = try problem("qwen3", conversation(Self.text("user", "q"), Self.text("chatgpt", "a")))
    #expect(role?.message == "message 2 (chatgpt) does not reach the model: the chat template leaves it out")
    let call = try problem("smollm2", conversation(Self.text("user", "q"), Self.call(["a": 1])))
    #expect(call?.message.hasPrefix("the call of 'fetchword' in message 2 (assistant) does not reach") == true)
    let tools = try problem("smollm2", conversation(tools: [Self.tool]))
    #expect(tools?.message.hasPrefix("the tools that the conversation offers do not reach") == true)
    let reasoning = try problem(
      "smollm2",
      conversation(Self.text("user", "q"), Message(role: "assistant", content: "a", reasoning: "because")))
    #expect(reasoning?.message.hasPrefix("the reasoning of message 2 (assistant)") == true)
    // In a request, reasoning that a client sends back is history and no loss.
    let request = conversation(Self.text("user", "q"), Message(role: "assistant", content: "a", reasoning: "because"))
    #expect(try encoder("smollm2").encodePrompt(request).isEmpty == false)
    #expect(throws: Diagnostic.self) { try encoder("qwen3").encodePrompt(conversation(Self.text("banana", "x"))) }
  }

  @Test func developerIsTheSystemPromptWhereTheTemplateDoesNotKnowIt() throws {
    for name in Self.templates {
      let encoder = try encoder(name)
      func prompt(_ role: String) throws -> [TokenID] {
        try encoder.encodePrompt(Conversation(messages: [Self.text(role, "Shout."), Self.text("user", "Hi")]))
      }
      #expect(try prompt("developer") == prompt("system"), "\(name)")
    }
    let knowing = ConversationEncoder(
      tokenizer: try Fixtures.tokenizer("qwen2"),
      template: try ChatTemplate(
        "{% for m in messages %}{% if m.role == 'developer' %}D{% endif %}{{ m.content }}{% endfor %}", origin: "test"),
      context: ChatContext(system: "never"))
    let chat = Conversation(messages: [Self.text("developer", "x"), Self.text("user", "y")])
    #expect(try knowing.renderPrompt(chat) == "Dxy")
  }

  @Test func partsReachTemplatesAsTheyTakeThem() throws {
    let chat = Conversation(messages: [Message(role: "user", content: .parts([" a ", "b"]))])
    let taking = ConversationEncoder(
      tokenizer: try Fixtures.tokenizer("qwen2"),
      template: try ChatTemplate(
        "{% for m in messages %}{% if m.content is string %}{{ m.content }}{% else %}{% for p in m.content %}{{ p.text | trim }}/{% endfor %}{% endif %}{% endfor %}",
        origin: "test"))
    #expect(try taking.renderPrompt(chat) == "a/b/")
    #expect(try encoder("smollm2").renderPrompt(chat).contains("user\n a \nb<|im_end|>"))
  }
}
