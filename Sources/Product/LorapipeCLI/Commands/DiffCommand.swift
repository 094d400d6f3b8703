import Diagnostics
import JSON
import PipelineEngine
import RunHistory

private let all = Flag("all", "a", help: "Also print equal values.")
private let onlyChanged = Flag("only-changed", help: "Hide equal values (the default of text and Markdown).")
private let markdown = Flag("markdown", help: "Print Markdown tables, for a page or a pull request.")
private let curve = Option<String>(
  "curve", nil, "STAGE.NAME", help: "Draw this curve of each run (default: the loss of the trained stage).")

extension Command {
  static let diff = Command(
    "diff", .look, abstract: "Compare runs: parameters, data, metrics, curves, artifacts, times",
    options: [
      all.spec, onlyChanged.spec, markdown.spec, curve.spec, CurveChart.smoothingOption.spec, CommonOptions.json.spec,
    ],
    positionals: [
      Positional(
        "RUN", .run, .many,
        help: "Two or more runs, the older first (default: the newest run and the one before of its recipe).")
    ],
    examples: [
      .init("diff", "what changed between the last two runs of a recipe"),
      .init("diff grace~1 grace", "the last two runs of the recipe grace"),
      .init("diff grace~2 grace~1 grace --markdown", "three runs side by side, for a pull request"),
    ]
  ) { invocation in
    let records = try RunRecords.open()
    let console = invocation.console
    var names = invocation.positionals
    if names.isEmpty { names.append(try before(records.database)) }
    if names.count == 1 { names.append("latest") }
    let runs = try RunRecords.named { () throws(Diagnostic) in
      var runs: [RunEntry] = []
      for name in names {
        let run = try records.database.run(name)
        // Two names may mean one run, such as 'latest' and a recipe's.
        if !runs.contains(where: { $0.id == run.id }) { runs.append(run) }
      }
      return runs
    }
    guard runs.count > 1 else {
      throw CommandFailure(
        cause: Diagnostic(
          code: "one-run",
          names.count == 2
            ? "'\(names[0])' and '\(names[1])' are the same run"
            : "\(names.map { "'\($0)'" }.joined(separator: ", ")) are the same run", remedy: "name another run"),
        status: .usage)
    }
    guard !(invocation[all] && invocation[onlyChanged]) else {
      throw UsageError("--all and --only-changed ask for opposite things: give one", path: invocation.path)
    }
    guard
      !invocation.wantsJSON
        || invocation[curve] == nil && invocation[CurveChart.smoothingOption] == nil && !invocation[markdown]
    else {
      throw UsageError(
        "--json has no drawn curves and no tables: leave out --curve, --smoothing and --markdown",
        path: invocation.path)
    }
    let hidesEqual = invocation[onlyChanged] || !invocation[all] && !invocation.wantsJSON
    let curves = RunCurves(
      runs: runs, data: LiveData(records.runs, database: records.database), database: records.database)
    let drawing = try curves.drawing(invocation[curve], smoothing: CurveChart.smoothing(invocation))
    if runs.count > 2 {
      var comparison = try records.database.comparison(of: runs, catalog: Lorapipe.catalog)
      if hidesEqual { comparison = comparison.onlyChanged }
      if invocation.wantsJSON {
        console.print(comparison.json.text(.pretty))
      } else if invocation[markdown] {
        console.write(comparison.markdown + (drawing?.markdown ?? ""))
      } else {
        console.write(ComparisonText(comparison: comparison).text(console))
        drawing?.print(console)
      }
      return .done
    }
    let details = try runs.map { try records.database.detail($0.id) }
    var diff = RunDiff(details[0], details[1], catalog: Lorapipe.catalog)
    diff.data += DataChanges.lines(details[0], details[1], store: records.runs.store)
    if hidesEqual { diff = diff.onlyChanged }
    if invocation.wantsJSON {
      console.print(diff.json.text(.pretty))
    } else if invocation[markdown] {
      console.write(diff.markdown + (drawing?.markdown ?? ""))
    } else {
      console.write(DiffText.reworded(diff.text))
      drawing?.print(console)
    }
    return .done
  }

  /// The run to compare the newest with: the one before of its recipe, or else the one before.
  private static func before(_ database: RunDatabase) throws -> String {
    let newest = try RunRecords.named { () throws(Diagnostic) in try database.run("latest") }
    let before = try database.runs(recipe: newest.recipe, origin: newest.origin).first { $0.id != newest.id }
    return before?.id ?? "previous"
  }
}
