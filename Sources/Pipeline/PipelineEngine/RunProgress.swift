public import JSON
import Platform

/// What the running stages of a run do at the moment: `progress.json` of its folder.
public struct RunProgress: Sendable, Hashable {
  public var run: String
  /// When it was written, in seconds since 1970.
  public var updated: Double
  /// In the order in which they started.
  public var stages: [StageProgress]

  public init(run: String, updated: Double, stages: [StageProgress]) {
    self.run = run
    self.updated = updated
    self.stages = stages
  }

  public func stage(_ name: String) -> StageProgress? { stages.first { $0.stage == name } }

  public var json: JSONValue {
    [
      "format": 1, "run": .string(run), "time": .number(updated), "stages": .array(stages.map(\.json)),
    ]
  }

  /// `nil` for anything that `json` did not write.
  public init?(json: JSONValue) {
    guard json["format"]?.intValue == 1, let run = json["run"]?.stringValue, let updated = json["time"]?.doubleValue
    else { return nil }
    self.init(
      run: run, updated: updated, stages: (json["stages"]?.arrayValue ?? []).compactMap { StageProgress(json: $0) })
  }
}

/// What one running stage does.
public struct StageProgress: Sendable, Hashable {
  public var stage: String
  public var kind: String
  /// Seconds since 1970.
  public var started: Double
  /// Done so far, in `unit`; 0 before the first report.
  public var completed: Double = 0
  public var total: Double?
  /// `steps`, `rows`, `bytes` and so on; empty before the first report.
  public var unit = ""
  /// What it does beside its main work: `measuring validation 12/24`.
  public var activity: String?
  /// A short line for people.
  public var detail: String?
  /// Units per second since it began with this unit.
  public var rate: Double?
  /// Seconds until `total` at that rate.
  public var remaining: Double?
  /// Bytes resident of the stage's process.
  public var memory: Int?
  /// The last value of each curve.
  public var values = JSONObject()

  public init(stage: String, kind: String, started: Double) {
    self.stage = stage
    self.kind = kind
    self.started = started
  }

  public var json: JSONValue {
    var object = JSONObject()
    object["stage"] = .string(stage)
    object["kind"] = .string(kind)
    object["started"] = .number(started)
    object["completed"] = .number(completed)
    object["total"] = total.map { .number($0) }
    object["unit"] = .string(unit)
    object["activity"] = activity.map { .string($0) }
    object["detail"] = detail.map { .string($0) }
    object["rate"] = rate.map { .number($0) }
    object["remaining"] = remaining.map { .number($0) }
    object["memory"] = memory.map { .integer(Int64($0)) }
    object["values"] = .object(values)
    return .object(object)
  }

  init?(json: JSONValue) {
    guard let stage = json["stage"]?.stringValue, let kind = json["kind"]?.stringValue,
      let started = json["started"]?.doubleValue
    else { return nil }
    self.init(stage: stage, kind: kind, started: started)
    completed = json["completed"]?.doubleValue ?? 0
    total = json["total"]?.doubleValue
    unit = json["unit"]?.stringValue ?? ""
    activity = json["activity"]?.stringValue
    detail = json["detail"]?.stringValue
    rate = json["rate"]?.doubleValue
    remaining = json["remaining"]?.doubleValue
    memory = json["memory"]?.intValue
    values = json["values"]?.objectValue ?? JSONObject()
  }
}

extension RunsDirectory {
  func progressPath(_ run: String) -> String { runPath(run) + "/progress.json" }

  /// What the stages of a run do, or did last when its process was killed; `nil` when the run has ended.
  public func progress(of run: String) -> RunProgress? {
    guard RunID.isValid(run), let bytes = (try? FileSystem.readIfPresent(progressPath(run))) ?? nil else { return nil }
    return (try? JSONValue(parsing: bytes)).flatMap { RunProgress(json: $0) }
  }
}
