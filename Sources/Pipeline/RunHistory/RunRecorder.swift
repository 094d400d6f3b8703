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
    var stages: [PlannedStage] = []
    /// Of the stages by id; made when one ends out of the plan's order.
    var positions: [String: Int] = [:]
    /// Where the stage that ends next stands, as long as they end in the plan's order.
    var next = 0
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
  /// From so many rows on, it pays to see whether the run before had the same.
  private static let manyRows = 64

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
        guard var running = row(stage, &state) else { return }
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
    state.stages = start.plan.stages
    if state.isQuiet {
      state.queue.reserveCapacity(state.stages.count)
      return
    }
    for stage in start.plan.stages {
      if var row = row(stage.id, &state) {
        row.state = stage.disposition == .excluded ? .excluded : .pending
        row.decision = stage.decision
        row.key = stage.key?.digest
        state.queue.append(row)
      }
    }
    flush(&state)
  }

  private func row(_ stage: String, _ state: inout State) -> StageRow? {
    guard let run = state.run?.id, let position = position(of: stage, &state) else { return nil }
    let planned = state.stages[position].stage
    return StageRow(
      run: run, position: position, stage: stage, kind: planned.kind, state: .pending, parameters: planned.parameters)
  }

  /// Stages are told in the plan's order when there is nothing to do; then no table is needed.
  private func position(of stage: String, _ state: inout State) -> Int? {
    if state.stages.indices.contains(state.next), state.stages[state.next].id == stage {
      state.next += 1
      return state.next - 1
    }
    if state.positions.isEmpty {
      let stages = state.stages
      state.positions = Dictionary(
        stages.indices.map { (stages[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
    }
    return state.positions[stage]
  }

  private func end(_ result: StageResult, _ time: Double, _ state: inout State) {
    guard var row = row(result.stage, &state) else { return }
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
    // A stage that was not executed wrote no points, so that it has curves only if its record has.
    if row.state.isExecution || row.record?.series != nil {
      row.series = runs.recordedCurves(run: row.run, stage: row.stage, record: row.record)
    }
    if row.record == nil { row.metrics = state.metrics[result.stage] ?? JSONObject() }
    state.queue.append(row)
  }

  private func write(_ state: inout State, to database: RunDatabase) throws(Diagnostic) {
    guard state.isQuiet, state.queue.count >= Self.manyRows, let run = state.run, !state.isRunWritten else {
      return try database.write(state.isRunWritten ? nil : state.run, state.queue)
    }
    let sum = RepeatedRows.sum(state.queue)
    if let rows = RepeatedRows(of: run, sum: sum, count: state.queue.count, runs) {
      try database.write(run, repeating: rows, state.queue)
    } else {
      try database.write(run, state.queue)
    }
    RepeatedRows.note(run, sum: sum, runs)
  }

  /// - Parameter isLast: whether nothing of the run will be written afterward, so that it is worth waiting for.
  private func flush(_ state: inout State, isLast: Bool = false) {
    guard let database else { return }
    do throws(Diagnostic) {
      let patience = state.problem == nil || isLast ? RunDatabase.patience : Self.shortPatience
      if state.problem != nil { try database.setPatience(patience) }
      try write(&state, to: database)
      if state.problem != nil { try database.setPatience(RunDatabase.patience) }
      state.isRunWritten = true
      state.queue = []
      state.problem = nil
    } catch {
      state.problem = error
    }
  }
}
