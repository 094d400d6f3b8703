import Artifacts
import Diagnostics
import JSON
import LinearAlgebra
import ModelFiles
import PipelineEngine
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
      estimate.objections.append(Self.noValidationRows(context.stageName))
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
      let pace = Pace(context, model.configuration)
      let need = self.need(plan, parameters: parameters ?? 0, model: model.configuration, threads: context.threads)
      estimate.seconds = pace.seconds(need)
      estimate.secondsAlone = pace.secondsAlone(need)
      estimate.memory = Int64(plan.peakMemory)
      estimate.figures += [
        .init(known == nil ? "tokens, at about \(average) a row" : "tokens in all", .integer(Int64(plan.tokens))),
        .init("floating-point operations", .number(plan.flops)),
        .init("memory", .integer(Int64(plan.peakMemory)), unit: "bytes"),
        .init("time", estimate.seconds.map { .number($0) }, unit: "seconds"),
      ]
      if let frozen {
        estimate.disk = (estimate.disk ?? 0) + frozen.bytes
        let seconds = pace.seconds(.init(shared: frozen.flops / Self.rateShare))
        estimate.figures += [
          .count("layers that go forward once", frozen.layers, of: model.configuration.layerCount),
          .init("time of that", .number(seconds), unit: "seconds"),
          .init("disk for their output", .integer(frozen.bytes), unit: "bytes"),
        ]
      }
      if let alone = estimate.secondsAlone, alone > Self.longSeconds, let seconds = estimate.seconds {
        estimate.alternatives =
          shorter(plan, split, seconds: seconds, alone: alone)
          + smaller(split, lengths, model, context)
      }
    } catch {
      estimate.objections += Diagnostic.all(of: error)
      estimate.alternatives = smaller(split, lengths, model, context)
    }
    return estimate
  }

  /// Beside the passes over the rows: reading the weights, the measure of the update, the adapter.
  private func need(
    _ plan: TrainingPlan, parameters: Int, model: ModelConfiguration, threads: Int
  ) -> Pace.Need {
    // Memory may allow fewer workers than there are threads.
    let operations = plan.seconds(flopsPerWorker: 1e9) * 1e9 * Double(max(threads, 1))
    return Pace.Need(
      shared: operations / Self.rateShare,
      serial: Self.fixedSeconds + Double(model.parameterCount) * Self.openingSeconds,
      written: Int64(parameters) * 4)
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

  /// The same base with less to do: fewer updates, or fewer rows.
  private func shorter(
    _ plan: TrainingPlan, _ split: (train: Int, validation: Int), seconds: Double, alone: Double
  ) -> [Alternative] {
    // Half of the time that is too long: what was refused is not offered with the next load.
    let share = Self.longSeconds / 2 / alone
    var found: [Alternative] = []
    let steps = Int(Double(plan.steps) * share)
    if steps >= 10 {
      found.append(.init(.steps(steps, of: plan.steps), seconds: seconds * share, memory: Int64(plan.peakMemory)))
    }
    let rows = Int(Double(split.train) * share)
    // Where max_steps is the limit, fewer rows change nothing.
    if rows >= 50, configuration.maximumSteps == nil {
      found.append(.init(.rows(rows, of: split.train), seconds: seconds * share, memory: Int64(plan.peakMemory)))
    }
    return found
  }

  /// Less to train: the last layers of the same base, then the largest of the well-known models that fits. Only a model of
  /// the same make, or one that speaks Chinese as well as English, answers in the language of the rows.
  private func smaller(
    _ split: (train: Int, validation: Int), _ lengths: AssumedLengths,
    _ model: (configuration: ModelConfiguration, weightBytes: Int64), _ context: EstimateContext
  ) -> [Alternative] {
    let resources = TrainingResources(workers: context.threads, memoryBudget: Int(clamping: context.memoryLimit))
    func fitting(
      _ stage: SFTStage, _ model: (configuration: ModelConfiguration, weightBytes: Int64)
    ) -> (seconds: Double, memory: Int64)? {
      guard let plan = try? stage.plan(split, lengths, model, nil, resources) else { return nil }
      let pace = Pace(context, model.configuration)
      let need = stage.need(
        plan, parameters: plan.trainableParameters, model: model.configuration, threads: context.threads)
      return pace.secondsAlone(need) < Self.longSeconds ? (pace.seconds(need), Int64(plan.peakMemory)) : nil
    }
    var found: [Alternative] = []
    let layers = model.configuration.layerCount
    if configuration.adapter.layers == .all {
      for count in [layers / 2, layers / 4, layers / 8] where count > 0 {
        guard let stage = onLast(count), let fit = fitting(stage, model) else { continue }
        found.append(.init(.lastLayers(count, of: layers), seconds: fit.seconds, memory: fit.memory))
        break
      }
    }
    for other in KnownSources.smaller(than: model.configuration.parameterCount)
    where KnownSources.speaks(other.configuration, asMuchAs: model.configuration) {
      guard let fit = fitting(self, (other.configuration, other.downloadBytes)) else { continue }
      found.append(.init(.model(other.id), seconds: fit.seconds, memory: fit.memory))
      break
    }
    return found
  }

  /// The same training with an adapter on the last layers only.
  private func onLast(_ count: Int) -> SFTStage? {
    var parameters = Parameters()
    parameters.training = configuration
    parameters.training.adapter.layers = .last(count)
    parameters.cacheFrozen = storesFrozenLayers
    return try? SFTStage(parameters)
  }

  /// Tokens that are read for a plan, and updates that are looked at.
  private static let readableTokens = 5_000_000
  private static let sampledWindows = 48
  /// Tokens of a row when there is no data to count yet: about what instruction data has.
  private static let assumedTokens = 180
  /// The share of a product's rate that training as a whole reaches.
  static let rateShare = 0.8
  /// Seconds of one worker: starting, reading rows, telling what happened; and for each parameter of the base, opening it
  /// and measuring the update.
  private static let fixedSeconds = 1.0
  private static let openingSeconds = 4e-9
  /// From here on a run asks before it starts.
  private static let longSeconds: Double = 6 * 3600
}

extension EstimateContext {
  /// What speaks against the input `model`, when it is here to be looked at.
  var modelObjections: [Diagnostic] { input("model")?.modelObjections ?? [] }
}
