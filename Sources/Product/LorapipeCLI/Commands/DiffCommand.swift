import Diagnostics
import JSON
import PipelineEngine
import RunHistory

private let onlyChanged = Flag("only-changed", help: "Hide equal values.")
private let markdown = Flag("markdown", help: "Print Markdown tables, for a page or a pull request.")

extension Command {
  static let diff = Command(
    "diff", .look, abstract: "Compare two runs: parameters, data, metrics, artifacts, times",
    options: [onlyChanged.spec, markdown.spec, CommonOptions.json.spec],
    positionals: [
      Positional(
        "A", .run, .optional, help: "The older run (default: the previous run of the same recipe)."),
      Positional("B", .run, .optional, help: "The newer run (default: the newest)."),
    ],
    examples: [
      .init("diff --only-changed", "what changed between the last two runs of a recipe"),
      .init("diff grace~1 grace", "the last two runs of the recipe grace"),
    ]
  ) { invocation in
    let records = try RunRecords.open()
    let names = invocation.positionals
    let new = names.count > 1 ? names[1] : "latest"
    let old = try names.first ?? before(records.database)
    var diff = try RunRecords.named { () throws(Diagnostic) in
      RunDiff(
        try records.database.detail(old), try records.database.detail(new), catalog: Lorapipe.catalog)
    }
    diff.data += DataChanges.lines(
      try records.database.detail(old), try records.database.detail(new), store: records.runs.store)
    if invocation[onlyChanged] { diff = diff.onlyChanged }
    if invocation.wantsJSON {
      invocation.console.print(diff.json.text(.pretty))
    } else {
      invocation.console.write(invocation[markdown] ? diff.markdown : diff.text)
    }
    return .done
  }

  /// The run to compare the newest with: the one before of its recipe, or else the one before.
  private static func before(_ database: RunDatabase) throws -> String {
    let newest = try RunRecords.named { () throws(Diagnostic) in try database.run("latest") }
    let before = try database.runs(recipe: newest.recipe).first { $0.id != newest.id }
    return before?.id ?? "previous"
  }
}
