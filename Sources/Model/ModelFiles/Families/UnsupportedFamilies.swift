extension ModelFamily {
  /// What families that people bring and that are not supported need, by `model_type` or GGUF's architecture: so that a
  /// refusal says what is missing.
  private static let needs: [String: String] = [
    "qwen3_next": "gated delta net layers and experts", "qwen3next": "gated delta net layers and experts",
    "qwen3_5_moe": "gated delta net layers and experts", "qwen35moe": "gated delta net layers and experts",
    "qwen2_moe": "experts", "qwen3_moe": "experts", "qwen3moe": "experts", "mixtral": "experts",
    "gpt_oss": "experts and attention sinks", "gpt-oss": "experts and attention sinks",
    "deepseek_v3": "latent attention and experts", "deepseek2": "latent attention and experts",
    "gemma3n": "per-layer embeddings and shared key/value layers",
    "gemma4": "per-layer embeddings and shared key/value layers",
    "gemma4_text": "per-layer embeddings and shared key/value layers", "lfm2": "short convolution layers",
    "granite": "multipliers on attention, residual stream and logits", "glm4": "RoPE on neighboring dimensions",
    "olmo2": "norms over whole projections", "olmo3": "norms over whole projections",
    "phi": "layer norms with biases", "gpt2": "layer norms with biases", "cohere": "layer norms",
    "mamba": "state space layers", "falcon_h1": "state space layers", "t5": "an encoder", "bert": "an encoder",
  ]

  /// A refusal, with what the family needs where that is known.
  static func refusal(of name: String) -> String {
    needs[name].map { "model architecture '\(name)' is not supported: it needs \($0)" }
      ?? "model architecture '\(name)' is not supported"
  }
}
