import JSON
import RunHistory

/// What differs between two runs, as a table: before, after, by how much, and whether that is better.
struct DiffTable {
  var words: Words

  /// - Parameter areParameters: whether values are written as recipes have them, or as figures.
  func markup(_ lines: [RunDiff.Line], title: String, areParameters: Bool) -> Markup {
    func text(_ value: JSONValue?) -> String {
      value.map { areParameters ? MetricWords.parameter($0) : MetricWords.plain($0) } ?? "–"
    }
    return ReportParts(words: words).table(
      [title, words("before"), words("after"), words("change")],
      lines.map { line in
        [
          "<code>\(line.stage).\(line.name)</code>", "\(text(line.old))",
          "\(text(line.new))", change(line),
        ]
      }, numeric: [1, 2, 3])
  }

  private func change(_ line: RunDiff.Line) -> Markup {
    guard let delta = line.delta else {
      return line.old == nil ? "\(words("new"))" : line.new == nil ? "\(words("gone"))" : ""
    }
    let number = (delta > 0 ? "+" : "") + NumberText.figure(delta)
    guard let verdict = line.verdict, verdict != .same else { return "\(number)" }
    return "\(number) <span class=\"\(verdict.rawValue)\">\(words(verdict.rawValue))</span>"
  }
}
