import Testing

@testable import LorapipeCLI

@Suite struct CurveChartTests {
  private func console(color: Bool = false) -> Console {
    Console(
      output: MemorySink(), error: MemorySink(), outputIsTerminal: false, errorIsTerminal: false,
      color: color ? .always : .never)
  }

  private func line(_ values: [Double], _ name: String = "loss") -> CurveChart.Line {
    .init(name: name, points: values.enumerated().map { (Double($0 + 1), $1) })
  }

  /// The figures are those of TensorBoard's debiased moving average, worked out by hand for weight one half.
  @Test func smoothingIsTensorBoards() {
    let points = CurveChart.smoothed(line([1, 2, 4]).points, 0.5).map(\.y)
    let expected = [1, (0.25 + 1) / 0.75, (0.625 + 2) / 0.875]
    for (value, wanted) in zip(points, expected) { #expect(abs(value - wanted) < 1e-12) }
    #expect(CurveChart.smoothed(line([1, 2]).points, 0).map(\.y) == [1, 2])
  }

  @Test func theAxisNamesTheRangeAndTheLineGoesFromCornerToCorner() {
    let text = CurveChart(lines: [line([4, 3, 2, 1])]).text(console(), columns: 30, rows: 4)
    let rows = text.split(separator: "\n").map(String.init)
    #expect(rows.count == 6 && rows.allSatisfy { DisplayWidth.of($0) <= 30 }, "\(text)")
    #expect(rows[0].hasPrefix("    4 ┤⠉") && rows[3].hasPrefix("    1 ┤"), "\(text)")
    #expect(rows[3].last.map { "⠤⣀⢀⡀⠠".contains($0) || $0 != " " } == true)
    #expect(rows[5].hasSuffix("4 steps") && rows[5].contains(" 1 "), "\(text)")
  }

  @Test func severalLinesAreToldApartWithoutColor() {
    let chart = CurveChart(lines: [line([1, 1, 1], "one"), line([3, 3, 3], "two")])
    let text = chart.text(console(), columns: 30, rows: 4)
    #expect(text.contains("a") && text.contains("b") && !text.contains("\u{1B}"), "\(text)")
    #expect(chart.legend(console()) == "a one\nb two\n")
    #expect(chart.text(console(color: true), columns: 30, rows: 4).contains("\u{1B}[36m"))
  }

  /// Nothing in a record may stop the drawing.
  @Test(
    arguments: [
      [], [.nan], [1], [1, 1], [.infinity, 1], [-.infinity, .nan, 2, 3], [1e308, -1e308], [0, 5e-324], [1e300, 1e300],
    ] as [[Double]]) func oddValuesAreDrawnOrLeftOut(values: [Double])
  {
    for smoothing in [0, 0.6, 0.999] {
      let text = CurveChart(lines: [line(values)], smoothing: smoothing).text(console(), columns: 40, rows: 5)
      #expect(text.isEmpty == values.filter(\.isFinite).isEmpty)
    }
    let far = CurveChart.Line(name: "x", points: [(-1e300, 1), (1e300, 2)])
    #expect(!CurveChart(lines: [far]).text(console(), columns: 3, rows: 2).isEmpty)
  }
}
