public import Artifacts
public import JSON
public import PipelineEngine
public import Platform

/// What a run was started for.
public enum RunOrigin: Sendable, Hashable {
  case recipe
  /// The recipe was written by a command such as `merge` or `pull`.
  case command
}

/// A run, as `runs` lists it.
public struct RunEntry: Sendable, Hashable {
  public var id: String
  public var recipe: String
  /// The recipe's name with the coordinates of a recipe-level matrix.
  public var label: String
  public var file: String
  public var pipeline: String?
  public var group: String?
  public var variant: JSONObject
  public var seed: String
  public var parent: String?
  public var status: RunStatus
  /// Seconds since 1970.
  public var started: Double
  public var finished: Double?
  public var seconds: Double?
  public var command: [String]
  public var path: String
  public var labels = RunLabels()
  /// How many stages ended in each state.
  public var states: [RecordedState: Int] = [:]

  public var origin: RunOrigin { file.isEmpty ? .command : .recipe }

  /// What people call it: its recipe, or the kind of command that it was made by.
  public var title: String { origin == .command ? "lorapipe \(label)" : label }

  public var json: JSONValue {
    var object = JSONObject()
    object["run"] = .string(id)
    object["recipe"] = .string(recipe)
    object["label"] = .string(label)
    if origin == .command { object["of_command"] = true }
    object["file"] = .string(file)
    object["pipeline"] = pipeline.map { .string($0) }
    object["group"] = group.map { .string($0) }
    if !variant.isEmpty { object["variant"] = .object(variant) }
    object["seed"] = .string(seed)
    object["parent"] = parent.map { .string($0) }
    object["status"] = .string(status.rawValue)
    object["started"] = .number(started)
    object["finished"] = finished.map { .number($0) }
    object["seconds"] = seconds.map { .number($0) }
    object["command"] = .array(command.map { .string($0) })
    object["path"] = .string(path)
    if !labels.tags.isEmpty { object["tags"] = .array(labels.tags.map { .string($0) }) }
    if !labels.aliases.isEmpty { object["aliases"] = .array(labels.aliases.map { .string($0) }) }
    object["note"] = labels.note.map { .string($0) }
    object["stages"] = .object(
      JSONObject(states.map { ($0.rawValue, JSONValue.integer(Int64($1))) }.sorted { $0.0 < $1.0 }))
    return .object(object)
  }
}

/// A stage of a run, as `show` prints it.
public struct StageEntry: Sendable, Hashable {
  public var stage: String
  public var kind: String
  public var state: RecordedState
  public var decision: StageDecision?
  public var key: CacheKey?
  public var artifact: Digest?
  public var started: Double?
  public var finished: Double?
  /// In this run; 0 for what was cached.
  public var seconds: Double?
  public var attempt: Int
  public var isRecorded: Bool
  public var diagnostics: JSONValue?
  public var log: String?
  /// Of the action, whenever it was made.
  public var actionSeconds: Double?
  public var cpuSeconds: Double?
  public var peakMemory: Int?
  public var artifactBytes: Int?
  public var parameters: JSONObject = JSONObject()
  public var metrics: JSONObject = JSONObject()
  /// Names of the curves there are.
  public var series: [String] = []

  /// Whether the run did not come to it: it was not selected, an earlier one failed, or the run was stopped before.
  public var isLeftOut: Bool { state == .excluded || state == .skipped || state == .interrupted && started == nil }

  /// The cost is recorded under the key. If this stage did not end, but its key has an action, another run did the work:
  /// then it is that run's.
  mutating func forgetAction() { (actionSeconds, cpuSeconds, peakMemory) = (nil, nil, nil) }

  public var json: JSONValue {
    var object = JSONObject()
    object["stage"] = .string(stage)
    object["kind"] = .string(kind)
    object["state"] = .string(state.rawValue)
    object["decision"] = decision?.json
    object["key"] = key.map { .string($0.hex) }
    object["artifact"] = artifact.map { .string($0.hex) }
    object["started"] = started.map { .number($0) }
    object["finished"] = finished.map { .number($0) }
    object["seconds"] = seconds.map { .number($0) }
    object["attempt"] = .integer(Int64(attempt))
    if !isRecorded { object["recorded"] = false }
    object["diagnostics"] = diagnostics
    object["log"] = log.map { .string($0) }
    object["action_seconds"] = actionSeconds.map { .number($0) }
    object["cpu_seconds"] = cpuSeconds.map { .number($0) }
    object["peak_memory"] = peakMemory.map { .integer(Int64($0)) }
    object["artifact_bytes"] = artifactBytes.map { .integer(Int64($0)) }
    object["parameters"] = .object(parameters)
    object["metrics"] = .object(metrics)
    if !series.isEmpty { object["series"] = .array(series.map { .string($0) }) }
    return .object(object)
  }
}

/// A run with its stages.
public struct RunDetail: Sendable, Hashable {
  public var run: RunEntry
  public var stages: [StageEntry]
  public var environment: JSONObject

  public func stage(_ name: String) -> StageEntry? { stages.first { $0.stage == name } }

  public var json: JSONValue {
    guard case .object(var object) = run.json else { return .null }
    object["environment"] = .object(environment)
    object["stages"] = .array(stages.map(\.json))
    return .object(object)
  }
}

/// A point of a curve.
public struct SeriesPoint: Sendable, Hashable {
  public var step: Int
  /// `nil` for a value that was not finite.
  public var value: Double?
  /// Seconds since 1970; `nil` in records of older versions.
  public var time: Double?
}

/// One ancestor of an artifact: the action that made it, and what that read.
public struct LineageNode: Sendable, Hashable {
  public var artifact: Digest
  /// `nil` for what no action made: a file of the user's.
  public var key: CacheKey?
  public var kind: String?
  /// The stage that made it, in the run that made it.
  public var stage: String?
  public var run: String?
  /// Role and digest of what was read, in order.
  public var inputs: [(role: String, artifact: Digest)]

  public static func == (left: LineageNode, right: LineageNode) -> Bool {
    left.artifact == right.artifact && left.key == right.key && left.run == right.run && left.stage == right.stage
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(artifact)
    hasher.combine(key)
  }

  public var json: JSONValue {
    var object = JSONObject()
    object["artifact"] = .string(artifact.hex)
    object["key"] = key.map { .string($0.hex) }
    object["kind"] = kind.map { .string($0) }
    object["stage"] = stage.map { .string($0) }
    object["run"] = run.map { .string($0) }
    object["inputs"] = .array(inputs.map { ["role": .string($0.role), "artifact": .string($0.artifact.hex)] })
    return .object(object)
  }
}
