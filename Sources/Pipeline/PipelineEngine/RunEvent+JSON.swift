import Artifacts
public import Diagnostics
public import JSON
import Platform
import Recipes

extension RunEvent {
  /// One line of `events.jsonl` and of `--json`.
  public var json: JSONValue {
    var object = JSONObject([("time", .number(time))])
    switch kind {
    case .runStarted(let start):
      object["event"] = "run.started"
      object["run"] = .string(start.id)
      object["recipe"] = .string(start.recipe.label)
      object["file"] = .string(start.recipe.file)
      object["parent"] = start.parent.map { .string($0) }
      object["stages"] = .integer(Int64(start.plan.stages.count))
      object["pending"] = .integer(Int64(start.plan.pending.count))
      object["environment"] = .object(start.environment)
    case .stageStarted(let stage, let decision, let key, let log):
      object["event"] = "stage.started"
      object["stage"] = .string(stage)
      object["decision"] = decision.json
      object["key"] = .string(key.hex)
      object["log"] = .string(log)
    case .stageEvent(let stage, let event):
      object["event"] = .string("stage.\(event.code)")
      object["stage"] = .string(stage)
      for (key, value) in event.members { object[key] = value }
    case .stageFinished(let result):
      object["event"] = "stage.finished"
      for (key, value) in result.members { object[key] = value }
    case .warning(let diagnostic):
      object["event"] = "warning"
      object["diagnostic"] = diagnostic.json
    case .runFinished(let summary):
      object["event"] = "run.finished"
      object["run"] = .string(summary.id)
      object["status"] = .string(summary.status.rawValue)
      object["seconds"] = .number(summary.seconds)
    case .runReconciled(let id):
      object["event"] = "run.finished"
      object["run"] = .string(id)
      object["status"] = .string(RunStatus.interrupted.rawValue)
      object["reconciled"] = true
    }
    return .object(object)
  }
}

extension StageResult {
  fileprivate var members: [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("stage", .string(stage)), ("kind", .string(kind)), ("state", .string(state.rawValue)),
      ("decision", decision.json), ("seconds", .number(seconds)),
    ]
    if let key { members.append(("key", .string(key.hex))) }
    if let artifact { members.append(("artifact", .string(artifact.hex))) }
    if let path { members.append(("path", .string(path))) }
    if let log { members.append(("log", .string(log))) }
    if !isRecorded { members.append(("recorded", false)) }
    if !diagnostics.isEmpty { members.append(("diagnostics", .array(diagnostics.map(\.json)))) }
    return members
  }

  public var json: JSONValue { .object(JSONObject(members)) }
}

extension StageEvent {
  var code: String {
    switch self {
    case .progress: "progress"
    case .metric: "metric"
    case .point: "point"
    case .warning: "warning"
    case .note: "note"
    case .activity: "activity"
    case .log: "log"
    case .usage: "usage"
    }
  }

  var members: [(String, JSONValue)] {
    switch self {
    case .progress(let completed, let total, let unit, let detail):
      var members: [(String, JSONValue)] = [("completed", .number(completed)), ("unit", .string(unit))]
      if let total { members.append(("total", .number(total))) }
      if let detail { members.append(("detail", .string(detail))) }
      return members
    case .metric(let name, let value): return [("name", .string(name)), ("value", value)]
    case .point(let series, let step, let value):
      return [("series", .string(series)), ("step", .integer(Int64(step))), ("value", .number(value))]
    case .warning(let text), .note(let text), .log(let text): return [("text", .string(text))]
    case .activity(let text): return [("text", text.map { .string($0) } ?? .null)]
    case .usage(let memory): return [("memory", .integer(memory))]
    }
  }

  /// Reads an event's members; a value that is not finite was written as `null`.
  init?(code: String?, members: JSONValue) {
    switch code {
    case "progress":
      guard let completed = members["completed"]?.doubleValue, let unit = members["unit"]?.stringValue else {
        return nil
      }
      self = .progress(
        completed: completed, total: members["total"]?.doubleValue, unit: unit, detail: members["detail"]?.stringValue)
    case "metric":
      guard let name = members["name"]?.stringValue, let value = members["value"] else { return nil }
      self = .metric(name: name, value: value)
    case "point":
      guard let series = members["series"]?.stringValue, let step = members["step"]?.intValue else { return nil }
      self = .point(series: series, step: step, value: members["value"]?.doubleValue ?? .nan)
    case "warning": self = .warning(members["text"]?.stringValue ?? "")
    case "note": self = .note(members["text"]?.stringValue ?? "")
    case "log": self = .log(members["text"]?.stringValue ?? "")
    case "activity": self = .activity(members["text"]?.stringValue)
    case "usage":
      guard let memory = members["memory"]?.intValue else { return nil }
      self = .usage(memory: Int64(memory))
    default: return nil
    }
  }
}

extension Diagnostic {
  /// All fields, for a program or another process.
  public var json: JSONValue {
    var object = JSONObject()
    object["severity"] = .string(severity.rawValue)
    object["code"] = .string(code)
    object["message"] = .string(message)
    object["remedy"] = remedy.map { .string($0) }
    if let location {
      object["file"] = .string(location.file)
      object["line"] = location.line.map { .integer(Int64($0)) }
      object["column"] = location.column.map { .integer(Int64($0)) }
      object["length"] = .integer(Int64(location.length))
    }
    object["source_line"] = sourceLine.map { .string($0) }
    if !notes.isEmpty { object["notes"] = .array(notes.map { .string($0) }) }
    return .object(object)
  }

  public init(json: JSONValue) {
    self.init(
      Severity(rawValue: json["severity"]?.stringValue ?? "") ?? .error,
      code: json["code"]?.stringValue ?? "unexpected-error", json["message"]?.stringValue ?? "an unknown error",
      remedy: json["remedy"]?.stringValue,
      location: json["file"]?.stringValue.map {
        SourceLocation(
          file: $0, line: json["line"]?.intValue, column: json["column"]?.intValue,
          length: json["length"]?.intValue ?? 1)
      }, sourceLine: json["source_line"]?.stringValue,
      notes: json["notes"]?.arrayValue?.compactMap(\.stringValue) ?? [])
  }
}
