import Diagnostics
import JSON
import LinearAlgebra
import ModelFiles
import Models
import Platform
import TestSupport
import Testing
import Training

/// `lora.init: pissa` against peft's `init_lora_weights="pissa"` and its conversion to a plain adapter
/// (Tests/Goldens/pissa.py).
@Suite(.enabled(if: LinearAlgebra.isAvailable, "libopenblas.so.0 is not installed"))
struct PrincipalInitializationTests {
  private struct Golden {
    let training: GoldenTraining
    let configuration: TrainingConfiguration
    let steps: [JSONValue]
    let arrays: SafetensorsFile

    init(_ name: String) throws {
      let parts = #filePath.split(separator: "/").dropLast(2)
      let folder = "/" + parts.joined(separator: "/") + "/Fixtures/Models/" + name
      training = try GoldenTraining(name)
      arrays = try SafetensorsFile(folder + "/pissa.safetensors")
      let json = try MappedFile(folder + "/pissa.json").withBytes { try JSONValue(parsing: $0) }
      steps = try #require(json["training"]?["steps"]?.arrayValue)
      let lora = try #require(json["lora"])
      var adapter = AdapterConfiguration(
        rank: try #require(lora["r"]?.intValue), alpha: try #require(lora["lora_alpha"]?.doubleValue),
        usesRankStabilizedScale: lora["use_rslora"]?.boolValue ?? false,
        targets: (lora["target_modules"]?.arrayValue ?? []).compactMap(\.stringValue))
      adapter.initialization = .pissa
      configuration = TrainingConfiguration(
        adapter: adapter, learningRate: 1e-3, schedule: LearningRateSchedule(kind: .cosine, warmupSteps: 2),
        weightDecay: 0.1, batchSize: 2, gradientAccumulation: 1, epochs: 4, maximumSteps: steps.count, shuffles: false)
    }

    func train(
      _ configuration: TrainingConfiguration? = nil, workers: Int = 2, checkpoints: String? = nil,
      _ observer: (TrainingEvent) -> Void = { _ in }, isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> TrainingResult {
      try Trainer(
        model: training.model, rows: training.rows, configuration: configuration ?? self.configuration,
        resources: TrainingResources(workers: workers), checkpointFolder: checkpoints
      ).run(observer: observer, isCancelled: isCancelled)
    }
  }

  /// scale · B A, from the row `first` of A on, `[out, in]`.
  private static func product(
    _ module: AdapterModuleValues, _ configuration: AdapterConfiguration, first: Int = 0
  ) -> [Double] {
    let rank = configuration.rank
    let root = configuration.usesRankStabilizedScale ? Double(rank).squareRoot() : Double(rank)
    let scale = configuration.alpha / root
    let (columns, rows) = (module.a.count / rank, module.b.count / rank)
    return (0..<rows * columns).map { place in
      (first..<rank).reduce(0) { sum, r in
        sum + scale * Double(module.b[place / columns * rank + r]) * Double(module.a[r * columns + place % columns])
      }
    }
  }

  private static func isClose(_ values: [Double], _ expected: [Float], _ tolerance: Double) -> Bool {
    let norm = expected.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    let distance = zip(values, expected).reduce(0) { $0 + ($1.0 - Double($1.1)) * ($1.0 - Double($1.1)) }.squareRoot()
    return values.count == expected.count && distance <= tolerance * norm
  }

