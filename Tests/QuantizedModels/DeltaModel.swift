import JSON
public import ModelFiles
import Platform

/// A random Qwen3.5 whose layers are gated delta nets and attention in turn, without a tokenizer.
public struct DeltaModel: Sendable {
  public var keyHeads = 2
  public var valueHeads = 4
  /// Of key heads and value heads, and of attention's.
  public var headDimension = 16
  public var hidden = 32
  public var layers = 2
  public var vocabulary = 64
  public var seed: UInt64 = 1

  public init() {}

  public init(keyHeads: Int, valueHeads: Int, headDimension: Int = 16, hidden: Int = 32) {
    self.keyHeads = keyHeads
    self.valueHeads = valueHeads
    self.headDimension = headDimension
    self.hidden = hidden
  }

  private var valueWidth: Int { valueHeads * headDimension }
  private var channels: Int { 2 * keyHeads * headDimension + valueWidth }

  /// Writes a Hugging Face folder in f32.
  public func write(to folder: String) throws {
    let json: JSONValue = [
      "architectures": ["Qwen3_5ForCausalLM"], "model_type": "qwen3_5_text", "vocab_size": number(vocabulary),
      "hidden_size": number(hidden), "num_hidden_layers": number(layers), "num_attention_heads": 2,
      "num_key_value_heads": 1, "head_dim": number(headDimension), "intermediate_size": number(2 * hidden),
      "rms_norm_eps": 1e-6, "max_position_embeddings": 512, "hidden_act": "silu", "tie_word_embeddings": false,
      "rope_parameters": ["rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.25],
      "layer_types": .array((0..<layers).map { $0 % 2 == 0 ? "linear_attention" : "full_attention" }),
      "linear_num_key_heads": number(keyHeads), "linear_num_value_heads": number(valueHeads),
      "linear_key_head_dim": number(headDimension), "linear_value_head_dim": number(headDimension),
      "linear_conv_kernel_dim": 4,
    ]
    let configuration = try ModelConfiguration(huggingFace: json, path: "config.json")
    var random = SplitMix64(seed: seed)
    let tensors = configuration.expectedTensors
    let writer = try SafetensorsWriter(
      folder + "/model.safetensors",
      tensors: tensors.map { TensorSpecification(name: $0.name, shape: $0.shape, dtype: .f32) })
    for (name, shape) in tensors {
      let values = (0..<shape.reduce(1, *)).map { _ in Float.random(in: Self.range(name), using: &random) }
      try values.withUnsafeBytes { try writer.append($0) }
    }
    try writer.finish()
    try FileSystem.replace(folder + "/config.json", with: json.bytes())
  }

  private func number(_ value: Int) -> JSONValue { .integer(Int64(value)) }

  private static func range(_ name: String) -> ClosedRange<Float> {
    if name.hasSuffix("A_log") { return -1...2 }
    if name.hasSuffix("linear_attn.norm.weight") { return 0.5...1.5 }
    return name.hasSuffix("norm.weight") || name.hasSuffix("dt_bias") ? -0.5...0.5 : -0.3...0.3
  }

  /// What llama.cpp's converter says of such a model, with full attention in every second layer.
  public var metadata: [(String, GGUFWriteValue)] {
    let counts: [(String, Int)] = [
      ("block_count", layers), ("context_length", 512), ("embedding_length", hidden),
      ("feed_forward_length", 2 * hidden), ("attention.head_count", 2), ("attention.head_count_kv", 1),
      ("attention.key_length", headDimension), ("attention.value_length", headDimension),
      ("rope.dimension_count", headDimension / 4), ("ssm.conv_kernel", 4), ("ssm.state_size", headDimension),
      ("ssm.group_count", keyHeads), ("ssm.time_step_rank", valueHeads), ("ssm.inner_size", valueWidth),
      ("full_attention_interval", 2),
    ]
    return [("general.architecture", .string("qwen35")), ("tokenizer.ggml.model", .string("none"))]
      + counts.map { ("qwen35." + $0.0, .uint32(UInt32($0.1))) }
      + [
        ("qwen35.attention.layer_norm_rms_epsilon", .float32(1e-6)), ("qwen35.rope.freq_base", .float32(10000)),
        ("qwen35.rope.dimension_sections", .int32s([11, 11, 10, 0])),
      ]
  }

  /// The tensors of the GGUF file, matrices in `dtype`.
  public func tensors(_ dtype: TensorDType) -> [TensorSpecification] {
    var tensors: [TensorSpecification] = []
    func add(_ name: String, _ shape: [Int], _ kind: TensorDType = .f32) {
      tensors.append(TensorSpecification(name: name, shape: shape, dtype: kind))
    }
    add("token_embd.weight", [vocabulary, hidden], dtype)
    add("output_norm.weight", [hidden])
    for layer in 0..<layers {
      let prefix = "blk.\(layer)."
      func matrix(_ name: String, _ rows: Int, _ columns: Int) {
        add(prefix + name + ".weight", [rows, columns], dtype)
      }
      add(prefix + "attn_norm.weight", [hidden])
      add(prefix + "post_attention_norm.weight", [hidden])
      if layer % 2 == 0 {
        matrix("attn_qkv", channels, hidden)
        matrix("attn_gate", valueWidth, hidden)
        matrix("ssm_beta", valueHeads, hidden)
        matrix("ssm_alpha", valueHeads, hidden)
        matrix("ssm_out", hidden, valueWidth)
        add(prefix + "ssm_conv1d.weight", [channels, 4])
        add(prefix + "ssm_dt.bias", [valueHeads])
        add(prefix + "ssm_a", [valueHeads])
        add(prefix + "ssm_norm.weight", [headDimension])
      } else {
        matrix("attn_q", 4 * headDimension, hidden)
        matrix("attn_k", headDimension, hidden)
        matrix("attn_v", headDimension, hidden)
        matrix("attn_output", hidden, 2 * headDimension)
        add(prefix + "attn_q_norm.weight", [headDimension])
        add(prefix + "attn_k_norm.weight", [headDimension])
      }
      matrix("ffn_gate", 2 * hidden, hidden)
      matrix("ffn_up", 2 * hidden, hidden)
      matrix("ffn_down", hidden, 2 * hidden)
    }
    return tensors
  }

  /// Writes a GGUF file by llama.cpp's rules, with random numbers or blocks of them.
  public func writeGGUF(
    to path: String, _ dtype: TensorDType, metadata: [(String, GGUFWriteValue)]? = nil,
    tensors: [TensorSpecification]? = nil
  ) throws {
    let tensors = tensors ?? self.tensors(dtype)
    let writer = try GGUFWriter(path, metadata: metadata ?? self.metadata, tensors: tensors)
    var random = SplitMix64(seed: seed)
    for tensor in tensors {
      if tensor.dtype == .f32 {
        let range: ClosedRange<Float> =
          tensor.name.hasSuffix("ssm_a") ? -2 ... -0.1 : tensor.name.contains("norm") ? 0.5...1.5 : -0.3...0.3
        let values = (0..<tensor.shape.reduce(1, *)).map { _ in Float.random(in: range, using: &random) }
        try values.withUnsafeBytes { try writer.append($0) }
      } else {
        try random.bytes(of: tensor).withUnsafeBytes { try writer.append($0) }
      }
    }
    try writer.finish()
  }
}
