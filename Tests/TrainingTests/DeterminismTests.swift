import Diagnostics
import Glibc
import ModelFiles
import Models
import Platform
import TestSupport
import Testing
import Training

@Suite struct DeterminismTests {
  private func configuration(_ change: (inout TrainingConfiguration) -> Void = { _ in }) -> TrainingConfiguration {
    var configuration = TrainingConfiguration(
      adapter: AdapterConfiguration(rank: 4, alpha: 8), learningRate: 5e-3,
      schedule: LearningRateSchedule(kind: .linear, warmupRatio: 0.1), batchSize: 2, gradientAccumulation: 5, epochs: 2,
      packTokens: 64, evaluateEvery: 3, loadsBest: true, saveEvery: 2)
    change(&configuration)
    return configuration
  }

  /// - Parameter folder: kept until the training is over; what it leaves goes with it.
  private func train(
    _ golden: GoldenTraining, _ configuration: TrainingConfiguration, workers: Int = 2, memory: Int? = nil,
    folder: TemporaryFolder, cancelAfter: Int? = nil, removesUnusable: Bool = false,
    onUnusable: (String, CheckpointFault, Bool) -> Void = { _, _, _ in }
  ) throws -> TrainingResult {
    let trainer = try Trainer(
      model: golden.model, rows: GoldenTraining.randomRows(37, seed: 5),
      evaluationRows: GoldenTraining.randomRows(6, seed: 6), configuration: configuration,
      resources: TrainingResources(workers: workers, memoryBudget: memory), initialAdapter: golden.adapter,
      checkpointFolder: folder.path, removesUnusable: removesUnusable)
    let stop = Flag()
    var events = 0
    defer { withExtendedLifetime(folder) {} }
    return try trainer.run(
      observer: { event in
        switch event {
        case .progress:
          events += 1
          if events == cancelAfter { stop.raise() }
        case .unusableCheckpoint(let path, let fault, let isRemoved): onUnusable(path, fault, isRemoved)
        default: break
        }
      }, isCancelled: { stop.isRaised })
  }

  @Test(arguments: ["llama-tied", "qwen2-dora", "gemma2-tables", "qwen3.5"], [1, 2, 3])
  func workersDoNotChangeABit(_ name: String, _ workers: Int) throws {
    let golden = try GoldenTraining(name)
    let plain = configuration { $0.adapter = golden.adapter.configuration }
    let one = try train(golden, plain, workers: 1, folder: TemporaryFolder())
    let many = try train(golden, plain, workers: workers, folder: TemporaryFolder())
    #expect(many.bits == one.bits)
    #expect(many.bestLoss == one.bestLoss)
    #expect(many.rowLosses == one.rowLosses && !one.rowLosses.contains(nil))
    #expect(one.bits != (try GoldenTraining(name).adapter.bits))
  }

  @Test(arguments: [
    ("llama-tied", 0.0), ("llama-tied", 0.2), ("qwen2-dora", 0.0), ("llama-tables", 0.2), ("qwen3.5", 0.0),
  ])
  func resumingAnywhereChangesNoBit(_ name: String, _ dropout: Double) throws {
    let golden = try GoldenTraining(name)
    let plain = configuration {
      $0.adapter = golden.adapter.configuration; $0.adapter.dropout = dropout
    }
    let whole = try train(golden, plain, workers: 1, folder: TemporaryFolder())
    #expect(!whole.wasCancelled)
    for stop in [1, 2, 5, 9, 14, 23] {
      let folder = try TemporaryFolder()
      var result = try train(golden, plain, workers: 1, folder: folder, cancelAfter: stop)
      #expect(result.wasCancelled, "stopped at \(stop)")
      result = try train(golden, plain, workers: 1, folder: folder, cancelAfter: 4)
      while result.wasCancelled { result = try train(golden, plain, workers: 2, folder: folder, cancelAfter: 7) }
      #expect(result.bits == whole.bits, "stopped at \(stop)")
      #expect(result.bestStep == whole.bestStep)
      #expect(result.rowLosses == whole.rowLosses)
    }
  }

