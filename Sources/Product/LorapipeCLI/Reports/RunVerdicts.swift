import Diagnostics
import JSON
import PipelineEngine
import RunHistory
import Stages
import Verdicts

/// What a run came to, in words: the verdicts on its stages, in their order.
struct RunVerdicts {
  private(set) var found: [(stage: String, verdict: Verdict)] = []

  /// - Throws: `Diagnostic` when the records cannot be read.
  init(_ detail: RunDetail, _ database: RunDatabase) throws(Diagnostic) {
    for entry in detail.stages {
      guard let kind = Lorapipe.catalog.stage(entry.kind) as? any JudgedStage.Type else { continue }
      var curves: [String: Curve] = [:]
      for name in entry.series {
        let points = try database.series(run: detail.run.id, stage: entry.stage, name: name)
        curves[name] = Curve(points.compactMap { point in point.value.map { (step: point.step, value: $0) } })
      }
      let figures = StageFigures(
        parameters: entry.parameters, metrics: MetricText(kind: entry.kind).current(entry.metrics), curves: curves)
      found += kind.verdicts(figures).map { (entry.stage, $0) }
    }
  }

  func print(_ console: Console) {
    for (stage, verdict) in found {
      let style: Console.Style =
        switch verdict.tone {
        case .good: .green
        case .note: .dim
        case .warning: .yellow
        }
      let remedy = verdict.remedy.map { "; " + $0 } ?? ""
      console.print("  \(console.styled(stage + ":", style)) \((verdict.message + remedy).terminalSafe)")
    }
  }

  var json: JSONValue {
    .array(
      found.map { stage, verdict in
        var object = JSONObject([
          ("stage", .string(stage)), ("code", .string(verdict.code)), ("tone", .string(verdict.tone.rawValue)),
          ("message", .string(verdict.message)),
        ])
        object["remedy"] = verdict.remedy.map { .string($0) }
        object["see"] = .string(verdict.topic.page)
        return .object(object)
      })
  }
}
