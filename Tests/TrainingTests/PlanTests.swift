import Diagnostics
import JSON
import ModelFiles
import Models
import TestSupport
import Testing
import Training

@Suite struct PlanTests {
  static var qwen3x4B: ModelConfiguration {
    get throws {
      try ModelConfiguration(
        huggingFace: [
          "model_type": "qwen3", "vocab_size": 151936, "hidden_size": 2560, "num_hidden_layers": 36,
          "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 128, "intermediate_size": 9728,
          "rms_norm_eps": 1e-6, "rope_theta": 1e6, "tie_word_embeddings": true, "max_position_embeddings": 40960,
        ], path: "config.json")
    }
  }

  /// 2,000 zh, 2,000 en and 108 identity rows, a tenth of each held out: the figures ms-swift prints.
  @Test func theArticlesRunHasItsStepsAndParameters() throws {
    let model = try Self.qwen3x4B
    let rows = 2000 - 200 + 2000 - 200 + 108 - 10
    let configuration = TrainingConfiguration(
      adapter: AdapterConfiguration(rank: 8, alpha: 32), batchSize: 2, gradientAccumulation: 16, epochs: 3)
    let plan = try TrainingPlan(
      rowCount: rows, lengths: AssumedLengths(averageTokens: 200, averageLabels: 130, longest: 2048),
      configuration: configuration, model: model, baseBytes: model.parameterCount * 2,
      resources: TrainingResources(workers: 2, memoryBudget: 1 << 40))
    #expect(plan.steps == 348)
    #expect(plan.trainableParameters == 16_515_072)
    #expect(plan.storedLayers == 36)
    #expect(!plan.isExact)
  }

  @Test func aSampleOfTheUpdatesCountsLikeAll() throws {
    let golden = try GoldenTraining("llama-tied")
    func plan(_ sample: Int?) throws -> TrainingPlan {
      try TrainingPlan(
        rows: GoldenTraining.randomRows(200, seed: 1),
        configuration: TrainingConfiguration(batchSize: 4, gradientAccumulation: 2, epochs: 6),
        model: golden.model.configuration, baseBytes: 1 << 20, sampledWindows: sample)
    }
    let (all, some) = (try plan(nil), try plan(20))
    #expect(all.isExact && !some.isExact && some.steps == all.steps)
    for (count, exact) in [(some.tokens, all.tokens), (some.computedTokens, all.computedTokens)] {
      #expect(abs(Double(count) / Double(exact) - 1) < 0.05)
    }
    #expect(abs(some.flops / all.flops - 1) < 0.05)
    // Shared beginnings are left out of what is computed.
    #expect(some.computedTokens < some.tokens)
    #expect(try plan(10_000) == all)
  }

  @Test func lessMemoryMeansRecomputationThenFewerWorkersThenAnError() throws {
    func plan(_ budget: Int) throws -> TrainingPlan {
      try TrainingPlan(
        rowCount: 100, lengths: AssumedLengths(averageTokens: 200, averageLabels: 130, longest: 1024),
        configuration: TrainingConfiguration(), model: Self.qwen3x4B, baseBytes: 8 << 30,
        resources: TrainingResources(workers: 2, memoryBudget: budget))
    }
    let all = try plan(64 << 30)
    #expect(all.workers == 2 && all.storedLayers == 36)
    var seen: [TrainingPlan] = []
    var budget = 24 << 30
    while let next = try? plan(budget) {
      #expect(next.peakMemory <= budget)
      seen.append(next)
      budget -= 1 << 28
    }
    #expect(seen.contains { $0.workers == 2 && $0.storedLayers < 36 })
    #expect(seen.contains { $0.workers == 1 })
    for (more, less) in zip(seen, seen.dropFirst()) {
      #expect(more.seconds(flopsPerWorker: 1e11) <= less.seconds(flopsPerWorker: 1e11))
    }
    let error = #expect(throws: Diagnostic.self) { try plan(budget) }
    #expect(error?.code == "not-enough-memory")
  }

  /// A plan counts the rows of the updates that are made, and the measurements between them.
  @Test func maximumStepsAndMeasurementsCountInTheWork() throws {
    func plan(_ change: (inout TrainingConfiguration) -> Void, validation: Int = 0) throws -> TrainingPlan {
      var configuration = TrainingConfiguration(batchSize: 8, gradientAccumulation: 1, epochs: 3)
      change(&configuration)
      return try TrainingPlan(
        rowCount: 20, evaluationRowCount: validation,
        lengths: AssumedLengths(averageTokens: 100, averageLabels: 50, longest: 200), configuration: configuration,
        model: Self.qwen3x4B, baseBytes: 1 << 30, resources: TrainingResources(workers: 2, memoryBudget: 1 << 40))
    }
    let whole = try plan { _ in }
    #expect(whole.tokens == 6000 && whole.steps == 9)
    // Windows of 8, 8 and 4 rows: four of them are 28 rows.
    let short = try plan { $0.maximumSteps = 4 }
    #expect(short.tokens == 2800)
    #expect(abs(short.flops / whole.flops - 28.0 / 60) < 1e-9)
    let measured = try plan({ $0.evaluateEvery = 2 }, validation: 10)
    #expect(measured.flops == whole.flops && whole.evaluationFlops == 0)
    // Five measurements of 10 rows, forward only: less than those rows' training, more than a third of it.
    let share = measured.evaluationFlops / (whole.flops * 50 / 60)
    #expect(share > 1.0 / 3 && share < 0.6, "\(share)")
    #expect(measured.seconds(flopsPerWorker: 1e11) > whole.seconds(flopsPerWorker: 1e11))
  }

