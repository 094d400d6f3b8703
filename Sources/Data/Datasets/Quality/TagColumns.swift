import JSON

/// Columns that say which value of a placeholder a row takes: a few short words, such as `zh` and `en`.
///
/// A `substitute` stage reads them (`by: tag`). So in a file with placeholders they are used, though no conversation shows
/// them.
struct TagColumns {
  private static let mostWords = 12
  private static let longestWord = 24
  /// The words of a column so far; `nil` once they are too many or too long for tags.
  private var words: [String: Set<String>?] = [:]

  /// A column of a row that its conversation does not show.
  mutating func add(_ column: String, _ value: JSONValue?) {
    guard let known = words[column, default: []] else { return }
    guard let word = value?.stringValue, !word.contains(where: \.isWhitespace), word.count <= Self.longestWord,
      known.count < Self.mostWords || known.contains(word)
    else {
      words[column] = .some(nil)
      return
    }
    words[column] = .some(known.union([word]))
  }

  /// The columns whose values are tags. One that says something to the model in other programs is none.
  var names: [String] {
    words.filter { $0.value?.isEmpty == false && !ColumnTable.isTelling($0.key) }.map(\.key).sorted()
  }
}
