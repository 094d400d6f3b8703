import Conversations
import JSON
import Testing

@testable import ModelFiles
@testable import Tokenization

@Suite struct GoldenTests {
  @Test(
    arguments: [
      "smollm", "qwen2", "llama3", "gpt2", "qwen35", "tekken", "gpt-4o", "other", "gemma", "llama2", "metaspace",
    ])
  func idsAndTextAreThoseOfHuggingFaceTokenizers(family: String) throws {
    let goldens = try Fixtures.json("Tokenization/goldens.json")
    let tokenizer = try Fixtures.tokenizer(family)
    let texts = (goldens["texts"]?.arrayValue ?? []).compactMap(\.stringValue)
    let golden = goldens["families"]?[family]
    let expected = golden?["ids"]?.arrayValue ?? []
    #expect(texts.count > 300 && expected.count == texts.count)
    for (index, text) in texts.enumerated() where !expected[index].isNull {
      let ids = try tokenizer.encode(text)
      #expect(ids == Fixtures.ids(expected[index]), "\(text.debugDescription)")
      let decoded = golden?["decoded"]?["\(index)"]?.stringValue ?? text
      #expect(tokenizer.decode(ids).utf8.elementsEqual(decoded.utf8), "\(text.debugDescription)")
    }
    #expect(try tokenizer.encode("hello world", addSpecialTokens: true) == Fixtures.ids(golden?["withSpecial"]))
  }

  @Test func renderedChatsHaveTheSameTokens() throws {
    let goldens = try Fixtures.json("Tokenization/goldens.json")
    let chats = goldens["chats"]?.arrayValue ?? []
    #expect(chats.count == 24)
    for chat in chats {
      let encoder = ConversationEncoder(
        tokenizer: try Fixtures.tokenizer(chat["tokenizer"]?.stringValue ?? ""),
        template: try Fixtures.template(chat["template"]?.stringValue ?? ""))
      let chatted = Conversation(messages: try Message.list(chat["messages"]?.arrayValue ?? []))
      let generation = chat["generation"]?.boolValue ?? false
      #expect(
        try encoder.renderPrompt(chatted, addGenerationPrompt: generation) == chat["text"]?.stringValue)
      #expect(try encoder.encodePrompt(chatted, addGenerationPrompt: generation) == Fixtures.ids(chat["ids"]))
    }
  }

  /// The same tokenizer through `vocab.json` + `merges.txt` and through a GGUF file gives the same ids.
  @Test func allContainersGiveTheSameIds() throws {
    let json = try Fixtures.json("Tokenization/qwen2.tokenizer.json")
    let reference = try Fixtures.tokenizer("qwen2")
    let merges = (json["model"]?["merges"]?.arrayValue ?? []).map { merge in
      (merge.arrayValue ?? []).compactMap(\.stringValue).joined(separator: " ")
    }
    let added = (json["added_tokens"]?.arrayValue ?? []).map { ("\($0["id"]?.intValue ?? -1)", $0) }
    let configuration: JSONValue = [
      "tokenizer_class": "Qwen2Tokenizer", "added_tokens_decoder": .object(JSONObject(added)),
      "eos_token": "<|im_end|>",
    ]
    let vocabulary = json["model"]?["vocab"]?.bytes() ?? []
    let lines = Array(("#version: 0.2\n" + merges.joined(separator: "\n") + "\n").utf8)
    let pair = try vocabulary.withUnsafeBufferPointer { vocabulary in
      try lines.withUnsafeBufferPointer { lines in
        try TokenizerDefinition(
          vocabulary: vocabulary, merges: lines,
          files: TokenizerFiles(settings: configuration.objectValue ?? JSONObject()),
          path: "pair")
      }
    }
    let fromPair = try Tokenizer(pair)
    #expect(fromPair.endToken == reference.token("<|im_end|>"))

    let file = try GGUFFile(path: "tiny.gguf", memory: ReadOnlyMemory(copying: TinyGGUF.bytes(json, merges)))
    let fromGGUF = try Tokenizer(TokenizerDefinition(gguf: file))
    let goldens = try Fixtures.json("Tokenization/goldens.json")
    for text in (goldens["texts"]?.arrayValue ?? []).compactMap(\.stringValue) {
      let ids = try reference.encode(text)
      #expect(try fromPair.encode(text) == ids)
      #expect(try fromGGUF.encode(text) == ids)
    }
  }

  /// A GGUF file keeps the name of the pattern only: the ids are those of `tokenizers` with the pattern itself.
  @Test(arguments: ["qwen35", "tekken", "gpt-4o", "llama-bpe", "smollm"])
  func aNameInGGUFMeansThePattern(_ name: String) throws {
    let family = name == "llama-bpe" ? "llama3" : name
    let json = try Fixtures.json("Tokenization/\(family).tokenizer.json")
    let merges = (json["model"]?["merges"]?.arrayValue ?? []).map { merge in
      (merge.arrayValue ?? []).compactMap(\.stringValue).joined(separator: " ")
    }
    #expect(PreTokenizerKind(definition: json["pre_tokenizer"])?.rawValue == name)
    let bytes = TinyGGUF.bytes(json, merges, pre: name)
    let file = try GGUFFile(path: "tiny.gguf", memory: ReadOnlyMemory(copying: bytes))
    let tokenizer = try Tokenizer(TokenizerDefinition(gguf: file))
    let goldens = try Fixtures.json("Tokenization/goldens.json")
    let expected = goldens["families"]?[family]?["ids"]?.arrayValue ?? []
    let texts = (goldens["texts"]?.arrayValue ?? []).compactMap(\.stringValue)
    #expect(texts.count > 300 && expected.count == texts.count)
    for (index, text) in texts.enumerated() where !expected[index].isNull {
      #expect(try tokenizer.encode(text) == Fixtures.ids(expected[index]), "\(text.debugDescription)")
    }
  }
}

