import Testing

@testable import LorapipeCLI

@Suite struct TerminalTests {
  @Test(arguments: [
    ("abc", 3), ("喵星人Grace", 11), ("é", 1), ("e\u{301}", 1), ("😀", 2), ("👨‍👩‍👧", 2), ("❤️", 2), ("한글", 4), ("\u{200B}", 0),
    ("ｆｕｌｌ", 8), ("—", 1),
  ])
  func textTakesTheColumnsATerminalGivesIt(text: String, columns: Int) {
    #expect(DisplayWidth.of(text) == columns)
  }

  @Test func fittingNeverSplitsAWideCharacter() {
    #expect(DisplayWidth.fit("喵星人Grace", 11) == "喵星人Grace")
    #expect(DisplayWidth.fit("喵星人Grace", 6) == "喵星…")
    #expect(DisplayWidth.fit("喵星人", 4) == "喵…")
    #expect(DisplayWidth.of(DisplayWidth.fit("喵星人", 5)) <= 5)
    #expect(DisplayWidth.fit("abc", 0) == "")
  }

  @Test func columnsLineUpWithChineseText() {
    let console = Console(
      output: MemorySink(), error: MemorySink(), outputIsTerminal: false, errorIsTerminal: false, color: .never)
    var table = Table([("name", .left), ("rows", .right)])
    table.add("喵星人", "5")
    table.add("en", "1200")
    #expect(table.text(console) == "name    rows\n喵星人     5\nen      1200\n")
  }

  @Test func noColorUnlessWanted() {
    func styled(_ color: Console.ColorChoice, terminal: Bool) -> String {
      Console(
        output: MemorySink(), error: MemorySink(), outputIsTerminal: terminal, errorIsTerminal: terminal, color: color
      ).styled("x", .red)
    }
    #expect(styled(.auto, terminal: false) == "x")
    #expect(styled(.never, terminal: true) == "x")
    #expect(styled(.always, terminal: false) == "\u{1B}[31mx\u{1B}[0m")
    #expect(styled(.auto, terminal: true) == "\u{1B}[31mx\u{1B}[0m")
  }

  @Test func dataCannotSteerTheTerminal() {
    #expect(Console.visible("a\u{1B}[2Jb\n") == "a␛[2Jb␊")
    #expect(Console.visible("a\nb", keepsNewlines: true) == "a\nb")
    #expect(Console.visible("喵") == "喵")
  }

  @Test(arguments: [
    (0.0042, "4.2 ms"), (0.5, "0.5 s"), (12, "12 s"), (250, "4 min 10 s"), (7500, "2 h 5 min"), (302_400, "3.5 days"),
    (Double.infinity, "–"),
  ])
  func durationsReadAsPeopleSayThem(seconds: Double, text: String) {
    #expect(Quantity.duration(seconds) == text)
  }

  @Test(arguments: [
    (0.4, "about 0.4 s"), (8.0, "about 8.0 s"), (10.0, "8.0 s to 13 s"), (60.0, "45 s to 1 min 20 s"),
    (1000.0, "13 min to 22 min"), (14_400.0, "3 h to 5 h 10 min"), (864_000.0, "7.5 days to 13.0 days"),
  ])
  func aForecastIsARangeThatOneCanDecideBy(seconds: Double, text: String) {
    #expect(Quantity.forecast(seconds) == text)
  }

  @Test func numbersReadAsPeopleWriteThem() {
    #expect(Quantity.count(16_515_072) == "16,515,072")
    #expect(Quantity.bytes(1_449_551_462) == "1.45 GB")
    #expect(Quantity.bytes(999) == "999 B")
    #expect(Quantity.figure(1.23456) == "1.235")
    #expect(Quantity.figure(0.0001) == "1.00e-4")
    #expect(Quantity.figure(348) == "348")
    #expect(Quantity.fixed(-0.5, 1) == "-0.5")
    #expect(Quantity.fixed(2.995, 2) == "3.00")
  }
}
