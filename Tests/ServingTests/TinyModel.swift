import Glibc
import HTTPService
import Inference
import JSON
import ModelFiles
import Platform
import Synchronization
import TestSupport

@testable import Serving

/// A random model of a few thousand weights with a byte-level tokenizer, written to a folder of its own.
final class TinyModel: Sendable {
  private let folder: TemporaryFolder
  let path: String
  let adapterPath: String
  /// An adapter whose shapes fit another base.
  let foreignAdapterPath: String

  /// Removed when the tests' process ends: nothing else outlives every test that uses it.
  static let shared: TinyModel? = {
    guard let model = try? TinyModel() else { return nil }
    atexit { TinyModel.shared?.remove() }
    return model
  }()

  private func remove() { try? FileSystem.removeTree(path) }

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path
    adapterPath = path + "/adapter"
    foreignAdapterPath = path + "/foreign"
    mkdir(adapterPath, 0o755)
    mkdir(foreignAdapterPath, 0o755)
    try Self.write(path + "/config.json", Self.configuration.text())
    try Self.write(path + "/tokenizer.json", Self.tokenizer.text())
    try Self.write(
      path + "/tokenizer_config.json", #"{"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<|im_end|>"}"#)
    let model = try ModelConfiguration.tiny(path)
    var random = SplitMix64(seed: 9)
    let tensors = model.expectedTensors
    let writer = try SafetensorsWriter(
      path + "/model.safetensors",
      tensors: tensors.map { TensorSpecification(name: $0.name, shape: $0.shape, dtype: .f32) })
    for tensor in tensors {
      let isNorm = tensor.name.contains("norm")
      try writer.append(
        (0..<tensor.shape.reduce(1, *)).map { _ in
          isNorm ? 1 : Float.random(in: -0.4...0.4, using: &random)
        })
    }
    try writer.finish()
    try Self.adapter(adapterPath, model, &random)
    guard var wider = Self.configuration.objectValue else { return }
    wider["hidden_size"] = 48
    let other = try ModelConfiguration(huggingFace: .object(wider), path: path)
    try Self.adapter(foreignAdapterPath, other, &random)
  }

  private static func adapter(_ folder: String, _ model: ModelConfiguration, _ random: inout SplitMix64) throws {
    let configuration = AdapterConfiguration(rank: 2, alpha: 8, targets: ["q_proj", "v_proj"])
    var modules: [AdapterModuleValues] = []
    for layer in 0..<model.layerCount {
      for target in ["q_proj", "v_proj"] {
        guard let projection = model.layers[layer].projection(target) else { continue }
        modules.append(
          AdapterModuleValues(
            layer: layer, module: projection.module,
            a: (0..<2 * projection.inputs).map { _ in Float.random(in: -0.5...0.5, using: &random) },
            b: (0..<2 * projection.outputs).map { _ in Float.random(in: -0.5...0.5, using: &random) }))
      }
    }
    try Adapter.write(to: folder, configuration: configuration, model: model, modules: modules)
  }

  private static let configuration: JSONValue = [
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": 32,
    "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8,
    "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": true,
    "torch_dtype": "float32", "vocab_size": 258, "eos_token_id": 257,
  ]

  /// Every byte a token, in the alphabet byte-level tokenizers spell bytes with, and two control tokens.
  private static var tokenizer: JSONValue {
    var vocabulary = JSONObject()
    var next: UInt32 = 256
    for byte in UInt32(0)...255 {
      let printable = (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
      let scalar = printable ? Unicode.Scalar(byte) : Unicode.Scalar(next)
      if !printable { next += 1 }
      vocabulary[scalar.map { String(Character($0)) } ?? ""] = .integer(Int64(byte))
    }
    func added(_ id: Int64, _ content: String) -> JSONValue {
      [
        "id": .integer(id), "content": .string(content), "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true,
      ]
    }
    return [
      "version": "1.0", "truncation": .null, "padding": .null,
      "added_tokens": [added(256, "<|im_start|>"), added(257, "<|im_end|>")], "normalizer": .null,
      "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true],
      "post_processor": .null,
      "decoder": ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true],
      "model": ["type": "BPE", "vocab": .object(vocabulary), "merges": []],
    ]
  }

  private static func write(_ path: String, _ text: String) throws {
    let file = fopen(path, "w")
    fputs(text, file)
    fclose(file)
  }
}

extension ModelConfiguration {
  /// The configuration in a folder that has no weights yet.
  fileprivate static func tiny(_ path: String) throws -> ModelConfiguration {
    try ModelConfiguration(
      huggingFace: JSONValue(parsing: MappedFile(path + "/config.json").contents()), path: path + "/config.json")
  }
}

/// A sink that remembers.
final class MemorySink: ResponseSink {
  struct State {
    var response: HTTPResponse?
    var sent: [UInt8] = []
    var ended = false
    var gone = false
  }

  let state = Mutex(State())

  func respond(_ response: HTTPResponse) {
    state.withLock {
      $0.response = response
      $0.ended = true
    }
  }
  func begin(status: Int, contentType: String) {
    state.withLock { $0.response = HTTPResponse(status: status, contentType: contentType) }
  }
  func send(_ bytes: [UInt8]) { state.withLock { $0.sent += bytes } }
  func end() { state.withLock { $0.ended = true } }
  func leave() { state.withLock { $0.gone = true } }
  var isGone: Bool { state.withLock { $0.gone } }

  /// The answer, once whole; `nil` after ten seconds.
  func wait() -> (response: HTTPResponse, sent: [UInt8])? {
    for _ in 0..<2000 {
      let done = state.withLock { $0.ended ? $0 : nil }
      if let done, let response = done.response { return (response, done.sent) }
      usleep(5000)
    }
    return nil
  }
}