  @Test func theRateAloneIsAtLeastTheRateOfTheMoment() throws {
    let rate = WorkerRate.measured(try Self.qwen3x4B, workers: 2)
    // A thread cannot have had more time of the processor than passed.
    #expect(rate.present > 0 && rate.alone >= rate.present * 0.99)
  }

  @Test(arguments: [
    (10, 2, 2, 1.0, 3), (10, 3, 2, 2.0, 4), (33, 1, 32, 0.5, 1), (100, 1, 10, 0.3, 3), (1, 1, 64, 7.0, 7),
  ])
  func stepsRoundUpTwice(_ c: (rows: Int, batch: Int, accumulation: Int, epochs: Double, steps: Int)) {
    let configuration = TrainingConfiguration(
      batchSize: c.batch, gradientAccumulation: c.accumulation, epochs: c.epochs)
    #expect(configuration.steps(rows: c.rows).total == c.steps)
  }

  /// A checkpoint is continued only by a training whose JSON is the same, so every field has to be in it.
  @Test func everyFieldOfTheConfigurationChangesItsJSON() {
    let changes: [(inout TrainingConfiguration) -> Void] = [
      { $0.adapter.rank = 16 }, { $0.adapter.alpha = 24 }, { $0.adapter.dropout = 0.05 },
      { $0.adapter.usesRankStabilizedScale = true }, { $0.adapter.usesDoRA = true },
      { $0.adapter.targets = ["q_proj", "down_proj"] }, { $0.adapter.initialization = .pissa },
      { $0.learningRate = 3e-4 }, { $0.schedule.kind = .linear }, { $0.schedule.warmupRatio = 0.03 },
      { $0.schedule.warmupSteps = 3 }, { $0.weightDecay = 0.2 }, { $0.beta1 = 0.8 }, { $0.beta2 = 0.9 },
      { $0.epsilon = 1e-6 }, { $0.maximumGradientNorm = 2 }, { $0.batchSize = 3 }, { $0.gradientAccumulation = 5 },
      { $0.epochs = 2.5 }, { $0.maximumSteps = 9 }, { $0.seed = .max }, { $0.packTokens = 64 },
      { $0.sharesPrefixes = false }, { $0.evaluateEvery = 4 }, { $0.patience = 2 }, { $0.loadsBest = true },
      { $0.shuffles = false }, { $0.adapter.layers = .last(4) },
    ]
    let usual = TrainingConfiguration()
    var texts: Set<String> = [usual.json.text(.canonical)]
    for change in changes {
      var configuration = usual
      change(&configuration)
      texts.insert(configuration.json.text(.canonical))
    }
    #expect(texts.count == changes.count + 1)
  }

  @Test func everyValueOutOfRangeIsNamed() {
    let list = #expect(throws: DiagnosticList.self) {
      try TrainingConfiguration(batchSize: 0, epochs: -1).validate()
    }
    #expect(list?.diagnostics.count == 2)
  }

  @Test func warmUpStartsAtZeroAndCosineEndsAtZero() {
    let schedule = LearningRateSchedule(kind: .cosine, warmupRatio: 0.05)
    #expect(schedule.warmup(total: 348) == 18)
    #expect(schedule.factor(step: 0, total: 348) == 0)
    #expect(schedule.factor(step: 18, total: 348) == 1)
    #expect(abs(schedule.factor(step: 183, total: 348) - 0.5) < 1e-12)
    #expect(LearningRateSchedule(kind: .linear, warmupRatio: 0).factor(step: 5, total: 10) == 0.5)
    #expect(LearningRateSchedule(kind: .constant, warmupSteps: 2).factor(step: 9, total: 10) == 1)
  }
}

@Suite struct RefusalTests {
  private func code(
    _ rows: [TrainingRow], _ change: (inout TrainingConfiguration) -> Void = { _ in }, validation: [TrainingRow] = []
  ) throws -> String? {
    let golden = try GoldenTraining("llama-tied")
    var configuration = TrainingConfiguration()
    change(&configuration)
    do {
      _ = try Trainer(model: golden.model, rows: rows, evaluationRows: validation, configuration: configuration)
      return nil
    } catch let diagnostic as Diagnostic {
      return diagnostic.code
    } catch let list as DiagnosticList {
      return list.diagnostics.first?.code
    }
  }

