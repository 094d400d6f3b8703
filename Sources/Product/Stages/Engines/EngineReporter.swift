import Diagnostics
import JSON
import PipelineEngine
import Synchronization

/// Turns what an engine says into the stage's events: the same series and the same line of progress as the native training.
final class EngineReporter: Sendable {
  /// How it ended, as far as the engine said.
  struct Ending: Sendable {
    var hasEnded = false
    var isEarly = false
    var hasStopped = false
    var failures: [(cause: String, rank: Int, kind: String, message: String)] = []
    var checkpoint: (step: Int, path: String)?
    var best: (step: Int, loss: Double, path: String?)?
    var lastLoss: Double?
    var lastStep = 0
  }

  private struct State {
    var file: EngineEventFile
    var ending = Ending()
    var lastTime: Double?
    var detail: String?
    var tokens = 0
    var seconds = 0.0
  }

  private let context: any StageContext
  private let total: Int
  /// Tokens of each update.
  private let windowTokens: [Int]
  private let state: Mutex<State>

  init(context: any StageContext, events: String, windowTokens: [Int]) {
    self.context = context
    total = windowTokens.count
    self.windowTokens = windowTokens
    state = Mutex(State(file: EngineEventFile(path: events)))
  }

  var ending: Ending { state.withLock { $0.ending } }

  /// Reads what is new.
  func read() {
    state.withLock { state in
      for line in state.file.next() {
        guard let event = EngineEvent(line: line) else { continue }
        observe(event, &state)
      }
    }
  }

  private func observe(_ event: EngineEvent, _ state: inout State) {
    switch event {
    case .loading:
      context.emit(.activity("loading the engine"))
    case .started(let step, let device, let versions, let trainable):
      context.emit(.activity(nil))
      if step > 0 { context.emit(.note("continuing from the checkpoint of step \(step)")) }
      if let trainable { context.metric("trainable_parameters", trainable) }
      context.describe("device", .string(device))
      context.describe("engine_versions", .object(versions))
      progress(step, nil)
    case .step(let step): observe(step, &state)
    case .evaluation(let step, let loss, let roles):
      context.emit(.point(series: "validation.loss", step: step, value: loss))
      for (role, value) in roles {
        if let value = value.doubleValue {
          context.emit(.point(series: "validation.loss.\(role)", step: step, value: value))
        }
      }
      context.metric("validation.loss", loss)
    case .best(let step, let loss, let path): state.ending.best = (step, loss, path)
    case .checkpoint(let step, let path, _): state.ending.checkpoint = (step, path)
    case .ended(_, let early):
      state.ending.hasEnded = true
      state.ending.isEarly = early
    case .stopped: state.ending.hasStopped = true
    case .failed(let cause, let rank, let kind, let message):
      state.ending.failures.append((cause, rank, kind, message))
    }
  }

  private func observe(_ step: EngineEvent.Step, _ state: inout State) {
    state.ending.lastLoss = step.loss
    state.ending.lastStep = step.step
    context.emit(.point(series: "loss", step: step.step, value: step.loss))
    if let rate = step.learningRate { context.emit(.point(series: "learning_rate", step: step.step, value: rate)) }
    if let norm = step.gradientNorm { context.emit(.point(series: "gradient_norm", step: step.step, value: norm)) }
    var speed: Double?
    // The first update after a start has no earlier time to be measured from.
    if let last = state.lastTime, step.time > last, step.step > 0, windowTokens.indices.contains(step.step - 1) {
      state.tokens += windowTokens[step.step - 1]
      state.seconds += step.time - last
      speed = Double(windowTokens[step.step - 1]) / (step.time - last)
      context.emit(.point(series: "tokens_per_second", step: step.step, value: speed ?? 0))
      context.metric("tokens_per_second", Double(state.tokens) / state.seconds)
    }
    state.lastTime = step.time
    if let memory = step.memory { context.emit(.point(series: "memory", step: step.step, value: Double(memory))) }
    var parts = ["loss \(TrainingReporter.decimals(step.loss, 2))"]
    if let rate = step.learningRate { parts.append("lr \(TrainingReporter.rate(rate))") }
    if let speed { parts.append("\(TrainingReporter.decimals(speed, 0)) tok/s") }
    if let memory = step.memory { parts.append(byteText(memory)) }
    let detail = parts.joined(separator: "  ")
    state.detail = detail
    context.emit(.log("step \(step.step)/\(total)  \(detail)"))
    progress(step.step, detail)
  }

  private func progress(_ step: Int, _ detail: String?) {
    context.emit(.progress(completed: Double(step), total: Double(total), unit: "steps", detail: detail))
  }
}
