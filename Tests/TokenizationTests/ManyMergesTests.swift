import JSON
import ModelFiles
import Platform
import Testing

@testable import Tokenization

/// Llama 3's tokenizer comes from a file without merges, so every way to split a token in two became one: 280,147 merges
/// for 128,000 tokens. This is the same in small: most words of up to five letters over four.
@Suite struct ManyMergesTests {
  private let vocabulary: [String: Int]
  private let merges: [String]
  private let ranks: [String: Int]

  init() {
    var generator = SplitMix64(seed: 31)
    var words = ["a", "b", "c", "d"]
    var all = words
    for _ in 2...5 {
      words = words.flatMap { word in ["a", "b", "c", "d"].map { word + $0 } }
      all += words
    }
    // Some words left out and ranks in no order of length, so that some tokens are not reached by merging.
    all = all.filter { $0.count == 1 || Int.random(in: 0..<5, using: &generator) > 0 }
    let numbers = all.indices.shuffled(using: &generator)
    let vocabulary = Dictionary(uniqueKeysWithValues: zip(all, numbers))
    var splits: [(result: Int, left: Int, right: Int, text: String)] = []
    for (word, number) in vocabulary {
      for cut in word.indices.dropFirst() {
        let (left, right) = (String(word[..<cut]), String(word[cut...]))
        guard let first = vocabulary[left], let second = vocabulary[right] else { continue }
        splits.append((number, first, second, left + " " + right))
      }
    }
    merges = splits.sorted { ($0.result, $0.left, $0.right) < ($1.result, $1.left, $1.right) }.map(\.text)
    ranks = Dictionary(uniqueKeysWithValues: merges.enumerated().map { ($1, $0) })
    self.vocabulary = vocabulary
  }

  private func json(ignoresMerges: Bool) -> JSONValue {
    let spellings = vocabulary.sorted { $0.value < $1.value }.map { ($0.key, JSONValue.integer(Int64($0.value))) }
    let pattern =
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    return [
      "model": [
        "type": "BPE", "ignore_merges": .bool(ignoresMerges), "vocab": .object(JSONObject(spellings)),
        "merges": .array(merges.map(JSONValue.string)),
      ],
      "added_tokens": [["id": .integer(Int64(vocabulary.count)), "content": "<|begin_of_text|>", "special": true]],
      "pre_tokenizer": [
        "type": "Sequence",
        "pretokenizers": [
          ["type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated"],
          ["type": "ByteLevel", "add_prefix_space": false, "use_regex": false],
        ],
      ],
    ]
  }

  /// Merges one pair after the other by a look at all of them.
  private func slowly(_ word: String, ignoresMerges: Bool) -> [TokenID] {
    var parts = word.map(String.init)
    if ignoresMerges, vocabulary[word] != nil { parts = [word] }
    while true {
      let pairs = zip(parts, parts.dropFirst()).enumerated().compactMap { place, pair in
        ranks[pair.0 + " " + pair.1].map { ($0, place) }
      }
      guard let best = pairs.min(by: { $0 < $1 }) else { break }
      parts[best.1] += parts.remove(at: best.1 + 1)
    }
    return parts.compactMap { vocabulary[$0].map { TokenID($0) } }
  }

  @Test func moreMergesThanTokensAreAllKept() throws {
    #expect(merges.count > 2 * vocabulary.count)
    let file = try GGUFFile(
      path: "tiny.gguf",
      memory: ReadOnlyMemory(copying: TinyGGUF.bytes(json(ignoresMerges: true), merges, pre: "llama-bpe")))
    let inside = try Tokenizer(TokenizerDefinition(gguf: file))
    for ignoresMerges in [true, false] {
      let tokenizer = try Tokenizer(
        tokenizerJSON: json(ignoresMerges: ignoresMerges).bytes(), configuration: .null, path: "tokenizer.json")
      #expect(tokenizer.merges.count == merges.count)
      var generator = SplitMix64(seed: 32)
      var whole = 0
      for _ in 0..<2000 {
        let length = Int.random(in: 1...(Bool.random(using: &generator) ? 5 : 120), using: &generator)
        let word = String((0..<length).compactMap { _ in "abcd".randomElement(using: &generator) })
        let expected = slowly(word, ignoresMerges: ignoresMerges)
        #expect(try tokenizer.encode(word) == expected)
        if ignoresMerges { #expect(try inside.encode(word) == expected) }
        if vocabulary[word] != nil, expected.count > 1 { whole += 1 }
        #expect(tokenizer.decode(expected) == word)
      }
      // Without `ignore_merges` some tokens are out of reach: the flag is seen to matter.
      #expect(ignoresMerges ? whole == 0 : whole > 0)
    }
  }

  @Test func theOlderPairOfFilesTakesThemToo() throws {
    let spelled = json(ignoresMerges: false)["model"]?["vocab"]?.bytes() ?? []
    let lines = Array((merges.joined(separator: "\n") + "\n").utf8)
    let definition = try spelled.withUnsafeBufferPointer { spelled in
      try lines.withUnsafeBufferPointer { lines in
        try TokenizerDefinition(
          vocabulary: spelled, merges: lines,
          files: TokenizerFiles(settings: JSONObject([("tokenizer_class", "GPT2Tokenizer")])), path: "pair")
      }
    }
    let tokenizer = try Tokenizer(definition)
    #expect(try tokenizer.encode("abcdabcdaabbccdd") == slowly("abcdabcdaabbccdd", ignoresMerges: false))
  }
}
