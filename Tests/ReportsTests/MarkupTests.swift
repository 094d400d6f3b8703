import Testing

@testable import Reports

@Suite struct MarkupTests {
  @Test func textIsEscapedAndMarkupIsNot() {
    // The first letter and the accent join their neighbors into one character.
    let hostile = "\u{0600}<script>alert('x')</script>&\"\u{0301} x=\""
    let cell: Markup = "<td title=\"\(hostile)\">\(hostile)</td>"
    // Counted by bytes, as a browser reads: the cell's own two tags and two quotes.
    #expect(
      cell.text.utf8.count { $0 == UInt8(ascii: "<") } == 2 && cell.text.utf8.count { $0 == UInt8(ascii: "\"") } == 2)
    // By scalars: the accent joins the ';' before it into one character.
    let scalars = Array(cell.text.unicodeScalars)
    for written in ["&lt;script&gt;", "&quot;"] {
      #expect(scalars.firstRange(of: Array(written.unicodeScalars)) != nil, "\(written)")
    }
    let row: Markup = "<tr>\(cell)\([cell, cell])</tr>"
    #expect(row.text.components(of: "<td ") == 3)
  }

  /// A name may hold marks of direction; what stands beside it keeps its order.
  @Test(arguments: [
    ("\u{202E}txt.12", "\u{202C}"), ("a\u{2066}b\u{202E}c", "\u{202C}\u{2069}"), ("\u{202E}a\u{202C}", ""),
    ("\u{2067}a\u{202E}b\u{2069}", ""), ("\u{202C}\u{2069}", ""), ("plain", ""),
  ])
  func marksOfDirectionEndWithTheirText(_ text: String, _ closers: String) {
    let cell: Markup = "<b>\(text)</b>5"
    #expect(cell.text == "<b>" + text + closers + "</b>5")
  }

  @Test func numbersAreWrittenForSVG() {
    let path: Markup = "M\(1.0) \(22.04)H\(7)"
    #expect(path.text == "M1.0 22.0H7")
  }

  @Test func axesHaveRoundTicks() {
    #expect(
      Axis([0.013, 0.92]).ticks.map { Axis([0.013, 0.92]).label($0) } == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    let rate = Axis([0, 1e-4], count: 4)
    #expect(rate.ticks.map { rate.label($0) }.contains("5e-5"))
    let steps = Axis([1, 140], count: 6)
    #expect(steps.ticks.map { steps.label($0) } == ["0", "25", "50", "75", "100", "125", "150"])
    for odd in [[], [5.0], [.nan, .infinity], [1e300, -1e300], [0, 0]] {
      let axis = Axis(odd)
      #expect(axis.low < axis.high && axis.ticks.count < 60)
    }
  }
}

extension String {
  fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
