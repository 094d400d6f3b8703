import Diagnostics
import YAML

// `{ rank：8 }`: a full-width colon or space makes one word of a key and its value.

extension LoadSession {
  /// The key that was meant with full-width punctuation in it, with what to do about it.
  func wideKey(_ key: String, isKnown: (String) -> Bool) -> (meant: String, remedy: String)? {
    FullWidth.key(in: key) { isKnown($0) || words.meaning($0) != nil }
  }

  /// What to do about a key that nothing takes, because of its punctuation: full-width marks, or a comma in a text.
  func punctuationRemedy(of pair: YAMLPair, among pairs: [YAMLPair], isKnown: (String) -> Bool) -> String? {
    wideKey(pair.key, isKnown: isKnown)?.remedy ?? commaRemedy(of: pair, among: pairs, values: .severalWords)
      ?? FullWidth.remedy(in: pair.key)
  }
}
