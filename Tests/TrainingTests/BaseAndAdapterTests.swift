import Diagnostics
import Glibc
import Models
import Platform
import TestSupport
import Testing
import Training

@testable import ModelFiles

/// What the base is stored as, and what the adapter is made of.
@Suite struct BaseAndAdapterTests {
  private func configuration(_ adapter: AdapterConfiguration) -> TrainingConfiguration {
    TrainingConfiguration(
      adapter: adapter, learningRate: 5e-3, schedule: LearningRateSchedule(kind: .constant, warmupRatio: 0),
      batchSize: 4,
      gradientAccumulation: 2, epochs: 2)
  }

  private func train(
    _ model: TransformerModel, _ configuration: TrainingConfiguration, initial: AdapterParameters? = nil
  ) throws -> (result: TrainingResult, losses: [Double]) {
    let trainer = try Trainer(
      model: model, rows: GoldenTraining.randomRows(16, seed: 8), configuration: configuration,
      resources: TrainingResources(workers: 2), initialAdapter: initial)
    var losses: [Double] = []
    let result = try trainer.run { if case .step(let step) = $0 { losses.append(step.loss) } }
    return (result, losses)
  }

  /// A GGUF file of the model with every matrix stored as `dtype`; kinds that are read but not written by the library
  /// get blocks of small random weights.
  private func writeGGUF(_ source: ModelSource, _ dtype: TensorDType, to path: String) throws {
    // A step of about 2⁻⁷ and, where there is one, a least value of about −15/2 · 2⁻⁷.
    let scales: [UInt8]? =
      switch dtype {
      case .q41, .q51: [0x00, 0x20, 0x80, 0xAB]
      case .q50: [0x00, 0x20]
      case .iq4NL: [0x00, 0x10]
      case .mxfp4: [121]
      default: nil
      }
    guard let scales else {
      var writer = GGUFModelWriter(source: source, dtype: dtype)
      writer.requiresTokenizer = false
      return try writer.write(to: path)
    }
    let names = source.configuration.expectedTensors.compactMap { tensor in
      GGUFTensorNames(source.configuration).gguf(canonical: tensor.name).map { (tensor.name, $0, tensor.shape) }
    }
    let writer = try GGUFWriter(
      path, metadata: source.configuration.ggufMetadata(name: "tiny", dtype: .f32),
      tensors: names.map {
        TensorSpecification(name: $0.1, shape: $0.2, dtype: $0.2.count == 2 ? dtype : .f32)
      })
    var generator = SplitMix64(seed: 3)
    for (name, _, shape) in names {
      guard shape.count == 2 else {
        try source.tensor(name).withBytes { try writer.append($0) }
        continue
      }
      var bytes: [UInt8] = []
      for _ in 0..<shape[0] * shape[1] / 32 {
        bytes += scales + (scales.count..<dtype.blockByteCount).map { _ in UInt8(generator.below(256)) }
      }
      try bytes.withUnsafeBytes { try writer.append($0) }
    }
    try writer.finish()
  }

