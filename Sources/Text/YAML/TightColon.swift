/// `tokens:{ … }` and `kind:sft`: YAML takes a colon for the end of a key only before a space.
public enum TightColon {
  /// What to do about a line whose first colon is tight; `nil` when a space or nothing follows it.
  static func remedy(in line: String?) -> String? {
    guard let line else { return nil }
    let trimmed = line.drop { $0 == " " || $0 == "-" || $0 == "{" }
    guard let key = key(in: trimmed) else { return nil }
    return remedy(key)
  }

  /// What to do about a text that was meant as a key and its value, such as `kind:sft`.
  /// - Parameter isKey: whether a word is a key there: `hf:org/name` is none.
  public static func remedy(in text: String, where isKey: (String) -> Bool) -> String? {
    guard let key = key(in: text[...]), isKey(key) else { return nil }
    return remedy(key)
  }

  private static func key(in text: Substring) -> String? {
    // `https://` is no key.
    guard let colon = text.firstIndex(of: ":"), let next = text[text.index(after: colon)...].first, next != " ",
      next != "/", next != "\u{3000}"
    else { return nil }
    let key = text[..<colon]
    return !key.isEmpty && key.allSatisfy { $0.isLetter || $0.isNumber || "_-".contains($0) } ? String(key) : nil
  }

  private static func remedy(_ key: String) -> String { "write a space after the colon: '\(key): '" }
}
