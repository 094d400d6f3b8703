import Artifacts
public import Diagnostics
import JSON
public import PipelineEngine
import Platform
import Recipes
import Synchronization

/// The observer that writes runs into the database.
///
/// A run with nothing to do is one transaction; otherwise each stage that ends is one, and what was cached beside it goes
/// along. A database that is locked, full or of a newer version never stops a run: what could not be written stays queued,
/// and `problem` says what happened. What is still missing when the run has ended is read in from its folder by
/// `RunDatabase.catchUp(with:)`.
public final class RunRecorder: RunObserver {
  private struct State {
    var run: RunRow?
    var isRunWritten = false
    var parameters: [String: JSONObject] = [:]
    var positions: [String: Int] = [:]
    var kinds: [String: String] = [:]
    var started: [String: Double] = [:]
    var metrics: [String: JSONObject] = [:]
    var queue: [StageRow] = []
    var isQuiet = false
    /// Why the queue could not be written the last time.
    var problem: Diagnostic?
    /// Why the database lacks something that this recorder will not write any more.
    var lasting: Diagnostic?
  }

  /// `nil` when it cannot be opened.
  private let database: RunDatabase?
  private let runs: RunsDirectory
  private let state: Mutex<State>
  /// Milliseconds that a write waits for another program after one that waited in vain: it can be done later.
  private static let shortPatience: Int32 = 50

  public init(_ database: RunDatabase, runs: RunsDirectory) {
    self.database = database
    self.runs = runs
    state = Mutex(State())
  }

  /// Opens the database of a workspace and reads in what it lacks. What prevents that becomes the recorder's `problem`.
  public init(of runs: RunsDirectory) {
    self.runs = runs
    var initial = State()
    var opened: RunDatabase?
    do throws(Diagnostic) {
      let database = try RunDatabase.open(runs.path + "/runs.db")
      opened = database
      try database.catchUp(with: runs)
    } catch {
      initial.lasting = error
    }
    database = opened
    state = Mutex(initial)
  }

  /// What could not be written; `nil` when everything was.
  public var problem: Diagnostic? { state.withLock { $0.problem ?? $0.lasting } }

  public func observe(_ event: RunEvent) {
    state.withLock { state in
      switch event.kind {
      case .runStarted(let start): begin(start, event.time, &state)
      case .stageStarted(let stage, let decision, let key, let log):
        state.started[stage] = event.time
        guard var running = row(stage, state) else { return }
        running.state = .running
        running.decision = decision
        running.key = key
        running.log = FileSystem.name(of: log)
        running.started = event.time
        state.queue.append(running)
        flush(&state)
      case .stageEvent(let stage, .metric(let name, let value)):
        state.metrics[stage, default: JSONObject()][name] = value
      case .stageEvent, .warning: break
      case .stageFinished(let result):
        end(result, event.time, &state)
        if !state.isQuiet, result.state != .cached, result.state != .referenced { flush(&state) }
      case .runFinished(let summary):
        state.run?.status = summary.status
        state.run?.finished = event.time
        state.run?.seconds = summary.seconds
        state.isRunWritten = false
        flush(&state, isLast: true)
      case .runReconciled(let id):
        do throws(Diagnostic) {
          try database?.markInterrupted(id, at: event.time)
          try database?.takeInCurves(of: id, runs)
        } catch {
          state.lasting = error
        }
      }
    }
  }

  private func begin(_ start: RunStart, _ time: Double, _ state: inout State) {
    let lasting = state.problem ?? state.lasting
    state = State()
    state.lasting = lasting
    state.run = RunRow(start, time: time)
    state.isQuiet = start.plan.isUpToDate
    for (position, stage) in start.plan.stages.enumerated() {
      state.positions[stage.id] = position
      state.parameters[stage.id] = stage.stage.parameters
      state.kinds[stage.id] = stage.stage.kind
      if state.isQuiet { continue }
      if var row = row(stage.id, state) {
        row.state = stage.disposition == .excluded ? .excluded : .pending
        row.decision = stage.decision
        row.key = stage.key?.digest
        state.queue.append(row)
      }
    }
    if !state.isQuiet { flush(&state) }
  }

  private func row(_ stage: String, _ state: State) -> StageRow? {
    guard let run = state.run?.id, let position = state.positions[stage] else { return nil }
    return StageRow(
      run: run, position: position, stage: stage, kind: state.kinds[stage] ?? "", state: .pending,
      parameters: state.parameters[stage] ?? JSONObject())
  }

  private func end(_ result: StageResult, _ time: Double, _ state: inout State) {
    guard var row = row(result.stage, state) else { return }
    row.state = RecordedState(result.state)
    row.decision = result.decision
    row.key = result.key
    row.artifact = result.artifact
    row.started = state.started[result.stage]
    row.finished = time
    row.seconds = result.seconds
    row.isRecorded = result.isRecorded
    row.log = result.log.map { FileSystem.name(of: $0) }
    if !result.diagnostics.isEmpty { row.diagnostics = .array(result.diagnostics.map(\.json)) }
    row.record = result.record
    if row.state.isExecution || row.record != nil {
      row.series = runs.recordedCurves(run: row.run, stage: row.stage, record: row.record)
    }
    if row.record == nil { row.metrics = state.metrics[result.stage] ?? JSONObject() }
    state.queue.append(row)
  }

  /// - Parameter isLast: whether nothing of the run will be written afterward, so that it is worth waiting for.
  private func flush(_ state: inout State, isLast: Bool = false) {
    guard let database else { return }
    do throws(Diagnostic) {
      let patience = state.problem == nil || isLast ? RunDatabase.patience : Self.shortPatience
      if state.problem != nil { try database.setPatience(patience) }
      try database.write(state.isRunWritten ? nil : state.run, state.queue)
      if state.problem != nil { try database.setPatience(RunDatabase.patience) }
      state.isRunWritten = true
      state.queue = []
      state.problem = nil
    } catch {
      state.problem = error
    }
  }
}
