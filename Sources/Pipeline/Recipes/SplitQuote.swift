import YAML

/// `[“a, b”]`: typographic quotes are letters to YAML, so the comma between them separates two values.
struct SplitQuote {
  /// The values that the quotes hold together.
  var range: Range<Int>
  /// As it is written, and its parts without the quotes.
  var text: String
  private var parts: [String]

  private static let quotes: Set<Character> = ["“", "”", "‘", "’"]

  /// The first such text of a list at or after an index.
  init?(in elements: [YAMLNode], from start: Int = 0) {
    func text(_ index: Int) -> String? {
      guard let scalar = elements[index].scalar, scalar.style == .plain, !scalar.text.isEmpty else { return nil }
      return scalar.text
    }
    for first in elements.indices.dropFirst(start) {
      guard let opening = text(first), opening.first.map(Self.quotes.contains) == true,
        opening.count == 1 || opening.last.map(Self.quotes.contains) == false
      else { continue }
      for last in elements.indices.dropFirst(first + 1) {
        guard let closing = text(last), closing.first.map(Self.quotes.contains) == false || closing.count == 1 else {
          break
        }
        guard closing.last.map(Self.quotes.contains) == true else { continue }
        range = first..<(last + 1)
        let texts = range.compactMap(text)
        self.text = texts.joined(separator: ", ")
        parts = texts.map { $0.filter { !Self.quotes.contains($0) } }
        return
      }
    }
    return nil
  }

  /// Completes "'domain' of stage 'mixed'".
  var problem: String {
    "'\(text)' is in typographic quotes, which are letters to YAML: the comma makes \(parts.count) values of it"
  }

  var remedy: String {
    let several = parts.map { "\"\($0)\"" }.joined(separator: ", ")
    return
      "write \"\(parts.joined(separator: ", "))\" with half-width quotes for one value, or \(several) for \(parts.count)"
  }
}
