import Diagnostics
import YAML

// `{ system: You are Pip, a cat. }`: a comma ends an unquoted text inside braces, and what follows it becomes a key of
// its own without a value; or with one, if a colon follows: `{ system: You are Pip, a cat: friendly }`.

extension LoadSession {
  /// Whether a pair is such a rest of a text: a key without a value that has not even a colon, or is no name.
  func isRestOfText(_ pair: YAMLPair) -> Bool {
    guard let scalar = pair.value.scalar, scalar.value == .null, scalar.text.isEmpty else { return false }
    if !pair.key.unicodeScalars.allSatisfy({ $0.isASCII && ($0.properties.isAlphabetic || $0 == "_") }) { return true }
    let mark = pair.keyMark
    guard mark.line > 0, let line = source(mark)?.text?.excerpt(Int(mark.line))?.unicodeScalars else { return false }
    return line.dropFirst(Int(mark.column + mark.length) - 1).first { $0 != " " } != ":"
  }

  /// What to do about `{ rank:8 }` or `{ zh：唐银 }`, a key and its value in one word; `nil` behind a text, whose rest it may be.
  private func colonRemedy(of pair: YAMLPair, among pairs: [YAMLPair]) -> String? {
    guard isRestOfText(pair), let index = pairs.firstIndex(where: { $0.key == pair.key }) else { return nil }
    let before = index > 0 ? pairs[index - 1].value.scalar?.text ?? "" : ""
    guard before.unicodeScalars.allSatisfy({ $0.isASCII && $0 != " " }) else { return nil }
    return TightColon.remedy(in: pair.key) { _ in true } ?? FullWidth.key(in: pair.key) { _ in true }?.remedy
  }

  /// Which keys with a value may be the rest of a text.
  enum RestWithValue {
    case none
    /// Those of several words, which no parameter has.
    case severalWords
    /// Any, when nothing else is known of the key.
    case any
  }

  /// What to do about a key that a comma made of a text; `nil` for any other key.
  func commaRemedy(of pair: YAMLPair, among pairs: [YAMLPair], values: RestWithValue = .none) -> String? {
    if let remedy = colonRemedy(of: pair, among: pairs) { return remedy }
    func isRest(_ index: Int) -> Bool {
      let other = pairs[index]
      if isRestOfText(other) { return true }
      guard values != .none, index > 0, other.value.scalar != nil, other.keyMark.line > 0,
        pairs[index - 1].keyMark.line == other.keyMark.line, pairs[index - 1].keyMark.source == other.keyMark.source
      else { return false }
      return other.key.contains(" ") || values == .any && other.key == pair.key
    }
    guard let index = pairs.firstIndex(where: { $0.key == pair.key }), isRest(index) else { return nil }
    var start = index
    while start > 0, isRest(start) { start -= 1 }
    guard !isRest(start), let first = pairs[start].value.scalar, first.style == .plain else {
      return isRestOfText(pair) ? "a comma inside { } ends a value; put quotes around the text" : nil
    }
    // A key with a value is the rest of a text only behind words that read like one.
    let isProse = first.text.unicodeScalars.contains { $0 == " " || !$0.isASCII }
    guard isRestOfText(pair) || isProse else { return nil }
    let end = pairs[index...].indices.first { !isRest($0) } ?? pairs.endIndex
    let rest = pairs[(start + 1)..<end].map { pair in
      pair.value.scalar.map { $0.text.isEmpty ? pair.key : "\(pair.key): \($0.text)" } ?? pair.key
    }
    let text = ([first.text] + rest).joined(separator: ", ").withoutTypographicQuotes.replacingBackslashesAndQuotes
    return "a comma inside { } ends a value; put quotes around the text: \(pairs[start].key): \"\(text)\""
  }
}

extension String {
  /// As it stands between double quotes in YAML.
  fileprivate var replacingBackslashesAndQuotes: String {
    String(flatMap { $0 == "\\" || $0 == "\"" ? ["\\", $0] : [$0] })
  }

  /// Without the “ ” around it, which were meant as the quotes that it lacks.
  fileprivate var withoutTypographicQuotes: String {
    guard count > 2, let first, let last, "“”‘’".contains(first), "“”‘’\"'".contains(last) else { return self }
    return String(dropFirst().dropLast())
  }
}
