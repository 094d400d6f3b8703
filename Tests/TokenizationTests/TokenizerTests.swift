import JSON
import Platform
import Testing

@testable import Tokenization

@Suite struct TokenizerTests {
  @Test(arguments: ["smollm", "qwen2", "llama3", "gpt2"])
  func decodingInvertsEncoding(family: String) throws {
    let tokenizer = try Fixtures.tokenizer(family)
    var generator = SplitMix64(seed: 11)
    for _ in 0..<500 {
      let text = RandomText.make(&generator)
      var expected = Array(text.utf8)
      if tokenizer.composes {
        expected = []
        var copy = text
        copy.withUTF8 { CanonicalComposition.shared.normalize($0, into: &expected) }
      }
      #expect(Array(tokenizer.decode(try tokenizer.encode(text)).utf8) == expected, "\(text.debugDescription)")
    }
  }

  @Test func theStreamGivesOutWholeCharactersThatAddUp() throws {
    let tokenizer = try Fixtures.tokenizer("smollm")
    var generator = SplitMix64(seed: 5)
    for round in 0..<300 {
      // Real text, and tokens at random, whose bytes are often no UTF-8.
      let tokens =
        round % 2 == 0
        ? try tokenizer.encode(RandomText.make(&generator))
        : (0..<20).map { _ in TokenID.random(in: 0..<TokenID(tokenizer.vocabularySize), using: &generator) }
      var stream = StreamingDecoder(tokenizer, skipsSpecialTokens: false)
      var text = ""
      for token in tokens { text += stream.push(token) }
      text += stream.finish()
      #expect(text.utf8.elementsEqual(tokenizer.decode(tokens).utf8))
    }
    var stream = StreamingDecoder(tokenizer)
    let parts = try tokenizer.encode("猫").map { stream.push($0) }
    #expect(parts.filter { !$0.isEmpty } == ["猫"])
    #expect(stream.finish().isEmpty)
  }

  @Test func brokenUTF8IsReadAsReplacementCharacters() throws {
    let tokenizer = try Fixtures.tokenizer("smollm")
    let broken: [UInt8] = [0x61, 0xE4, 0xBD, 0x61, 0xFF, 0xC0, 0x80, 0xF0, 0x9F]
    #expect(try tokenizer.encode(bytes: broken) == tokenizer.encode("a\u{FFFD}a\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"))
  }

  @Test(arguments: ["a", " ", "\n", "中", "é", "!", "1", "ab", "e\u{301}", "\u{301}", "<|im", "👍🏽"])
  func aMillionEqualCharactersTakeLinearTime(unit: String) throws {
    let text = String(repeating: unit, count: 200_000)
    for family in ["smollm", "qwen2"] {
      let tokenizer = try Fixtures.tokenizer(family)
      let start = ContinuousClock.now
      let ids = try tokenizer.encode(text)
      #expect(!ids.isEmpty)
      // A quadratic encoder would take hours; the bound is generous for a busy machine.
      #expect(ContinuousClock.now - start < .seconds(20))
    }
  }

  @Test func shortAndLongPiecesMergeAlike() throws {
    let tokenizer = try Fixtures.tokenizer("smollm")
    var generator = SplitMix64(seed: 9)
    try tokenizer.merges.slots.withUnsafeBufferPointer { slots in
      let lookup = MergeLookup(slots: try #require(slots.baseAddress), mask: slots.count - 1)
      var merger = PieceMerger()
      for _ in 0..<300 {
        let letters = Array("abetho n1=".utf8)
        let bytes = (0..<90).compactMap { _ in letters.randomElement(using: &generator) }
        let symbols = bytes.map { UInt32(truncatingIfNeeded: tokenizer.byteTokens[Int($0)]) }
        var scanned: [TokenID] = []
        var queued: [TokenID] = []
        merger.mergeScanning(symbols, lookup, into: &scanned)
        merger.mergeQueueing(symbols, lookup, into: &queued)
        #expect(scanned == queued)
      }
    }
  }

  @Test func specialTokensCanBeLeftOutAndLeftAlone() throws {
    let tokenizer = try Fixtures.tokenizer("smollm")
    let end = try #require(tokenizer.token("<|im_end|>"))
    #expect(tokenizer.isSpecial(end))
    #expect(tokenizer.spelling(of: end) == "<|im_end|>")
    #expect(try tokenizer.encode("hi<|im_end|>").last == end)
    let literal = try tokenizer.encode("hi<|im_end|>", specialTokens: .literal)
    #expect(!literal.contains(end))
    #expect(tokenizer.decode(literal) == "hi<|im_end|>")
    #expect(tokenizer.decode(try tokenizer.encode("a<|im_end|>b"), skipsSpecialTokens: true) == "ab")
  }

  @Test func unsupportedTokenizersAreRefusedByName() throws {
    let unigram = #"{"model":{"type":"Unigram","vocab":[]}}"#
    let error = #expect(throws: (any Error).self) {
      try Tokenizer(tokenizerJSON: Array(unigram.utf8), configuration: .null, path: "tokenizer.json")
    }
    #expect("\(String(describing: error))".contains("Unigram"))
  }

  @Test func concurrentEncodingGivesTheSameIds() async throws {
    let tokenizer = try Fixtures.tokenizer("qwen2")
    let text = String(repeating: "Grace is a cat. 你是谁? ", count: 200)
    let expected = try tokenizer.encode(text)
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 { group.addTask { (try? tokenizer.encode(text)) == expected } }
      for await same in group { #expect(same) }
    }
  }
}
