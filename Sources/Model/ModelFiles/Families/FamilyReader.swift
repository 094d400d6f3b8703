import Diagnostics
import JSON

/// A model's hyperparameters by the names `config.json` has for them, whichever container they come from.
///
/// It remembers what was asked for: whatever else a container says that would change the numerics is refused by name,
/// so that no family computes something else than its files describe.
final class FamilyReader {
  /// More layers than any model has: a bound on what a configuration can make this library allocate.
  static let layerLimit = 1 << 12

  let path: String
  let family: ModelFamily
  /// The GGUF file; `nil` for a `config.json`.
  let gguf: GGUFFile?
  private let json: JSONValue
  private var asked: Set<String> = []

  /// Whether the family asked for a hyperparameter.
  func wasAsked(_ key: String) -> Bool { asked.contains(key) }

  /// - Parameter json: the object that describes the decoder: `config.json`, or its `text_config`.
  init(_ family: ModelFamily, json: JSONValue, path: String) {
    self.family = family
    self.json = json
    self.path = path
    gguf = nil
  }

  init(_ family: ModelFamily, gguf: GGUFFile) {
    self.family = family
    json = .null
    path = gguf.path
    self.gguf = gguf
  }

  func failure(_ message: String) -> Diagnostic { ModelFileFailure.configuration(path, message) }

  // MARK: Values

  /// GGUF's names, without the architecture, of what `config.json` calls otherwise.
  private static let ggufNames = [
    "hidden_size": "embedding_length", "num_hidden_layers": "block_count",
    "num_attention_heads": "attention.head_count",
    "num_key_value_heads": "attention.head_count_kv", "head_dim": "attention.key_length",
    "intermediate_size": "feed_forward_length", "rms_norm_eps": "attention.layer_norm_rms_epsilon",
    "max_position_embeddings": "context_length", "rope_theta": "rope.freq_base",
    "sliding_window": "attention.sliding_window", "attn_logit_softcapping": "attn_logit_softcapping",
    "final_logit_softcapping": "final_logit_softcapping", "num_experts": "expert_count", "logit_scale": "logit_scale",
    "embedding_multiplier": "embedding_scale", "residual_multiplier": "residual_scale",
    "attention_multiplier": "attention.scale", rotatedDimensionKey: "rope.dimension_count",
    valueDimensionKey: "attention.value_length",
  ]

  /// What `config.json` has no name for.
  static let rotatedDimensionKey = "rope.dimension_count"
  static let valueDimensionKey = "attention.value_length"

  /// How messages call a hyperparameter.
  func label(_ key: String) -> String {
    guard gguf != nil else { return "'\(key)'" }
    return "metadata '\(ggufKey(key) ?? key)'"
  }

  private func ggufKey(_ key: String) -> String? {
    (family.ggufKeys[key] ?? Self.ggufNames[key]).map { "\(family.ggufArchitecture ?? "").\($0)" }
  }

  /// A hyperparameter that is there and not null.
  func value(_ key: String) throws -> JSONValue? {
    asked.insert(key)
    return try stated(key)
  }

  /// Whether a hyperparameter is there, be it null.
  func states(_ key: String) -> Bool {
    gguf == nil ? json[key] != nil : ggufKey(key).map { gguf?.metadata[$0] != nil } ?? false
  }

  private func stated(_ key: String) throws -> JSONValue? {
    guard let gguf else {
      guard let value = json[key], !value.isNull else { return nil }
      return value
    }
    guard let name = ggufKey(key), let value = gguf.metadata[name] else { return nil }
    return try Self.json(value)
  }

  private static func json(_ value: GGUFValue) throws -> JSONValue {
    switch value {
    case .unsigned, .signed: return value.intValue.map { .integer(Int64($0)) } ?? .number(value.doubleValue ?? .nan)
    // Stored as f32: the shortest decimal that reads back to it is what the original configuration said.
    case .floating(let number): return .number(Double("\(Float(number))") ?? number)
    case .bool(let flag): return .bool(flag)
    case .string(let text): return .string(text)
    case .array(let array):
      guard array.count <= layerLimit else { return .array([]) }
      switch array.elementType {
      case .string: return .array(try array.strings().map { .string($0) })
      case .array: return .array([])
      case .bool: return .array(try array.bools().map { .bool($0) })
      case .float32, .float64: return .array(try array.doubles().map { .number($0) })
      default: return .array(try array.integers().map { .integer(Int64($0)) })
      }
    }
  }

  func optionalCount(_ key: String) throws -> Int? {
    guard let value = try value(key) else { return nil }
    guard let count = value.intValue, count > 0, count <= 1 << 40 else {
      throw failure("\(label(key)) is not a positive whole number")
    }
    return count
  }

  func count(_ key: String) throws -> Int {
    guard let value = try optionalCount(key) else { throw failure("\(label(key)) is missing") }
    return value
  }

  func positive(_ key: String) throws -> Double? { try positive(try value(key), label(key)) }

