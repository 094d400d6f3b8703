import Diagnostics
import PipelineEngine
import Platform
import Training

/// Training events as a stage's events: curves, the line of the terminal, and a line of the log per update.
final class TrainingReporter {
  private let context: any StageContext
  private let configuration: TrainingConfiguration
  private var total = 0
  private var detail: String?
  private var tokens = 0
  private var seconds = 0.0

  init(context: any StageContext, configuration: TrainingConfiguration) {
    self.context = context
    self.configuration = configuration
  }

  func observe(_ event: TrainingEvent) {
    switch event {
    case .unusableCheckpoint(let path, let fault, let isRemoved):
      let name = FileSystem.name(of: path)
      guard isRemoved else {
        return context.emit(.warning("the checkpoint \(name) cannot be continued, and it cannot be removed either"))
      }
      switch fault {
      case .damaged: context.emit(.warning("the checkpoint \(name) is damaged, and was removed"))
      case .ofAnotherTraining:
        context.emit(
          .warning("the checkpoint \(name) belongs to another training (other settings, rows or base), and was removed")
        )
      case .withoutBest:
        context.emit(
          .warning(
            "the checkpoint \(name) was removed: best.safetensors, which belongs to it, is missing or damaged"))
      }
    case .started(let plan, let step):
      total = plan.steps
      context.emit(.activity(nil))
      context.emit(
        .log("training \(plan.trainableParameters) parameters on \(plan.rows) rows in \(plan.steps) updates"))
      let warmup = configuration.schedule.warmup(total: total)
      if warmup > 0, step < warmup {
        context.emit(
          .log("the learning rate rises from 0 to \(Self.rate(configuration.learningRate)) in \(warmup) updates"))
      }
      if step > 0 { context.emit(.note("continuing from the checkpoint of step \(step)")) }
      context.emit(.progress(completed: Double(step), total: Double(total), unit: "steps", detail: nil))
    case .initializing: context.emit(.activity("finding the singular values of the weights"))
    case .progress(let step, let packs, let count):
      let done = Double(step - 1) + Double(packs) / Double(max(count, 1))
      context.emit(.progress(completed: done, total: Double(total), unit: "steps", detail: detail))
    case .step(let step): observe(step)
    case .evaluating(_, let packs, let count):
      context.emit(.activity("measuring validation \(packs)/\(count)"))
    case .evaluation(let step, let result, let isBest):
      context.emit(.activity(nil))
      context.emit(.point(series: "validation.loss", step: step, value: result.overall.loss))
      var roles: [String] = []
      for (role, figures) in result.roles.sorted(by: { $0.key < $1.key }) {
        context.emit(.point(series: "validation.loss.\(role)", step: step, value: figures.loss))
        roles.append("\(role) \(Self.decimals(figures.loss, 4))")
      }
      context.metric("validation.loss", result.overall.loss)
      context.emit(
        .log(
          "validation after step \(step): loss \(Self.decimals(result.overall.loss, 4))"
            + (roles.count > 1 ? " (\(roles.joined(separator: ", ")))" : "")
            + (isBest ? ", the lowest so far" : "")))
    case .checkpoint(_, let step): context.emit(.log("wrote the checkpoint of step \(step)"))
    case .stoppedEarly: break
    }
  }

  private func observe(_ step: TrainingStep) {
    context.emit(.point(series: "loss", step: step.step, value: step.loss))
    context.emit(.point(series: "learning_rate", step: step.step, value: step.learningRate))
    context.emit(.point(series: "gradient_norm", step: step.step, value: step.gradientNorm))
    context.emit(.point(series: "tokens_per_second", step: step.step, value: step.tokensPerSecond))
    context.emit(.point(series: "tokens", step: step.step, value: Double(step.tokensSeen)))
    if let memory = ProcessMemory.resident {
      context.emit(.point(series: "memory", step: step.step, value: Double(memory)))
    }
    tokens += step.tokens
    seconds += Double(step.tokens) / max(step.tokensPerSecond, 1e-9)
    context.metric("tokens_per_second", Double(tokens) / max(seconds, 1e-9))
    let memory = step.peakMemory.map { "  " + byteText($0) } ?? ""
    // The first update of a warm-up has rate 0, as in transformers: without a word it would look like a fault.
    let warmup = configuration.schedule.warmup(total: step.totalSteps)
    let rising = step.step <= warmup ? " (warm-up \(step.step)/\(warmup))" : ""
    let rate = "lr \(Self.rate(step.learningRate))\(rising)"
    let speed = "\(Self.decimals(step.tokensPerSecond, 0)) tok/s"
    // The memory of a stage's process stands beside its progress already.
    detail = "loss \(Self.decimals(step.loss, 2))  \(rate)  \(speed)"
    context.emit(
      .log(
        "step \(step.step)/\(step.totalSteps)  epoch \(Self.decimals(step.epoch, 2))  "
          + "loss \(Self.decimals(step.loss, 4))  \(rate)  gradient norm \(Self.decimals(step.gradientNorm, 3))  "
          + speed + memory))
    context.emit(.progress(completed: Double(step.step), total: Double(total), unit: "steps", detail: detail))
  }

  /// Two digits and a power of ten: `9.1e-5`.
  static func rate(_ value: Double) -> String {
    guard value.isFinite, value > 0 else { return "0" }
    guard value < 1e6 else { return "\(value)" }
    var exponent = 0
    var digits = value
    while digits < 0.995, exponent > -30 {
      digits *= 10
      exponent -= 1
    }
    let tenths = Int((digits * 10).rounded())
    let text = tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    return exponent == 0 ? text : "\(text)e\(exponent)"
  }

  /// So many decimals, at most four.
  static func decimals(_ value: Double, _ places: Int) -> String {
    guard value.isFinite, abs(value) < 1e6 else { return "\(value)" }
    let scale = [1, 10, 100, 1000, 10_000][min(max(places, 0), 4)]
    let whole = Int((abs(value) * Double(scale)).rounded())
    let digits = String(whole % scale + scale).dropFirst()
    return (value < 0 ? "-" : "") + "\(whole / scale)" + (scale > 1 ? "." + digits : "")
  }
}
