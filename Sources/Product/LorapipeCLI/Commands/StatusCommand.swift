import JSON
import PipelineEngine
import Platform
import RunHistory

extension Command {
  static let status = Command(
    "status", .look, abstract: "Show what is running, and how the newest run of each recipe ended",
    options: [CommonOptions.json.spec]
  ) { invocation in
    let records = try RunRecords.open()
    let entries = try records.database.runs(limit: 500)
    let data = LiveData(records.runs, database: records.database)
    let live = entries.filter { $0.status == .running }
    let jobs = SubmittedJob.all(in: records.runs.store)
    var newest: [RunEntry] = []
    for entry in entries where !newest.contains(where: { $0.title == entry.title }) { newest.append(entry) }
    if invocation.wantsJSON {
      invocation.console.print(
        JSONValue.object(
          JSONObject([
            ("running", .array(live.map { json($0, data.progress(run: $0.id)) })),
            ("newest", .array(newest.map(\.json))), ("jobs", .array(jobs.map(\.json))),
          ])
        ).text(.pretty))
      return .done
    }
    let console = invocation.console
    for entry in live {
      console.print(
        "\(RunText.status(.running, console)) \(entry.title)  \(entry.id)  "
          + say("since \(Clock.local(entry.started))"))
      let progress = data.progress(run: entry.id)
      let detail = try records.database.detail(entry.id)
      for stage in detail.stages where stage.state == .running {
        console.print("  \(stage.stage)  \(ProgressText.text(stage, progress?.stage(stage.stage)))")
      }
    }
    if live.isEmpty { console.print(say("nothing is running")) }
    for job in jobs {
      console.print(
        say("Slurm job \(job.id) of stage \(job.stage): 'lorapipe run' waits for it, 'scancel \(job.id)' ends it"))
    }
    guard !newest.isEmpty else { return .done }
    var table = Table([(say("recipe"), .left), ("", .left), (say("run"), .left), (say("started"), .left)])
    for entry in newest.prefix(20) {
      table.add(
        entry.title, RunText.status(entry.status, console), entry.id, Clock.local(entry.started))
    }
    console.write(table.text(console))
    if newest.count > 20 { console.print(say("and \(newest.count - 20) more recipes: 'lorapipe runs' lists them")) }
    return .done
  }

  private static func json(_ entry: RunEntry, _ progress: RunProgress?) -> JSONValue {
    var object = entry.json.objectValue ?? JSONObject()
    object["progress"] = .array(progress?.stages.map(\.json) ?? [])
    return .object(object)
  }
}
