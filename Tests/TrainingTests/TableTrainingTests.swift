import Diagnostics
import Models
import TestSupport
import Testing
import Training

@testable import ModelFiles

/// Low-rank updates of the embedding and the output head, beyond what the goldens of peft show.
@Suite struct TableTrainingTests {
  private func configuration(_ targets: [String], tables: [String], dropout: Double = 0) -> TrainingConfiguration {
    var adapter = AdapterConfiguration(rank: 4, alpha: 8, dropout: dropout, targets: targets)
    adapter.tableTargets = tables
    return TrainingConfiguration(
      adapter: adapter, learningRate: 1e-2, schedule: LearningRateSchedule(kind: .constant, warmupRatio: 0),
      batchSize: 4, gradientAccumulation: 2, epochs: 3)
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

  /// The first loss is the base's, whatever is adapted; then the loss falls, and each factor has moved.
  @Test(arguments: ["llama-tied", "qwen2-untied", "gemma3", "qwen3.5"], [[], ["embed_tokens"], ["lm_head"]])
  func aFreshAdapterBeginsAsItsBase(_ name: String, _ without: [String]) throws {
    let golden = try GoldenTraining(name)
    let tables = ["embed_tokens", "lm_head"].filter { !without.contains($0) }
    let plain = try train(golden.model, configuration(["all-linear"], tables: []))
    let (result, losses) = try train(golden.model, configuration([], tables: tables))
    #expect(abs(losses[0] - plain.losses[0]) < 1e-6 * plain.losses[0])
    #expect(losses.suffix(2).reduce(0, +) < losses.prefix(2).reduce(0, +))
    #expect(result.adapter.modules.isEmpty)
    let updates = try result.adapter.changes().tableUpdates
    #expect(updates.map(\.table.name) == tables)
    for update in updates {
      #expect(update.tokenFactor.contains { $0 != 0 } && update.hiddenFactor.contains { $0 != 0 })
    }
  }

  /// Tokens that no row holds keep an A of 0 in the embedding: AdamW has nothing to move them by.
  @Test func onlySeenTokensGetAnEmbedding() throws {
    let golden = try GoldenTraining("llama-tied")
    let (result, _) = try train(golden.model, configuration([], tables: ["embed_tokens"]))
    let update = try #require(result.adapter.changes().tableUpdates.first)
    let seen = Set(GoldenTraining.randomRows(16, seed: 8).flatMap { $0.ids.dropLast() })
    #expect(!seen.contains(0) && seen.count > 40)
    for token in 0..<80 {
      let row = update.tokenFactor[token * update.rank..<(token + 1) * update.rank]
      #expect(row.contains { $0 != 0 } == seen.contains(Int32(token)), "\(token)")
    }
  }

  /// Written, read and applied to the base, the adapter answers as in training; its file names what peft's names.
  @Test(arguments: ["llama-tables", "qwen2-tables", "gemma2-tables"])
  func theWrittenAdapterIsTheTrainedOne(_ name: String) throws {
    let golden = try GoldenTraining(name)
    let result = try train(
      golden.model, configuration(golden.adapter.configuration.targets, tables: ["embed_tokens", "lm_head"])
    ).result
    let folder = try TemporaryFolder()
    try Adapter.write(
      to: folder.path, configuration: result.adapter.configuration, model: golden.model.configuration,
      modules: result.adapter.modules, changes: result.adapter.changes())
    let read = try Adapter.read(folder.path)
    #expect(read.configuration.tableTargets == ["embed_tokens", "lm_head"])
    #expect(try AdapterParameters(read, model: golden.model.configuration).bits == result.bits)
    let parts = #filePath.split(separator: "/").dropLast(2)
    let fixture = "/" + parts.joined(separator: "/") + "/Fixtures/Models/\(name)/adapter/adapter_model.safetensors"
    func names(_ path: String) throws -> Set<String> {
      Set(try SafetensorsFile(path).tensors.map(\.name).filter { $0.contains("lora_") })
    }
    #expect(try names(folder.path + "/adapter_model.safetensors") == names(fixture))
    let (base, plain) = try golden.model.source.applying(read)
    #expect(!base.configuration.tiesEmbeddings && plain.changes.isEmpty)
    let applied = try TransformerModel(base)
    let rows = GoldenTraining.randomRows(3, seed: 2)
    for row in rows {
      let trained = try golden.model.logits(row.ids, adapter: result.adapter)
      let served = try applied.logits(row.ids, adapter: AdapterParameters(plain, model: base.configuration))
      #expect(zip(trained, served).allSatisfy { abs($0 - $1) < 1e-4 })
      #expect(try zip(trained, golden.model.logits(row.ids)).contains { abs($0 - $1) > 1e-2 })
    }
    // A second training continues from the first one's adapter.
    let more = try train(
      golden.model, configuration(golden.adapter.configuration.targets, tables: ["embed_tokens", "lm_head"]),
      initial: AdapterParameters(read, model: golden.model.configuration))
    #expect(more.losses[0] < (try train(golden.model, configuration(["q_proj"], tables: [])).losses[0]))
  }

  /// Peft saves the embedding beside its update. A copy of the base's own is no reason to refuse; another's is.
  @Test func copiesOfTheBaseAreLeftOut() throws {
    let golden = try GoldenTraining("llama-tables")
    let parts = #filePath.split(separator: "/").dropLast(2)
    let fixtures = "/" + parts.joined(separator: "/") + "/Fixtures/Models/"
    let adapter = try Adapter.read(fixtures + "llama-tables/adapter")
    #expect(!adapter.changes.isTrainable)
    #expect(golden.model.source.withoutCopies(adapter).changes.isTrainable)
    let other = try ModelSource.open(fixtures + "llama-tied")
    #expect(!other.withoutCopies(adapter).changes.isTrainable)
    let error = #expect(throws: Diagnostic.self) {
      try AdapterParameters(other.withoutCopies(adapter), model: other.configuration)
    }
    #expect(error?.code == "unsupported-adapter")
  }

