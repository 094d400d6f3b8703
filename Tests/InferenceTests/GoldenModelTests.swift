import CKernels
import Diagnostics
import Glibc
import JSON
import ModelFiles
import Models
import Platform
import TestSupport
import Testing

@testable import Inference

@Suite struct GoldenModelTests {
  /// transformers in f64; f32 with unnormalized random weights is good to about 1e-5 of the largest logit.
  @Test(arguments: Golden.cases) func logitsEqualTransformers(_ name: String) throws {
    let model = try Golden.model(name)
    let adapter = try Golden.adapter(name, for: model)
    let golden = try Golden.json(name)
    for level in 0...lp_inference_best_level() {
      for index in 0..<3 {
        let ids = Golden.ids(golden["rows"]?.arrayValue?[index]["ids"])
        for (kind, adapter) in [("base", nil), ("adapter", adapter)] {
          let expected = try Golden.array(name, "logits.\(kind).\(index)")
          let found = try Golden.logits(model, adapter: adapter, ids: ids, chunk: 64, level: level)
          #expect(found.count == expected.count)
          let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
          #expect(worst < 1e-4, "\(kind) row \(index) level \(level): \(worst)")
        }
      }
    }
  }

  /// transformers 5 takes an output matrix that the files hold, even where the configuration ties it to the embedding. Its
  /// logits are then those of the untied model.
  @Test(arguments: ["llama-untied", "qwen2-untied", "qwen3-untied"])
  func anOutputMatrixOfItsOwnReachesTheLogitsOfATiedModel(_ name: String) throws {
    let copy = try TemporaryFolder()
    defer { try? FileSystem.removeTree(copy.path) }
    for file in try FileSystem.names(in: Golden.folder + "/" + name) where file.hasPrefix("model") {
      try FileSystem.copy(Golden.folder + "/\(name)/\(file)", to: copy.path + "/" + file, mode: 0o644)
    }
    var configuration = try JSONValue(parsing: MappedFile(Golden.folder + "/\(name)/config.json").contents())
    guard case .object(var object) = configuration else { throw Diagnostic(code: "test", "no configuration") }
    object["tie_word_embeddings"] = true
    configuration = .object(object)
    try FileSystem.replace(copy.path + "/config.json", with: configuration.bytes())
    let ids = Golden.ids(try Golden.json(name)["rows"]?.arrayValue?[0]["ids"])
    let found = try Golden.logits(InferenceModel.open(copy.path, threads: 1), adapter: nil, ids: ids, chunk: 64)
    let expected = try Golden.array(name, "logits.base.0")
    #expect(zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity < 1e-4)
  }

  @Test(arguments: Golden.cases) func greedyTextEqualsTransformers(_ name: String) throws {
    let model = try Golden.model(name)
    let adapter = try Golden.adapter(name, for: model)
    let golden = try Golden.json(name)
    for (key, adapter) in [("base_greedy", nil), ("adapter_greedy", adapter)] {
      let prompt = Golden.ids(golden[key]?["prompt"])
      let expected = Golden.ids(golden[key]?["tokens"])
      let found = try model.generate(
        prompt: prompt, adapter: adapter, maximumTokens: expected.count, stopTokens: [], threads: 2)
      #expect(found == expected)
    }
  }

  /// The GGUF file of a model holds the same model, in generation and in training.
  @Test(arguments: [
    "llama-tied", "llama-untied", "qwen2-tied", "qwen3-untied", "ministral3", "smollm3", "gemma3", "gemma2", "phi3",
  ]) func ggufOfAModelGivesItsLogits(_ name: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("model.gguf")
    var writer = GGUFModelWriter(source: try ModelSource.open(Golden.folder + "/" + name), dtype: .f32)
    writer.requiresTokenizer = false
    try writer.write(to: path)
    let model = try InferenceModel.open(path, threads: 1)
    let trained = try TransformerModel(ModelSource.open(path))
    let adapter = try Golden.adapter(name, for: model)
    let parameters = try AdapterParameters(
      Adapter.read(Golden.folder + "/" + name + "/adapter"), model: trained.configuration)
    let golden = try Golden.json(name)
    for index in 0..<3 {
      let ids = Golden.ids(golden["rows"]?.arrayValue?[index]["ids"])
      let expected = try Golden.array(name, "logits.adapter.\(index)")
      let generated = try Golden.logits(model, adapter: adapter, ids: ids, chunk: 64)
      #expect(zip(generated, expected).allSatisfy { abs($0 - $1) < 1e-4 } && generated.count == expected.count)
      let passed = try trained.logits(ids, adapter: parameters)
      #expect(zip(passed, expected).allSatisfy { abs($0 - $1) < 1e-4 } && passed.count == expected.count)
    }
  }

  /// Reading a prompt one token at a time, in pieces, or at once, on one thread or three, gives the same bits.
  @Test(arguments: Golden.cases) func cuttingThePromptChangesNoBit(_ name: String) throws {
    let model = try Golden.model(name)
    let adapter = try Golden.adapter(name, for: model)
    let ids = Golden.ids(try Golden.json(name)["rows"]?.arrayValue?[1]["ids"])
    let whole = try Golden.logits(model, adapter: adapter, ids: ids, chunk: 64)
    for (chunk, threads) in [(1, 1), (1, 2), (3, 1), (7, 2), (13, 3), (64, 3)] {
      let found = try Golden.logits(model, adapter: adapter, ids: ids, chunk: chunk, threads: threads)
      #expect(found.map(\.bitPattern) == whole.map(\.bitPattern), "chunk \(chunk), threads \(threads)")
    }
  }

  @Test func adapterOfAnotherBaseIsRefused() throws {
    let model = try Golden.model("qwen3-untied")
    #expect(throws: (any Error).self) { try Golden.adapter("llama-tied", for: model) }
  }
}
