import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import Platform
import Recipes
import RunHistory
import Stages

/// A recorded run as TensorBoard's event files, as a run with `--tensorboard` writes them.
///
/// Written again they are the same bytes, so several runs can be gathered in one folder, each as often as one likes.
enum CurveFiles {
  /// - Returns: the files written, one for the run and one for each stage with curves or answers.
  /// - Throws: `no-curves`, and what keeps the folder from being written.
  static func write(
    _ detail: RunDetail, _ data: LiveData, _ runs: RunsDirectory, to folder: String
  ) throws -> [String] {
    let run = TensorBoardRun(
      label: detail.run.label, decisions: planned(detail.run.id, runs), id: detail.run.id)
    let place = "\(folder)/\(run.name)"
    let started = detail.run.started
    var files: [(folder: String, events: TensorBoardEvents)] = []
    for stage in detail.stages {
      var events = TensorBoardEvents(startingAt: started)
      let empty = events.bytes.count
      for name in try data.series(run: detail.run.id, stage: stage.stage) {
        events.append(
          try data.points(run: detail.run.id, stage: stage.stage, series: name).points, tag: name,
          time: stage.started ?? started)
      }
      if let text = answers(of: stage, runs) {
        events.append(text: text, tag: "answers", step: 0, time: stage.finished ?? started)
      }
      if events.bytes.count > empty { files.append(("\(place)/\(fileName(for: stage.stage))", events)) }
    }
    guard !files.isEmpty else {
      throw CommandFailure(
        cause: Diagnostic(
          code: "no-curves", "run \(detail.run.id) has no curves", remedy: "name a run with a trained stage"),
        status: .usage)
    }
    var whole = TensorBoardEvents(startingAt: started)
    let stages = detail.stages.filter { $0.state != .excluded }
    whole.append(
      hyperparameters: TensorBoardRun.hyperparameters(
        stages.map { (stage: $0.stage, parameters: Array($0.parameters)) }), time: started)
    if let finished = detail.run.finished { whole.append(end: detail.run.status, time: finished) }
    files.insert((place, whole), at: 0)
    return try files.map { folder, events in
      try FileSystem.makeDirectory(folder)
      let path = TensorBoardRun.eventFile(in: folder, started: started)
      try FileSystem.replace(path, with: events.bytes)
      return path
    }
  }

  /// The decisions that were made before the run, which named its folder then; some stages were decided later.
  private static func planned(_ run: String, _ runs: RunsDirectory) -> [StageDecision] {
    let stages = (try? runs.storedPlan(of: run))?["stages"]?.arrayValue ?? []
    return stages.filter { $0["state"]?.stringValue != StageDisposition.excluded.code }
      .compactMap { $0["decision"].flatMap { StageDecision(json: $0) } }
  }

  private static func answers(of stage: StageEntry, _ runs: RunsDirectory) -> String? {
    guard Lorapipe.catalog.kind(stage.kind)?.output == .report, let artifact = stage.artifact,
      let path = try? runs.store.artifactPath(digest: artifact), let report = try? EvaluationReport.read(folder: path)
    else { return nil }
    return TensorBoardRun.answers(report)
  }
}