  func positive(_ value: JSONValue?, _ label: String) throws -> Double? {
    guard let value, !value.isNull else { return nil }
    guard let number = value.doubleValue, number > 0, number.isFinite else {
      throw failure("\(label) is not a positive number")
    }
    return number
  }

  func flag(_ key: String) throws -> Bool? {
    guard let value = try value(key) else { return nil }
    guard let flag = value.boolValue else { throw failure("\(label(key)) is neither true nor false") }
    return flag
  }

  /// The number of layers, bounded before anything is made of each.
  func layerCount() throws -> Int {
    let count = try count("num_hidden_layers")
    guard count <= Self.layerLimit else { throw failure("layers: \(count) is outside 1…\(Self.layerLimit)") }
    return count
  }

  /// Positions a query sees; `nil` without a window. GGUF writes 0 for none.
  func window() throws -> Int? {
    if gguf != nil, try value("sliding_window")?.intValue == 0 { return nil }
    return try optionalCount("sliding_window")
  }

  /// Whether each layer's attention is `sliding_attention` and not `full_attention`; `nil` when nothing says so.
  func slidingLayers(count: Int) throws -> [Bool]? {
    guard let value = try value("layer_types") else { return nil }
    guard let names = value.arrayValue, names.count == count else {
      throw failure("\(label("layer_types")) does not name the kind of each of the \(count) layers")
    }
    return try names.map { name in
      switch name.stringValue {
      case "full_attention": return false
      case "sliding_attention": return true
      default:
        throw ModelFileFailure.unsupported(
          path,
          "'layer_types' asks for '\(name.stringValue ?? name.text())', which a \(family.name) model does not have")
      }
    }
  }

  /// The activation under one of the keys that name it.
  func activation(_ key: String = "hidden_act", default fallback: Activation = .silu) throws -> Activation {
    guard let value = try value(key) else { return fallback }
    switch value.stringValue {
    case "silu", "swish": return .silu
    case "gelu_pytorch_tanh", "gelu_new": return .geluTanh
    default:
      throw ModelFileFailure.unsupported(
        path, "\(label(key)) asks for the activation '\(value.stringValue ?? value.text())', which is not supported")
    }
  }

  // MARK: What was not asked for

  /// Hyperparameters that change what is computed, the values at which they do not, and what they ask for otherwise.
  private static let sensitive: [(key: String, neutral: [JSONValue], what: String)] = [
    ("hidden_act", ["silu", "swish"], "another activation"), ("hidden_activation", ["silu"], "another activation"),
    ("attn_logit_softcapping", [0], "soft-capping"), ("final_logit_softcapping", [0], "soft-capping"),
    ("attention_multiplier", [1], "a multiplier"), ("residual_multiplier", [1], "a multiplier"),
    ("embedding_multiplier", [1], "a multiplier"), ("logits_scaling", [1], "a multiplier"),
    ("logit_scale", [1], "a multiplier"), ("partial_rotary_factor", [1], "partial RoPE"),
    ("attention_bias", [false], "biases in the attention projections"), ("mlp_bias", [false], "biases in the MLP"),
    ("use_sliding_window", [false], "a sliding window"), ("layer_types", [], "layers of several kinds"),
    ("no_rope_layers", [], "layers without RoPE"), ("query_pre_attn_scalar", [], "another attention scale"),
    ("num_experts", [0], "experts"), ("num_local_experts", [0], "experts"), ("n_routed_experts", [0], "experts"),
    ("kv_lora_rank", [], "latent attention"), ("linear_num_key_heads", [], "linear attention"),
    ("use_bidirectional_attention", [false], "attention in both directions"), ("qkv_bias", [], "biases"),
  ]

  /// Refuses what would change the numerics and the family did not ask for.
  /// - Throws: `Diagnostic` (`unsupported-model`).
  func refuseTheRest() throws {
    for (key, neutral, what) in Self.sensitive where !asked.contains(key) {
      guard let value = try stated(key), !neutral.contains(value) else { continue }
      if let number = value.doubleValue, neutral.contains(where: { $0.doubleValue == number }) { continue }
      // Multipliers are 0 in a GGUF file that has none.
      if gguf != nil, value.doubleValue == 0 { continue }
      if key == "layer_types", let kinds = value.arrayValue, kinds.allSatisfy({ $0.stringValue == "full_attention" }) {
        continue
      }
      throw ModelFileFailure.unsupported(
        path, "\(label(key)) asks for \(what), which a \(family.name) model does not have")
    }
    if gguf != nil, !asked.contains("sliding_window"), let window = try stated("sliding_window")?.intValue, window != 0
    {
      throw ModelFileFailure.unsupported(
        path, "\(label("sliding_window")) asks for a sliding window, which a \(family.name) model does not have")
    }
    if gguf == nil, let quantization = json["quantization_config"], !quantization.isNull {
      let method = quantization["quant_method"]?.stringValue ?? "unknown"
      throw ModelFileFailure.unsupported(
        path, "weights quantized by '\(method)' are not supported",
        remedy: "use the original model, or a GGUF file")
    }
  }
}
