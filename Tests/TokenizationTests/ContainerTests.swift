import Conversations
import Diagnostics
import Glibc
import JSON
import TestSupport
import Testing

@testable import ModelFiles
@testable import Tokenization

/// One reader of each fact: ids, end tokens, templates and sampling are the same whatever container they lie in.
@Suite struct ContainerTests {
  private static let configuration: JSONValue = [
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": 32,
    "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1,
    "head_dim": 16, "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
    "tie_word_embeddings": true, "torch_dtype": "float32", "vocab_size": 736, "eos_token_id": 722,
  ]

  private static func configuration(vocabulary: Int, begin: Int) -> JSONValue {
    var object = configuration.objectValue ?? JSONObject()
    object["vocab_size"] = .integer(Int64(vocabulary))
    object["bos_token_id"] = .integer(Int64(begin))
    return .object(object)
  }

  /// A model of zeros with these files beside it.
  private func model(_ files: [(String, [UInt8])], configuration: JSONValue = configuration) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("config.json", configuration.bytes())
    for (name, bytes) in files { try folder.write(name, bytes) }
    let shape = try ModelConfiguration(huggingFace: configuration, path: folder.path)
    let tensors = shape.expectedTensors.map { TensorSpecification(name: $0.name, shape: $0.shape, dtype: .f32) }
    let writer = try SafetensorsWriter(folder.path + "/model.safetensors", tensors: tensors)
    for tensor in tensors {
      let zeros = [UInt8](repeating: 0, count: try tensor.byteCount())
      try zeros.withUnsafeBytes { try writer.append($0) }
    }
    try writer.finish()
    return folder
  }

  /// The model as a folder, as GGUF, that as a folder again, and that as GGUF.
  private func containers(_ folder: TemporaryFolder) throws -> [(
    label: String, source: ModelSource, keep: [TemporaryFolder]
  )] {
    let source = try ModelSource.open(folder.path)
    let (copied, gguf) = (try TemporaryFolder(), try TemporaryFolder())
    let (back, again) = (try TemporaryFolder(), try TemporaryFolder())
    try HuggingFaceModelWriter(source: source, dtype: .f32).write(to: copied.path)
    try GGUFModelWriter(source: source, dtype: .f32).write(to: gguf.path + "/m.gguf")
    try HuggingFaceModelWriter(source: ModelSource.open(gguf.path), dtype: .f32).write(to: back.path)
    try GGUFModelWriter(source: ModelSource.open(gguf.path), dtype: .f32).write(to: again.path + "/m.gguf")
    let written = [("folder", copied), ("gguf", gguf), ("folder of gguf", back), ("gguf of gguf", again)]
    return try [("given", source, [folder])]
      + written.map { ($0.0, try ModelSource.open($0.1.path), [$0.1]) }
  }

  private func files(_ value: JSONValue?) -> [(String, [UInt8])] {
    (value?.objectValue ?? JSONObject()).map { ($0.0, $0.1.bytes()) }
  }

  private static let tokenizer = "Tokenization/qwen2.tokenizer.json"

  @Test func addedTokensOfEveryFileAreThoseOfTransformers() throws {
    for entry in try Fixtures.json("Tokenization/containers.json").arrayValue ?? [] {
      let name = entry["name"]?.stringValue ?? ""
      let folder = try model(
        [("tokenizer.json", try Fixtures.bytes(Self.tokenizer))] + files(entry["files"]))
      for container in try containers(folder) {
        let encoder = try ConversationEncoder.open(container.source)
        for text in entry["texts"]?.arrayValue ?? [] {
          let ids = try encoder.tokenizer.encode(text["text"]?.stringValue ?? "")
          #expect(ids == Fixtures.ids(text["ids"]), "\(name), \(container.label), \(text["text"]?.text() ?? "")")
        }
        // A GGUF file has one end token for tokenizer and model: where the tokenizer names none, it is the model's.
        #expect(
          encoder.tokenizer.endToken.map { Int($0) } ?? 722 == entry["eos"]?.intValue ?? 722,
          "\(name), \(container.label)"
        )
        #expect(encoder.tokenizer.padToken.map { Int($0) } == entry["pad"]?.intValue, "\(name), \(container.label)")
      }
    }
  }

  @Test(arguments: [
    #"{"eos_token_id": [722, 239], "temperature": 0.15, "top_k": 7, "repetition_penalty": 1.3, "do_sample": true}"#,
    #"{"eos_token_id": [239, 722, 5, 6, 7], "top_p": 0.8, "min_p": 0.05}"#, #"{"do_sample": false, "eos_token_id": 5}"#,
    "{}",
  ])
  func endTokensAndSamplingAreTheSame(generation: String) throws {
    let folder = try model([
      ("tokenizer.json", try Fixtures.bytes(Self.tokenizer)), ("generation_config.json", Array(generation.utf8)),
      ("tokenizer_config.json", Array(#"{"eos_token": "<|im_end|>"}"#.utf8)),
    ])
    let given = try JSONValue(parsing: generation)
    let stops = try ConversationEncoder.open(ModelSource.open(folder.path)).stopTokens
    for container in try containers(folder) {
      #expect(try ConversationEncoder.open(container.source).stopTokens == stops, "\(container.label)")
      let said = try container.source.file(named: "generation_config.json").map { try ModelSource.readJSON($0) }
      let read = said ?? container.source.gguf.map { .object(GGUFGenerationMetadata.generation($0)) } ?? .null
      for key in ["temperature", "top_k", "top_p", "min_p", "repetition_penalty"] {
        #expect(read[key] == given[key], "\(container.label) \(key)")
      }
      #expect((read["do_sample"] == false) == (given["do_sample"] == false), "\(container.label)")
    }
  }

  @Test(arguments: ["smollm", "qwen2", "llama3", "gpt2", "qwen35", "tekken", "gpt-4o"], [false, true])
  func aSpacePutFirstAndCompositionAreKept(family: String, prefixes: Bool) throws {
    var json = try Fixtures.json("Tokenization/\(family).tokenizer.json").objectValue ?? JSONObject()
    json["pre_tokenizer"] = prefixing(json["pre_tokenizer"] ?? .null, prefixes)
    let folder = try model([("tokenizer.json", JSONValue.object(json).bytes())])
    let reference = try Tokenizer.open(path: folder.path)
    #expect((try reference.encode("Hello") == reference.encode(" Hello")) == prefixes)
    for container in try containers(folder) {
      let tokenizer = try Tokenizer.open(container.source)
      for text in ["Hello world", "e\u{301}te\u{301}", " 12345 a", "\n\n", "你好<|im_end|>"] {
        #expect(try tokenizer.encode(text) == reference.encode(text), "\(container.label) \(text)")
      }
      #expect(tokenizer.prefixTokens == reference.prefixTokens, "\(container.label)")
    }
  }

  /// SentencePiece-style vocabularies: with the whole definition in the GGUF file, and with nothing but GGUF's own scores.
  @Test(arguments: ["gemma", "llama2", "metaspace"])
  func spacedVocabulariesAreTheSameInEveryContainer(family: String) throws {
    let name = "Tokenization/\(family).tokenizer.json"
    let configuration = Self.configuration(vocabulary: 900, begin: family == "gemma" ? 2 : 1)
    let folder = try model([("tokenizer.json", try Fixtures.bytes(name))], configuration: configuration)
    let reference = try Tokenizer.open(path: folder.path)
    let texts = (try Fixtures.json("Tokenization/goldens.json")["texts"]?.arrayValue ?? []).compactMap(\.stringValue)
    #expect(texts.count > 300)
    var tokenizers = try containers(folder).map { ($0.label, try Tokenizer.open($0.source)) }
    let bare = folder.path + "/bare.gguf"
    let entries = try GGUFTokenizerMetadata.entries(ModelSource.open(folder.path), chatTemplate: nil)
      .filter { $0.0 != GGUFTokenizerMetadata.definitionKey }
    try GGUFWriter(bare, metadata: entries, tensors: []).finish()
    // Cutting at spaces has no name in GGUF; nor has a vocabulary without bytes.
    if family != "metaspace" {
      let file = try GGUFFile(bare)
      tokenizers.append(("scores", try Tokenizer(TokenizerDefinition(gguf: file))))
      let made = try HuggingFaceTokenizerFiles(
        gguf: file, configuration: ModelConfiguration(huggingFace: configuration, path: "config.json"))
      let definition = try #require(made.files.first { $0.name == "tokenizer.json" })
      // `tokenizers` takes no empty step.
      #expect(definition.value["post_processor"]?["type"] == "TemplateProcessing")
      tokenizers.append(
        ("made from scores", try Tokenizer(tokenizerJSON: definition.value.bytes(), configuration: .null, path: "made"))
      )
    }
    for (label, tokenizer) in tokenizers {
      for text in texts {
        let ids = try reference.encode(text)
        #expect(try tokenizer.encode(text) == ids, "\(label) \(text.debugDescription)")
        #expect(tokenizer.decode(ids) == reference.decode(ids), "\(label)")
        var decoder = StreamingDecoder(tokenizer, skipsSpecialTokens: false)
        let streamed = ids.map { decoder.push($0) }.joined() + decoder.finish()
        #expect(streamed.utf8.elementsEqual(tokenizer.decode(ids).utf8), "\(label)")
      }
      #expect(tokenizer.prefixTokens == reference.prefixTokens, "\(label)")
    }
  }

  private func prefixing(_ value: JSONValue, _ prefixes: Bool) -> JSONValue {
    guard var object = value.objectValue else { return value }
    if let parts = object["pretokenizers"]?.arrayValue {
      object["pretokenizers"] = .array(parts.map { prefixing($0, prefixes) })
    } else if object["type"] == "ByteLevel" {
      object["add_prefix_space"] = .bool(prefixes)
    }
    return .object(object)
  }

  private static let chat = "{% for m in messages %}A:{{ m.content }}{% endfor %}"
  private static let tools = "{% for m in messages %}T:{{ m.content }}{% endfor %}"

  /// Every place where templates may lie: the files, the text without tools, and with them.
  private static let templates: [(files: [(String, String)], chat: String, tools: String)] = [
    ([("chat_template.jinja", chat)], "A:hi", "A:hi"),
    ([("chat_template.json", JSONValue.object(JSONObject([("chat_template", .string(chat))])).text())], "A:hi", "A:hi"),
    (
      [("tokenizer_config.json", JSONValue.object(JSONObject([("chat_template", .string(chat))])).text())], "A:hi",
      "A:hi"
    ),
    (
      [
        (
          "tokenizer_config.json",
          ([
            "chat_template": [
              ["name": "tool_use", "template": .string(tools)], ["name": "default", "template": .string(chat)],
            ]
          ]
            as JSONValue).text()
        )
      ], "A:hi", "T:hi"
    ),
    ([("chat_template.jinja", chat), ("additional_chat_templates/tool_use.jinja", tools)], "A:hi", "T:hi"),
    (
      [
        ("chat_template.jinja", chat),
        ("tokenizer_config.json", JSONValue.object(JSONObject([("chat_template", .string(tools))])).text()),
      ], "A:hi", "A:hi"
    ),
  ]

  @Test(arguments: templates.indices)
  func templatesOfEveryFormRenderTheSame(index: Int) throws {
    let expected = Self.templates[index]
    let folder = try model(
      [("tokenizer.json", try Fixtures.bytes(Self.tokenizer))] + expected.files.map { ($0.0, Array($0.1.utf8)) })
    for container in try containers(folder) {
      let template = try ConversationEncoder.open(container.source).template
      let messages: [JSONValue] = [["role": "user", "content": "hi"]]
      #expect(
        try template.render(messages: messages, addGenerationPrompt: false) == expected.chat, "\(container.label)")
      let text = try template.render(messages: messages, tools: [["name": "f"]], addGenerationPrompt: false)
      #expect(text == expected.tools, "\(container.label)")
    }
  }

  @Test func severalTemplatesWithoutADefaultAreRefusedInEveryContainer() throws {
    let list: JSONValue = [
      "chat_template": [["name": "tool_use", "template": "x"], ["name": "rag", "template": "y"]]
    ]
    let folder = try model([
      ("tokenizer.json", try Fixtures.bytes(Self.tokenizer)), ("tokenizer_config.json", list.bytes()),
    ])
    for container in try containers(folder) {
      let error = #expect(throws: Diagnostic.self) { try ConversationEncoder.open(container.source) }
      #expect(error?.code == "ambiguous-template", "\(container.label)")
      #expect(error?.message.contains("rag, tool_use") == true)
    }
  }

  @Test func aTokenBeyondTheEmbeddingIsNoticed() throws {
    let decoder: JSONValue = ["added_tokens_decoder": ["725": ["content": "[FAR]"]]]
    var small = Self.configuration.objectValue ?? JSONObject()
    small["vocab_size"] = 725
    let folder = try model(
      [("tokenizer.json", try Fixtures.bytes(Self.tokenizer)), ("tokenizer_config.json", decoder.bytes())],
      configuration: .object(small))
    let error = #expect(throws: Diagnostic.self) { try ConversationEncoder.open(ModelSource.open(folder.path)) }
    #expect(error?.code == "token-without-embedding")
    #expect(error?.message.contains("'[FAR]' (725)") == true)
  }

  @Test func theOlderPairOfFilesIsATokenizerOfEveryContainer() throws {
    let json = try Fixtures.json(Self.tokenizer)
    let merges = (json["model"]?["merges"]?.arrayValue ?? []).map { merge in
      (merge.arrayValue ?? []).compactMap(\.stringValue).joined(separator: " ")
    }
    let added = (json["added_tokens"]?.arrayValue ?? []).map { ($0["content"]?.stringValue ?? "", $0["id"] ?? 0) }
    let settings: JSONValue = [
      "tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>",
      "additional_special_tokens": ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
    ]
    let folder = try model([
      ("vocab.json", json["model"]?["vocab"]?.bytes() ?? []),
      ("merges.txt", Array(("#version: 0.2\n" + merges.joined(separator: "\n")).utf8)),
      ("added_tokens.json", JSONValue.object(JSONObject(added)).bytes()), ("tokenizer_config.json", settings.bytes()),
    ])
    let reference = try Fixtures.tokenizer("qwen2")
    for container in try containers(folder) {
      let tokenizer = try Tokenizer.open(container.source)
      for text in ["<|im_start|>user\nHi<|im_end|>", "<think>1234 e\u{301}</think>"] {
        #expect(try tokenizer.encode(text) == reference.encode(text), "\(container.label)")
      }
      #expect(tokenizer.endToken == 722)
    }
  }
}
