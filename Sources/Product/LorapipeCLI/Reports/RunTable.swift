import Diagnostics
import JSON
import PipelineEngine
import Recipes
import RunHistory

/// Runs as a table: what was changed between them and what came of it.
struct RunTable {
  var comparison: RunComparison
  /// Whether every parameter that differs and every metric has a column.
  var isWide: Bool
  /// The metric that the runs are sorted by, which always has a column.
  var sortedBy: String?

  private static let mostParameters = 4
  private static let mostMetrics = 4

  /// Columns of parameters that differ between runs of one recipe: those with the most values, in the recipe's order.
  private var parameters: [RunComparison.Line] {
    let changed = changed
    if isWide || changed.count <= Self.mostParameters { return changed }
    let order = changed.indices.sorted {
      (-Self.numberOfValues(changed[$0]), $0) < (-Self.numberOfValues(changed[$1]), $1)
    }
    return order.prefix(Self.mostParameters).sorted().map { changed[$0] }
  }

  private var changed: [RunComparison.Line] { comparison.parameters.filter(differsWithinARecipe) }

  private static func numberOfValues(_ line: RunComparison.Line) -> Int {
    Set(zip(line.values, line.present).filter(\.1).map(\.0)).count
  }

  /// The parameters that differ and have no column.
  private var leftOut: [String] {
    let shown = Set(parameters.map(\.title))
    return changed.map(\.title).filter { !shown.contains($0) }
  }

  private func differsWithinARecipe(_ line: RunComparison.Line) -> Bool {
    var seen: [String: Set<JSONValue?>] = [:]
    for (run, (value, isPresent)) in zip(comparison.runs, zip(line.values, line.present)) where isPresent {
      seen[run.recipe, default: []].insert(value)
    }
    return seen.values.contains { $0.count > 1 }
  }

  /// Columns of metrics: those that say how good a run is, reports first.
  private var metrics: [RunComparison.Line] {
    if isWide { return comparison.metrics }
    let named = comparison.metrics.compactMap { line -> (line: RunComparison.Line, isReport: Bool)? in
      guard line.better != nil, let kind = kind(of: line), kind.metric(line.name)?.isHeadline == true else {
        return nil
      }
      return (line, kind.output == .report)
    }
    let ordered = named.filter(\.isReport) + named.filter { !$0.isReport }
    let lines = ordered.map(\.line)
    guard let sorted = comparison.metrics.first(where: { $0.title == sortedBy || $0.name == sortedBy }) else {
      return Array(lines.prefix(Self.mostMetrics))
    }
    return [sorted] + lines.filter { $0.title != sorted.title }.prefix(Self.mostMetrics - 1)
  }

  private func kind(of line: RunComparison.Line) -> StageKind? {
    Lorapipe.catalog.kind(line.kind)
  }

  func text(_ console: Console) -> String {
    let parameters = parameters
    let metrics = metrics
    var columns: [(String, Table.Alignment)] = [
      (say("run"), .left), (say("recipe"), .left), ("", .left), (say("started"), .left), (say("took"), .right),
    ]
    columns += Self.titles(parameters: parameters, metrics: metrics).map { ($0, Table.Alignment.right) }
    columns.append((comparison.runs.contains { !$0.labels.isEmpty } ? say("stages, labels") : say("stages"), .left))
    var table = Table(columns)
    for (index, run) in comparison.runs.enumerated() {
      var cells = [
        run.id, run.title, RunText.status(run.status, console), Clock.local(run.started),
        run.seconds.map { Quantity.duration($0) } ?? "",
      ]
      cells += parameters.map { line in
        line.values[index].map { DisplayWidth.fit(Console.visible(SettingText.text($0)), 24) } ?? ""
      }
      cells += metrics.map { line in
        guard let value = line.values[index] else { return "" }
        let text = kind(of: line).map { MetricText(kind: $0.name).text(line.name, value) } ?? Self.text(value)
        return line.best == index ? console.styled(text, .green) : text
      }
      cells.append(last(run, console))
      table.rows.append(cells)
    }
    let leftOut = leftOut
    if leftOut.isEmpty { return table.text(console) }
    return table.text(console) + say("also different: \(leftOut.listed(6)); --wide prints them") + "\n"
  }

  private static func text(_ value: JSONValue) -> String {
    Console.visible(value.doubleValue.map { RunComparison.text(.number($0)) } ?? RunComparison.text(value))
  }

  private func last(_ run: RunEntry, _ console: Console) -> String {
    let states = RecordedState.allCases.filter { $0 != .excluded }.compactMap { state in
      run.states[state].map { say(Wording(template: "{0} \(state.rawValue)", arguments: ["\($0)"])) }
    }
    var parts = [states.joined(separator: Language.comma)]
    let names = run.labels.aliases.map { "=" + $0 } + run.labels.tags.map { "#" + $0 }
    if !names.isEmpty { parts.append(names.joined(separator: " ")) }
    if let note = run.labels.note { parts.append(Console.visible(note)) }
    return parts.joined(separator: "  ")
  }

  /// Short names that tell the columns apart: the last word of a parameter, the name of a metric, or more where two would be
  /// equal.
  private static func titles(parameters: [RunComparison.Line], metrics: [RunComparison.Line]) -> [String] {
    let words = parameters.map { $0.name.split(separator: ".").last ?? "" }
    let short = words.map { String($0) } + metrics.map(\.name)
    let whole = (parameters + metrics).map(\.title)
    return short.indices.map { index in
      short.filter { $0 == short[index] }.count > 1 ? whole[index] : short[index]
    }
  }

  /// The runs, each with its parameters that differ and its metrics.
  var json: JSONValue {
    let parameters = parameters
    let metrics = metrics
    return .array(
      comparison.runs.enumerated().map { index, run in
        var object = run.json.objectValue ?? JSONObject()
        for (title, lines) in [("changed_parameters", parameters), ("metrics", metrics)] {
          object[title] = .object(
            JSONObject(lines.compactMap { line in line.values[index].map { (line.title, $0) } }))
        }
        return .object(object)
      })
  }

  /// The runs ordered by a metric, the best first; those without it last.
  /// - Throws: `unknown-metric`.
  static func sorted(_ comparison: RunComparison, by name: String) throws -> RunComparison {
    let found = comparison.metrics.filter { $0.title == name || $0.name == name }
    guard let line = found.first, found.count == 1 else {
      let titles = comparison.metrics.map(\.title)
      throw CommandFailure(
        cause: Diagnostic(
          code: "unknown-metric",
          found.isEmpty ? "no run has the metric '\(name)'" : "'\(name)' is a metric of more than one stage",
          remedy: found.isEmpty
            ? didYouMean(name, among: titles).map { "did you mean '\($0)'?" }
              ?? "the metrics are \(titles.prefix(30).joined(separator: ", "))"
            : "name one of \(found.map(\.title).joined(separator: ", "))"), status: .usage)
    }
    func rank(_ index: Int) -> Double {
      guard let value = line.values[index]?.doubleValue, value.isFinite else { return .infinity }
      return line.better == .higher ? -value : value
    }
    let order = comparison.runs.indices.sorted { (rank($0), $0) < (rank($1), $1) }
    return comparison.ordered(order)
  }
}