  /// A base that is kept as stored and widened in passing trains, to the bit, as one that was widened beforehand.
  @Test(
    arguments: ["llama-tied", "qwen2-untied", "qwen3-tied", "qwen2-dora"],
    [TensorDType.f16, .bf16, .q80, .q40, .q41, .q50, .q51, .iq4NL, .mxfp4])
  func storedBasesTrainAsTheirValues(_ name: String, _ dtype: TensorDType) throws {
    let golden = try GoldenTraining(name)
    let folder = try TemporaryFolder()
    try writeGGUF(golden.model.source, dtype, to: folder.path + "/stored.gguf")
    let stored = try ModelSource.open(folder.path + "/stored.gguf")
    #expect(try stored.tensor("model.layers.0.mlp.down_proj.weight").dtype == dtype)
    var writer = GGUFModelWriter(source: stored, dtype: .f32)
    writer.requiresTokenizer = false
    try writer.write(to: folder.path + "/widened.gguf")
    let configuration = configuration(golden.adapter.configuration)
    let kept = try train(TransformerModel(stored), configuration, initial: golden.adapter)
    let widened = try train(
      TransformerModel(ModelSource.open(folder.path + "/widened.gguf")), configuration, initial: golden.adapter)
    #expect(kept.result.bits == widened.result.bits)
    #expect(kept.losses == widened.losses)
    #expect(kept.losses.allSatisfy { $0.isFinite })
    // Where the writer knows no quantizer the blocks are random, and such a base need not learn.
    let (first, last) = (try #require(kept.losses.first), try #require(kept.losses.last))
    #expect(last < first || !Self.quantizable.contains(dtype))
  }

  /// Types that `GGUFModelWriter` can write.
  private static let quantizable: Set<TensorDType> = [.f16, .bf16, .q80, .q40, .q41]

  /// alpha ÷ √rank: with rank 4 and alpha 8 a scale of 4, as alpha 16 gives without it.
  @Test func rankStabilizedScaleIsAlphaByTheRootOfTheRank() throws {
    let model = try GoldenTraining("llama-tied").model
    let stabilized = try train(
      model, configuration(AdapterConfiguration(rank: 4, alpha: 8, usesRankStabilizedScale: true)))
    let plain = try train(model, configuration(AdapterConfiguration(rank: 4, alpha: 16)))
    let weaker = try train(model, configuration(AdapterConfiguration(rank: 4, alpha: 8)))
    #expect(stabilized.result.bits == plain.result.bits)
    #expect(stabilized.result.bits != weaker.result.bits)
  }

  @Test func onlyChosenTargetsAreTrained() throws {
    let golden = try GoldenTraining("qwen3-untied")
    let targets = ["q_proj", "mlp.down_proj"]
    let chosen = try train(golden.model, configuration(AdapterConfiguration(rank: 4, alpha: 8, targets: targets)))
    let modules = chosen.result.adapter.modules
    #expect(modules.count == 2 * golden.model.configuration.layerCount)
    #expect(
      modules.allSatisfy { ["self_attn.q_proj", "mlp.down_proj"].contains($0.module) && $0.b.contains { $0 != 0 } })
  }

  @Test func aPatternChoosesWhatIsTrained() throws {
    let golden = try GoldenTraining("qwen3-untied")
    var adapter = AdapterConfiguration(rank: 4, alpha: 8, usesDoRA: true)
    adapter.targetPattern = try ModulePattern(#"model\.layers\.1\..*\.(q|down)_proj"#)
    let chosen = try train(golden.model, configuration(adapter)).result.adapter
    #expect(chosen.modules.map { "\($0.layer) \($0.module)" } == ["1 self_attn.q_proj", "1 mlp.down_proj"])
    #expect(chosen.modules.allSatisfy { $0.magnitude != nil && $0.b.contains { $0 != 0 } })
  }

  /// DoRA measures rows of the base, which a mask over its inputs would not leave alone.
  @Test func doRAWithDropoutIsRefused() throws {
    let plain = configuration(AdapterConfiguration(rank: 4, alpha: 8, dropout: 0.1, usesDoRA: true))
    let error = #expect(throws: DiagnosticList.self) { try plain.validate() }
    #expect(error?.diagnostics.first?.message.contains("DoRA") == true)
  }

  /// An adapter that was trained goes on where it was, not from the beginning.
  @Test func aWarmStartGoesOnFromItsAdapter() throws {
    let golden = try GoldenTraining("llama-untied")
    let plain = configuration(AdapterConfiguration(rank: 4, alpha: 8))
    let first = try train(golden.model, plain)
    let second = try train(golden.model, plain, initial: first.result.adapter)
    #expect(second.losses[0] < first.losses[0])
    #expect(second.losses.min() ?? 9 < first.losses.min() ?? 0)
    let other = #expect(throws: Diagnostic.self) {
      try train(golden.model, configuration(AdapterConfiguration(rank: 8, alpha: 8)), initial: first.result.adapter)
    }
    #expect(other?.code == "adapter-mismatch")
  }

  @Test func dropoutIsDrawnFromTheSeed() throws {
    let model = try GoldenTraining("llama-tied").model
    func bits(_ seed: UInt64, _ dropout: Double) throws -> [UInt32] {
      var plain = configuration(AdapterConfiguration(rank: 4, alpha: 8, dropout: dropout))
      plain.seed = seed
      plain.shuffles = false
      return try train(model, plain).result.bits
    }
    #expect(try bits(1, 0.3) == bits(1, 0.3))
    #expect(try bits(1, 0.3) != bits(2, 0.3))
    #expect(try bits(1, 0.3) != bits(1, 0))
  }
}
