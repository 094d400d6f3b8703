import Diagnostics
import JSON
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
    var estimate = StageEstimate(
      disk: parameters.map { Int64($0) * 4 * 4 },
      figures: [
        .count("rows", split?.train), .count("optimizer steps", steps), .count("trainable parameters", parameters),
      ], output: input?.baseNames ?? JSONObject())
    estimate.objections += context.baseObjections("data") + context.baseObjections("adapter")
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
    do {
      let plan = try TrainingPlan(
        rowCount: split.train,
        lengths: AssumedLengths(averageTokens: average, averageLabels: labels, longest: max(average * 3, 64)),
        configuration: configuration, model: model.configuration, baseBytes: Int(clamping: model.weightBytes),
        resources: TrainingResources(workers: context.threads, memoryBudget: Int(clamping: context.memoryLimit)))
      let seconds = plan.seconds(flopsPerWorker: MachineRate.flops(model.configuration) * 0.8)
      estimate.seconds = seconds
      estimate.memory = Int64(plan.peakMemory)
      estimate.figures += [
        .init(known == nil ? "tokens, at about \(average) a row" : "tokens", .integer(Int64(plan.tokens))),
        .init("floating-point operations", .number(plan.flops)),
        .init("memory", .integer(Int64(plan.peakMemory)), unit: "bytes"),
        .init("time", .number(seconds), unit: "seconds"),
      ]
    } catch {
      estimate.objections += Diagnostic.all(of: error)
    }
    return estimate
  }

  /// Tokens of a row when there is no data to count yet: about what instruction data has.
  private static let assumedTokens = 180
}

/// This machine's speed, measured once a process and shape, so that equal stages are given equal times.
private enum MachineRate {
  private static let measured = Mutex<[[Int]: Double]>([:])

  static func flops(_ model: ModelConfiguration) -> Double {
    measured.withLock { rates in
      let shape = [model.hiddenSize, model.intermediateSize]
      if let rate = rates[shape] { return rate }
      let rate = TrainingPlan.measuredFlops(model)
      rates[shape] = rate
      return rate
    }
  }
}
