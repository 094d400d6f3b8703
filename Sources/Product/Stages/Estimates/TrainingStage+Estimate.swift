import Artifacts
import Diagnostics
import JSON
import LinearAlgebra
import ModelFiles
import PipelineEngine
import Synchronization
import Training

extension SFTStage: EstimatingStage {
  func estimate(_ context: EstimateContext) throws -> StageEstimate {
    let input = context.input("model")
    let model = input?.model
    let data = context.input("data")
    let split = data?.split
    let steps = split.map { configuration.steps(rows: $0.train).total }
    let parameters = model.map { configuration.adapter.parameterCount(for: $0.configuration) }
    let whole = model.flatMap { model in parameters.map { model.configuration.parameterCount + $0 } }
    var estimate = StageEstimate(
      disk: parameters.map { Int64($0) * 4 * 4 },
      figures: [
        .count("rows", split?.train), .count("optimizer steps", steps),
        .count("trainable parameters", parameters, of: whole),
      ], output: input?.baseNames ?? JSONObject())
    estimate.warnings += cautions(context.stageName, steps: steps)
    estimate.objections += context.modelObjections
    estimate.objections += context.baseObjections("data") + context.baseObjections("adapter")
    if configuration.evaluateEvery > 0, let split, split.validation == 0 {
      estimate.objections.append(
        Diagnostic(
          code: "no-validation-rows",
          "'\(context.stageName)' measures validation rows during training, and there are none",
          remedy: "set validation: 0.1 in the mix, or remove eval_every, load_best and early_stopping"))
      return estimate
    }
    if configuration.adapter.initialization == .pissa {
      if context.input("adapter") != nil {
        estimate.objections.append(
          Diagnostic(
            code: "bad-training-parameter", "lora.init: pissa begins a new adapter, and there is one to continue from",
            remedy: "leave out lora.init, or the input 'adapter'"))
      }
      do { try LinearAlgebra.require("lora.init: pissa") } catch { estimate.objections.append(error) }
    }
    guard let model, let split else { return estimate }
    if split.train < configuration.batchSize {
      estimate.objections.append(
        Diagnostic(
          code: "batch-too-large",
          "'\(context.stageName)' has a batch of \(configuration.batchSize) rows, more than its \(split.train) rows",
          remedy: "lower batch_size"))
      return estimate
    }
    let known = data?.trainTokens
    let sample = known == nil ? data?.tokenizedSample : nil
    let average =
      known.map { max(2, $0.tokens / max(split.train, 1)) } ?? data?.rowTokens ?? Self.assumedTokens
    let labels = known.map { max(1, $0.labels / max(split.train, 1)) } ?? max(1, average * 2 / 3)
    if let engine {
      estimate.figures += engine.figures(
        model: model.configuration, parameters: parameters ?? 0, rows: configuration.batchSize,
        tokens: Int(min(Double(average) * Double(split.train) * configuration.epochs, 9e18)),
        longest: max(average * 3, 64))
      return estimate
    }
    let lengths = AssumedLengths(averageTokens: average, averageLabels: labels, longest: max(average * 3, 64))
    do {
      let tokens = tokensAtHand(data)
      var configuration = configuration
      configuration.seed = context.seed
      let frozen = storable(
        tokens.flatMap { FrozenNeed(self, configuration, model: model.configuration, tokens: $0, context) }
          ?? (tokens == nil
            ? FrozenNeed(self, configuration, model: model.configuration, rows: split, tokens: average) : nil),
        &estimate, context)
      let resources = TrainingResources(
        workers: context.threads, memoryBudget: Int(clamping: context.memoryLimit), reusesFrozenLayers: frozen != nil)
      var plan =
        try tokens.map { try self.plan($0, configuration, model, resources) }
        ?? self.plan(split, lengths, model, sample, resources)
      plan.frozenFlops = frozen?.flops ?? 0
      let rate = context.rate(model.configuration)
      estimate.seconds = Self.fixedSeconds + plan.seconds(flopsPerWorker: rate.present * Self.rateShare)
      estimate.secondsAlone = Self.fixedSeconds + plan.seconds(flopsPerWorker: rate.alone * Self.rateShare)
      estimate.memory = Int64(plan.peakMemory)
      estimate.figures += [
        .init(known == nil ? "tokens, at about \(average) a row" : "tokens", .integer(Int64(plan.tokens))),
        .init("floating-point operations", .number(plan.flops)),
        .init("memory", .integer(Int64(plan.peakMemory)), unit: "bytes"),
        .init("time", estimate.seconds.map { .number($0) }, unit: "seconds"),
      ]
      if let frozen {
        estimate.disk = (estimate.disk ?? 0) + frozen.bytes
        let seconds = frozen.flops / max(rate.present * Self.rateShare * Double(max(plan.workers, 1)), 1)
        estimate.figures += [
          .count("layers that go forward once", frozen.layers, of: model.configuration.layerCount),
          .init("time of that", .number(seconds), unit: "seconds"),
          .init("disk for their output", .integer(frozen.bytes), unit: "bytes"),
        ]
      }
      if let seconds = estimate.seconds, seconds > Self.longSeconds {
        estimate.alternatives = alternatives(split, lengths, model.configuration, context)
        let fitting = Int(Double(plan.steps) * Self.longSeconds / seconds)
        if fitting >= 10 {
          estimate.alternatives.append("\(fitting) of its \(plan.steps) steps fit into 6 hours: max_steps: \(fitting)")
        }
      }
    } catch {
      estimate.objections += Diagnostic.all(of: error)
      estimate.alternatives = alternatives(split, lengths, model.configuration, context)
    }
    return estimate
  }

