import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import RunHistory

private let follow = Flag("follow", "f", help: "Follow the log until the stage or the run ends.")
private let runOption = Option<String>("run", "r", "RUN", .run, help: "The run (default: the newest).")
private let lines = Option<Int>(
  "lines", "n", "N", .integer(0...1_000_000), help: "Print only the last N lines.")

extension Command {
  static let logs = Command(
    "logs", .look, abstract: "Print the logs of stages",
    discussion: "For a cached stage, prints the log of the run that produced it.",
    options: [follow.spec, lines.spec, runOption.spec, CommonOptions.json.spec],
    positionals: [Positional("STAGE", .stage, .optional, help: "The stage (default: every stage with a log).")],
    examples: [
      .init("logs -f train", "follows the stage train of the current run"),
      .init("logs -f -n 0", "follows all stages, from now on"),
    ]
  ) { invocation in
    let records = try RunRecords.open()
    let runs = records.runs
    let entry = try RunRecords.named { () throws(Diagnostic) in
      try records.database.run(invocation[runOption] ?? "latest")
    }
    var run = entry.id
    var stages = try stageNames(of: run, runs)
    let wanted = invocation.positionals.first
    // The stage may be one of a command, such as `merge`.
    if let wanted, invocation[runOption] == nil, !stages.contains(wanted),
      let older = try records.database.newestRun(with: wanted)
    {
      invocation.console.printError(say("run \(run) has no stage '\(wanted)', so this is the stage of run \(older)"))
      run = older
      stages = try stageNames(of: run, runs)
    }
    if let wanted, !stages.contains(wanted) {
      throw try RunRecords.unknownStage(wanted, of: run, stages, records.database) {
        "logs -r \($0) \(ShellWord.quoted(wanted))"
      }
    }
    let isLive = runs.isLive(run)
    if let wanted, !(invocation[follow] && isLive), !LocalText.exists(path(wanted, run, runs)) {
      guard let older = try runs.runs().last(where: { $0 < run && LocalText.exists(path(wanted, $0, runs)) }) else {
        throw CommandFailure(
          cause: Diagnostic(
            code: "no-log", "'\(wanted)' has no log: it did not run in \(run), nor in any run before"), status: .usage)
      }
      invocation.console.printError(say("'\(wanted)' did not run in \(run); this is its log of \(older)"))
      run = older
    }
    var reader = LogReader(
      runs: runs, run: run, stages: wanted.map { [$0] } ?? stages, console: invocation.console,
      layout: invocation.wantsJSON ? .json : wanted != nil ? .plain : invocation[follow] ? .prefixed : .titled,
      lastLines: invocation[lines])
    let hasText = reader.printPresent()
    if !hasText, !(invocation[follow] && isLive), !invocation.wantsJSON {
      let isCached = try records.database.detail(run).stages.allSatisfy {
        [.cached, .referenced, .excluded].contains($0.state)
      }
      invocation.console.printError(
        wanted.map { say("the log of '\($0)' is empty") }
          ?? (isCached
            ? say("no stage of run \(run) ran, as all were cached; for the log of one write: lorapipe logs STAGE")
            : say("the logs are empty")))
    }
    if invocation[follow], isLive { try await reader.follow(until: wanted) }
    return .done
  }

  private static func stageNames(of run: String, _ runs: RunsDirectory) throws -> [String] {
    try runs.storedPlan(of: run)["stages"]?.arrayValue?.compactMap { $0["stage"]?.stringValue } ?? []
  }

  private static func path(_ stage: String, _ run: String, _ runs: RunsDirectory) -> String {
    "\(runs.runPath(run))/logs/\(fileName(for: stage)).log"
  }
}
