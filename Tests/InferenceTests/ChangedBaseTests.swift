import CKernels
import Diagnostics
import JSON
import ModelFiles
import Testing

@testable import Inference

/// Adapters with an embedding, a head or norms of their own, beside a base that others use too.
@Suite struct ChangedBaseTests {
  static let names = [
    "changed-embedding", "changed-head", "changed-copy", "changed-tokens", "llama-tables", "qwen2-tables",
  ]

  @Test(arguments: names + ["gemma2-tables"]) func logitsAndTextEqualPeft(_ name: String) throws {
    let model = try Golden.model(name)
    let adapter = try Golden.adapter(name, for: model)
    let golden = try Golden.json(name)
    for level in 0...lp_inference_best_level() {
      for index in 0..<3 {
        let ids = Golden.ids(golden["rows"]?.arrayValue?[index]["ids"])
        for (kind, adapter, chunk) in [("base", nil, 64), ("adapter", adapter, 64), ("adapter", adapter, 5)] {
          let expected = try Golden.array(name, "logits.\(kind).\(index)")
          let found = try Golden.logits(model, adapter: adapter, ids: ids, chunk: chunk, threads: 2, level: level)
          #expect(found.count == expected.count)
          let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
          #expect(worst < 1e-4, "\(kind) row \(index) level \(level): \(worst)")
        }
      }
    }
    let prompt = Golden.ids(golden["adapter_greedy"]?["prompt"])
    let expected = Golden.ids(golden["adapter_greedy"]?["tokens"])
    let found = try model.generate(
      prompt: prompt, adapter: adapter, maximumTokens: expected.count, stopTokens: [], threads: 2)
    #expect(found == expected)
  }

  /// In one batch with the base and with an adapter without changes, each gets the same bits as alone.
  @Test(arguments: names) func noneTouchesTheOthers(_ name: String) throws {
    let model = try Golden.model(name)
    var plain = try Adapter.read(Golden.folder + "/\(name)/adapter")
    let changed = try InferenceAdapter(plain, for: model)
    plain.changes = BaseChanges()
    let adapters = [changed, try InferenceAdapter(plain, for: model), nil, changed, nil]
    let requests = adapters.map {
      GenerationRequest(prompt: [3, 9, 14, 7, 30], adapter: $0, maximumTokens: 8, topProbabilities: 0)
    }
    let alone = try requests.map {
      try GeneratorTests.run(Generator(model, options: GeneratorTests.options()), [$0])[0]
    }
    #expect(Set(alone.map(\.probabilities)).count == 3)
    for threads in [1, 3] {
      let together = try GeneratorTests.run(
        Generator(model, options: GeneratorTests.options(threads: threads)), requests)
      #expect(together.map(\.probabilities) == alone.map(\.probabilities))
    }
  }

  @Test func aVocabularyOfAnotherSizeIsRefused() throws {
    let model = try Golden.model("changed-vocabulary")
    let error = #expect(throws: Diagnostic.self) { try Golden.adapter("changed-vocabulary", for: model) }
    #expect(error?.code == "unsupported-adapter" && error?.message.contains("another size") == true)
    #expect(error?.remedy?.contains("merge") == true)
  }
}