  /// What may be stored of the frozen layers' output; warns when it has no room.
  private func storable(
    _ need: FrozenNeed?, _ estimate: inout StageEstimate, _ context: EstimateContext
  ) -> FrozenNeed? {
    guard let need, !Self.mayStore(need.bytes, free: context.store.freeSpace()) else { return need }
    estimate.warnings.append(Self.noRoom(need.bytes, stage: context.stageName))
    return nil
  }

  /// The tokens that are here; `nil` when there are none, or so many that looking at them takes long.
  private func tokensAtHand(_ data: EstimateContext.Input?) -> TokensArtifact? {
    guard let path = data?.path, let counts = TokensArtifact.counts(folder: path),
      counts.trainTokens <= Self.readableTokens
    else { return nil }
    return try? TokensArtifact.read(folder: path)
  }

  private func plan(
    _ tokens: TokensArtifact, _ configuration: TrainingConfiguration,
    _ model: (configuration: ModelConfiguration, weightBytes: Int64), _ resources: TrainingResources
  ) throws -> TrainingPlan {
    try TrainingPlan(
      rows: tokens.trainingRows(tokens.train),
      evaluationRows: configuration.evaluateEvery > 0 ? tokens.trainingRows(tokens.validation) : [],
      configuration: configuration, model: model.configuration, baseBytes: Int(clamping: model.weightBytes),
      resources: resources, sampledWindows: Self.sampledWindows)
  }

  /// - Parameter sample: rows like those to come, if there are any.
  private func plan(
    _ split: (train: Int, validation: Int), _ lengths: AssumedLengths,
    _ model: (configuration: ModelConfiguration, weightBytes: Int64), _ sample: [TrainingRow]?,
    _ resources: TrainingResources
  ) throws -> TrainingPlan {
    try TrainingPlan(
      rowCount: split.train, evaluationRowCount: split.validation, lengths: lengths, sample: sample ?? [],
      configuration: configuration, model: model.configuration, baseBytes: Int(clamping: model.weightBytes),
      resources: resources)
  }

  /// The largest of the well-known models that this machine would train on the same rows within the time that is too
  /// long, and in the memory there is.
  private func alternatives(
    _ split: (train: Int, validation: Int), _ lengths: AssumedLengths, _ model: ModelConfiguration,
    _ context: EstimateContext
  ) -> [String] {
    let resources = TrainingResources(workers: context.threads, memoryBudget: Int(clamping: context.memoryLimit))
    for other in KnownSources.smaller(than: model.parameterCount) {
      guard let plan = try? plan(split, lengths, (other.configuration, other.downloadBytes), nil, resources) else {
        continue
      }
      let seconds = plan.seconds(flopsPerWorker: context.rate(other.configuration).present * Self.rateShare)
      guard seconds < Self.longSeconds else { continue }
      let minutes = max(1, Int((seconds / 60).rounded()))
      return [
        "\(other.id) would train on the same rows in about \(minutes) min and \(plan.peakMemory >> 20) MiB of memory"
      ]
    }
    return []
  }

  /// Tokens that are read for a plan, and updates that are looked at.
  private static let readableTokens = 5_000_000
  private static let sampledWindows = 48
  /// Tokens of a row when there is no data to count yet: about what instruction data has.
  private static let assumedTokens = 180
  /// The share of a product's rate that training as a whole reaches.
  static let rateShare = 0.8
  /// Starting, reading weights and rows, writing the adapter.
  private static let fixedSeconds = 1.0
  /// From here on a run asks before it starts.
  private static let longSeconds: Double = 6 * 3600
}

extension EstimateContext {
  /// What speaks against the input `model`, when it is here to be looked at.
  var modelObjections: [Diagnostic] { input("model")?.modelObjections ?? [] }

  /// This machine's speed for a model, measured once a process and shape, so that equal stages are given equal times.
  func rate(_ model: ModelConfiguration) -> WorkerRate { MachineRate.of(model, workers: threads) }
}

private enum MachineRate {
  private static let measured = Mutex<[[Int]: WorkerRate]>([:])

  static func of(_ model: ModelConfiguration, workers: Int) -> WorkerRate {
    measured.withLock { rates in
      // Products of other widths hardly differ: one measurement serves all models of a plan.
      let shape = [min(model.hiddenSize, 2048) / 512, workers]
      if let rate = rates[shape] { return rate }
      let rate = WorkerRate.measured(model, workers: workers)
      rates[shape] = rate
      return rate
    }
  }
}