  @Test(arguments: ["qwen3-tied", "gemma3-dora", "qwen2-tables"])
  func recomputationChangesNoBit(_ name: String) throws {
    let golden = try GoldenTraining(name)
    let plain = configuration { $0.adapter = golden.adapter.configuration }
    let all = try train(golden, plain, folder: TemporaryFolder())
    let folder = try TemporaryFolder()
    let roomy = try Trainer(
      model: golden.model, rows: GoldenTraining.randomRows(37, seed: 5),
      evaluationRows: GoldenTraining.randomRows(6, seed: 6), configuration: plain,
      resources: TrainingResources(workers: 1, memoryBudget: 1 << 40), initialAdapter: golden.adapter,
      checkpointFolder: folder.path)
    #expect(roomy.plan.storedLayers == 2)
    let budget = roomy.plan.peakMemory - 1
    let tight = try TrainingPlan(
      rows: GoldenTraining.randomRows(37, seed: 5), evaluationRows: GoldenTraining.randomRows(6, seed: 6),
      configuration: plain, model: golden.model.configuration, baseBytes: golden.model.source.weightByteCount,
      resources: TrainingResources(workers: 1, memoryBudget: budget))
    #expect(tight.storedLayers < 2)
    let less = try train(golden, plain, workers: 1, memory: budget, folder: TemporaryFolder())
    #expect(less.bits == all.bits)
  }

  /// Prefixes are computed by all workers together, packs by each alone; and a window that fits one pack is cut in two.
  @Test(arguments: ["qwen3-untied", "qwen3.5"])
  func threadsBeforeAndAfterThePacksChangeNoBit(_ name: String) throws {
    let golden = try GoldenTraining(name)
    func train(_ workers: Int) throws -> (TrainingResult, [Int]) {
      let trainer = try Trainer(
        model: golden.model, rows: GoldenTraining.randomRows(12, seed: 4),
        configuration: configuration {
          $0.adapter = golden.adapter.configuration
          $0.packTokens = 4096
          $0.gradientAccumulation = 6
          $0.evaluateEvery = 0
          $0.loadsBest = false
        }, resources: TrainingResources(workers: workers), initialAdapter: golden.adapter)
      #expect(trainer.plan.computedTokens < trainer.plan.tokens - 50)
      var packs: [Int] = []
      let result = try trainer.run { if case .progress(_, _, let of) = $0 { packs.append(of) } }
      return (result, packs)
    }
    let (one, packs) = try train(1)
    #expect(packs.contains(2) && packs.allSatisfy { $0 <= 2 })
    #expect(try train(2).0.bits == one.bits)
    #expect(try train(3).0.bits == one.bits)
  }

  /// Also with windows, capped scores, norms after each half, queries that grow, and fused projections.
  @Test(
    arguments: GoldenTraining.names.filter {
      !$0.hasPrefix("llama") && !$0.hasPrefix("qwen2") || $0.hasSuffix("-tables")
    })
  func sharedPrefixesChangeOnlyRounding(_ name: String) throws {
    let golden = try GoldenTraining(name)
    let longest = golden.model.configuration.usablePositions
    let rows = GoldenTraining.randomRows(40, seed: 3).filter { $0.ids.count <= longest }.prefix(20)
    var losses: [[TrainingStep]] = []
    for shares in [false, true] {
      let trainer = try Trainer(
        model: golden.model, rows: Array(rows),
        configuration: configuration {
          $0.adapter = golden.adapter.configuration
          $0.sharesPrefixes = shares
          $0.evaluateEvery = 0
          $0.loadsBest = false
        }, initialAdapter: golden.adapter)
      if shares { #expect(trainer.plan.computedTokens < trainer.plan.tokens - 100) }
      var steps: [TrainingStep] = []
      _ = try trainer.run { if case .step(let step) = $0 { steps.append(step) } }
      losses.append(steps)
    }
    #expect(losses[0].count == 4)
    for (plain, shared) in zip(losses[0], losses[1]) {
      #expect(abs(plain.loss - shared.loss) < 2e-5 * plain.loss)
      #expect(abs(plain.gradientNorm - shared.gradientNorm) < 5e-5 * plain.gradientNorm)
    }
  }

  @Test func checkpointOfAnotherTrainingIsRefused() throws {
    let golden = try GoldenTraining("llama-tied")
    let folder = try TemporaryFolder()
    _ = try train(golden, configuration(), folder: folder, cancelAfter: 3)
    let error = #expect(throws: Diagnostic.self) {
      try train(golden, configuration { $0.learningRate = 1e-3 }, folder: folder)
    }
    #expect(error?.code == "checkpoint-mismatch")
  }

