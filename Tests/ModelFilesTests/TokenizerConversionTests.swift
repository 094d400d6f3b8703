import Diagnostics
import JSON
import Platform
import TestSupport
import Testing

@testable import ModelFiles

@Suite struct TokenizerConversionTests {
  /// A folder with the weights of a golden model and a made-up tokenizer.
  private func folder(
    _ name: String, preTokenizer: JSONValue, postProcessor: JSONValue = nil, mergesAsPairs: Bool = false
  ) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for file in ["config.json", "model.safetensors"] {
      try folder.write(file, Fixture.bytes(Fixture.path(name + "/" + file)))
    }
    var vocabulary = JSONObject()
    for id in 3..<70 { vocabulary["w\(id)"] = .integer(Int64(id)) }
    let merges: [JSONValue] = mergesAsPairs ? [["w", "3"], ["Ġw", "4"]] : ["w 3", "Ġw 4"]
    func added(_ id: Int64, _ content: String, _ special: Bool) -> JSONValue {
      ["id": .integer(id), "content": .string(content), "special": .bool(special)]
    }
    let tokenizer: JSONValue = [
      "added_tokens": [
        added(1, "<|im_start|>", true), added(2, "<|im_end|>", true), added(70, "<think>", false),
      ],
      "pre_tokenizer": preTokenizer, "post_processor": postProcessor,
      "model": ["type": "BPE", "vocab": .object(vocabulary), "merges": .array(merges)],
    ]
    try folder.write("tokenizer.json", tokenizer.text())
    let settings: JSONValue = [
      "bos_token": ["content": "<|im_start|>"], "eos_token": "<|im_end|>", "chat_template": "{{ messages }}",
    ]
    try folder.write("tokenizer_config.json", settings.text())
    return folder
  }

  @Test(arguments: PreTokenizerKind.allCases, [false, true])
  func tokenizerGoesToGGUFAndBack(_ kind: PreTokenizerKind, _ mergesAsPairs: Bool) throws {
    let original = try folder("llama-tied", preTokenizer: kind.definition, mergesAsPairs: mergesAsPairs)
    let source = try ModelSource.open(original.path)
    let out = try TemporaryFolder()
    try GGUFModelWriter(source: source, dtype: .f32, name: "tiny").write(to: out.file("m.gguf"))
    let gguf = try GGUFFile(out.file("m.gguf"))
    #expect(gguf.metadata["tokenizer.ggml.pre"]?.stringValue == kind.rawValue)
    #expect(gguf.metadata["tokenizer.chat_template"]?.stringValue == "{{ messages }}")
    #expect(gguf.metadata["tokenizer.ggml.add_bos_token"]?.boolValue == false)
    let tokens = try #require(try gguf.strings("tokenizer.ggml.tokens"))
    let kinds = try #require(try gguf.integers("tokenizer.ggml.token_type"))
    #expect(tokens.count == 80)
    #expect(tokens[0] == "[PAD0]" && kinds[0] == 5)
    #expect(tokens[2] == "<|im_end|>" && kinds[2] == 3)
    #expect(tokens[3] == "w3" && kinds[3] == 1)
    #expect(tokens[70] == "<think>" && kinds[70] == 4)

    let back = try TemporaryFolder()
    try HuggingFaceModelWriter(source: ModelSource.open(out.path), dtype: .f32).write(to: back.path)
    let tokenizer = try JSONValue(parsing: Fixture.bytes(back.file("tokenizer.json")))
    #expect(tokenizer["pre_tokenizer"] == kind.definition)
    // The file's own tokenizer travels in the GGUF, so its spelling of the merges comes back.
    #expect(tokenizer["model"]?["merges"] == (mergesAsPairs ? [["w", "3"], ["Ġw", "4"]] : ["w 3", "Ġw 4"]))
    #expect(tokenizer["model"]?["vocab"]?["w69"] == 69)
    #expect(tokenizer["model"]?["vocab"]?["[PAD0]"] == nil)
    #expect(tokenizer["added_tokens"]?.arrayValue?.map { $0["special"]?.boolValue } == [true, true, false])
    let again = try ModelSource.open(back.path)
    #expect(again.configuration == source.configuration)
    #expect(try again.chatTemplates().chat == "{{ messages }}")
  }

  @Test func beginningOfTextIsKept() throws {
    let first: JSONValue = ["SpecialToken": ["id": "<|im_start|>", "type_id": 0]]
    let processor: JSONValue = [
      "type": "Sequence",
      "processors": [
        ["type": "ByteLevel"], ["type": "TemplateProcessing", "single": [first, ["Sequence": ["id": "A"]]]],
      ],
    ]
    let original = try folder(
      "llama-tied", preTokenizer: PreTokenizerKind.llama3.definition, postProcessor: processor)
    let out = try TemporaryFolder()
    try GGUFModelWriter(source: ModelSource.open(original.path), dtype: .f32).write(to: out.file("m.gguf"))
    #expect(try GGUFFile(out.file("m.gguf")).metadata["tokenizer.ggml.add_bos_token"]?.boolValue == true)
    let back = try TemporaryFolder()
    try HuggingFaceModelWriter(source: ModelSource.open(out.path), dtype: .f32).write(to: back.path)
    let written = try JSONValue(parsing: Fixture.bytes(back.file("tokenizer.json")))["post_processor"]
    #expect(written?["processors"]?.arrayValue?.last?["single"]?.arrayValue?.first == first)
  }

  @Test func filesAreCarriedOverAndATemplateReplacesTheOldOne() throws {
    let original = try folder("qwen2-tied", preTokenizer: PreTokenizerKind.qwen2.definition)
    let source = try ModelSource.open(original.path)
    let same = try TemporaryFolder()
    try HuggingFaceModelWriter(source: source, dtype: .f32).write(to: same.path)
    for name in ["tokenizer.json", "tokenizer_config.json"] {
      #expect(try Fixture.bytes(same.file(name)) == Fixture.bytes(original.file(name)))
    }
    let changed = try TemporaryFolder()
    try HuggingFaceModelWriter(source: source, dtype: .f32, chatTemplate: "{{ 1 }}").write(to: changed.path)
    #expect(try ModelSource.open(changed.path).chatTemplates().chat == "{{ 1 }}")
    #expect(try JSONValue(parsing: Fixture.bytes(changed.file("tokenizer_config.json")))["chat_template"] == nil)
  }

  @Test func preTokenizerWithoutANameInGGUFIsRefused() throws {
    let original = try folder("llama-tied", preTokenizer: ["type": "Whitespace"])
    let out = try TemporaryFolder()
    do {
      try GGUFModelWriter(source: ModelSource.open(original.path), dtype: .f32).write(to: out.file("m.gguf"))
      Issue.record("written")
    } catch let error as Diagnostic {
      #expect(error.code == "unsupported-tokenizer")
      #expect(error.location?.file.hasSuffix("tokenizer.json") == true)
    }
  }

  @Test func folderWithoutATokenizerIsNotExported() throws {
    let out = try TemporaryFolder()
    let writer = GGUFModelWriter(source: try ModelSource.open(Fixture.path("llama-tied")), dtype: .f32)
    #expect(throws: Diagnostic.self) { try writer.write(to: out.file("m.gguf")) }
  }

  @Test func mutatedTokenizersAreExportedOrRefused() throws {
    let original = try folder("llama-tied", preTokenizer: PreTokenizerKind.qwen2.definition)
    let source = try ModelSource.open(original.path)
    let out = try TemporaryFolder()
    var random = SplitMix64(seed: 15)
    for name in ["tokenizer.json", "tokenizer_config.json"] {
      let bytes = try Fixture.bytes(original.file(name))
      for index in 0..<300 {
        try original.write(name, HostileInput.mutated(bytes, below: bytes.count, &random))
        HostileInput.isAcceptedOrDiagnosed("\(name) \(index)") {
          try GGUFModelWriter(source: source, dtype: .q80).write(to: out.file("m.gguf"))
          _ = try GGUFFile(out.file("m.gguf"))
        }
      }
      try original.write(name, bytes)
    }
  }
}
