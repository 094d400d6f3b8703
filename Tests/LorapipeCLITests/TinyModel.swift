import Glibc
import JSON
import ModelFiles

/// A Llama of two layers with random weights and a real tokenizer, as a Hugging Face folder: enough for every stage.
enum TinyModel {
  /// - Parameter hasOwnHead: whether the file holds an output matrix of its own although the configuration ties it to the
  ///   embedding, as some published models do.
  static func write(
    to folder: String, seed: UInt64 = 7, roundsToBF16: Bool = false, hasOwnHead: Bool = false
  ) throws {
    mkdir(folder, 0o755)
    let configuration: JSONValue = [
      "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 728, "hidden_size": 32,
      "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
      "head_dim": 8, "max_position_embeddings": 512, "rms_norm_eps": 1e-5, "rope_theta": 10000, "hidden_act": "silu",
      "tie_word_embeddings": true, "torch_dtype": "float32", "bos_token_id": 1, "eos_token_id": 2,
    ]
    try text(configuration.text(), folder + "/config.json")
    var shapes = try ModelConfiguration(huggingFace: configuration, path: folder).expectedTensors.map {
      (name: $0.name, shape: $0.shape)
    }
    if hasOwnHead { shapes.append((name: "lm_head.weight", shape: [728, 32])) }
    let writer = try SafetensorsWriter(
      folder + "/model.safetensors",
      tensors: shapes.map { TensorSpecification(name: $0.name, shape: $0.shape, dtype: roundsToBF16 ? .bf16 : .f32) })
    var state = seed
    for tensor in shapes {
      let count = tensor.shape.reduce(1, *)
      // Norms near one, matrices small: activations stay in range.
      let values = (0..<count).map { _ -> Float in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let unit = Float(state >> 40) / Float(1 << 24) - 0.5
        return tensor.shape.count == 1 ? 1 + unit * 0.1 : unit * 0.3
      }
      if roundsToBF16 {
        try values.map { UInt16($0.bitPattern >> 16) }.withUnsafeBytes { try writer.append($0) }
      } else {
        try writer.append(values)
      }
    }
    try writer.finish()
    let fixtures = Snapshot("Tokenization/smollm.tokenizer.json").path
    try text(Files.read(fixtures), folder + "/tokenizer.json")
    try text(
      #"{"chat_template": "{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}", "eos_token": "<|im_end|>"}"#,
      folder + "/tokenizer_config.json")
  }

  private static func text(_ text: String, _ path: String) throws { Files.write(text, path) }
}
