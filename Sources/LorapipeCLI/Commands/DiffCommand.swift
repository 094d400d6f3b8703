import Diagnostics
import JSON
import PipelineEngine
import RunHistory

private let onlyChanged = Flag("only-changed", help: "Leave out what is equal.")
private let markdown = Flag("markdown", help: "Tables for a page or a pull request.")

extension Command {
  static let diff = Command(
    "diff", .look, abstract: "Compare two runs: parameters, data, figures, artifacts, times",
    options: [onlyChanged.spec, markdown.spec, CommonOptions.json.spec],
    positionals: [
      Positional("A", .run, .optional, help: "The older run; the one before the newest unless given."),
      Positional("B", .run, .optional, help: "The newer run; the newest unless given."),
    ],
    examples: [.init("diff --only-changed", "what changed between the last two runs")]
  ) { invocation in
    let records = try RunRecords.open()
    let names = invocation.positionals
    let (old, new) = (names.first ?? "latest~1", names.count > 1 ? names[1] : "latest")
    var diff = try RunRecords.named { () throws(Diagnostic) in
      RunDiff(try records.database.detail(old), try records.database.detail(new))
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
}
