public import Diagnostics
public import JSON
import PipelineEngine
public import Recipes
public import RunHistory

/// Several runs beside each other: what differs in their parameters, data and metrics, and their curves overlaid.
public struct ComparedRuns: Sendable {
  /// A parameter or a metric with its value in each run.
  public struct Line: Sendable, Hashable {
    public var stage: String
    public var name: String
    /// `nil` where a run has none.
    public var values: [JSONValue?]
    /// Which way is better; `nil` when neither is.
    public var better: MetricSpec.Direction?
    public var kind: String

    /// The place of the best value; `nil` when nothing says which is better, or all are equal.
    public var best: Int? {
      guard let better else { return nil }
      let numbers = values.enumerated().compactMap { index, value in value?.doubleValue.map { (index, $0) } }
      guard let low = numbers.min(by: { $0.1 < $1.1 }), let high = numbers.max(by: { $0.1 < $1.1 }), low.1 != high.1
      else { return nil }
      return better == .lower ? low.0 : high.0
    }
  }

  public var details: [RunDetail]
  /// Only those that differ.
  public var parameters: [Line]
  /// Figures of stages that make data, as far as they differ.
  public var data: [Line]
  public var metrics: [Line]
  /// By stage and group of series, then by run.
  public var curves: [(stage: String, group: String, lines: [(run: Int, curve: CurveFacts)])]
  public var answers: AnswerBook?
}

extension RunArchive {
  /// - Parameters:
  ///   - limit: points that a curve has at most.
  ///   - curves: whether the curves are read too.
  public func comparison(
    _ names: [String], limit: Int = CurveFacts.limit, curves wantsCurves: Bool = true
  ) throws(Diagnostic) -> ComparedRuns {
    var details: [RunDetail] = []
    for name in names {
      let detail = try database.detail(name)
      if !details.contains(where: { $0.run.id == detail.run.id }) { details.append(detail) }
    }
    var stages: [String] = []
    for detail in details {
      for entry in detail.stages where !stages.contains(entry.stage) { stages.append(entry.stage) }
    }
    var comparison = ComparedRuns(
      details: details, parameters: [], data: [], metrics: [], curves: [], answers: answers(details))
    for stage in stages {
      let entries = details.map { $0.stage(stage) }
      guard let known = entries.compactMap({ $0 }).last else { continue }
      let kind = catalog.kind(known.kind)
      comparison.parameters += Self.lines(stage, known.kind, entries.map { $0?.parameters }).filter { Self.differs($0) }
      let metrics = Self.lines(
        stage, known.kind, entries.map { entry in entry.map { kind?.currentMetrics($0.metrics) ?? $0.metrics } }
      ).map { line in
        var line = line
        line.better = kind?.metric(line.name)?.better
        return line
      }
      if let kind, kind.product == nil, kind.output.isData {
        comparison.data += metrics.filter { Self.differs($0) }
      } else {
        comparison.metrics += metrics
      }
      guard wantsCurves else { continue }
      let names = Set(entries.flatMap { $0?.series ?? [] }).sorted { CurveGroup.rank($0) < CurveGroup.rank($1) }
      for name in names where name != CurveGroup.tokenAxis {
        let group = CurveGroup.name(of: name)
        for (index, detail) in details.enumerated() where detail.stage(stage)?.series.contains(name) ?? false {
          let curve = try curve(run: detail.run.id, stage: stage, name: name, limit: limit)
          if let place = comparison.curves.firstIndex(where: { $0.stage == stage && $0.group == group }) {
            comparison.curves[place].lines.append((index, curve))
          } else {
            comparison.curves.append((stage, group, [(index, curve)]))
          }
        }
      }
    }
    return comparison
  }

  private static func lines(_ stage: String, _ kind: String, _ objects: [JSONObject?]) -> [ComparedRuns.Line] {
    var names: [String] = []
    var seen: Set<String> = []
    for object in objects {
      for name in object?.keys ?? [] where seen.insert(name).inserted { names.append(name) }
    }
    return names.map { name in
      ComparedRuns.Line(stage: stage, name: name, values: objects.map { $0?[name] }, better: nil, kind: kind)
    }
  }

  private static func differs(_ line: ComparedRuns.Line) -> Bool {
    guard let first = line.values.first else { return false }
    return line.values.contains { $0 != first }
  }
}
