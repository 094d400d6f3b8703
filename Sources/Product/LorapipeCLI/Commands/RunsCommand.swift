import JSON
import PipelineEngine
import RunHistory

private let recipe = Option<String>("recipe", nil, "NAME", help: "Only runs of this recipe.")
private let groupName = Option<String>("group", nil, "NAME", help: "Only runs of this recipe's matrix.")
private let limit = Option<Int>("limit", nil, "N", .integer(1...1_000_000), help: "At most so many; 20 unless given.")

extension Command {
  static let runs = Command(
    "runs", .look, abstract: "List runs, newest first",
    options: [recipe.spec, groupName.spec, limit.spec, CommonOptions.json.spec]
  ) { invocation in
    let records = try RunRecords.open()
    let entries = try records.database.runs(
      limit: invocation[limit] ?? 20, recipe: invocation[recipe], group: invocation[groupName])
    if invocation.wantsJSON {
      invocation.console.print(JSONValue.array(entries.map(\.json)).text(.pretty))
      return .done
    }
    guard !entries.isEmpty else {
      invocation.console.print("no run yet; start with: lorapipe run")
      return .done
    }
    var table = Table([
      ("run", .left), ("recipe", .left), ("", .left), ("started", .left), ("took", .right), ("stages", .left),
    ])
    for entry in entries {
      let states = RecordedState.allCases.filter { $0 != .excluded }.compactMap { state in
        entry.states[state].map { "\($0) \(state.rawValue)" }
      }
      table.add(
        entry.id, entry.label, RunText.status(entry.status, invocation.console), Clock.local(entry.started),
        entry.seconds.map { Quantity.duration($0) } ?? "", states.joined(separator: ", "))
    }
    invocation.console.write(table.text(invocation.console))
    return .done
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
    return console.styled(status.rawValue, color)
  }

  static func state(_ state: RecordedState, _ console: Console) -> String {
    let color: Console.Style =
      switch state {
      case .built, .cached, .referenced: .green
      case .failed: .red
      case .interrupted, .running: .yellow
      case .pending, .skipped, .excluded: .dim
      }
    return console.styled(state.rawValue, color)
  }
}
