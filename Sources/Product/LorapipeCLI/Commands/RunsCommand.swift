import Diagnostics
import JSON
import PipelineEngine
import RunHistory

private let recipe = Option<String>("recipe", nil, "NAME", help: "Only runs of this recipe.")
private let groupName = Option<String>("group", nil, "NAME", help: "Only runs of this matrix.")
private let tag = Option<String>("tag", nil, "TAG", help: "Only runs with this tag or alias.")
private let sort = Option<String>(
  "sort", nil, "METRIC", help: "Sort by a metric such as eval.tuned.loss, the best first.")
private let all = Flag("all", help: "Also list runs of commands such as merge and pull.")
private let wide = Flag("wide", help: "Print every parameter that differs and every metric.")
private let limit = Option<Int>("limit", nil, "N", .integer(1...1_000_000), help: "At most N runs (default 20).")

extension Command {
  static let runs = Command(
    "runs", .look, abstract: "List runs with the parameters that differ and their metrics, newest first",
    options: [
      recipe.spec, groupName.spec, tag.spec, all.spec, sort.spec, wide.spec, limit.spec, CommonOptions.json.spec,
    ],
    examples: [
      .init("runs --sort eval.tuned.loss", "the run with the lowest loss first"),
      .init("runs alias latest production", "gives the newest run a name that stands for it everywhere"),
      .init("runs delete grace~5", "prints what deleting it frees, and deletes it"),
    ],
    subcommands: [.runsTag, .runsAlias, .runsNote, .runsDelete]
  ) { invocation in
    let records = try RunRecords.open()
    let isNarrowed = invocation[tag] != nil || invocation[sort] != nil
    let most = invocation[limit] ?? 20
    // Who names a recipe, a matrix or a tag has said which runs are meant.
    let isNamed = invocation[recipe] != nil || invocation[groupName] != nil || invocation[tag] != nil
    let origin: RunOrigin? = invocation[all] || isNamed ? nil : .recipe
    var entries = try records.database.runs(
      limit: isNarrowed ? nil : most, recipe: invocation[recipe], group: invocation[groupName], origin: origin)
    if let tag = invocation[tag] {
      entries = entries.filter { $0.labels.tags.contains(tag) || $0.labels.aliases.contains(tag) }
    }
    var comparison = try records.database.comparison(of: entries, catalog: Lorapipe.catalog)
    if let name = invocation[sort] { comparison = try RunTable.sorted(comparison, by: name) }
    if comparison.runs.count > most {
      comparison = try records.database.comparison(
        of: Array(comparison.runs.prefix(most)), catalog: Lorapipe.catalog)
    }
    defer { if origin != nil { sayWhatIsLeftOut(try? records.database.commandRuns(), invocation.console) } }
    if invocation.wantsJSON {
      invocation.console.print(RunTable(comparison: comparison, isWide: true).json.text(.pretty))
      return .done
    }
    guard !comparison.runs.isEmpty else {
      if let name = invocation[recipe] {
        let known = Set(try records.database.runs().flatMap { [$0.recipe, $0.label] }).sorted()
        if let near = Spelling.closest(to: name, among: known) {
          invocation.console.printError(reworded("did you mean '\(near)'?"))
        }
      }
      invocation.console.print(
        isNarrowed || invocation[recipe] != nil || invocation[groupName] != nil
          ? say("no such run") : say("no run yet; start with: lorapipe run"))
      return .done
    }
    invocation.console.write(
      RunTable(comparison: comparison, isWide: invocation[wide], sortedBy: invocation[sort]).text(invocation.console))
    return .done
  }

  /// How many runs of commands are not listed.
  private static func sayWhatIsLeftOut(_ runs: [(command: String, count: Int)]?, _ console: Console) {
    guard let runs, !runs.isEmpty else { return }
    let count = runs.reduce(0) { $0 + $1.count }
    let names = runs.map(\.command).listed(4)
    console.printError(
      count == 1
        ? say("1 run of a command (\(names)) is left out: \(Lorapipe.typed) runs --all lists it")
        : say("\(count) runs of commands (\(names)) are left out: \(Lorapipe.typed) runs --all lists them"))
  }
}

/// Words of runs and stages with their colors.
enum RunText {
  static func status(_ status: RunStatus, _ console: Console) -> String {
    let color: Console.Style =
      switch status {
      case .succeeded: .green
      case .failed: .red
      case .interrupted, .running: .yellow
      }
    return console.styled(said(status.rawValue), color)
  }

  static func state(_ state: RecordedState, _ console: Console) -> String {
    let color: Console.Style =
      switch state {
      case .built, .cached, .referenced: .green
      case .failed: .red
      case .interrupted, .running: .yellow
      case .pending, .skipped, .excluded: .dim
      }
    return console.styled(said(state.rawValue), color)
  }
}
