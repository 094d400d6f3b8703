/// Which canonical tensor a GGUF tensor of a family is, and back.
struct GGUFTensorNames {
  let family: ModelFamily

  private static let whole: [(gguf: String, canonical: String)] = [
    ("token_embd.weight", "model.embed_tokens.weight"),
    ("output_norm.weight", "model.norm.weight"),
    ("output.weight", "lm_head.weight"),
  ]

  init(_ family: ModelFamily) { self.family = family }

  /// - Parameter model: whose family is one of `ModelFamily.all`.
  init(_ model: ModelConfiguration) { self.init(ModelFamily.named(model.family) ?? .llama) }

  /// `model.layers.0.self_attn.q_proj.weight` → `blk.0.attn_q.weight`; `nil` for names GGUF does not have.
  func gguf(canonical name: String) -> String? {
    if let pair = Self.whole.first(where: { $0.canonical == name }) { return pair.gguf }
    guard name.hasPrefix("model.layers.") else { return nil }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 5, let layer = Int(parts[2]), let suffix = parts.last else { return nil }
    let rest = parts[3...].joined(separator: ".")
    if let pair = family.ggufTensors.first(where: { $0.canonical == rest }) { return "blk.\(layer).\(pair.gguf)" }
    let module = parts[3..<(parts.count - 1)].joined(separator: ".")
    guard let pair = family.modules.first(where: { $0.canonical == module }) else { return nil }
    return "blk.\(layer).\(pair.gguf).\(suffix)"
  }

  /// `blk.0.attn_q.weight` → `model.layers.0.self_attn.q_proj.weight`; `nil` for names unknown here.
  func canonical(gguf name: String) -> String? {
    if let pair = Self.whole.first(where: { $0.gguf == name }) { return pair.canonical }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[0] == "blk", let layer = Int(parts[1]), String(layer) == parts[1] else { return nil }
    let rest = parts[2...].joined(separator: ".")
    if let pair = family.ggufTensors.first(where: { $0.gguf == rest }) {
      return "model.layers.\(layer).\(pair.canonical)"
    }
    guard parts.count == 4, let pair = family.modules.first(where: { $0.gguf == parts[2] }) else { return nil }
    return "model.layers.\(layer).\(pair.canonical).\(parts[3])"
  }
}
