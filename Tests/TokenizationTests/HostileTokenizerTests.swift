import Diagnostics
import JSON
import ModelFiles
import Platform
import Testing

@testable import Tokenization

/// Whatever a file holds: a `Diagnostic` or a tokenizer that works, never a trap, and soon.
@Suite struct HostileTokenizerTests {
  private func tries(_ bytes: [UInt8]) {
    do {
      let tokenizer = try Tokenizer(tokenizerJSON: bytes, configuration: .null, path: "tokenizer.json")
      let ids = try tokenizer.encode("Hello <|im_end|> 你好 123\n\n[L] é", addSpecialTokens: true)
      _ = tokenizer.decode(ids)
      _ = tokenizer.decode([-1, 0, 719, 1 << 30])
    } catch is Diagnostic {
    } catch {
      Issue.record("not a diagnostic: \(error)")
    }
  }

  @Test(arguments: ["smollm", "gpt2", "other", "gemma", "metaspace"])
  func truncatedFilesAreRefused(family: String) throws {
    let bytes = try Fixtures.bytes("Tokenization/\(family).tokenizer.json")
    var length = 0
    while length < bytes.count - 2 {
      let error = #expect(throws: Diagnostic.self) {
        try Tokenizer(tokenizerJSON: bytes[..<length], configuration: .null, path: "tokenizer.json")
      }
      #expect(error?.location?.file == "tokenizer.json")
      length += 1 + length / 40
    }
  }

  @Test(arguments: ["smollm", "qwen2", "llama3", "gpt2", "other", "gemma", "metaspace"])
  func mutatedFilesNeverTrap(family: String) throws {
    let bytes = try Fixtures.bytes("Tokenization/\(family).tokenizer.json")
    var generator = SplitMix64(seed: 21)
    let hostile = Array("{}[]\",:0123456789-eE\\u null true false\u{0}é".utf8)
    for _ in 0..<800 {
      var copy = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<copy.count, using: &generator)
        // Most of a tokenizer's file is vocabulary; the rest is where a change means something.
        let index = Bool.random(using: &generator) ? place : place % 1500
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: copy[index] = hostile.randomElement(using: &generator) ?? 0
        case 1: copy.remove(at: index)
        case 2: copy.insert(hostile.randomElement(using: &generator) ?? 0, at: index)
        default: copy[index] = UInt8.random(in: 0...255, using: &generator)
        }
      }
      tries(copy)
    }
  }

  @Test(arguments: [
    #"{}"#, #"[]"#, #""#, #"{"model":[]}"#, #"{"model":{"vocab":{},"merges":[]}}"#,
    #"{"model":{"vocab":{"a":4194304},"merges":[]},"pre_tokenizer":{"type":"ByteLevel"}}"#,
    #"{"model":{"vocab":{"a":99999999999999999999},"merges":[]}}"#, #"{"model":{"vocab":{"a":-1},"merges":[]}}"#,
    #"{"model":{"vocab":{"a":0},"merges":["a b"]}}"#, #"{"model":{"vocab":{"a":0},"merges":["a"]}}"#,
    #"{"model":{"vocab":{"a":0},"merges":[["a"]]}}"#, #"{"model":{"merges":[],"vocab":[["a",0.1]],"type":"Unigram"}}"#,
    #"{"model":{"vocab":{"a":0},"merges":[],"end_of_word_suffix":"</w>"},"pre_tokenizer":{"type":"ByteLevel"}}"#,
    #"{"model":{"vocab":{"a":0},"merges":[]},"pre_tokenizer":{"type":"Metaspace"}}"#,
    #"{"model":{"vocab":{"a":0},"merges":[]},"pre_tokenizer":{"type":"ByteLevel"},"normalizer":{"type":"NFKC"}}"#,
    #"{"model":{"vocab":{"a":0},"merges":[]},"pre_tokenizer":{"type":"ByteLevel"},"added_tokens":[{"id":-4,"content":"x"}]}"#,
    #"{"model":{"vocab":{"a":0},"merges":[]},"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"(a"},"behavior":"Isolated"},{"type":"ByteLevel"}]}}"#,
  ])
  func wrongFilesAreRefused(text: String) {
    #expect(throws: Diagnostic.self) {
      try Tokenizer(tokenizerJSON: Array(text.utf8), configuration: .null, path: "tokenizer.json")
    }
  }

  @Test func aPatternThatBacktracksForeverGivesUp() throws {
    let source = #"""
      {"model":{"vocab":{"a":0,"!":1},"merges":[]},"pre_tokenizer":{"type":"Sequence","pretokenizers":[
      {"type":"Split","pattern":{"Regex":"(a+)+$"},"behavior":"Isolated"},{"type":"ByteLevel"}]}}
      """#
    let tokenizer = try Tokenizer(tokenizerJSON: Array(source.utf8), configuration: .null, path: "tokenizer.json")
    let start = ContinuousClock.now
    _ = try? tokenizer.encode(String(repeating: "a", count: 5000) + "!")
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test(arguments: [
    String(repeating: "(?:", count: 5000) + "a" + String(repeating: ")*", count: 5000), "((a{1,1000}){1,1000}){1,1000}",
    "[a", "(?<n>a)(?<n>b)",
  ])
  func aPatternThatDoesNotCompileIsShownInPartWithItsFile(pattern: String) throws {
    let source: JSONValue = [
      "model": ["vocab": ["a": 0], "merges": []],
      "pre_tokenizer": [
        "type": "Sequence",
        "pretokenizers": [
          ["type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated"], ["type": "ByteLevel"],
        ],
      ],
    ]
    let error = #expect(throws: Diagnostic.self) {
      try Tokenizer(tokenizerJSON: source.bytes(), configuration: .null, path: "tokenizer.json")
    }
    #expect(error?.location?.file == "tokenizer.json")
    #expect((error?.message.count ?? 999) < 250)
  }

  @Test func manyNestedSequencesAreRefused() {
    let nested = String(repeating: #"{"type":"Sequence","pretokenizers":["#, count: 100) + "null"
    let source =
      #"{"model":{"vocab":{"a":0},"merges":[]},"pre_tokenizer":"# + nested + String(repeating: "]}", count: 100) + "}"
    #expect(throws: Diagnostic.self) {
      try Tokenizer(tokenizerJSON: Array(source.utf8), configuration: .null, path: "tokenizer.json")
    }
  }

  @Test func mutatedGGUFTokenizersNeverTrap() throws {
    let json = try Fixtures.json("Tokenization/smollm.tokenizer.json")
    let merges = (json["model"]?["merges"]?.arrayValue ?? []).map { merge in
      (merge.arrayValue ?? []).compactMap(\.stringValue).joined(separator: " ")
    }
    let bytes = TinyGGUF.bytes(json, merges, pre: "smollm")
    var generator = SplitMix64(seed: 4)
    for _ in 0..<2000 {
      var copy = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let index = Int.random(in: 0..<copy.count, using: &generator)
        copy[index] = UInt8.random(in: 0...255, using: &generator)
      }
      if Bool.random(using: &generator) { copy.removeLast(Int.random(in: 0..<copy.count, using: &generator)) }
      do {
        let file = try GGUFFile(path: "tiny.gguf", memory: ReadOnlyMemory(copying: copy))
        let tokenizer = try Tokenizer(TokenizerDefinition(gguf: file))
        _ = tokenizer.decode(try tokenizer.encode("Hello 你好"))
      } catch is Diagnostic {
      } catch {
        Issue.record("not a diagnostic: \(error)")
      }
    }
  }
}
