import Testing

@testable import Recipes

/// Numbers as people write them: percentages, fractions, other digits, units.
@Suite struct MeantNumberTests {
  @Test(arguments: [
    ("10%", 0.1), ("10 %", 0.1), ("10％", 0.1), ("１０％", 0.1), ("10 percent", 0.1), ("10 Percent", 0.1), ("7.5%", 0.075),
    ("百分之十", 0.1), ("百分之10", 0.1), ("百分之二十五", 0.25), ("5‰", 0.005), ("千分之五", 0.005), ("1/10", 0.1), ("1 / 8", 0.125),
    ("0,1", 0.1), ("1,000", 1000), ("1,234,567", 1_234_567), ("2k", 2000), ("2K", 2000), ("1.5万", 15000),
    ("3 epochs", 3),
    ("3轮", 3), ("三", 3), ("十二", 12), ("二十", 20), ("十", 10), ("０．１", 0.1), (" 0.1 ", 0.1), ("1e-4", 1e-4), (".5", 0.5),
    ("8 rows", 8), ("-3%", -0.03),
  ])
  func aNumberIsTold(_ text: String, _ value: Double) throws {
    #expect(try #require(MeantNumber(text)).value == value)
  }

  @Test(arguments: [
    "", " ", "%", "ten", "auto", "1:5", "a10", "10%%", "1/0", "1/2/3", "1,,2", "0.1.2", "十十", "百分之", "./val.jsonl",
    "q8_0", "1-2",
    "10 % of 5", "nan", "inf", "true", "一二", "1,00,000,0",
  ])
  func noNumberIsInvented(_ text: String) { #expect(MeantNumber(text) == nil) }

  private func help(_ lines: String, _ overrides: [String] = []) throws -> String {
    try errors(
      "stages:\n  base: { kind: fetch, source: \"hf:a/b\" }\n  rows: { kind: fetch, source: \"hf-dataset:a/b\" }\n"
        + lines, overrides)
  }

  /// What is written for a share, and what the error says to write, which is then right.
  @Test(arguments: [
    ("10%", "0.1"), ("\"10%\"", "0.1"), ("10 percent", "0.1"), ("10％", "0.1"), ("百分之十", "0.1"), ("\"10\"", "0.1"),
    ("10", "0.1"),
    ("20.0", "0.2"), ("'5'", "0.05"), ("1", "0.01"),
  ])
  func aShareIsNoPercentage(_ written: String, _ right: String) throws {
    let line = { (value: String) in "  mixed: { kind: mix, domain: [rows], validation: \(value) }\n" }
    let text = try help(line(written))
    #expect(text.contains("write \(right): it is a share, not a percentage"), "\(text)")
    #expect(try help(line(right)) == "")
    let plain = written.filter { !"\"'".contains($0) }
    let overridden = try help(line("0"), ["mixed.validation=\(plain)"])
    #expect(overridden.contains("write \(right): it is a share"), "\(overridden)")
  }

  @Test(arguments: [
    ("\"0.1\"", "remove the quotes"), ("0，1", "did you mean '0.1'?"), ("1/10", "did you mean '0.1'?"),
    ("500", "write a share, such as 0.1 for 10 %"), ("0,1", "a comma inside { } ends a value: write a decimal point"),
  ])
  func otherSlipsOfAShare(_ written: String, _ remedy: String) throws {
    let text = try help("  mixed: { kind: mix, domain: [rows], validation: \(written) }\n")
    #expect(text.contains(remedy), "\(text)")
  }

  @Test(arguments: [
    ("epochs: 3 epochs", "did you mean '3'?"), ("epochs: 三", "did you mean '3'?"),
    ("epochs: 50%", "did you mean '0.5'?"),
    ("lora: { rank: '8%' }", ""), ("lora: { rank: 1k }", "did you mean '1000'?"), ("lora: { rank: eight }", ""),
    ("learning_rate: 0.01%", "did you mean '0.0001'?"),
  ])
  func otherNumbersAreTold(_ written: String, _ remedy: String) throws {
    let text = try help(
      "  tokens: { kind: tokenize, model: base, data: rows }\n  train: { kind: sft, model: base, data: tokens, \(written) }\n"
    )
    #expect(!text.isEmpty)
    if remedy.isEmpty {
      #expect(!text.contains("did you mean"), "\(text)")
    } else {
      #expect(text.contains(remedy), "\(text)")
    }
  }

  @Test(arguments: [
    ("1/5", "1:5"), ("\"1 : 5\"", "1:5"), ("1比5", "1:5"), ("5", "1:5"), ("1 to 5", "1:5"), ("1-5", "1:5"),
  ])
  func aRatioIsToldHowToWrite(_ written: String, _ right: String) throws {
    let text = try help("  mixed: { kind: mix, domain: [rows], general: [rows], ratio: \(written) }\n")
    #expect(text.contains("write \"\(right)\""), "\(text)")
  }
}
