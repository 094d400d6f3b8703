import Diagnostics
import PipelineEngine
import Reports
import RunHistory

/// The curves of a stage in a terminal, while it runs or afterward.
struct CurveScreen {
  var run: String
  var entry: StageEntry
  var data: LiveData

  private static let rows = 10
  private static let widest = 100

  /// Draws the losses, or the curves chosen, and gives each other curve a line.
  func print(_ console: Console, chosen: [String], smoothing: Double) throws {
    let names = try data.series(run: run, stage: entry.stage)
    for name in chosen where !names.contains(name) {
      throw CommandFailure(
        cause: Diagnostic(
          code: "unknown-curve", "'\(entry.stage)' has no curve '\(name)'",
          remedy: names.isEmpty ? "it has none yet" : "its curves are \(names.joined(separator: ", "))"),
        status: .usage)
    }
    var others: [(name: String, points: [CurvePoint])] = []
    for name in names {
      let points = try data.points(run: run, stage: entry.stage, series: name).points
      let isWanted = chosen.isEmpty ? CurveGroup.isLoss(name) : chosen.contains(name)
      if isWanted, points.filter(\.value.isFinite).count > 1 {
        draw(name, points, console, smoothing)
      } else {
        others.append((name, points))
      }
    }
    guard !others.isEmpty else { return }
    console.print()
    let width = others.map { DisplayWidth.of($0.name) }.max() ?? 0
    for (name, points) in others {
      let values = points.map(\.value).filter(\.isFinite)
      guard let first = values.first, let last = values.last else { continue }
      console.print(
        "  \(DisplayWidth.pad(name, width)) \(Sparkline.text(values, columns: 40))  \(Quantity.figure(first)) → "
          + Quantity.figure(last))
    }
  }

  private func draw(_ name: String, _ points: [CurvePoint], _ console: Console, _ smoothing: Double) {
    let finite = points.filter(\.value.isFinite)
    guard let last = finite.last, let low = finite.min(by: { $0.value < $1.value }),
      let high = finite.max(by: { $0.value < $1.value })
    else { return }
    console.print("\n" + console.styled(name, .bold) + "  " + Self.extremes(last, low, high))
    let few = finite.count < 8
    let chart = CurveChart(
      lines: [.init(name: name, points: finite.map { (Double($0.step), $0.value) })], smoothing: few ? 0 : smoothing)
    console.write(chart.text(console, columns: min(Self.widest, Console.columns()), rows: few ? 5 : Self.rows))
    let lost = points.count - finite.count
    if lost > 0 { console.print(say("\(lost) values were not finite")) }
  }

  private static func extremes(_ last: CurvePoint, _ low: CurvePoint, _ high: CurvePoint) -> String {
    say(
      "\(Quantity.figure(last.value)) at \(last.step), lowest \(Quantity.figure(low.value)) at \(low.step), highest \(Quantity.figure(high.value)) at \(high.step)"
    )
  }
}

/// A curve in one line of text.
enum Sparkline {
  static func text(_ values: [Double], columns: Int) -> String {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max(), !finite.isEmpty else { return "" }
    let count = min(columns, finite.count)
    let blocks = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    return (0..<count).map { column -> String in
      let range =
        column * finite.count / count..<max(column * finite.count / count + 1, (column + 1) * finite.count / count)
      let mean = finite[range].reduce(0, +) / Double(range.count)
      let level = high > low ? (mean - low) / (high - low) : 0
      // Points near the largest number that there is make the sum or the span infinite.
      return blocks[level.isFinite ? min(7, max(0, Int(level * 7.999))) : 0]
    }.joined()
  }
}