  @Test func dropoutIsOfTheHeadOnly() throws {
    let golden = try GoldenTraining("llama-tied")
    func bits(_ table: String, _ dropout: Double) throws -> [UInt32] {
      try train(golden.model, configuration([], tables: [table], dropout: dropout)).result.bits
    }
    // Rows with dropout share no prefix, which is all that changes for the embedding.
    #expect(try bits("lm_head", 0.3) == bits("lm_head", 0.3))
    #expect(try bits("lm_head", 0.3) != bits("lm_head", 0))
    #expect(try bits("embed_tokens", 0.3) == bits("embed_tokens", 0.5))
  }

  @Test func thePlanCountsThem() throws {
    let golden = try GoldenTraining("qwen2-untied")
    let model = golden.model.configuration
    func plan(_ tables: [String]) throws -> TrainingPlan {
      try TrainingPlan(
        rows: GoldenTraining.randomRows(16, seed: 8), configuration: configuration(["q_proj"], tables: tables),
        model: model, baseBytes: 0, resources: TrainingResources(workers: 2, memoryBudget: 1 << 40))
    }
    let (plain, both) = (try plan([]), try plan(["embed_tokens", "lm_head"]))
    let own = 2 * 4 * (model.vocabularySize + model.hiddenSize)
    #expect(both.trainableParameters == plain.trainableParameters + own)
    var adapter = configuration(["q_proj"], tables: ["embed_tokens", "lm_head"]).adapter
    #expect(adapter.parameterCount(for: model) == both.trainableParameters)
    // Parameters, two moments, and a gradient for each worker, one that waits and the sum.
    #expect(both.peakMemory >= plain.peakMemory + 7 * 4 * own)
    adapter.tableTargets = []
    #expect(adapter.parameterCount(for: model) == plain.trainableParameters)
  }

  @Test func whatIsNotTrainedIsRefusedByName() throws {
    func problem(_ change: (inout AdapterConfiguration) -> Void) throws -> String? {
      var plain = configuration(["q_proj"], tables: ["lm_head"])
      change(&plain.adapter)
      do { try plain.validate() } catch let list as DiagnosticList { return list.diagnostics.first?.message }
      return nil
    }
    #expect(try problem { _ in } == nil)
    #expect(try problem { $0.usesDoRA = true } == "DoRA is not trained on 'lm_head'")
    #expect(try problem { $0.initialization = .pissa }?.contains("pissa") == true)
    #expect(try problem { $0.savedModules = ["lm_head"] }?.contains("whole modules") == true)
    let model = try GoldenTraining("llama-tied").model.configuration
    var pattern = AdapterConfiguration()
    pattern.targetPattern = try ModulePattern(#".*(q_proj|lm_head)"#)
    let error = #expect(throws: Diagnostic.self) { try pattern.resolved(for: model) }
    #expect(error?.message.contains("'lm_head'") == true)
    // A wide pattern means linear layers, as it always did.
    pattern.targetPattern = try ModulePattern(".*")
    #expect(try pattern.resolved(for: model).targets.count == 7)
  }

  /// llama.cpp has an embedding's factors in rows of tokens, and one alpha for all.
  @Test func aGGUFAdapterHoldsThemWhereTheHeadIsNotTied() throws {
    let golden = try GoldenTraining("qwen2-tables")
    let parts = #filePath.split(separator: "/").dropLast(2)
    let fixtures = "/" + parts.joined(separator: "/") + "/Fixtures/Models/"
    let folder = try TemporaryFolder()
    let adapter = golden.model.source.withoutCopies(try Adapter.read(fixtures + "qwen2-tables/adapter"))
    try adapter.writeGGUF(to: folder.file("a.gguf"), model: golden.model.configuration)
    let file = try GGUFFile(folder.file("a.gguf"))
    let alpha = try #require(file.metadata["adapter.lora.alpha"]?.doubleValue)
    for update in adapter.changes.tableUpdates {
      let name = update.table == .embedding ? "token_embd.weight" : "output.weight"
      let a = try #require(file.tensors.first { $0.name == name + ".lora_a" })
      let b = try #require(file.tensors.first { $0.name == name + ".lora_b" })
      let (av, bv) = (try a.floats(), try b.floats())
      let rank = update.rank
      #expect(a.shape == (update.table == .embedding ? [80, rank] : [rank, 32]))
      #expect(b.shape == [update.table == .embedding ? 32 : 80, rank])
      for (token, channel) in [(0, 0), (3, 31), (79, 5)] {
        let expected = (0..<rank).reduce(Float(0)) {
          $0 + Float(update.scale) * update.tokenFactor[token * rank + $1] * update.hiddenFactor[$1 * 32 + channel]
        }
        let found = (0..<rank).reduce(Float(0)) { sum, r in
          let pair =
            update.table == .embedding
            ? av[token * rank + r] * bv[channel * rank + r] : av[r * 32 + channel] * bv[token * rank + r]
          return sum + Float(alpha) / Float(rank) * pair
        }
        #expect(abs(found - expected) < 1e-5 * max(1, abs(expected)))
      }
    }
    let tied = try GoldenTraining("llama-tables")
    let error = #expect(throws: Diagnostic.self) {
      try tied.model.source.withoutCopies(Adapter.read(fixtures + "llama-tables/adapter"))
        .writeGGUF(to: folder.file("b.gguf"), model: tied.model.configuration)
    }
    #expect(error?.code == "unsupported-adapter" && error?.message.contains("one matrix") == true)
  }
}
