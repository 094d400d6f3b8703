import JSON
import ModelFiles
import Models
import Testing
import Training

@Suite struct GoldenTrainingTests {
  /// The random SmolLM3's eighth window is ill-conditioned: when the f64 reference itself rounds the output of each linear
  /// layer as f32 does, its norm moves by up to 1.9e-5. No norm of the other models moves by more than 3e-6 so.
  private static func normTolerance(_ name: String) -> Double { name == "smollm3" ? 4e-5 : 2e-5 }

  /// Ten updates over rows whose beginnings are longer than the delta rule's chunk: in turn without and with sharing.
  @Test(arguments: [false, true])
  func tenUpdatesOverSharedBeginningsEqualPeft(_ shares: Bool) throws {
    let golden = try GoldenTraining("qwen3.5")
    let steps = try #require(golden.json["shared"]?["training"]?["steps"]?.arrayValue)
    var configuration = TrainingConfiguration(
      adapter: golden.adapter.configuration, learningRate: 1e-3,
      schedule: LearningRateSchedule(kind: .cosine, warmupSteps: 2), weightDecay: 0.1, batchSize: 2,
      gradientAccumulation: 1, epochs: 4, maximumSteps: steps.count, shuffles: false)
    configuration.sharesPrefixes = shares
    let trainer = try Trainer(
      model: golden.model, rows: golden.sharedRows, configuration: configuration,
      resources: TrainingResources(workers: 2), initialAdapter: golden.adapter)
    // Each window of two rows shares the 71, 128 or 137 tokens that both begin with.
    #expect((trainer.plan.computedTokens < trainer.plan.tokens / 3 * 2) == shares)
    var seen: [TrainingStep] = []
    _ = try trainer.run { if case .step(let step) = $0 { seen.append(step) } }
    #expect(seen.count == steps.count)
    for (step, expected) in zip(seen, steps) {
      let loss = try #require(expected["loss"]?.doubleValue)
      let norm = try #require(expected["gradient_norm"]?.doubleValue)
      #expect(abs(step.loss - loss) <= 1e-5 * loss)
      #expect(abs(step.gradientNorm - norm) <= 2e-5 * norm)
    }
  }

  /// Ten updates from a shared adapter, against torch's AdamW and clipping in f64.
  @Test(arguments: GoldenTraining.names)
  func tenUpdatesEqualPeft(_ name: String) throws {
    let golden = try GoldenTraining(name)
    let steps = try #require(golden.json["training"]?["steps"]?.arrayValue)
    let rows = golden.rows
    // The golden takes rows 0 1, 2 3, 4 5 and again: three windows an epoch, each fed here as a training of one update
    // would lose the optimizer; so the order is given by an unshuffled configuration.
    let configuration = TrainingConfiguration(
      adapter: golden.adapter.configuration, learningRate: 1e-3,
      schedule: LearningRateSchedule(kind: .cosine, warmupSteps: 2), weightDecay: 0.1, batchSize: 2,
      gradientAccumulation: 1, epochs: 4, maximumSteps: steps.count, shuffles: false)
    let trainer = try Trainer(
      model: golden.model, rows: rows, configuration: configuration, resources: TrainingResources(workers: 2),
      initialAdapter: golden.adapter)
    var seen: [TrainingStep] = []
    let result = try trainer.run { if case .step(let step) = $0 { seen.append(step) } }
    #expect(seen.count == steps.count)
    for (step, expected) in zip(seen, steps) {
      let loss = try #require(expected["loss"]?.doubleValue)
      let norm = try #require(expected["gradient_norm"]?.doubleValue)
      #expect(abs(step.loss - loss) <= 1e-5 * loss)
      #expect(abs(step.gradientNorm - norm) <= Self.normTolerance(name) * norm)
      #expect(abs(step.learningRate - (expected["learning_rate"]?.doubleValue ?? -1)) < 1e-12)
    }
    for module in result.adapter.modules {
      let prefix = "trained.base_model.model." + golden.model.configuration.modulePrefix
      let path = prefix + "layers.\(module.layer).\(module.module)"
      var parts = [(".lora_A.weight", module.a), (".lora_B.weight", module.b)]
      if let magnitude = module.magnitude { parts.append((".lora_magnitude_vector.weight", magnitude)) }
      #expect((module.magnitude != nil) == name.hasSuffix("dora"))
      for (suffix, values) in parts {
        let expected = try #require(golden.arrays.tensor(path + suffix)).floats()
        #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 2e-4 }, "\(path + suffix)")
      }
    }
    let changed = try result.adapter.changes().tensors
    #expect(changed.count == (name.hasSuffix("-tables") ? 4 : 0))
    for tensor in changed {
      let expected = try #require(golden.arrays.tensor("trained." + tensor.name)).floats()
      #expect(try zip(tensor.floats(), expected).allSatisfy { abs($0 - $1) < 2e-4 }, "\(tensor.name)")
    }
  }
}
