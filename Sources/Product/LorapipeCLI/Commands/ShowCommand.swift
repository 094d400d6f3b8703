import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import Platform
import Recipes
import RunHistory
import Stages

private let stage = Option<String>("stage", "s", "STAGE", .stage, help: "Only this stage, with all its metrics.")
private let lineage = Flag("lineage", help: "Print what each model of the run was made from.")
private let curve = Option<String>(
  "curve", nil, "NAME", repeats: true, help: "Draw this curve of the stage (default: the losses).")
private let tensorBoard = Option<String>(
  "tensorboard", nil, "FOLDER", .folder, help: "Write the curves there as TensorBoard's event files, a folder a run.")

extension Command {
  static let show = Command(
    "show", .look, abstract: "Show a run: stages, metrics, curves, lineage",
    options: [
      stage.spec, curve.spec, CurveChart.smoothingOption.spec, lineage.spec, tensorBoard.spec, CommonOptions.json.spec,
    ], positionals: [RunRecords.run],
    examples: [
      .init("show latest -s train", "all metrics and curves of one stage"),
      .init("show --tensorboard curves", "then: tensorboard --logdir curves"),
    ]
  ) { invocation in
    let records = try RunRecords.open()
    let name = invocation.positionals.first ?? "latest"
    var detail = try RunRecords.named { () throws(Diagnostic) in try records.database.detail(name) }
    let console = invocation.console
    if let wanted = invocation[stage], let older = try RunRecords.older(detail, wanted, named: name, records.database) {
      console.printError(
        detail.stage(wanted) == nil
          ? say("run \(detail.run.id) has no stage '\(wanted)', so this is the stage of run \(older)")
          : say("run \(detail.run.id) did not come to stage '\(wanted)', so this is the stage of run \(older)"))
      detail = try records.database.detail(older)
    }
    try check(invocation)
    let data = LiveData(records.runs, database: records.database)
    if let folder = invocation[tensorBoard] {
      let written = try CurveFiles.write(detail, data, records.runs, to: folder)
      if invocation.wantsJSON {
        console.print(JSONValue.object(JSONObject([("written", .array(written.map { .string($0) }))])).text())
      } else {
        for path in written { console.print(say("wrote \(path)")) }
      }
      return .done
    }
    if let wanted = invocation[stage] {
      guard let entry = detail.stage(wanted) else {
        throw try RunRecords.unknownStage(wanted, of: detail.run.id, detail.stages.map(\.stage), records.database) {
          "show \($0) -s \(ShellWord.quoted(wanted))"
        }
      }
      if entry.isLeftOut, let other = try records.database.newestRun(with: wanted) {
        console.printError(
          say(
            "'\(wanted)' did not run in \(detail.run.id); its newest run: \(Lorapipe.typed) show \(other) -s \(wanted)")
        )
      }
      if invocation.wantsJSON {
        console.print(try json(of: entry, detail, data, chosen: invocation.all(curve)).text(.pretty))
      } else {
        try showStage(entry, detail, records.workspace, console)
        showProgress(of: entry, data.progress(run: detail.run.id), console)
        try CurveScreen(run: detail.run.id, entry: entry, data: data).print(
          console, chosen: invocation.all(curve), smoothing: CurveChart.smoothing(invocation))
      }
      return .done
    }
    if invocation.wantsJSON {
      var json = detail.json.objectValue ?? JSONObject()
      if invocation[lineage] { json["lineage"] = .object(try lineages(detail, records.database)) }
      json["verdicts"] = try RunVerdicts(detail, records.database).json
      console.print(JSONValue.object(json).text(.pretty))
      return .done
    }
    let run = detail.run
    console.print("\(console.styled(run.title, .bold))  \(run.id)  \(RunText.status(run.status, console))")
    let took = run.seconds.map { say(", took \(Quantity.duration($0))") } ?? ""
    console.print(say("started \(Clock.local(run.started))") + took)
    let labels = run.labels.aliases.map { "=" + $0 } + run.labels.tags.map { "#" + $0 }
    if !labels.isEmpty { console.print(labels.joined(separator: " ")) }
    if let note = run.labels.note { console.print(note.terminalSafe) }
    if let parent = run.parent { console.print(say("resumes \(parent)")) }
    if !run.command.isEmpty {
      console.print("$ " + run.command.map { ShellWord.quoted($0) }.joined(separator: " ").terminalSafe)
    }
    console.print()
    var table = Table([
      (say("stage"), .left), (say("kind"), .left), ("", .left), (say("took"), .right), (say("memory"), .right),
      (say("metrics"), .left),
    ])
    let progress = data.progress(run: run.id)
    for entry in detail.stages {
      let wasStarted = entry.state != .interrupted || entry.started != nil
      table.add(
        entry.stage, entry.kind,
        wasStarted ? RunText.state(entry.state, console) : console.styled(say("not started"), .dim),
        wasStarted ? (entry.actionSeconds ?? entry.seconds).map { Quantity.duration($0) } ?? "" : "",
        entry.peakMemory.map { Quantity.bytes(UInt64(clamping: $0)) } ?? "",
        entry.state == .running
          ? ProgressText.text(entry, progress?.stage(entry.stage))
          : MetricText(kind: entry.kind).headlines(entry.metrics))
    }
    console.write(table.text(console))
    for entry in detail.stages where entry.state == .failed {
      for diagnostic in entry.diagnostics?.arrayValue ?? [] {
        console.print("\(entry.stage): \(reworded(diagnostic["message"]?.stringValue ?? "").terminalSafe)")
      }
    }
    try RunVerdicts(detail, records.database).print(console)
    if invocation[lineage] { try showLineage(detail, records, console) }
    showReport(detail, records.runs, console)
    try showNext(detail, records, console)
    return .done
  }

