import JSON

/// The pre-tokenizers that have a name in GGUF (`tokenizer.ggml.pre`) and a definition in `tokenizer.json`. The raw value is
/// the name that is written.
public enum PreTokenizerKind: String, Sendable, CaseIterable {
  case smollm
  case qwen2
  case llama3 = "llama-bpe"
  case gpt2 = "gpt-2"
  /// Of Qwen3.5: marks belong to the letters before them.
  case qwen35
  /// Of Mistral's newer tokenizers: a piece ends before a capital letter that follows a small one.
  case tekken
  /// Of GPT-4o and Phi-4-mini: as Tekken, with numbers of up to three digits and English contractions.
  case gpt4o = "gpt-4o"

  public static let qwen2Pattern =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  public static let llama3Pattern =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  private static let qwen35Pattern =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  private static let tekkenPattern = casedPattern(ending: "", numbers: #"\p{N}"#)
  private static let gpt4oPattern = casedPattern(ending: "(?i:'s|'t|'re|'ve|'m|'ll|'d)?", numbers: #"\p{N}{1,3}"#)

  private static func casedPattern(ending: String, numbers: String) -> String {
    let (first, upper, lower) = (
      #"[^\r\n\p{L}\p{N}]?"#, #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#, #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
    )
    return "\(first)\(upper)*\(lower)+\(ending)|\(first)\(upper)+\(lower)*\(ending)|\(numbers)"
      + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  }

  /// The regular expression whose matches are the pieces; `nil` for kinds that are made of other steps.
  public var pattern: String? {
    switch self {
    case .qwen2: Self.qwen2Pattern
    case .llama3: Self.llama3Pattern
    case .qwen35: Self.qwen35Pattern
    case .tekken: Self.tekkenPattern
    case .gpt4o: Self.gpt4oPattern
    case .smollm, .gpt2: nil
    }
  }

  /// The `pre_tokenizer` member of a `tokenizer.json`.
  var definition: JSONValue {
    if let pattern { return Self.split(pattern) }
    guard self == .smollm else { return Self.byteLevel(true) }
    return [
      "type": "Sequence", "pretokenizers": [["type": "Digits", "individual_digits": true], Self.byteLevel(true)],
    ]
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
      guard let pattern = steps[0]["pattern"]?["Regex"]?.stringValue,
        let kind = Self.allCases.first(where: { $0.pattern == pattern })
      else { return nil }
      self = kind
    default: return nil
    }
  }
}
