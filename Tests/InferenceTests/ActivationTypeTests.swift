import CKernels
import JSON
import ModelFiles
import TestSupport
import Testing

@testable import Inference

/// Inputs of products rounded to 8 bits. What each kernel computes is checked by Tests/CKernels, at every level.
@Suite struct ActivationTypeTests {
  /// Widths of these are multiples of 32.
  static let cases = ["llama-tied", "qwen2-untied", "qwen3-tied"]

  /// A golden model in `dtype`. In q4_0 its layers have products of 8 bits; embedding and head are q8_0, which has none.
  private static func model(_ name: String, _ dtype: TensorDType = .q40) throws -> InferenceModel {
    let folder = try TemporaryFolder()
    let path = folder.file("model.gguf")
    var writer = GGUFModelWriter(source: try ModelSource.open(Golden.folder + "/" + name), dtype: dtype)
    writer.requiresTokenizer = false
    try writer.write(to: path)
    return try InferenceModel.open(path, threads: 1)
  }

  private static func ids(_ name: String) throws -> [Int32] {
    Golden.ids(try Golden.json(name)["rows"]?.arrayValue?[2]["ids"])
  }

  private static func size(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
  }

  /// transformers in f64 on the same blocks, with and without inputs rounded by PyTorch and numpy. A number that lies between
  /// two integers by less than f32 resolves may become the other one, so some logits are apart by more than f32 explains:
  /// together by a small part of what the rounding does.
  @Test(arguments: cases) func logitsEqualTransformersWithRoundedInputs(_ name: String) throws {
    let (model, ids) = (try Self.model(name), try Self.ids(name))
    let rounded = try Golden.array(name, "logits.int8", in: "activations")
    let exact = try Golden.array(name, "logits.exact", in: "activations")
    let effect = Self.size(rounded, exact)
    #expect(effect > 1e-2, "the rounding is seen")
    let int8 = try Golden.logits(model, adapter: nil, ids: ids, chunk: 64, activations: .int8)
    let int16 = try Golden.logits(model, adapter: nil, ids: ids, chunk: 64)
    #expect(int8.count == rounded.count && int16.count == exact.count)
    #expect(Self.size(int8, rounded) < 0.2 * effect, "\(Self.size(int8, rounded)) of \(effect)")
    #expect(Self.size(int16, exact) < 0.02 * effect, "\(Self.size(int16, exact)) of \(effect)")
  }

  /// A prompt in pieces or at once, on one thread or three, at every level of kernels.
  @Test(arguments: cases) func cuttingThePromptChangesNoBit(_ name: String) throws {
    let (model, ids) = (try Self.model(name), try Self.ids(name))
    let adapter = try Golden.adapter(name, for: model)
    func bits(_ chunk: Int, _ threads: Int, _ level: Int32, _ type: ActivationType = .int8) throws -> [UInt32] {
      try Golden.logits(
        model, adapter: adapter, ids: ids, chunk: chunk, activations: type, threads: threads, level: level
      ).map(\.bitPattern)
    }
    for level in 0...lp_inference_best_level() {
      let whole = try bits(64, 1, level)
      #expect(try whole != bits(64, 1, level, .int16))
      for (chunk, threads) in [(1, 1), (1, 3), (3, 1), (7, 2), (13, 3), (64, 3)] {
        #expect(try bits(chunk, threads, level) == whole, "level \(level), chunk \(chunk), threads \(threads)")
      }
    }
  }

  @Test func aReplyDoesNotDependOnTheOthers() throws {
    let name = "qwen2-untied"
    let model = try Self.model(name)
    let requests = try GeneratorTests.requests(name, model, try Golden.adapter(name, for: model))
    func run(_ threads: Int, _ requests: [GenerationRequest], _ arrivals: [Int] = []) throws -> [Outcome] {
      var options = GeneratorTests.options(threads: threads)
      options.activations = .int8
      return try GeneratorTests.run(Generator(model, options: options), requests, arrivals: arrivals)
    }
    let alone = try requests.map { try run(1, [$0])[0] }
    for (threads, arrivals) in [(1, []), (2, [0, 3, 3, 4, 9, 1]), (3, [5, 4, 3, 2, 1, 0])] {
      let together = try run(threads, requests, arrivals)
      for (found, expected) in zip(together, alone) {
        #expect(found.tokens == expected.tokens && found.probabilities == expected.probabilities)
      }
    }
  }

  @Test func aModelWithoutSuchWeightsIsWarnedOf() throws {
    for (dtype, isWarned) in [(TensorDType.f32, true), (.q80, true), (.q40, false)] {
      let model = try Self.model("llama-tied", dtype)
      #expect((model.warning(of: .int8) != nil) == isWarned, "\(dtype)")
      #expect(model.warning(of: .int16) == nil)
      let ids = try Self.ids("llama-tied")
      let bits = try ActivationType.allCases.map {
        try Golden.logits(model, adapter: nil, ids: ids, chunk: 64, activations: $0).map(\.bitPattern)
      }
      #expect((bits[0] == bits[1]) == isWarned, "\(dtype)")
    }
  }
}
