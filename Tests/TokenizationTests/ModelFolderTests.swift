import Conversations
import Diagnostics
import Glibc
import JSON
import ModelFiles
import TestSupport
import Testing

@testable import Tokenization

/// A model folder as hubs serve them: tokenizer, template and end tokens are each found where they may lie.
@Suite struct ModelFolderTests {
  private func withFolder(_ files: [(String, [UInt8])], _ body: (String) throws -> Void) throws {
    let temporary = try TemporaryFolder()
    for (file, bytes) in files { try temporary.write(file, bytes) }
    for file in ["config.json", "model.safetensors"] {
      symlink("\(Fixtures.folder)/Models/qwen3-tied/\(file)", temporary.file(file))
    }
    try body(temporary.path)
  }

  private func configuration(_ template: JSONValue?) -> [UInt8] {
    var object = JSONObject([("eos_token", ["content": "<|im_end|>"]), ("pad_token", "<|endoftext|>")])
    if let template { object["chat_template"] = template }
    return JSONValue.object(object).bytes()
  }

  @Test func templateFileWinsOverTheConfigurationAndThatOverTheBuiltin() throws {
    let tokenizer = ("tokenizer.json", try Fixtures.bytes("Tokenization/qwen2.tokenizer.json"))
    let named: JSONValue = [
      ["name": "tool_use", "template": "tools"], ["name": "default", "template": "{{ eos_token }} chat"],
    ]
    try withFolder([tokenizer, ("tokenizer_config.json", configuration(named))]) { folder in
      let encoder = try ConversationEncoder.open(ModelSource.open(folder), needsEmbeddings: false)
      #expect(encoder.template.origin == "tokenizer_config.json")
      let text = try encoder.renderPrompt(Conversation(messages: []))
      #expect(text == "<|im_end|> chat")
      #expect(encoder.tokenizer.padToken == encoder.tokenizer.token("<|endoftext|>"))
    }
    let file = ("chat_template.jinja", Array("own".utf8))
    try withFolder([tokenizer, ("tokenizer_config.json", configuration(named)), file]) { folder in
      let encoder = try ConversationEncoder.open(ModelSource.open(folder), needsEmbeddings: false)
      #expect(encoder.template.origin == "chat_template.jinja")
    }
    try withFolder([tokenizer, ("tokenizer_config.json", configuration(nil))]) { folder in
      let source = try ModelSource.open(folder)
      let encoder = try ConversationEncoder.open(source, needsEmbeddings: false)
      #expect(encoder.template.origin == "builtin:qwen3")
      let asked = try ConversationEncoder.open(
        source, context: ChatContext(template: .builtin("chatml")), needsEmbeddings: false)
      #expect(asked.template.origin == "builtin:chatml")
      #expect(throws: Diagnostic.self) {
        try ConversationEncoder.open(source, context: ChatContext(template: .builtin("nope")), needsEmbeddings: false)
      }
    }
  }

  @Test func endTokensComeFromTemplateTokenizerAndConfiguration() throws {
    let tokenizer = ("tokenizer.json", try Fixtures.bytes("Tokenization/qwen2.tokenizer.json"))
    let generation = ("generation_config.json", Array(#"{"eos_token_id":[5,7]}"#.utf8))
    try withFolder([tokenizer, ("tokenizer_config.json", configuration(nil)), generation]) { folder in
      let encoder = try ConversationEncoder.open(ModelSource.open(folder), needsEmbeddings: false)
      let end = try #require(encoder.tokenizer.token("<|im_end|>"))
      #expect(encoder.stopTokens == [end, 2, 5, 7])
    }
  }

  @Test func aFolderWithoutTokenizerSaysWhatIsMissing() throws {
    try withFolder([]) { folder in
      let source = try ModelSource.open(folder)
      let error = #expect(throws: Diagnostic.self) { try Tokenizer.open(source) }
      #expect(error?.code == "missing-tokenizer")
      #expect(error?.location?.file == folder)
    }
  }
}
