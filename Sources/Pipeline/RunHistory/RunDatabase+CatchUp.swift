import Artifacts
public import Diagnostics
import JSON
public import PipelineEngine
import Platform
import Recipes

extension RunDatabase {
  /// Reads in what the runs' folders know and the database does not: runs that were made while it could not be written,
  /// and the ends of runs that it believes to go on.
  /// - Returns: how many runs were written.
  @discardableResult
  public func catchUp(with runs: RunsDirectory) throws(Diagnostic) -> Int {
    let recorded = try perform { connection throws(Diagnostic) in
      try connection.rows("SELECT id, status FROM runs") { ($0.text(0) ?? "", $0.text(1) ?? "") }
    }
    let status = Dictionary(recorded) { first, _ in first }
    let folders = try runs.runs()
    var count = 0
    for id in folders where status[id] == nil || status[id] == RunStatus.running.rawValue {
      // Its own process still writes it.
      if runs.isLive(id) { continue }
      guard let (run, stages) = Self.rows(of: id, runs) else { continue }
      try write(run, stages)
      try takeInLabels(of: id, runs)
      count += 1
    }
    // Their folders were removed, so that nothing else will ever end them.
    let present = Set(folders)
    for (id, state) in recorded where state == RunStatus.running.rawValue && !present.contains(id) {
      try markInterrupted(id, at: SystemClock.now())
      count += 1
    }
    return count
  }

  /// `nil` for a folder that no run could have left, which is then not part of the history.
  private static func rows(of id: String, _ runs: RunsDirectory) -> (RunRow, [StageRow])? {
    guard let plan = try? runs.storedPlan(of: id), let recipe = try? runs.storedRecipe(of: id) else { return nil }
    let events = runs.events(of: id)
    // A run that was killed at its beginning has written no event.
    let started = events.first?["time"]?.doubleValue ?? RunID.seconds(of: id) ?? 0
    var run = RunRow(
      recipe: recipe, id: id, parent: plan["parent"]?.stringValue, started: started,
      command: plan["command"]?.arrayValue?.compactMap(\.stringValue) ?? [], path: runs.runPath(id),
      environment: plan["environment"]?.objectValue ?? JSONObject())
    run.status = .interrupted
    var rows: [String: StageRow] = [:]
    for (position, stage) in (plan["stages"]?.arrayValue ?? []).enumerated() {
      guard let name = stage["stage"]?.stringValue else { continue }
      rows[name] = StageRow(
        run: id, position: position, stage: name, kind: stage["kind"]?.stringValue ?? "",
        state: .interrupted, decision: stage["decision"].flatMap { StageDecision(json: $0) },
        key: stage["key"]?.stringValue.flatMap { CacheKey($0) },
        parameters: recipe.stage(name)?.parameters ?? JSONObject())
    }
    for event in events { apply(event, &run, &rows, runs) }
    endStages(of: plan, run, &rows, runs)
    for (name, row) in rows where row.started != nil && row.finished == nil {
      rows[name]?.series = runs.recordedCurves(run: id, stage: name, record: nil)
    }
    return (run, rows.values.sorted { $0.position < $1.position })
  }

  /// Ends the stages for which nothing had to be done and which no event names: the plan says what became of them. A run with
  /// nothing to do has no events of its stages, and a run that was killed may not have written them yet.
  private static func endStages(
    of plan: JSONValue, _ run: RunRow, _ rows: inout [String: StageRow], _ runs: RunsDirectory
  ) {
    for stage in plan["stages"]?.arrayValue ?? [] {
      guard let name = stage["stage"]?.stringValue, var row = rows[name], row.started == nil, row.finished == nil,
        let state = stage["state"]?.stringValue.flatMap(RecordedState.init(rawValue:)),
        [.cached, .referenced, .excluded].contains(state)
      else { continue }
      row.state = state
      row.artifact = stage["artifact"]?.stringValue.flatMap { Digest($0) }
      row.finished = run.finished
      row.seconds = 0
      take(row.key.flatMap { runs.store.actionRecord($0) }, into: &row, runs)
      rows[name] = row
    }
  }

  /// Adds what the store knows of the artifact that a stage ended with.
  private static func take(_ record: ActionRecord?, into row: inout StageRow, _ runs: RunsDirectory) {
    if let record, record.artifact == row.artifact { row.record = record }
    if row.state.isExecution || row.record != nil {
      row.series = runs.recordedCurves(run: row.run, stage: row.stage, record: row.record)
    }
  }

  private static func apply(
    _ event: JSONValue, _ run: inout RunRow, _ rows: inout [String: StageRow], _ runs: RunsDirectory
  ) {
    let stage = event["stage"]?.stringValue ?? ""
    switch event["event"]?.stringValue {
    case "stage.started":
      rows[stage]?.started = event["time"]?.doubleValue
      rows[stage]?.log = event["log"]?.stringValue.map { FileSystem.name(of: $0) }
      if let key = event["key"]?.stringValue.flatMap({ CacheKey($0) }) { rows[stage]?.key = key }
    case "stage.finished":
      guard var row = rows[stage] else { return }
      row.state = event["state"]?.stringValue.flatMap(RecordedState.init(rawValue:)) ?? row.state
      row.decision = event["decision"].flatMap { StageDecision(json: $0) } ?? row.decision
      row.key = event["key"]?.stringValue.flatMap { CacheKey($0) } ?? row.key
      row.artifact = event["artifact"]?.stringValue.flatMap { Digest($0) }
      row.finished = event["time"]?.doubleValue
      row.seconds = event["seconds"]?.doubleValue
      row.isRecorded = event["recorded"]?.boolValue ?? true
      row.diagnostics = event["diagnostics"]
      take(row.key.flatMap { runs.store.actionRecord($0) }, into: &row, runs)
      rows[stage] = row
    case "run.finished":
      run.status = event["status"]?.stringValue.flatMap(RunStatus.init(rawValue:)) ?? .interrupted
      run.finished = event["time"]?.doubleValue
      run.seconds = event["seconds"]?.doubleValue
    default: break
    }
  }
}
