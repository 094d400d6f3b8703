import Glibc
import JSON
import ModelFiles

@testable import Inference

/// The golden models that `Tests/Goldens/generate.py` writes.
enum Golden {
  static let cases = [
    "llama-tied", "llama-untied", "qwen2-tied", "qwen2-untied", "qwen3-tied", "qwen3-untied", "mistral", "ministral3",
    "smollm3", "gemma3", "gemma3-nested", "gemma2", "phi3", "qwen3.5",
    "qwen2-dora", "phi3-dora", "gemma3-dora",
  ]

  static let folder: String = {
    let parts = #filePath.split(separator: "/").dropLast(2)
    return "/" + parts.joined(separator: "/") + "/Fixtures/Models"
  }()

  static func model(_ name: String) throws -> InferenceModel {
    try InferenceModel.open(folder + "/" + name, threads: 1)
  }

  static func adapter(_ name: String, for model: InferenceModel) throws -> InferenceAdapter {
    try InferenceAdapter.open(folder + "/" + name + "/adapter", for: model)
  }

  static func json(_ name: String) throws -> JSONValue {
    try JSONValue(parsing: MappedFile(folder + "/" + name + "/golden.json").contents())
  }

  static func array(_ name: String, _ tensor: String, in fileName: String = "golden") throws -> [Float] {
    let file = try SafetensorsFile(folder + "/" + name + "/\(fileName).safetensors")
    return try file.tensors.first { $0.name == tensor }?.floats() ?? []
  }

  static func ids(_ value: JSONValue?) -> [Int32] {
    (value?.arrayValue ?? []).compactMap { $0.intValue.map(Int32.init) }
  }

  /// Logits `[tokens][vocabulary]` of one sequence, computed in runs of `chunk` tokens.
  static func logits(
    _ model: InferenceModel, adapter: InferenceAdapter?, ids: [Int32], chunk: Int, type: KeyValueType = .f32,
    activations: ActivationType = .usual,
    threads: Int = 1, level: Int32? = nil
  ) throws -> [Float] {
    let c = model.configuration
    var cache = try PageMemory(c, type, capacity: 16)
    let graph = try DecodeGraph(
      model, team: ThreadTeam(count: threads), maximumTokens: 64, contextLength: 160, activations: activations,
      level: level)
    let pages = (0..<10).compactMap { _ in cache.take() }
    let state = try Slab(byteCount: c.stateCount * 4)
    defer { withExtendedLifetime(state) {} }
    var result: [Float] = []
    for start in stride(from: 0, to: ids.count, by: chunk) {
      let run = Array(ids[start..<min(start + chunk, ids.count)])
      pages.withUnsafeBufferPointer {
        guard let base = $0.baseAddress else { return }
        graph.forward(
          tokens: run,
          sequences: [
            StepSequence(
              first: 0, count: run.count, start: start, pages: base, state: state.floats, adapter: adapter)
          ],
          cache: cache, logitRows: Array(run.indices))
      }
      for row in run.indices {
        graph.computeLogits(row..<row + 1)
        result += UnsafeBufferPointer(start: graph.logits, count: c.vocabularySize)
      }
    }
    return result
  }
}
