import Artifacts
import JSON
import PipelineEngine
import Platform
import Recipes
import RunHistory
import Stages
import Synchronization

/// Writes TensorBoard's event files while a run goes on: curves with the times at which points came, the parameters for its
/// hparams page, and answers as text.
///
/// A folder that cannot be written costs the run nothing: what is missing can be written afterward by `show --tensorboard`.
final class TensorBoardObserver: RunObserver {
  private struct State {
    /// `nil` before the run starts, and in a run with nothing to do.
    var place: String?
    var started = 0.0
    var ticker: Ticker?
  }

  private let folder: String
  /// The folder in `folder` that an interrupted run wrote: the run that continues it continues its curves.
  private let continued: String?
  private let files = GrowingFiles()
  private let state = Mutex(State())

  init(folder: String, continuing name: String? = nil) {
    self.folder = folder
    continued = name
  }

  /// The folder of event files that a run wrote, as its own folder notes it; `nil` when it wrote none.
  static func place(ofRun path: String) -> String? {
    guard let bytes = LocalText.bytes("\(path)/\(note)") else { return nil }
    let place = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first.map(String.init)
    return place?.isEmpty == false ? place : nil
  }

  private static let note = "tensorboard"

  func observe(_ event: RunEvent) {
    switch event.kind {
    case .runStarted(let start): begin(start, at: event.time)
    case .stageEvent(let stage, .point(let series, let step, let value)):
      append(to: stage, at: event.time) {
        $0.append([CurvePoint(step: step, value: value, time: event.time)], tag: series, time: event.time)
      }
    case .stageFinished(let result):
      guard result.state.isDone, let path = result.path, Lorapipe.catalog.kind(result.kind)?.output == .report,
        let report = try? EvaluationReport.read(folder: path), let text = TensorBoardRun.answers(report)
      else { return }
      append(to: result.stage, at: event.time) { $0.append(text: text, tag: "answers", step: 0, time: event.time) }
    case .runFinished(let summary):
      append(to: nil, at: event.time) { $0.append(end: summary.status, time: event.time) }
      let ticker = state.withLock { state in
        defer { state = State() }
        return state.ticker
      }
      ticker?.stop()
      files.flush()
    case .stageStarted, .stageEvent, .warning, .runReconciled: break
    }
  }

  private func begin(_ start: RunStart, at time: Double) {
    guard !start.plan.isUpToDate else { return }
    let stages = start.plan.stages.filter { $0.disposition != .excluded }
    let run = TensorBoardRun(label: start.recipe.label, decisions: stages.map(\.decision), id: start.id)
    let place = "\(FileSystem.resolved(folder) ?? folder)/\(continued ?? run.name)"
    // `resume` finds it there. Without the note it would only begin a new folder.
    try? FileSystem.replace("\(start.path)/\(Self.note)", with: Array((place + "\n").utf8))
    state.withLock { state in
      state.place = place
      state.started = time
      state.ticker = Ticker(every: 1) { [files] in files.flush() }
    }
    let parameters = TensorBoardRun.hyperparameters(
      stages.map { (stage: $0.id, parameters: JSONValue.object($0.stage.parameters).leaves) })
    append(to: nil, at: time) { $0.append(hyperparameters: parameters, time: time) }
    files.flush()
  }

  /// - Parameter stage: `nil` for what is the whole run's.
  private func append(to stage: String?, at time: Double, _ fill: (inout TensorBoardEvents) -> Void) {
    let (place, started) = state.withLock { ($0.place, $0.started) }
    guard let place else { return }
    var events = TensorBoardEvents()
    fill(&events)
    let folder = stage.map { "\(place)/\(fileName(for: $0))" } ?? place
    files.append(
      events.bytes, to: TensorBoardRun.eventFile(in: folder, started: started),
      header: TensorBoardEvents(startingAt: started).bytes)
  }
}
