import Diagnostics
import JSON
import ModelFiles
import Models
import Platform
import TestSupport
import Testing
import Training

/// Adapters on the last layers, with the layers below computed in each epoch or once.
@Suite struct FrozenLayersTests {
  private func configuration(
    _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) -> TrainingConfiguration {
    var configuration = TrainingConfiguration(
      adapter: AdapterConfiguration(rank: 4, alpha: 8), learningRate: 5e-3,
      schedule: LearningRateSchedule(kind: .linear, warmupRatio: 0.1), batchSize: 2, gradientAccumulation: 5, epochs: 2,
      packTokens: 64, evaluateEvery: 3, loadsBest: true)
    configuration.adapter.layers = .last(1)
    change(&configuration)
    return configuration
  }

  private func rows(_ golden: GoldenTraining, _ count: Int, seed: UInt64) -> [TrainingRow] {
    let longest = golden.model.configuration.usablePositions
    return GoldenTraining.randomRows(count, seed: seed).filter { $0.ids.count <= longest }
  }

  /// The pieces of rows, each written to a folder of its own.
  private func states(
    _ frozen: FrozenLayers, _ golden: GoldenTraining, _ rows: [TrainingRow], others: [TrainingRow],
    in folder: TemporaryFolder, workers: Int = 2
  ) throws -> FrozenStates {
    let pieces = try frozen.pieces(rows, others: others)
    return try FrozenStates(
      pieces.enumerated().map { index, piece in
        let path = try folder.folder("piece-\(index)")
        try frozen.write(piece, of: golden.model, workers: workers, to: path, isCancelled: { false })
        return (piece, path)
      })
  }

