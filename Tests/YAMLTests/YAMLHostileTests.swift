import Diagnostics
import Platform
import Testing
import YAML

@Suite struct YAMLHostileTests {
  @Test func anAliasBombIsRefusedBeforeAnythingWalksIt() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    let document = parse(text)
    #expect(document.diagnostics.map(\.code) == ["alias-bomb"])
    #expect(document.root == nil)
  }

  @Test func aMergeBombIsRefused() {
    var text = "a0: &a0 { k: v }\n"
    for level in 1...60 {
      text += "a\(level): &a\(level) { <<: [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
      text += "], k\(level): v }\n"
    }
    #expect(parse(text).diagnostics.map(\.code) == ["alias-bomb"])
  }

  @Test(arguments: ["[", "{a: ", "- ", "? "]) func depthIsBounded(opening: String) {
    let text = String(repeating: opening, count: 100_000)
    #expect(parse(text).diagnostics.map(\.code) == ["too-deep"])
  }

  @Test func depthThroughAliasesIsBounded() {
    var text = "a0: &a0 [x]\n"
    for level in 1...100 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
    #expect(parse(text).diagnostics.map(\.code) == ["too-deep"])
  }

  @Test func aFileOverTheLimitIsNotRead() {
    let document = parse(String(repeating: "a", count: 101), limits: YAMLLimits(maximumBytes: 100))
    #expect(document.diagnostics.map(\.message) == ["the file has 101 bytes; at most 100 are read"])
  }

  @Test func mutatedDocumentsNeitherTrapNorHang() {
    let seed = """
      name: grace
      x: &d {rank: 8, a: [1, 2.5, ~, "q\\n\\u263A", 'it''s']}
      text: |
        block 喵
      folded: >-
        a
        b
      stages:
        train: {<<: *d, rate: 1e-4}
        - bad
      """
    let original = Array(seed.utf8)
    let alphabet =
      Array("{}[]:,-&*!|>'\"%@`#?\n\r\t <x1.~".utf8) + [0x00, 0xFF, 0xC3, 0x85, 0xE2, 0x80, 0xA8, 0xEF, 0xBB, 0xBF]
    var generator = SplitMix64(seed: 7)
    for _ in 0..<4000 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[index] = alphabet.randomElement(using: &generator) ?? 0
        case 1: bytes.insert(alphabet.randomElement(using: &generator) ?? 0, at: index)
        case 2 where bytes.count > 1: bytes.remove(at: index)
        default:
          let end = Int.random(in: index..<bytes.count, using: &generator)
          bytes.insert(contentsOf: bytes[index..<end].prefix(40), at: index)
        }
      }
      let document = YAMLDocument(parsing: bytes, file: "f.yaml")
      // Thousands of expectations would cost more than what they check.
      let isSound =
        (document.isComplete || !document.diagnostics.isEmpty)
        && document.diagnostics.allSatisfy { ($0.location?.line ?? 1) >= 1 && ($0.location?.column ?? 1) >= 1 }
      if !isSound { Issue.record("unsound after mutation: \(bytes)") }
    }
  }

  @Test func everyPrefixOfADocumentIsReadOrRefused() {
    let bytes = Array("a: &x {b: [1, 'c', \"d\\x41\"], e: |\n    喵\n  }\nf: *x\n".utf8)
    for length in 0...bytes.count {
      let document = YAMLDocument(parsing: Array(bytes[..<length]), file: "f.yaml")
      #expect(document.isComplete || !document.diagnostics.isEmpty)
    }
  }
}
