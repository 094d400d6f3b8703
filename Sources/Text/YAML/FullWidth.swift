/// Punctuation as Chinese input methods write it, which looks like YAML's and is none.
public enum FullWidth {
  private static let halves: [Unicode.Scalar: String] = [
    "，": ",", "、": ",", "：": ":", "“": "\"", "”": "\"", "‘": "'", "’": "'", "｛": "{", "｝": "}", "［": "[", "］": "]",
    "【": "[", "】": "]", "（": "(", "）": ")", "＃": "#", "\u{3000}": " ",
  ]
  static let space: Unicode.Scalar = "\u{3000}"
  static let commas: Set<Unicode.Scalar> = ["，", "、"]
  static let quotes: Set<Unicode.Scalar> = ["“", "”", "‘", "’"]
  /// With what opens a list or map in its place. Parentheses mean nothing in YAML: who writes them means a list.
  static let openers: [Unicode.Scalar: String] = ["｛": "{", "［": "[", "【": "[", "（": "["]
  static let closers: [Unicode.Scalar: String] = ["｝": "}", "］": "]", "】": "]", "）": "]"]

  /// What to do about the first such mark of a text that YAML could not read as it was meant; `nil` when it has none.
  public static func remedy(in text: String, among marks: Set<Unicode.Scalar>? = nil) -> String? {
    guard let mark = text.unicodeScalars.first(where: { halves[$0] != nil && marks?.contains($0) != false }),
      let half = halves[mark]
    else { return nil }
    return remedy(for: mark, half)
  }

  /// What to do about a text that was meant as a reference, or as a list of them: `【a、b】`. No such mark is part of a stage's
  /// name.
  public static func remedy(inReference text: String) -> String? {
    guard let first = text.unicodeScalars.first else { return nil }
    return openers[first].map { remedy(for: first, $0) } ?? remedy(in: text)
  }

  /// What to do about a path that no file has. A file's name may hold any mark, so only those count that open it, close it,
  /// or separate it from another path.
  public static func remedy(inPath text: String) -> String? {
    let scalars = Array(text.unicodeScalars)
    guard let first = scalars.first, let last = scalars.last else { return nil }
    if openers[first] != nil || quotes.contains(first) || first == space { return remedy(inReference: text) }
    // `-　./a.csv`: an item of a list.
    if first == "-", scalars.dropFirst().first == space { return remedy(for: space, " ") }
    for (index, scalar) in scalars.enumerated() where commas.contains(scalar) || scalar == space {
      let rest = scalars[(index + 1)...].drop { $0 == " " || $0 == space || commas.contains($0) }
      let name = scalars[..<index].split(separator: "/").last ?? []
      // Behind the end of a file's name, or before the beginning of a path.
      if name.dropFirst().contains(".") || rest.first == "/" || rest.starts(with: "./".unicodeScalars)
        || rest.starts(with: "../".unicodeScalars)
      {
        return remedy(for: scalar, halves[scalar] ?? "")
      }
    }
    return last == space || commas.contains(last) || quotes.contains(last) || last == "】"
      ? remedy(for: last, halves[last] ?? "") : nil
  }

  /// The key that was meant where a full-width colon or space made one word of a key and its value, such as `rank：8`, or where
  /// such a space stands around a key, with what to do about it.
  /// - Parameter isKey: whether a word that is not ASCII is a key there: `{ system: one, 注意：two }` holds a text with a comma.
  public static func key(in text: String, where isKey: (String) -> Bool) -> (meant: String, remedy: String)? {
    let scalars = Array(text.unicodeScalars)
    let begin = scalars.firstIndex { $0 != space } ?? scalars.endIndex
    let end = scalars[begin...].firstIndex { !isWord($0) } ?? scalars.endIndex
    let word = String(String.UnicodeScalarView(scalars[begin..<end]))
    guard begin < end else { return nil }
    if begin > 0 { return (word, remedy(for: space, " ")) }
    guard end < scalars.endIndex, scalars[begin..<end].allSatisfy(\.isASCII) || isKey(word) else { return nil }
    switch scalars[end] {
    case "：":
      return (word, remedy(for: "：", end + 1 == scalars.endIndex || scalars[end + 1] == " " ? ":" : ": "))
    case ":" where end + 1 < scalars.endIndex && scalars[end + 1] == space, space:
      return (word, remedy(for: space, " "))
    default: return nil
    }
  }

  static func remedy(for mark: Unicode.Scalar, _ half: String) -> String {
    mark == space
      ? "U+3000 is a full-width space, which YAML takes for text: write a space in half width"
      : "'\(mark)' is full-width punctuation: write '\(half)' in half width"
  }

  /// Whether a scalar may be part of a key.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "_" || scalar == "-"
      || scalar == "."
  }
}
