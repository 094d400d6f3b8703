/// What a recipe's reader is told of a key that other programs have and lorapipe does not need.
public enum ForeignKeys {
  /// By key: why it can be left out, or what happens here instead.
  public static let remarks: [String: String] = {
    var remarks: [String: String] = [:]
    for vocabulary in [
      MsSwiftRules.vocabulary, LlamaFactoryRules.vocabulary, AxolotlRules.vocabulary, TRLRules.vocabulary,
    ] {
      for (key, rule) in vocabulary.rules where remarks[key] == nil {
        switch rule {
        case .notNeeded(let reason): remarks[key] = "leave it out: \(reason)"
        case .differs(let reason): remarks[key] = "it has no counterpart here: \(reason)"
        case .translated, .structure, .refused: break
        }
      }
    }
    return remarks
  }()
}
