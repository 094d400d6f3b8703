import JSON

/// The pre-tokenizers that have a name in GGUF (`tokenizer.ggml.pre`) and a definition in `tokenizer.json`. The raw value is
/// the name that is written.
public enum PreTokenizerKind: String, Sendable, CaseIterable {
  case smollm
  case qwen2
  case llama3 = "llama-bpe"
  case gpt2 = "gpt-2"

  public static let qwen2Pattern =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  public static let llama3Pattern =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  /// The `pre_tokenizer` member of a `tokenizer.json`.
  var definition: JSONValue {
    switch self {
    case .smollm:
      ["type": "Sequence", "pretokenizers": [["type": "Digits", "individual_digits": true], Self.byteLevel(true)]]
    case .qwen2: Self.split(Self.qwen2Pattern)
    case .llama3: Self.split(Self.llama3Pattern)
    case .gpt2: Self.byteLevel(true)
    }
  }

  static func byteLevel(_ useRegex: Bool) -> JSONValue {
    ["type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": .bool(useRegex)]
  }

  private static func split(_ pattern: String) -> JSONValue {
    [
      "type": "Sequence",
      "pretokenizers": [
        ["type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated", "invert": false],
        byteLevel(false),
      ],
    ]
  }

  /// Recognizes the `pre_tokenizer` of a `tokenizer.json`; `nil` when GGUF has no name for it.
  init?(definition: JSONValue?) {
    guard let definition else { return nil }
    let steps = definition["pretokenizers"]?.arrayValue ?? [definition]
    let kinds = steps.map { $0["type"]?.stringValue ?? "" }
    switch kinds {
    case ["Digits", "ByteLevel"] where steps[0]["individual_digits"]?.boolValue == true: self = .smollm
    case ["ByteLevel"] where steps[0]["use_regex"]?.boolValue != false: self = .gpt2
    case ["Split", "ByteLevel"]:
      switch steps[0]["pattern"]?["Regex"]?.stringValue {
      case Self.qwen2Pattern: self = .qwen2
      case Self.llama3Pattern: self = .llama3
      default: return nil
      }
    default: return nil
    }
  }
}