  /// Where only one training writes into the folder, a checkpoint that cannot be continued is removed, and an event names it
  /// with the reason. The result is that of a training without interruption.
  @Test(arguments: [CheckpointFault.damaged, .ofAnotherTraining, .withoutBest])
  func aCheckpointThatCannotBeContinuedIsRemovedAndNamed(_ fault: CheckpointFault) throws {
    let golden = try GoldenTraining("llama-tied")
    let plain = configuration { $0.adapter = golden.adapter.configuration }
    let folder = try TemporaryFolder()
    let interrupted = fault == .ofAnotherTraining ? configuration { $0.learningRate = 1e-3 } : plain
    #expect(try train(golden, interrupted, workers: 1, folder: folder, cancelAfter: 23).wasCancelled)
    let checkpoints = Set(folder.names.filter { $0.hasPrefix("checkpoint-") })
    switch fault {
    case .ofAnotherTraining: break
    case .damaged: for name in checkpoints { try write(Array("{}".utf8), to: folder.path + "/" + name) }
    case .withoutBest: unlink(folder.path + "/best.safetensors")
    }
    var removed: Set<String> = []
    let result = try train(golden, plain, workers: 1, folder: folder, removesUnusable: true) { path, found, isRemoved in
      #expect(found == fault && isRemoved && !FileSystem.exists(path))
      removed.insert(FileSystem.name(of: path))
    }
    #expect(removed == checkpoints && !checkpoints.isEmpty)
    #expect(result.bits == (try train(golden, plain, workers: 1, folder: TemporaryFolder()).bits))
  }

  @Test func rotationKeepsTheNewestCheckpoints() throws {
    let golden = try GoldenTraining("llama-tied")
    let folder = try TemporaryFolder()
    _ = try train(golden, configuration { $0.keepsCheckpoints = 2 }, folder: folder)
    #expect(folder.names == ["best.safetensors", "checkpoint-00000006.safetensors", "checkpoint-00000008.safetensors"])
  }

  /// A bit that a disk turns over is noticed wherever it lies: the checkpoint is passed over, and the result is the same.
  @Test func aDamagedCheckpointIsPassedOver() throws {
    let golden = try GoldenTraining("llama-tied")
    let plain = configuration { $0.adapter = golden.adapter.configuration }
    let whole = try train(golden, plain, workers: 1, folder: TemporaryFolder())
    for position in [12, 500, -2_000, -900, -5] {
      let folder = try TemporaryFolder()
      #expect(try train(golden, plain, workers: 1, folder: folder, cancelAfter: 9).wasCancelled)
      let newest = try #require(folder.names.last { $0.hasPrefix("checkpoint-") })
      let path = folder.path + "/" + newest
      var bytes = try MappedFile(path).contents()
      bytes[position < 0 ? bytes.count + position : position] ^= 0x10
      try write(bytes, to: path)
      var result = try train(golden, plain, workers: 1, folder: folder)
      while result.wasCancelled { result = try train(golden, plain, workers: 1, folder: folder) }
      #expect(result.bits == whole.bits, "damaged at \(position)")
    }
  }
}