  @Test func badRowsAndParametersAreRefusedBeforeWork() throws {
    let good = GoldenTraining.randomRows(4, seed: 1)
    #expect(try code(good) == nil)
    #expect(try code([]) == "empty-dataset")
    #expect(try code(good + [TrainingRow(ids: [1, 2], labels: [5, -100])]) == "no-labels")
    #expect(try code(good + [TrainingRow(ids: [], labels: [])]) == "no-labels")
    #expect(try code(good + [TrainingRow(ids: [1, 2], labels: [1])]) == "bad-row")
    #expect(try code(good + [TrainingRow(ids: [1, 80], labels: [-100, 3])]) == "token-out-of-range")
    #expect(try code(good + [TrainingRow(ids: [1, 2], labels: [-100, 90])]) == "token-out-of-range")
    #expect(try code(good + [TrainingRow(ids: [1, -2], labels: [-100, 2])]) == "token-out-of-range")
    #expect(try code(good, { $0.batchSize = 5 }) == "batch-too-large")
    #expect(try code(good, { $0.adapter.rank = 0 }) == "bad-training-parameter")
    #expect(try code(good, { $0.learningRate = .nan }) == "bad-training-parameter")
    #expect(try code(good, { $0.loadsBest = true }) == "bad-training-parameter")
    #expect(try code(good, { $0.evaluateEvery = 1 }) == "empty-dataset")
  }

  @Test func aLossThatExplodesStopsWithStepAndRows() throws {
    let golden = try GoldenTraining("llama-tied")
    let trainer = try Trainer(
      model: golden.model, rows: GoldenTraining.randomRows(8, seed: 1),
      configuration: TrainingConfiguration(
        adapter: AdapterConfiguration(rank: 4, alpha: 8), learningRate: 1e30,
        schedule: LearningRateSchedule(kind: .constant, warmupRatio: 0), batchSize: 4, gradientAccumulation: 1,
        epochs: 5))
    let error = #expect(throws: Diagnostic.self) { try trainer.run() }
    #expect(error?.code == "non-finite-loss")
    #expect(error?.message.hasPrefix("update ") == true)
    #expect(error?.notes.first?.contains("random row") == true)
  }

  @Test func damagedCheckpointsArePassedOver() throws {
    let golden = try GoldenTraining("llama-tied")
    let folder = try TemporaryFolder()
    let configuration = TrainingConfiguration(
      adapter: AdapterConfiguration(rank: 4, alpha: 8), batchSize: 2, gradientAccumulation: 1, epochs: 2, saveEvery: 1,
      keepsCheckpoints: 3)
    func trainer() throws -> Trainer {
      try Trainer(
        model: golden.model, rows: GoldenTraining.randomRows(6, seed: 1), configuration: configuration,
        checkpointFolder: folder.path)
    }
    let whole = try trainer().run()
    let newest = folder.path + "/" + (try #require(folder.names.last))
    let bytes = try MappedFile(newest).withBytes { Array($0) }
    for length in [0, 7, 100, bytes.count / 2, bytes.count - 1] {
      try write(Array(bytes.prefix(length)), to: newest)
      var first: Int?
      let again = try trainer().run { if case .started(_, let step) = $0 { first = step } }
      #expect(first == 5, "cut to \(length) bytes")
      #expect(again.bits == whole.bits)
    }
  }

  @Test func earlyStoppingKeepsTheBest() throws {
    let golden = try GoldenTraining("llama-tied")
    let folder = try TemporaryFolder()
    let trainer = try Trainer(
      model: golden.model, rows: GoldenTraining.randomRows(8, seed: 1),
      evaluationRows: GoldenTraining.randomRows(5, seed: 2),
      configuration: TrainingConfiguration(
        adapter: AdapterConfiguration(rank: 4, alpha: 8), learningRate: 0.3,
        schedule: LearningRateSchedule(kind: .constant, warmupRatio: 0), batchSize: 4, gradientAccumulation: 1,
        epochs: 40, evaluateEvery: 1, patience: 3,
        loadsBest: true), checkpointFolder: folder.path)
    var losses: [Double] = []
    let result = try trainer.run { if case .evaluation(_, let figures, _) = $0 { losses.append(figures.overall.loss) } }
    #expect(result.stoppedEarly)
    #expect(result.bestLoss == losses.min())
    #expect(losses.count == (result.bestStep ?? 0) + 3)
    let check = try Evaluation.run(
      model: golden.model, adapter: result.adapter, rows: GoldenTraining.randomRows(5, seed: 2))
    #expect(check?.overall.loss == result.bestLoss)
    #expect(check?.roles.keys.sorted() == ["domain", "general"])
  }
}
