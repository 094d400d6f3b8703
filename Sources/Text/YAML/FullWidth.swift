/// Punctuation as Chinese input methods write it, which looks like YAML's and is none.
public enum FullWidth {
  private static let halves: [Character: Character] = [
    "，": ",", "：": ":", "“": "\"", "”": "\"", "‘": "'", "’": "'", "｛": "{", "｝": "}", "［": "[", "］": "]", "＃": "#",
  ]

  /// What to do about the first such mark of a text that YAML could not read as it was meant; `nil` when it has none.
  public static func remedy(in text: String, among marks: Set<Character>? = nil) -> String? {
    guard let mark = text.first(where: { halves[$0] != nil && marks?.contains($0) != false }), let half = halves[mark]
    else { return nil }
    return "'\(mark)' is full-width punctuation: write '\(half)' in half width"
  }
}
