import Diagnostics
import Glibc
import JSON
import LinearAlgebra
import ModelFiles
public import Models
import Platform
import Synchronization
import Tensors

/// Fine-tunes a low-rank adapter on a frozen base.
///
/// Rows of a window are packed end to end; each worker takes whole packs forward and backward, and the packs' gradients
/// are summed in pack order, so the result depends on the data, the seed and the configuration, never on the number of
/// workers, on what was recomputed to save memory, or on how often the training was stopped and resumed.
public final class Trainer {
  public let plan: TrainingPlan
  let model: TransformerModel
  let rows: [TrainingRow]
  let evaluationRows: [TrainingRow]
  let configuration: TrainingConfiguration
  let checkpoints: CheckpointFolder?
  let layout: AdapterLayout
  /// `nil` for a fresh one.
  private let initial: AdapterParameters?

  /// Checks everything that can be checked before work starts.
  /// - Parameters:
  ///   - initialAdapter: trained further instead of a fresh one; must have the configuration's ranks and scales.
  ///   - checkpointFolder: made if missing; a checkpoint in it is resumed. Needed for `loadsBest`.
  ///   - removesUnusable: whether a checkpoint that cannot be continued is removed, with an event, and one of another training
  ///     is no error. For a folder into which only this training writes.
  /// - Throws: `Diagnostic` or `DiagnosticList`: parameters, rows, memory, or a checkpoint of another training.
  public init(
    model: TransformerModel, rows: [TrainingRow], evaluationRows: [TrainingRow] = [],
    configuration: TrainingConfiguration, resources: TrainingResources = TrainingResources(),
    initialAdapter: AdapterParameters? = nil, checkpointFolder: String? = nil, removesUnusable: Bool = false
  ) throws {
    var configuration = configuration
    configuration.adapter = try configuration.adapter.resolved(for: model.configuration)
    try configuration.validate()
    try TrainingRows.validate(rows, model.configuration, empty: "there are no training rows")
    if !evaluationRows.isEmpty {
      try TrainingRows.validate(evaluationRows, model.configuration, empty: "there are no validation rows")
    }
    guard configuration.batchSize <= rows.count else {
      throw Diagnostic(
        code: "batch-too-large",
        "a batch of \(configuration.batchSize) rows is more than the \(rows.count) rows there are",
        remedy: "lower batch_size")
    }
    guard configuration.evaluateEvery == 0 || !evaluationRows.isEmpty else {
      throw Diagnostic(
        code: "empty-dataset", "evaluation during training is asked for, but there are no validation rows",
        remedy: "set a validation share in mix, or eval_every: 0")
    }
    guard !configuration.loadsBest || checkpointFolder != nil else {
      throw Diagnostic(code: "bad-training-parameter", "load_best needs a folder for checkpoints")
    }
    if configuration.adapter.initialization == .pissa {
      guard initialAdapter == nil else {
        throw Diagnostic(
          code: "bad-training-parameter", "lora.init: pissa begins a new adapter, and there is one to continue from",
          remedy: "leave out lora.init, or the input 'adapter'")
      }
      try LinearAlgebra.require("lora.init: pissa")
    }
    layout = AdapterLayout(configuration.adapter.trained, for: model.configuration)
    if let initialAdapter, initialAdapter.layout != layout {
      throw Diagnostic(
        code: "adapter-mismatch", "the initial adapter has other ranks, targets or scales than this training asks for",
        remedy: "give the rank, alpha, targets and layers the adapter was trained with")
    }
    self.model = model
    self.rows = rows
    self.evaluationRows = evaluationRows
    self.configuration = configuration
    plan = try TrainingPlan(
      rows: rows, evaluationRows: evaluationRows, configuration: configuration, model: model.configuration,
      baseBytes: model.source.canonicalByteCount, resources: resources)
    initial = initialAdapter
    checkpoints = try checkpointFolder.map {
      try CheckpointFolder(
        path: $0,
        fingerprint: Fingerprint.of(configuration, model, rows, evaluationRows, initial: initialAdapter),
        removesUnusable: removesUnusable)
    }
  }

