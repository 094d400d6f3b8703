/// Which Hugging Face tensor a GGUF tensor is, and back.
enum GGUFTensorNames {
  private static let whole: [(gguf: String, canonical: String)] = [
    ("token_embd.weight", "model.embed_tokens.weight"),
    ("output_norm.weight", "model.norm.weight"),
    ("output.weight", "lm_head.weight"),
  ]

  private static let modules: [(gguf: String, canonical: String)] = [
    ("attn_norm", "input_layernorm"),
    ("attn_q", "self_attn.q_proj"),
    ("attn_k", "self_attn.k_proj"),
    ("attn_v", "self_attn.v_proj"),
    ("attn_output", "self_attn.o_proj"),
    ("attn_q_norm", "self_attn.q_norm"),
    ("attn_k_norm", "self_attn.k_norm"),
    ("ffn_norm", "post_attention_layernorm"),
    ("ffn_gate", "mlp.gate_proj"),
    ("ffn_up", "mlp.up_proj"),
    ("ffn_down", "mlp.down_proj"),
  ]

  /// `model.layers.0.self_attn.q_proj.weight` → `blk.0.attn_q.weight`; `nil` for names GGUF does not have.
  static func gguf(canonical name: String) -> String? {
    if let pair = whole.first(where: { $0.canonical == name }) { return pair.gguf }
    guard name.hasPrefix("model.layers.") else { return nil }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 5, let layer = Int(parts[2]), let suffix = parts.last else { return nil }
    let module = parts[3..<(parts.count - 1)].joined(separator: ".")
    guard let pair = modules.first(where: { $0.canonical == module }) else { return nil }
    return "blk.\(layer).\(pair.gguf).\(suffix)"
  }

  /// `blk.0.attn_q.weight` → `model.layers.0.self_attn.q_proj.weight`; `nil` for names unknown here.
  static func canonical(gguf name: String) -> String? {
    if let pair = whole.first(where: { $0.gguf == name }) { return pair.canonical }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "blk", let layer = Int(parts[1]), String(layer) == parts[1],
      let pair = modules.first(where: { $0.gguf == parts[2] })
    else { return nil }
    return "model.layers.\(layer).\(pair.canonical).\(parts[3])"
  }
}
