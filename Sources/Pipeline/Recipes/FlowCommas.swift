import Diagnostics
import YAML

// `{ system: You are Pip, a cat. }`: a comma ends an unquoted text inside braces, and what follows it becomes a key of
// its own without a value.

extension LoadSession {
  /// Whether a pair is such a rest of a text: a key without a value that has not even a colon, or is no name.
  func isRestOfText(_ pair: YAMLPair) -> Bool {
    guard let scalar = pair.value.scalar, scalar.value == .null, scalar.text.isEmpty else { return false }
    if !pair.key.unicodeScalars.allSatisfy({ $0.isASCII && ($0.properties.isAlphabetic || $0 == "_") }) { return true }
    let mark = pair.keyMark
    guard mark.line > 0, let line = source(mark)?.text?.excerpt(Int(mark.line))?.unicodeScalars else { return false }
    return line.dropFirst(Int(mark.column + mark.length) - 1).first { $0 != " " } != ":"
  }

  /// What to do about a key that a comma made of a text; `nil` for any other key.
  func commaRemedy(of pair: YAMLPair, among pairs: [YAMLPair]) -> String? {
    guard isRestOfText(pair), let index = pairs.firstIndex(where: { $0.key == pair.key }) else { return nil }
    var start = index
    while start > 0, isRestOfText(pairs[start]) { start -= 1 }
    guard !isRestOfText(pairs[start]), let first = pairs[start].value.scalar, first.style == .plain else {
      return "a comma inside { } ends a value; put quotes around the text"
    }
    let end = pairs[index...].firstIndex { !isRestOfText($0) } ?? pairs.endIndex
    let parts = [first.text] + pairs[(start + 1)..<end].map(\.key)
    // `validation: 0,1`
    if parts.allSatisfy({ $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }),
      let number = MeantNumber(parts.joined(separator: ","))
    {
      return "a comma inside { } ends a value; write \(pairs[start].key): \(number.text)"
    }
    let text = parts.joined(separator: ", ").replacingBackslashesAndQuotes
    return "a comma inside { } ends a value; put quotes around the text: \(pairs[start].key): \"\(text)\""
  }
}

extension String {
  /// As it stands between double quotes in YAML.
  fileprivate var replacingBackslashesAndQuotes: String {
    String(flatMap { $0 == "\\" || $0 == "\"" ? ["\\", $0] : [$0] })
  }
}