  /// Trains from the newest checkpoint, or from the start, to the end or until cancelled.
  /// - Parameters:
  ///   - observer: called from this thread.
  ///   - frozen: of all rows, where the resources say that frozen layers are reused. Changes no bit of the result.
  ///   - isCancelled: asked before each layer of each pack; then a checkpoint is written, inside a window if need be.
  /// - Throws: `Diagnostic` (`non-finite-loss`, `checkpoint-mismatch`, `cannot-write-file`, `lost-frozen-states`, …).
  public func run(
    frozen states: FrozenStates? = nil, observer: (TrainingEvent) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> TrainingResult {
    precondition(
      (states?.layer ?? 0) == plan.capacity.firstLayer, "the states are of the layer that the plan begins with")
    let inputs = try states.map { (rows: try $0.reader(rows), evaluation: try $0.reader(evaluationRows)) }
    let restored = try checkpoints?.newest(
      parameterCount: layout.parameterCount, rowCount: rows.count, needsBest: configuration.loadsBest, report: observer)
    var state =
      restored ?? TrainingState(parameters: FloatBuffer(count: layout.parameterCount), rowCount: rows.count)
    if restored == nil { state.parameters.copy(from: try start(observer, isCancelled).values) }
    let frozen = FrozenHalves(layout, configuration.adapter.initialization, state.parameters)
    observer(.started(plan: plan, step: state.step))
    var schedule = WindowSchedule(rowCount: rows.count, configuration)
    let runner = WindowRunner(
      model: model, layout: layout, plan: plan, adapterDropout: Float(configuration.adapter.dropout),
      seed: configuration.seed, input: inputs?.rows.input, isCancelled: isCancelled)
    var lastSaved = restored == nil ? -1 : state.step
    var tokensSeen = (0..<state.step).reduce(0) { sum, step in
      schedule.rows(step: step).reduce(sum) { $0 + rows[$1].ids.count }
    }

    while true {
      if evaluationIsDue(state, total: schedule.total) {
        guard try evaluate(&state, runner, inputs?.evaluation, observer, isCancelled) else {
          return try cancelled(state, observer)
        }
      }
      if let checkpoints, configuration.saveEvery > 0, state.step > 0, state.step % configuration.saveEvery == 0,
        lastSaved != state.step
      {
        let path = try checkpoints.save(state, keep: configuration.keepsCheckpoints)
        lastSaved = state.step
        observer(.checkpoint(path: path, step: state.step))
      }
      if state.step >= schedule.total || state.stoppedEarly { break }
      let chosen = schedule.rows(step: state.step)
      let window = WindowPlan(chosen.map { ($0, rows[$0]) }, configuration, model.configuration)
      let start = SystemClock.monotonic()
      let step = state.step
      let finished = runner.run(window, &state) { packs in
        observer(.progress(step: step + 1, packs: packs, of: window.packs.count))
      }
      if let failure = inputs?.rows.failure { throw saved(state, observer, failure) }
      guard finished else { return try cancelled(state, observer) }
      let (norm, rate) = try update(&state, window, runner, frozen, total: schedule.total)
      let seconds = SystemClock.monotonic() - start
      tokensSeen += window.tokenCount
      observer(
        .step(
          TrainingStep(
            step: state.step, totalSteps: schedule.total,
            epoch: Double(state.step) / Double(max(schedule.perEpoch, 1)), loss: state.lastLoss ?? .nan,
            learningRate: rate, gradientNorm: norm, tokens: window.tokenCount,
            tokensPerSecond: Double(window.tokenCount) / max(seconds, 1e-9), tokensSeen: tokensSeen,
            peakMemory: ProcessMemory.peak)))
    }
    if configuration.loadsBest, state.bestStep != nil, state.bestStep != state.step {
      try checkpoints?.best(into: state.parameters)
    }
    return result(state, wasCancelled: false)
  }

  /// The parameters that training begins with.
  private func start(
    _ observer: (TrainingEvent) -> Void, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> AdapterParameters {
    if let initial { return initial }
    switch configuration.adapter.initialization {
    case .random:
      return try AdapterParameters(
        initial: configuration.adapter, model: model.configuration, seed: configuration.seed, weights: { model })
    case .pissa:
      observer(.initializing)
      return try AdapterParameters(
        principal: configuration.adapter, model: model, threads: plan.workers, isCancelled: isCancelled)
    }
  }

  private func result(_ state: TrainingState, wasCancelled: Bool) -> TrainingResult {
    let adapter = AdapterParameters(
      configuration: configuration.adapter.trained, model: model.configuration, values: state.parameters)
    return TrainingResult(
      adapter: adapter, steps: state.step, lastLoss: state.lastLoss, bestLoss: state.bestLoss, bestStep: state.bestStep,
      stoppedEarly: state.stoppedEarly, rowLosses: state.rowLosses.values.map { $0 < 0 ? nil : $0 },
      wasCancelled: wasCancelled)
  }

  private func cancelled(_ state: TrainingState, _ observer: (TrainingEvent) -> Void) throws -> TrainingResult {
    if let checkpoints {
      let path = try checkpoints.save(state, keep: configuration.keepsCheckpoints)
      observer(.checkpoint(path: path, step: state.step))
    }
    return result(state, wasCancelled: true)
  }

  /// What ends training: the updates so far are kept, as when it is asked to stop.
  private func saved(_ state: TrainingState, _ observer: (TrainingEvent) -> Void, _ failure: Diagnostic) -> Diagnostic {
    var failure = failure
    do { _ = try cancelled(state, observer) } catch {
      if let reason = error as? Diagnostic { failure.notes.append(reason.message) }
    }
    return failure
  }

  // MARK: Update

  /// Clips, steps the optimizer, and moves on to the next window.
  private func update(
    _ state: inout TrainingState, _ window: WindowPlan, _ runner: WindowRunner, _ frozen: FrozenHalves, total: Int
  ) throws -> (norm: Double, rate: Double) {
    guard let gradient = state.accumulated else { return (0, 0) }
    frozen.clear(gradient)
    let kernels = Kernels.best
    let loss = state.windowLoss / Double(max(window.labelCount, 1))
    let norm = kernels.squareSum(count: layout.parameterCount, gradient.pointer).squareRoot()
    guard loss.isFinite, norm.isFinite else { throw nonFinite(state, window, loss, runner) }
    let limit = configuration.maximumGradientNorm
    let clip = limit > 0 && limit.isFinite ? min(1, limit / (norm + 1e-6)) : 1
    let rate = configuration.learningRate * configuration.schedule.factor(step: state.step, total: total)
    kernels.adamW(
      count: layout.parameterCount,
      AdamWStep(
        learningRate: rate, beta1: configuration.beta1, beta2: configuration.beta2, epsilon: configuration.epsilon,
        weightDecay: configuration.weightDecay, step: state.step + 1), gradientScale: Float(clip),
      gradient: gradient.pointer, parameters: state.parameters.pointer, firstMoment: state.firstMoment.pointer,
      secondMoment: state.secondMoment.pointer)
    frozen.restore(state.parameters)
    state.step += 1
    state.packsReduced = 0
    state.windowLoss = 0
    state.lastLoss = loss
    return (norm, rate)
  }

  private func nonFinite(
    _ state: TrainingState, _ window: WindowPlan, _ loss: Double, _ runner: WindowRunner
  ) -> Diagnostic {
    let suspects = runner.nonFiniteRows.sorted().prefix(8).map { rows[$0].description }
    let all = window.packs.flatMap(\.sequences).map(\.row).sorted().prefix(8).map { rows[$0].description }
    return Diagnostic(
      code: "non-finite-loss",
      "update \(state.step + 1): the \(loss.isFinite ? "gradient" : "loss") is not a finite number",
      // Nothing was learned yet: what is wrong came with the base.
      remedy: state.step == 0
        ? "the base's weights hold a NaN or an infinity: fetch them again; else look at the rows named"
        : "lower the learning rate or lengthen the warm-up; look at the rows named",
      notes: suspects.isEmpty
        ? ["rows of the window: " + all.joined(separator: ", ")] : ["at " + suspects.joined(separator: ", ")])
  }

  // MARK: Evaluation

  private func evaluationIsDue(_ state: TrainingState, total: Int) -> Bool {
    guard configuration.evaluateEvery > 0, state.step > state.lastEvaluated, state.packsReduced == 0 else {
      return false
    }
    return state.step % configuration.evaluateEvery == 0 || state.step == total
  }

  /// - Returns: `false` when cancelled.
  private func evaluate(
    _ state: inout TrainingState, _ runner: WindowRunner, _ frozen: FrozenReader?,
    _ observer: (TrainingEvent) -> Void, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> Bool {
    let packs = Evaluation.packs(evaluationRows, packTokens: configuration.packTokens)
    let step = state.step
    let measured = Evaluation.run(
      packs, rows: evaluationRows, engines: runner.engines, parameters: state.parameters,
      rowScales: runner.updatedScales(state.parameters), input: frozen?.input, isCancelled: isCancelled,
      progress: { observer(.evaluating(step: step, packs: $0, of: packs.count)) })
    if let failure = frozen?.failure { throw saved(state, observer, failure) }
    guard let result = measured else { return false }
    let loss = result.overall.loss
    let isBest = loss.isFinite && (state.bestLoss.map { loss < $0 } ?? true)
    state.lastEvaluated = state.step
    if isBest {
      state.bestLoss = loss
      state.bestStep = state.step
      state.evaluationsWithoutBetter = 0
      if configuration.loadsBest { try checkpoints?.saveBest(state) }
    } else {
      state.evaluationsWithoutBetter += 1
    }
    observer(.evaluation(step: state.step, result: result, isBest: isBest))
    if configuration.patience > 0, state.evaluationsWithoutBetter >= configuration.patience {
      state.stoppedEarly = true
      observer(.stoppedEarly(step: state.step))
    }
    return true
  }
}