  private func train(
    _ golden: GoldenTraining, _ configuration: TrainingConfiguration, reuses: Bool, workers: Int = 2,
    cancelAfter: Int? = nil
  ) throws -> TrainingResult {
    let (rows, validation) = (rows(golden, 37, seed: 5), rows(golden, 6, seed: 6))
    let folder = try TemporaryFolder()
    func trainer() throws -> Trainer {
      try Trainer(
        model: golden.model, rows: rows, evaluationRows: configuration.evaluateEvery > 0 ? validation : [],
        configuration: configuration,
        resources: TrainingResources(workers: workers, reusesFrozenLayers: reuses),
        checkpointFolder: folder.file("checkpoints"))
    }
    var found: FrozenStates?
    if reuses {
      let frozen = try #require(
        FrozenLayers(configuration, model: golden.model.configuration, rowCount: rows.count))
      #expect(frozen.obstacle == nil)
      found = try states(frozen, golden, rows, others: validation, in: folder, workers: workers)
    }
    let stop = Flag()
    var events = 0
    var result = try trainer().run(
      frozen: found,
      observer: {
        if case .progress = $0 { events += 1 }
        if events == cancelAfter { stop.raise() }
      }, isCancelled: { stop.isRaised })
    #expect(result.wasCancelled == (cancelAfter != nil))
    if result.wasCancelled { result = try trainer().run(frozen: found) }
    return result
  }

  /// Packed, with shared beginnings, windows of attention, fused projections, DoRA and an adapted head.
  @Test(arguments: GoldenTraining.names.filter { $0 != "qwen3.5" })
  func storedStatesChangeNoBit(_ name: String) throws {
    let golden = try GoldenTraining(name)
    let plain = configuration {
      $0.adapter.usesDoRA = name.hasSuffix("-dora")
      if name.hasSuffix("-tables") { $0.adapter.tableTargets = ["lm_head"] }
    }
    let computed = try train(golden, plain, reuses: false)
    let stored = try train(golden, plain, reuses: true)
    #expect(stored.bits == computed.bits)
    #expect(stored.bestLoss == computed.bestLoss && stored.rowLosses == computed.rowLosses)
    #expect(computed.adapter.modules.allSatisfy { $0.layer == golden.model.configuration.layerCount - 1 })
    #expect(computed.adapter.modules.contains { $0.b.contains { $0 != 0 } })
  }

  @Test(arguments: [("llama-tied", 0.2), ("qwen3.5", 0.2)])
  func dropoutIsThatOfTheAdaptedLayersOnly(_ name: String, _ dropout: Double) throws {
    let golden = try GoldenTraining(name)
    let plain = configuration { $0.adapter.dropout = dropout }
    #expect(try train(golden, plain, reuses: true).bits == train(golden, plain, reuses: false).bits)
  }

  @Test(arguments: [1, 3]) func neitherWorkersNorAStopChangeABit(_ workers: Int) throws {
    let golden = try GoldenTraining("qwen2-tied")
    let plain = try train(golden, configuration(), reuses: false)
    for stop in [nil, 3, 9] {
      #expect(try train(golden, configuration(), reuses: true, workers: workers, cancelAfter: stop).bits == plain.bits)
    }
  }

  /// Another rank, rate, seed, scale or order of rows finds the same pieces; one more row changes one of many.
  @Test func piecesSurviveWhatDoesNotChangeTheLayersBelow() throws {
    let golden = try GoldenTraining("llama-tied")
    let rows = GoldenTraining.randomRows(600, seed: 1)
    func keys(
      _ rows: [TrainingRow], others: [TrainingRow] = [], _ change: (inout TrainingConfiguration) -> Void = { _ in }
    ) throws -> [String] {
      let frozen = try #require(
        FrozenLayers(configuration(change), model: golden.model.configuration, rowCount: rows.count))
      return try frozen.pieces(rows, others: others).map { $0.parameters.text(.canonical) }
    }
    let usual = try keys(rows)
    #expect(usual.count > 8 && Set(usual).count == usual.count)
    #expect(try keys(rows.reversed()) == usual)
    #expect(try keys(rows + rows.prefix(50)) == usual)
    #expect(try keys(Array(rows.prefix(500)), others: Array(rows.suffix(100))) == usual)
    #expect(
      try keys(rows) {
        $0.seed = 99
        $0.learningRate = 1e-4
        $0.adapter.rank = 16
        $0.adapter.targets = ["q_proj"]
        $0.packTokens = 512
        $0.epochs = 5
      } == usual)
    let more = try keys(rows + GoldenTraining.randomRows(1, seed: 9))
    #expect(Set(more).symmetricDifference(usual).count <= 4)
  }

  /// Fewer rows than one pass sees, a shared beginning below a recurrent layer, and an adapter from the first layer on.
  @Test func whatIsNotStoredHasAReason() throws {
    let golden = try GoldenTraining("llama-tied")
    func frozen(_ model: ModelConfiguration, _ change: (inout TrainingConfiguration) -> Void) -> FrozenLayers? {
      FrozenLayers(configuration(change), model: model, rowCount: 100)
    }
    let model = golden.model.configuration
    #expect(frozen(model) { $0.adapter.layers = .all } == nil)
    #expect(frozen(model) { $0.adapter.tableTargets = ["embed_tokens"] } == nil)
    #expect(
      frozen(model) {
        $0.adapter.targets = []; $0.adapter.tableTargets = ["lm_head"]
      } == nil)
    #expect(frozen(model) { $0.maximumSteps = 9 }?.obstacle == .partOfTheRows)
    #expect(try #require(frozen(model) { $0.maximumSteps = 10 }).obstacle == nil)
    let recurrent = try GoldenTraining("qwen3.5").model.configuration
    #expect(frozen(recurrent) { _ in }?.obstacle == .recurrent)
    #expect(try #require(frozen(recurrent) { $0.sharesPrefixes = false }).obstacle == nil)
  }

  @Test func lostStatesAreAnErrorThatNamesTheFile() throws {
    let golden = try GoldenTraining("llama-tied")
    let plain = configuration {
      $0.evaluateEvery = 0; $0.loadsBest = false
    }
    let rows = rows(golden, 37, seed: 5)
    let folder = try TemporaryFolder()
    let frozen = try #require(FrozenLayers(plain, model: golden.model.configuration, rowCount: rows.count))
    let trainer = try Trainer(
      model: golden.model, rows: rows, configuration: plain,
      resources: TrainingResources(workers: 1, reusesFrozenLayers: true))
    let some = try states(frozen, golden, Array(rows.prefix(20)), others: [], in: folder)
    var error = #expect(throws: Diagnostic.self) { try trainer.run(frozen: some) }
    #expect(error?.code == "lost-frozen-states")
    let whole = try TemporaryFolder()
    let all = try states(frozen, golden, rows, others: [], in: whole)
    let path = whole.file("piece-0/states.f32")
    try write(Array(try MappedFile(path).contents().dropLast(1)), to: path)
    error = #expect(throws: Diagnostic.self) { try trainer.run(frozen: all) }
    #expect(error?.code == "lost-frozen-states" && error?.location?.file == path)
  }

  /// Less work and less memory with fewer layers, and with stored states; the work of one pass is counted apart.
  @Test func thePlanKnowsWhatIsSaved() throws {
    let model = try PlanTests.qwen3x4B
    func plan(_ layers: AdaptedLayers, reuses: Bool = false) throws -> TrainingPlan {
      var configuration = TrainingConfiguration(epochs: 3)
      configuration.adapter.layers = layers
      return try TrainingPlan(
        rowCount: 100, lengths: AssumedLengths(averageTokens: 200, averageLabels: 130, longest: 512),
        configuration: configuration, model: model, baseBytes: 8 << 30,
        resources: TrainingResources(workers: 2, memoryBudget: 1 << 40, reusesFrozenLayers: reuses))
    }
    let (all, half, stored) = (try plan(.all), try plan(.last(18)), try plan(.last(18), reuses: true))
    #expect(all.frozenLayers == 0 && all.storedLayers == 36)
    #expect(half.frozenLayers == 18 && half.storedLayers == 18)
    #expect(half.trainableParameters * 2 == all.trainableParameters)
    #expect(half.peakMemory < all.peakMemory && stored.peakMemory <= half.peakMemory)
    // Forward and backward of all layers are four quarters; three remain, then two. The head is the same.
    #expect(half.flops < 0.85 * all.flops && stored.flops < 0.6 * all.flops)
    let once = try #require(
      FrozenLayers(
        configuration { $0.adapter.layers = .last(18) }, model: model, rowCount: 100))
    let saved = (half.flops - stored.flops) / (3 * 100 * once.flops(tokens: 200))
    #expect(abs(saved - 1) < 1e-9)
    #expect(once.byteCount(tokens: 1000) == 1000 * 2560 * 4)
  }
}