  /// What to type after a run that did not end well, unless another run has continued it.
  private static func showNext(_ detail: RunDetail, _ records: RunRecords, _ console: Console) throws {
    let run = detail.run
    guard run.origin == .recipe, run.status == .interrupted || run.status == .failed else { return }
    let newer = try records.database.runs(limit: 200, origin: .recipe)
    if newer.contains(where: { $0.parent == run.id }) { return }
    let failed = detail.stages.filter { $0.state == .failed }.map { entry in
      (entry.diagnostics?.arrayValue ?? []).compactMap { $0["code"]?.stringValue }
    }
    if run.status == .interrupted || RunEnding.isWorthResuming(failed: failed) {
      console.print(say("next:"))
      // Without a name, the newest such run is continued.
      let name = unfinished(newer)?.id == run.id ? "" : " " + run.id
      console.print("  \(Lorapipe.typed) resume\(name)")
    } else {
      console.print(say("next, when you have fixed what the error names:"))
      let typed = Array(run.command.dropFirst())
      let again = typed.first == "run" ? ShellWord.quoted(typed) : "run"
      console.print("  \(Lorapipe.typed) \(again.terminalSafe)")
    }
  }

  /// - Throws: `UsageError` for an option that would change nothing beside the others.
  private static func check(_ invocation: Invocation) throws {
    let drawing = [
      !invocation.all(curve).isEmpty ? "--curve" : nil,
      invocation[CurveChart.smoothingOption] != nil ? "--smoothing" : nil,
    ]
    .compactMap(\.self).first
    if invocation[tensorBoard] != nil {
      let other = invocation[stage] != nil ? "--stage" : invocation[lineage] ? "--lineage" : drawing
      if let other {
        throw UsageError("--tensorboard writes all curves of the run: leave out \(other)", path: invocation.path)
      }
    }
    if let drawing, invocation[stage] == nil {
      throw UsageError("\(drawing) draws curves of one stage: name it with --stage", path: invocation.path)
    }
    guard !invocation[lineage] || invocation[stage] == nil else {
      throw UsageError("--lineage is of a run: leave out --stage", path: invocation.path)
    }
  }

