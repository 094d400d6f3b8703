public import Diagnostics
public import JSON
import PipelineEngine
public import Recipes
public import RunHistory

/// Several runs beside each other: what differs in their parameters, data and metrics, and their curves overlaid.
public struct ComparedRuns: Sendable {
  public typealias Line = RunComparison.Line

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
    let compared = try database.comparison(of: details.map(\.run), catalog: catalog)
    let metrics = Dictionary(grouping: compared.metrics) { catalog.kind($0.kind)?.preparesData ?? false }
    var comparison = ComparedRuns(
      details: details, parameters: compared.onlyChanged.parameters, data: (metrics[true] ?? []).filter(\.differs),
      metrics: metrics[false] ?? [], curves: [], answers: answers(details))
    guard wantsCurves else { return comparison }
    var stages: [String] = []
    for detail in details {
      for entry in detail.stages where !stages.contains(entry.stage) { stages.append(entry.stage) }
    }
    for stage in stages {
      let entries = details.map { $0.stage(stage) }
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
}
