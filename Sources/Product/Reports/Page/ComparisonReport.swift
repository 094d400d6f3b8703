import Diagnostics
import JSON
public import PipelineEngine
import Recipes
import RunHistory

/// Several runs as one file to send.
public struct ComparisonReport {
  let comparison: ComparedRuns
  let verdicts: [[StageVerdict]]
  let catalog: StageCatalog
  let words: Words
  private let parts: ReportParts

  private static let answerLimit = 200

  /// - Parameter verdicts: those of each run.
  public init(_ comparison: ComparedRuns, verdicts: [[StageVerdict]], catalog: StageCatalog, words: Words) {
    self.comparison = comparison
    self.verdicts = verdicts
    self.catalog = catalog
    self.words = words
    parts = ReportParts(words: words)
  }

  public var html: [UInt8] {
    ReportDocument(
      title: words("compared", "\(comparison.details.count)"), words: words,
      sections: [header, runs, parameters, metrics, curves, answers, data, reproduction]
    ).bytes
  }

  /// What tells a run apart from the others, in a few characters.
  private func name(_ index: Int) -> String { "\(index + 1) · " + comparison.details[index].run.id }

  private var header: Markup {
    """
    <header><p class="soft">\(words("report-of-runs"))</p><h1>\(words("compared", "\(comparison.details.count)"))</h1></header>
    """
  }

  private var runs: Markup {
    let rows = comparison.details.enumerated().map { index, detail -> [Markup] in
      let verdict = verdicts.indices.contains(index) ? verdicts[index] : []
      let list: Markup = verdict.isEmpty ? "" : "<ul class=\"verdicts\">\(verdict.map { parts.verdict($0) })</ul>"
      return [
        "<span class=\"swatch c\(index % Palette.count)\"></span>\(name(index))", "\(detail.run.label)",
        parts.state(detail.run.status.rawValue), "\(NumberText.localTime(detail.run.started))",
        "\(detail.run.seconds.map { words.duration($0) } ?? "")", list,
      ]
    }
    return parts.section(
      "runs", words("runs"),
      parts.table(
        [words("run"), words("recipe"), words("state"), words("started"), words("took"), words("verdict")], rows,
        numeric: [4]))
  }

  private var parameters: Markup {
    let body = lines(comparison.parameters, words("parameter"))
    return parts.section(
      "parameters", words("differing-parameters"),
      body.text.isEmpty ? "<p>\(words("no-differing-parameters"))</p>" : body)
  }

  private var metrics: Markup {
    let shown = comparison.metrics.filter { line in
      catalog.kind(line.kind)?.metric(line.name)?.isHeadline ?? false || line.best != nil
    }
    return parts.section("metrics", words("metrics"), lines(shown, words("metric")))
  }

  private var data: Markup { parts.section("data", words("data"), lines(comparison.data, words("rows"))) }

  private func lines(_ lines: [ComparedRuns.Line], _ title: String) -> Markup {
    let heads = comparison.details.indices.map { "\($0 + 1)" }
    let rows = lines.map { line -> [Markup] in
      let kind = catalog.kind(line.kind)
      let help = kind?.metric(line.name)?.help ?? ""
      let arrow = line.better.map { " " + words("better-" + $0.rawValue) } ?? ""
      return ["<code title=\"\(words.reworded(help))\">\(line.stage).\(line.name)</code><small>\(arrow)</small>"]
        + line.values.enumerated().map { index, value -> Markup in
          guard let value else { return "–" }
          let isMetric = kind?.metric(line.name) != nil
          let text = isMetric ? parts.metrics.text(line.name, value, of: kind) : MetricWords.parameter(value)
          return line.best == index ? "<b class=\"better\">\(text) ★</b>" : "\(text)"
        }
    }
    return parts.table([title] + heads, rows, numeric: Set(1...max(1, heads.count)))
  }

  private var curves: Markup {
    var drawings: [Markup] = []
    let isSeveral = Set(comparison.curves.map(\.stage)).count > 1
    for entry in comparison.curves {
      // A drawing with each run's training and validation would hold too many lines: one drawing a series.
      var series: [String] = []
      for line in entry.lines where !series.contains(line.curve.name) { series.append(line.curve.name) }
      for name in series {
        let title = (isSeveral ? entry.stage + " · " : "") + (words.known("series." + name) ?? name)
        drawings.append(
          ChartDrawing(
            title: title,
            lines: entry.lines.filter { $0.curve.name == name }.map { run, curve in
              CurveDrawing(words: words).line(curve, color: run, label: self.name(run))
            }, words: words
          ).markup)
      }
    }
    return parts.section("curves", words("curves"), drawings.isEmpty ? "" : "<div class=\"charts\">\(drawings)</div>")
  }

  private var answers: Markup {
    guard let book = comparison.answers else { return "" }
    let names = book.columns.map { column in
      let number = comparison.details.firstIndex { $0.run.id == column.run }.map { "\($0 + 1)" } ?? column.run
      return (column.isBase ? words("base") : "\(words("tuned")) \(number)") + (column.stage.map { " · " + $0 } ?? "")
    }
    return parts.section(
      "answers", words("answers"),
      parts.scores(book, names: names) + parts.answers(book, names: names, limit: Self.answerLimit))
  }

  private var reproduction: Markup {
    let lines = comparison.details.map { "lorapipe resume \($0.run.id)" }.joined(separator: "\n")
    return parts.section("again", words("reproduce"), "<p>\(words("again"))</p><pre>\(lines)</pre>")
  }
}