  @Test(arguments: ["llama-tied", "qwen2-untied"])
  func tenUpdatesAndTheAdapterEqualPeft(_ name: String) throws {
    let golden = try Golden(name)
    var seen: [TrainingStep] = []
    let result = try golden.train { if case .step(let step) = $0 { seen.append(step) } }
    #expect(seen.count == golden.steps.count)
    for (step, expected) in zip(seen, golden.steps) {
      let loss = try #require(expected["loss"]?.doubleValue)
      let norm = try #require(expected["gradient_norm"]?.doubleValue)
      #expect(abs(step.loss - loss) <= 1e-5 * loss, "step \(step.step): \(step.loss), not \(loss)")
      // peft finds its singular vectors in f32: with those of f64, no norm of the reference moves by more than 4e-7.
      #expect(abs(step.gradientNorm - norm) <= 2e-5 * norm, "step \(step.step): \(step.gradientNorm), not \(norm)")
    }
    let configuration = result.adapter.configuration
    #expect(configuration.rank == 2 * golden.configuration.adapter.rank && configuration.initialization == .random)
    let prefix = golden.training.model.configuration.modulePrefix
    for module in result.adapter.modules {
      let path = "\(prefix)layers.\(module.layer).\(module.module)"
      // What began as the first half still stands in the second, negative.
      let start = try #require(golden.arrays.tensor("initial." + path)).floats()
      let second = Self.product(module, configuration, first: configuration.rank / 2)
      #expect(Self.isClose(second.map { -$0 }, start, 1e-5), "\(path)")
      let trained = try #require(golden.arrays.tensor("trained." + path)).floats()
      #expect(Self.isClose(Self.product(module, configuration), trained, 2e-3), "\(path)")
    }
  }

  /// The first loss is the base's: nothing of the base is lost at the start.
  @Test func theStartIsTheBase() throws {
    let golden = try Golden("llama-tied")
    var plain = golden.configuration
    plain.adapter.initialization = .random
    var losses: [Double] = []
    for configuration in [golden.configuration, plain] {
      _ = try golden.train(configuration) { if case .step(let step) = $0, step.step == 1 { losses.append(step.loss) } }
    }
    #expect(losses.count == 2 && abs(losses[0] - losses[1]) < 1e-5 * losses[1])
  }

  @Test func neitherWorkersNorInterruptionsChangeABit() throws {
    let golden = try Golden("llama-tied")
    let whole = try golden.train(workers: 1)
    #expect(try golden.train(workers: 3).bits == whole.bits)
    let folder = try TemporaryFolder()
    let stop = Flag()
    let cut = try golden.train(
      checkpoints: folder.path, { if case .step(let step) = $0, step.step == 4 { stop.raise() } },
      isCancelled: { stop.isRaised })
    #expect(cut.wasCancelled)
    var started = false
    let resumed = try golden.train(checkpoints: folder.path) { if case .initializing = $0 { started = true } }
    #expect(!resumed.wasCancelled && resumed.bits == whole.bits && !started)
    withExtendedLifetime(folder) {}
  }

  /// One that is stopped before it has begun leaves no checkpoint of an adapter that was never made.
  @Test func stoppedWhileItLooksForDirectionsItLeavesNothing() throws {
    let golden = try Golden("llama-tied")
    let folder = try TemporaryFolder()
    #expect(throws: CancellationError.self) {
      _ = try golden.train(checkpoints: folder.path, isCancelled: { true })
    }
    #expect(folder.names.allSatisfy { !$0.hasPrefix("checkpoint") })
  }

  @Test func thePlanCountsWhatIsTrained() throws {
    let golden = try Golden("llama-tied")
    func trainer(_ change: (inout TrainingConfiguration) -> Void = { _ in }, initial: AdapterParameters? = nil) throws
      -> Trainer
    {
      var configuration = golden.configuration
      change(&configuration)
      return try Trainer(
        model: golden.training.model, rows: golden.training.rows, configuration: configuration, initialAdapter: initial)
    }
    let plan = try trainer().plan
    #expect(
      plan.trainableParameters == golden.configuration.adapter.parameterCount(for: golden.training.model.configuration))
    #expect(plan.initializationFlops > 0)
    #expect(throws: DiagnosticList.self) { _ = try trainer({ $0.adapter.dropout = 0.1 }) }
    #expect(throws: DiagnosticList.self) { _ = try trainer({ $0.adapter.rank = 129 }) }
    #expect(throws: Diagnostic.self) { _ = try trainer(initial: golden.training.adapter) }
    // More directions than a weight has.
    let wide = try trainer({ $0.adapter.rank = 40 })
    let failure = try #require(throws: Diagnostic.self) { _ = try wide.run() }
    #expect(failure.message.contains("model.layers.0.self_attn") && failure.message.contains("no 40 singular values"))
  }
}
