import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import RunHistory

/// One curve of several runs, drawn over each other.
struct RunCurves {
  var runs: [RunEntry]
  var data: LiveData
  var database: RunDatabase

  struct Drawing {
    var title: String
    var chart: CurveChart

    func print(_ console: Console) {
      console.print("\n" + console.styled(title, .bold))
      console.write(chart.text(console, columns: min(100, Console.columns()), rows: 12))
      console.write(chart.legend(console))
    }

    /// The drawing as a block that a page shows in letters of equal width.
    var markdown: String {
      var chart = chart
      chart.language = .english
      let console = Console(
        output: MemorySink(), error: MemorySink(), outputIsTerminal: false, errorIsTerminal: false, color: .never)
      return
        "\n## Curves\n\n\(title)\n\n```text\n\(chart.text(console, columns: 90, rows: 12))\(chart.legend(console))```\n"
    }
  }

  /// - Parameter wanted: `stage.curve`; `nil` for the loss of a stage that all runs have.
  /// - Returns: `nil` when no two runs have such a curve of their own.
  /// - Throws: `unknown-curve`.
  func drawing(_ wanted: String?, smoothing: Double) throws -> Drawing? {
    let details = try runs.map { try database.detail($0.id) }
    guard let (stage, name) = try choice(wanted, details) else { return nil }
    var lines: [CurveChart.Line] = []
    var keys: Set<CacheKey> = []
    for (run, detail) in zip(runs, details) {
      // Equal keys are one curve: a second one would only hide it.
      if wanted == nil, let key = detail.stage(stage)?.key, !keys.insert(key).inserted { continue }
      let points = try data.points(run: run.id, stage: stage, series: name).points
      if points.isEmpty { continue }
      let alias = run.labels.aliases.first.map { " =\($0)" } ?? ""
      lines.append(
        .init(name: "\(run.id)  \(run.label)\(alias)", points: points.map { (Double($0.step), $0.value) }))
    }
    guard lines.count > 1 || wanted != nil && !lines.isEmpty else { return nil }
    return Drawing(
      title: "\(stage).\(name)", chart: CurveChart(lines: lines, smoothing: lines.count > 3 ? 0 : smoothing))
  }

  private func choice(_ wanted: String?, _ details: [RunDetail]) throws -> (stage: String, name: String)? {
    var names: [String] = []
    for detail in details {
      for stage in detail.stages {
        for name in try data.series(run: detail.run.id, stage: stage.stage) {
          if wanted == nil, name == "loss" { return (stage.stage, name) }
          if wanted == "\(stage.stage).\(name)" { return (stage.stage, name) }
          names.append("\(stage.stage).\(name)")
        }
      }
    }
    guard let wanted else { return nil }
    throw CommandFailure(
      cause: Diagnostic(
        code: "unknown-curve", "no run has a curve '\(wanted)'",
        remedy: names.isEmpty
          ? "name runs with a trained stage"
          : didYouMean(wanted, among: names).map { "did you mean '\($0)'?" }
            ?? "the curves are \(Set(names).sorted().joined(separator: ", "))"), status: .usage)
  }
}

/// Three or more runs side by side, for a terminal.
struct ComparisonText {
  var comparison: RunComparison

  func text(_ console: Console) -> String {
    var text = ""
    for (index, run) in comparison.runs.enumerated() {
      text += "\(index + 1)  \(run.id)  \(run.label)  \(RunText.status(run.status, console))\n"
    }
    for (title, lines) in [("parameters", comparison.parameters), ("metrics", comparison.metrics)]
    where !lines.isEmpty {
      let columns = comparison.runs.indices.map { ("\($0 + 1)", Table.Alignment.right) }
      var table = Table([(said(title), Table.Alignment.left)] + columns)
      for line in lines {
        let cells = line.values.enumerated().map { index, value in
          let isSetting = title == "parameters"
          let plain = isSetting ? value.map { SettingText.text($0) } ?? "–" : RunComparison.text(value)
          let cell = DisplayWidth.fit(Console.visible(plain), 28)
          return index == line.best ? console.styled(cell, .green) : cell
        }
        table.rows.append([line.title] + cells)
      }
      text += "\n" + table.text(console)
    }
    if comparison.parameters.isEmpty, comparison.metrics.isEmpty { text += say("nothing differs") + "\n" }
    return text
  }
}
