import Platform
import Testing

@testable import Tokenization

@Suite struct PatternScannerTests {
  /// Scalars newer than pcre2's Unicode data are left out: there `tokenizers` decides, and the goldens check it.
  private func isKnownToBoth(_ scalar: Unicode.Scalar) -> Bool {
    guard let age = scalar.properties.age else { return false }
    return age.major <= 13
  }

  private func scanned(_ pattern: PatternScanner.Pattern, _ text: [UInt8]) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    text.withUnsafeBufferPointer { text in
      ScalarClasses.shared.table.withUnsafeBufferPointer { classes in
        guard let base = text.baseAddress, let table = classes.baseAddress else { return }
        let scanner = PatternScanner(pattern: pattern, text: base, end: text.count, classes: table)
        var position = 0
        while position < text.count {
          let end = scanner.pieceEnd(from: position)
          pieces.append(Array(text[position..<end]))
          position = end
        }
      }
    }
    return pieces
  }

  @Test(arguments: [PatternScanner.Pattern.gpt2, .digitsThenGPT2, .qwen2, .llama3])
  func scannersCutWhereTheRegularExpressionsDo(pattern: PatternScanner.Pattern) throws {
    let reference = try PreTokenizer.reference(pattern)
    var generator = SplitMix64(seed: 7)
    for _ in 0..<3000 {
      let text = String(String.UnicodeScalarView(RandomText.make(&generator).unicodeScalars.filter(isKnownToBoth)))
      let bytes = Array(text.utf8)
      let expected = try bytes.withUnsafeBufferPointer { try reference.pieces(of: $0) }
      #expect(scanned(pattern, bytes) == expected, "\(text.debugDescription)")
    }
  }

  @Test func llama3TakesDigitsByThreesAndQwenOneByOne() {
    let text = Array("12345 a".utf8)
    #expect(scanned(.llama3, text).map { String(decoding: $0, as: UTF8.self) } == ["123", "45", " a"])
    #expect(scanned(.qwen2, text).map { String(decoding: $0, as: UTF8.self) } == ["1", "2", "3", "4", "5", " a"])
  }

  @Test func spaceBeforeADigitStaysAloneWhenDigitsAreSplitFirst() {
    let pieces = scanned(.digitsThenGPT2, Array("a  12".utf8)).map { String(decoding: $0, as: UTF8.self) }
    #expect(pieces == ["a", "  ", "1", "2"])
  }
}
