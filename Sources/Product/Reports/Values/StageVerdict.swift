import Artifacts
public import Diagnostics
public import JSON
public import PipelineEngine
import Recipes
public import RunHistory
import Stages
public import Verdicts

/// A verdict with the stage it is about.
public struct StageVerdict: Sendable, Hashable {
  public var stage: String
  public var verdict: Verdict

  public init(stage: String, verdict: Verdict) {
    self.stage = stage
    self.verdict = verdict
  }

  public var json: JSONValue {
    var object = JSONObject([
      ("stage", .string(stage)), ("code", .string(verdict.code)), ("tone", .string(verdict.tone.rawValue)),
      ("message", .string(verdict.message)),
    ])
    object["remedy"] = verdict.remedy.map { .string($0) }
    object["see"] = .string(verdict.topic.page)
    return .object(object)
  }
}

extension StageVerdict {
  /// What a run came to, in words: the verdicts on its stages, in their order.
  /// - Throws: `Diagnostic` when the records cannot be read.
  public static func all(
    of detail: RunDetail, _ database: RunDatabase, catalog: StageCatalog
  ) throws(Diagnostic) -> [StageVerdict] {
    var found: [StageVerdict] = []
    // Of a stage that was stopped, or still runs, nobody knows how it would end.
    for entry in detail.stages where entry.state.isDone || entry.state == .failed {
      guard let judge = catalog.stage(entry.kind) as? any JudgedStage.Type else { continue }
      var curves: [String: Curve] = [:]
      for name in entry.series {
        let points = try database.series(run: detail.run.id, stage: entry.stage, name: name)
        curves[name] = Curve(points.compactMap { point in point.value.map { (step: point.step, value: $0) } })
      }
      let metrics = catalog.kind(entry.kind)?.currentMetrics(entry.metrics) ?? entry.metrics
      let figures = StageFigures(
        parameters: entry.parameters, metrics: metrics, curves: curves,
        upstream: try codes(found, upstreamOf: entry, detail, database))
      found += judge.verdicts(figures).map { StageVerdict(stage: entry.stage, verdict: $0) }
    }
    return withOneRemedyPerCause(found)
  }

  /// What went wrong first has one remedy, which is said where it is found, or else where it shows first.
  static func withOneRemedyPerCause(_ verdicts: [StageVerdict]) -> [StageVerdict] {
    var causes: Set<String> = []
    return verdicts.map { found in
      var found = found
      if let cause = found.verdict.cause, !causes.insert(cause).inserted { found.verdict.remedy = nil }
      causes.insert(found.verdict.code)
      return found
    }
  }

  /// The codes of those verdicts that are about stages whose artifacts a stage was made from. Of a stage without an
  /// artifact it is not known which these are: then all count.
  private static func codes(
    _ verdicts: [StageVerdict], upstreamOf entry: StageEntry, _ detail: RunDetail, _ database: RunDatabase
  ) throws(Diagnostic) -> Set<String> {
    guard !verdicts.isEmpty, let artifact = entry.artifact else { return Set(verdicts.map(\.verdict.code)) }
    let sources = Set(try database.lineage(of: artifact).map(\.artifact))
    return Set(
      verdicts.filter { found in detail.stage(found.stage)?.artifact.map(sources.contains) ?? false }
        .map(\.verdict.code))
  }
}

extension RunArchive {
  public func verdicts(_ detail: RunDetail) throws(Diagnostic) -> [StageVerdict] {
    try StageVerdict.all(of: detail, database, catalog: catalog)
  }
}
