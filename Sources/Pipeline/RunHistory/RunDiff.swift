import Artifacts
public import JSON
public import PipelineEngine
import Platform
import Recipes

/// What differs between two runs.
public struct RunDiff: Sendable, Hashable {
  /// One line: a parameter, a figure, an artifact or a time of a stage.
  public struct Line: Sendable, Hashable {
    public var stage: String
    public var name: String
    /// `nil` where that run has none.
    public var old: JSONValue?
    public var new: JSONValue?
    public var verdict: Verdict?

    public init(stage: String, name: String, old: JSONValue?, new: JSONValue?, verdict: Verdict? = nil) {
      self.stage = stage
      self.name = name
      self.old = old
      self.new = new
      self.verdict = verdict
    }

    public var isChanged: Bool { old != new }

    /// New minus old, of numbers.
    public var delta: Double? {
      guard let old = old?.doubleValue, let new = new?.doubleValue else { return nil }
      return new - old
    }
  }

  /// Whether a figure went where one wants it.
  public enum Verdict: String, Sendable, Hashable {
    case better, worse, same
  }

  public var old: RunEntry
  public var new: RunEntry
  /// Stages that only one of the runs took, such as those after `--until`.
  public var onlyOld: [String]
  public var onlyNew: [String]
  public var parameters: [Line]
  /// Figures of stages that make data: rows, ratio, languages.
  public var data: [Line]
  public var metrics: [Line]
  public var artifacts: [Line]
  /// Seconds of the actions, whenever they were done.
  public var timings: [Line]

  /// - Parameter catalog: the kinds of stages, whose metrics say which way is better. A figure of a kind that this program
  ///   does not have is compared without a verdict.
  public init(_ old: RunDetail, _ new: RunDetail, catalog: StageCatalog) {
    self.old = old.run
    self.new = new.run
    onlyOld = Self.taken(old).filter { !Self.taken(new).contains($0) }
    onlyNew = Self.taken(new).filter { !Self.taken(old).contains($0) }
    parameters = []
    data = []
    metrics = []
    artifacts = []
    timings = []
    var names = old.stages.map(\.stage)
    let known = Set(names)
    names += new.stages.map(\.stage).filter { !known.contains($0) }
    for name in names { compare(name, old.stage(name), new.stage(name), catalog) }
  }

  /// The stages that a run was of, in order.
  private static func taken(_ run: RunDetail) -> [String] {
    run.stages.filter { ![.excluded, .skipped, .pending].contains($0.state) }.map(\.stage)
  }

  private mutating func compare(
    _ stage: String, _ old: StageEntry?, _ new: StageEntry?, _ catalog: StageCatalog
  ) {
    parameters += Self.lines(stage, old?.parameters, new?.parameters)
    let kind = (new ?? old).flatMap { catalog.kind($0.kind) }
    let metrics = { (entry: StageEntry?) -> JSONObject? in
      entry.map { catalog.kind($0.kind)?.currentMetrics($0.metrics) ?? $0.metrics }
    }
    let figures = Self.lines(stage, metrics(old), metrics(new)).map { line in
      var line = line
      line.verdict = kind?.metric(line.name)?.better.flatMap { line.verdict(better: $0) }
      return line
    }
    if kind?.preparesData == true { data += figures } else { self.metrics += figures }
    artifacts.append(
      Line(
        stage: stage, name: "artifact", old: old?.artifact.map { .string($0.hex) },
        new: new?.artifact.map { .string($0.hex) }))
    let times = (old?.actionSeconds.map { JSONValue.number($0) }, new?.actionSeconds.map { JSONValue.number($0) })
    if times.0 != nil || times.1 != nil {
      timings.append(Line(stage: stage, name: "seconds", old: times.0, new: times.1))
    }
  }

  private static func lines(_ stage: String, _ old: JSONObject?, _ new: JSONObject?) -> [Line] {
    let old = old ?? JSONObject()
    let new = new ?? JSONObject()
    let names = old.keys + new.keys.filter { !old.contains($0) }
    return names.map { Line(stage: stage, name: $0, old: old[$0], new: new[$0]) }
  }

  /// Only the lines that differ.
  public var onlyChanged: RunDiff {
    var diff = self
    diff.parameters = parameters.filter(\.isChanged)
    diff.data = data.filter(\.isChanged)
    diff.metrics = metrics.filter(\.isChanged)
    diff.artifacts = artifacts.filter(\.isChanged)
    diff.timings = timings.filter(\.isChanged)
    return diff
  }
}

extension RunDiff.Line {
  fileprivate func verdict(better: MetricSpec.Direction) -> RunDiff.Verdict? {
    guard let delta else { return nil }
    if delta == 0 { return .same }
    return (delta > 0) == (better == .higher) ? .better : .worse
  }
}