/// Writes the header of a GGUF file that holds only a tokenizer.
enum TinyGGUF {
  static func bytes(_ tokenizer: JSONValue, _ merges: [String], pre: String = "qwen2") -> [UInt8] {
    var tokens: [String] = []
    var types: [Int32] = []
    func set(_ id: Int, _ text: String, _ type: Int32) {
      while tokens.count <= id {
        tokens.append("")
        types.append(5)
      }
      tokens[id] = text
      types[id] = type
    }
    for (text, id) in tokenizer["model"]?["vocab"]?.objectValue ?? JSONObject() { set(id.intValue ?? 0, text, 1) }
    for token in tokenizer["added_tokens"]?.arrayValue ?? [] {
      set(
        token["id"]?.intValue ?? 0, token["content"]?.stringValue ?? "", token["special"]?.boolValue == true ? 3 : 4)
    }
    var output: [UInt8] = []
    func integer(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { output.append(contentsOf: $0) }
    }
    func string(_ text: String) {
      integer(UInt64(text.utf8.count))
      output.append(contentsOf: text.utf8)
    }
    func strings(_ key: String, _ values: [String]) {
      string(key)
      integer(UInt32(9))
      integer(UInt32(8))
      integer(UInt64(values.count))
      for value in values { string(value) }
    }
    output.append(contentsOf: "GGUF".utf8)
    integer(UInt32(3))
    integer(UInt64(0))
    integer(UInt64(5))
    for (key, value) in [("tokenizer.ggml.model", "gpt2"), ("tokenizer.ggml.pre", pre)] {
      string(key)
      integer(UInt32(8))
      string(value)
    }
    strings("tokenizer.ggml.tokens", tokens)
    strings("tokenizer.ggml.merges", merges)
    string("tokenizer.ggml.token_type")
    integer(UInt32(9))
    integer(UInt32(5))
    integer(UInt64(types.count))
    for type in types { integer(type) }
    while output.count % 32 != 0 { output.append(0) }
    return output
  }
}
