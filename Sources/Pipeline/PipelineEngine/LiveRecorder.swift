import Artifacts
import Diagnostics
import Glibc
import JSON
import Platform
import Recipes
import Synchronization

/// Writes what a run's stages report while they report it: points, the stages' own log lines, what each does at the
/// moment, and the load of the machine. `LiveData` of `RunHistory` reads it.
///
/// Events are only noted; a thread of its own writes twice a second, so that a slow disk never holds up a stage, and a run
/// that is killed loses half a second. A run that starts no stage has no such thread.
final class LiveRecorder: RunObserver {
  fileprivate struct Running {
    var progress: StageProgress
    var log: String
    var rate = ProgressRate()
  }

  private struct State {
    var running: [Running] = []
    var kinds: [String: String] = [:]
    var isChanged = false
    var isOver = false
    var ticker: Ticker?

    func index(_ stage: String) -> Int? { running.firstIndex { $0.progress.stage == stage } }
  }

  private let runs: RunsDirectory
  private let run: String
  private let files = GrowingFiles()
  /// Held while `progress.json` is written or removed, so that it is never written after its removal.
  private let writingProgress = Mutex(())
  private let state: Mutex<State>
  private let meter: MachineMeter
  /// Seconds between two writings.
  private static let interval = 0.5

  init(_ runs: RunsDirectory, run: String, plan: Plan) {
    self.runs = runs
    self.run = run
    meter = MachineMeter(disk: runs.path)
    var state = State()
    for stage in plan.stages { state.kinds[stage.id] = stage.stage.kind }
    self.state = Mutex(state)
  }

  func observe(_ event: RunEvent) {
    switch event.kind {
    case .stageStarted(let stage, let decision, _, let log):
      state.withLock { state in
        let progress = StageProgress(stage: stage, kind: state.kinds[stage] ?? "", started: event.time)
        state.running.append(Running(progress: progress, log: log))
        state.isChanged = true
        if state.ticker == nil { state.ticker = startTicker(at: event.time) }
      }
      for line in decision.explanation(of: stage, verb: "reruns") where !decision.changes.isEmpty {
        write(line, event.time, to: log)
      }
      flush()
    case .stageEvent(let stage, let said): observe(said, of: stage, at: event.time)
    case .stageFinished(let result): end(result, at: event.time)
    case .runFinished:
      let ticker = state.withLock { state in
        state.isOver = true
        return state.ticker
      }
      ticker?.stop()
      files.flush()
      if ticker != nil { writingProgress.withLock { _ in _ = unlink(runs.progressPath(run)) } }
    case .runStarted, .warning, .runReconciled: break
    }
  }

  private func observe(_ event: StageEvent, of stage: String, at time: Double) {
    switch event {
    case .point(let series, let step, let value):
      let point = CurvePoint(step: step, value: value, time: time)
      files.append(
        PointFile.record(point), to: runs.pointsFile(run, stage: stage, series: series),
        header: PointFile.header(name: series))
      change(stage) { $0.progress.values[series] = value.isFinite ? .number(value) : .null }
    case .progress(let completed, let total, let unit, let detail):
      change(stage) { $0.update(completed, of: total, unit, detail, at: time) }
    case .activity(let text): change(stage) { $0.progress.activity = text }
    case .usage(let memory): change(stage) { $0.progress.memory = Int(clamping: memory) }
    case .log(let text), .note(let text): write(text, time, of: stage)
    case .warning(let text): write("warning: " + text, time, of: stage)
    case .metric: break
    }
  }

  private func change(_ stage: String, _ body: (inout Running) -> Void) {
    state.withLock { state in
      guard let index = state.index(stage) else { return }
      body(&state.running[index])
      state.isChanged = true
    }
  }

  private func end(_ result: StageResult, at time: Double) {
    let log = state.withLock { state -> String? in
      guard let index = state.index(result.stage) else { return nil }
      state.isChanged = true
      return state.running.remove(at: index).log
    }
    guard let log else { return }
    for line in result.lastLines { write(line, time, to: log) }
    flush()
  }

  private func write(_ text: String, _ time: Double, of stage: String) {
    let log = state.withLock { state in state.index(stage).map { state.running[$0].log } }
    if let log { write(text, time, to: log) }
  }

  private func write(_ text: String, _ time: Double, to log: String) {
    let stamp = StageLogLine.stamp(time)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { stamp + $0 + "\n" }
    files.append(Array(lines.joined().utf8), to: log)
  }

  // MARK: Writing

  private func startTicker(at begun: Double) -> Ticker {
    let ticks = Mutex(0)
    return Ticker(every: Self.interval) { [self] in
      let isEven = ticks.withLock { count in
        count += 1
        return count % 4 == 0
      }
      if isEven { measureMachine(since: begun) }
      flush()
    }
  }

  private func flush() {
    files.flush()
    writingProgress.withLock { _ in
      let progress = state.withLock { state -> RunProgress? in
        guard state.isChanged, !state.isOver else { return nil }
        state.isChanged = false
        let now = SystemClock.now()
        return RunProgress(run: run, updated: now, stages: state.running.map { $0.current(at: now) })
      }
      guard let progress else { return }
      try? FileSystem.replace(runs.progressPath(run), with: progress.json.bytes())
    }
  }

  private func measureMachine(since begun: Double) {
    let now = SystemClock.now()
    for (series, value) in meter.sample() {
      let point = CurvePoint(step: Int((now - begun).rounded()), value: value, time: now)
      files.append(
        PointFile.record(point), to: runs.machineFile(run, series: series), header: PointFile.header(name: series))
    }
  }
}

extension LiveRecorder.Running {
  mutating func update(
    _ completed: Double, of total: Double?, _ unit: String, _ detail: String?, at time: Double
  ) {
    rate.update(completed: completed, unit: unit, at: time)
    progress.completed = completed
    progress.total = total
    progress.unit = unit
    if let detail { progress.detail = detail }
  }

  /// With rate and remaining time as of now.
  func current(at now: Double) -> StageProgress {
    var result = progress
    result.rate = rate.rate(now: now)
    result.remaining = progress.total.flatMap { rate.remaining(of: $0, now: now) }
    return result
  }
}

/// A line that the engine adds to a stage's log: local date and time, two spaces, the text.
public enum StageLogLine {
  /// `2026-11-23 23:15:02  `
  static func stamp(_ seconds: Double) -> String { LocalTime.text(seconds) + "  " }

  /// Whether a line begins as the engine's lines do, and not as a program's output.
  public static func isOne(_ line: some StringProtocol) -> Bool {
    let pattern = Array("0000-00-00 00:00:00  ".utf8)
    let start = Array(line.utf8.prefix(pattern.count))
    guard start.count == pattern.count else { return false }
    return zip(start, pattern).allSatisfy { byte, wanted in
      wanted == UInt8(ascii: "0") ? byte >= wanted && byte <= UInt8(ascii: "9") : byte == wanted
    }
  }
}

extension StageResult {
  /// How the stage ended, for its log.
  fileprivate var lastLines: [String] {
    switch state {
    case .built:
      let metrics = (record?.metrics ?? JSONObject()).map { name, value in
        "\(name) \(value.stringValue ?? value.text())"
      }
      return metrics.isEmpty ? [] : ["done: " + metrics.joined(separator: ", ")]
    case .cached: return ["done: another run built the same artifact"]
    case .failed:
      return diagnostics.flatMap { diagnostic in
        ["error: " + diagnostic.message] + (diagnostic.remedy.map { ["  " + $0] } ?? [])
      }
    case .interrupted: return ["stopped"]
    case .referenced, .skipped, .excluded: return []
    }
  }
}
