import Artifacts
public import JSON
import PipelineEngine
public import Recipes
public import RunHistory

/// A stage of a run with what its kind and the plan say of it.
public struct StageFacts: Sendable {
  public var entry: StageEntry
  /// `nil` for a kind that this program does not have.
  public var kind: StageKind?
  /// What the plan expected; `nil` where it could not know.
  public var forecast: Forecast?
  /// Metrics under the names they have today.
  public var metrics: JSONObject

  public struct Forecast: Sendable, Hashable {
    public var seconds: Double?
    /// Bytes.
    public var memory: Double?
    public var disk: Double?
  }

  init(_ entry: StageEntry, kind: StageKind?, plan: JSONValue?) {
    self.entry = entry
    self.kind = kind
    metrics = kind?.currentMetrics(entry.metrics) ?? entry.metrics
    if let estimate = plan?["estimate"], estimate.objectValue != nil {
      forecast = Forecast(
        seconds: estimate["seconds"]?.doubleValue, memory: estimate["memory"]?.doubleValue,
        disk: estimate["disk"]?.doubleValue)
    }
  }

  /// Seconds of the work, whenever it was done.
  public var seconds: Double? { entry.actionSeconds ?? entry.seconds }

  /// Metrics that a person wants to see first, in the order the kind declares.
  public var headlines: [(name: String, value: JSONValue)] {
    (kind?.metrics ?? []).filter(\.isHeadline).compactMap { metric in metrics[metric.name].map { (metric.name, $0) } }
  }

  /// Why the stage ran, one phrase for each cause, in English: `lora.rank 8 → 16`. Empty when it did not run.
  public var causes: [String] {
    guard let decision = entry.decision, entry.state.ran else { return [] }
    switch decision.reason {
    case .parameterChanged, .inputChanged, .implementationChanged:
      return decision.explanation(of: entry.stage, verb: "reran").map { line in
        var line = Substring(line)
        for prefix in ["\(entry.stage) reran: ", "\(entry.stage)."] where line.hasPrefix(prefix) {
          line = line.dropFirst(prefix.count)
        }
        return String(line)
      }
    default: return []
    }
  }
}

extension StageFacts {
  /// The first cause without its place in the recipe: what fits a box.
  var shortCause: String {
    guard let cause = causes.first else { return "" }
    guard cause.hasSuffix(")"), let place = cause.ranges(of: " (").last else { return cause }
    return String(cause[..<place.lowerBound])
  }
}

extension RecordedState {
  /// Whether work was done in this run.
  var ran: Bool {
    switch self {
    case .running, .built, .failed, .interrupted: true
    case .pending, .cached, .referenced, .skipped, .excluded: false
    }
  }
}

/// A parameter that a recipe set to something else than its default.
public struct Setting: Sendable, Hashable {
  public var stage: String
  /// The dotted path, `lora.rank`.
  public var name: String
  public var value: JSONValue
  /// `nil` when there is none.
  public var defaultValue: JSONValue?
  public var help: String

  /// The settings of a stage that differ from its kind's defaults; all of them for a kind that is not known.
  static func differing(of stage: StageFacts) -> [Setting] {
    var known: [String: (value: JSONValue?, help: String)] = [:]
    collect(stage.kind?.parameters ?? [], "", &known)
    return stage.entry.parameters.compactMap { name, value in
      let spec = known[name]
      if let standard = spec?.value, isEqual(standard, value) { return nil }
      // A list or map that was left empty says nothing.
      if spec?.value == nil, value == .array([]) || value == .object(JSONObject()) || value.isNull { return nil }
      return Setting(
        stage: stage.entry.stage, name: name, value: value, defaultValue: spec?.value ?? nil, help: spec?.help ?? "")
    }
  }

  private static func collect(
    _ specs: [ParameterSpec], _ prefix: String, _ known: inout [String: (value: JSONValue?, help: String)]
  ) {
    for spec in specs {
      if let members = spec.type.objectMembers { collect(members, prefix + spec.name + ".", &known) }
      known[prefix + spec.name] = (spec.defaultValue, spec.help)
    }
  }

  /// Whether two values are one, `1` and `1.0` too.
  private static func isEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
    if let first = left.doubleValue, let second = right.doubleValue { return first == second }
    return left == right
  }
}