  /// A stage with its curves, each a list of steps and values, and what it does now if it is running.
  private static func json(
    of entry: StageEntry, _ detail: RunDetail, _ data: LiveData, chosen: [String]
  ) throws -> JSONValue {
    var object = entry.json.objectValue ?? JSONObject()
    object["run"] = .string(detail.run.id)
    var curves = JSONObject()
    for name in try data.series(run: detail.run.id, stage: entry.stage) where chosen.isEmpty || chosen.contains(name) {
      let points = try data.points(run: detail.run.id, stage: entry.stage, series: name).points
      curves[name] = .array(points.map { .array([.integer(Int64($0.step)), .number($0.value)]) })
    }
    object["curves"] = .object(curves)
    object["progress"] = data.progress(run: detail.run.id)?.stage(entry.stage)?.json
    return .object(object)
  }

  /// What each model of a run was made from, nearest first, by stage.
  private static func lineages(_ detail: RunDetail, _ database: RunDatabase) throws -> JSONObject {
    var result = JSONObject()
    for entry in detail.stages where entry.isForUse {
      guard let artifact = entry.artifact else { continue }
      result[entry.stage] = .array(
        try database.lineage(of: artifact).map { node in
          [
            "artifact": .string(node.artifact.hex), "stage": node.stage.map { .string($0) } ?? .null,
            "kind": node.kind.map { .string($0) } ?? .null, "run": node.run.map { .string($0) } ?? .null,
          ]
        })
    }
    return result
  }

  private static func showStage(
    _ entry: StageEntry, _ detail: RunDetail, _ workspace: Workspace, _ console: Console
  ) throws {
    console.print("\(console.styled(entry.stage, .bold))  \(entry.kind)  \(RunText.state(entry.state, console))")
    if let decision = entry.decision {
      for line in decision.explanation(of: entry.stage, verb: "reran") { console.print(reworded(line)) }
    }
    if let artifact = entry.artifact { console.print("\(label("artifact")) \(artifact)") }
    if let key = entry.key { console.print("\(label("key")) \(key)") }
    if let log = entry.log { console.print("\(label("log")) \(workspace.display(log))") }
    let metrics = MetricText(kind: entry.kind)
    let figures = metrics.current(entry.metrics)
    for (title, values) in [("parameters", entry.parameters), ("metrics", figures)] where !values.isEmpty {
      console.print("\n" + console.styled(said(title), .bold))
      let width = values.keys.map { DisplayWidth.of($0) }.max() ?? 0
      for (name, value) in values {
        let text = title == "metrics" ? metrics.text(name, value) : SettingText.text(value)
        console.print("  \(DisplayWidth.pad(name, width))  \(DisplayWidth.fit(text.terminalSafe, 100))")
      }
    }
  }

  private static func label(_ name: String) -> String { DisplayWidth.pad(said(name), 8) }

  /// What a running stage does, or what one did last whose run was killed.
  private static func showProgress(of entry: StageEntry, _ progress: RunProgress?, _ console: Console) {
    guard let stage = progress?.stage(entry.stage) else { return }
    if entry.state == .running {
      console.print("\n" + ProgressText.text(entry, stage))
    } else if let progress {
      let last = ProgressText(
        completed: stage.completed, total: stage.total, unit: stage.unit,
        elapsed: max(0, progress.updated - stage.started), detail: stage.detail
      ).text
      console.print("\n" + say("last report: \(last)"))
    }
  }

  private static func showLineage(
    _ detail: RunDetail, _ records: RunRecords, _ console: Console
  ) throws {
    for entry in detail.stages where entry.isForUse {
      guard let artifact = entry.artifact else { continue }
      console.print("\n" + console.styled(say("\(entry.stage) was made from"), .bold))
      var table = Table([
        (say("artifact"), .left), (say("stage"), .left), (say("kind"), .left), (say("run"), .left),
      ])
      for node in try records.database.lineage(of: artifact) {
        table.add(
          node.artifact.short, node.stage ?? "", node.kind ?? say("file"), node.run ?? "")
      }
      console.write(table.text(console))
    }
  }

  private static func showReport(_ detail: RunDetail, _ runs: RunsDirectory, _ console: Console) {
    for entry in detail.stages.reversed() where Lorapipe.catalog.kind(entry.kind)?.output == .report {
      guard let artifact = entry.artifact, let path = try? runs.store.artifactPath(digest: artifact),
        let report = try? EvaluationReport.read(folder: path)
      else { continue }
      console.write(AnswerTable(report: report).text(console, limit: 6))
      return
    }
  }
}
