/// What a GGUF file means by `tokenizer.ggml.pre`. The file keeps the name only; what goes with it is known of the models
/// that carry it, as llama.cpp's `llama-vocab.cpp` and the models' own `tokenizer.json` have it.
public struct GGUFPreTokenizer: Sendable {
  public let kind: PreTokenizerKind
  /// Whether text is brought to NFC first.
  public var normalizes = false
  /// Whether a piece that is a whole token skips the merges.
  public var ignoresMerges = false
  /// Whether a beginning-of-text token is put first where a file does not say.
  public var addsBOS = false

  private static let known: [String: GGUFPreTokenizer] = [
    "smollm": GGUFPreTokenizer(kind: .smollm),
    "gpt-2": GGUFPreTokenizer(kind: .gpt2),
    "phi-2": GGUFPreTokenizer(kind: .gpt2),
    "jina-es": GGUFPreTokenizer(kind: .gpt2),
    "jina-de": GGUFPreTokenizer(kind: .gpt2),
    "qwen2": GGUFPreTokenizer(kind: .qwen2, normalizes: true),
    "megrez": GGUFPreTokenizer(kind: .qwen2, normalizes: true),
    "stablelm2": GGUFPreTokenizer(kind: .qwen2, normalizes: true),
    "hunyuan": GGUFPreTokenizer(kind: .qwen2, normalizes: true),
    "deepseek-r1-qwen": GGUFPreTokenizer(kind: .qwen2, normalizes: true, addsBOS: true),
    "llama-bpe": GGUFPreTokenizer(kind: .llama3, ignoresMerges: true, addsBOS: true),
    "llama3": GGUFPreTokenizer(kind: .llama3, ignoresMerges: true, addsBOS: true),
    "llama-v3": GGUFPreTokenizer(kind: .llama3, ignoresMerges: true, addsBOS: true),
    "smaug-bpe": GGUFPreTokenizer(kind: .llama3),
    // Phi-4 and other users of the vocabulary of GPT-4.
    "dbrx": GGUFPreTokenizer(kind: .llama3),
    "qwen35": GGUFPreTokenizer(kind: .qwen35, normalizes: true),
    "tekken": GGUFPreTokenizer(kind: .tekken, ignoresMerges: true, addsBOS: true),
    "gpt-4o": GGUFPreTokenizer(kind: .gpt4o),
  ]

  private init(kind: PreTokenizerKind, normalizes: Bool = false, ignoresMerges: Bool = false, addsBOS: Bool = false) {
    self.kind = kind
    self.normalizes = normalizes
    self.ignoresMerges = ignoresMerges
    self.addsBOS = addsBOS
  }

  /// `nil` for a name that is not known, `default` included: that is a pattern of its own.
  public init?(named name: String) {
    guard let found = Self.known[name] else { return nil }
    self = found
  }
}
