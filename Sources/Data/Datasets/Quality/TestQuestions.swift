public import JSON

/// Rows that ask a model and judge its answer, as the probes of `eval` do: there is nothing in them to learn.
public enum TestQuestions {
  /// Whether a row is such a question: it says what to expect, or asks (`ask`), and has no answer to learn.
  public static func isOne(_ row: JSONObject) -> Bool {
    func holds(_ column: String) -> Bool { row[column].map { !$0.isNull && $0.stringValue != "" } ?? false }
    guard holds("ask") || holds("expect") else { return false }
    return !row.contains { name, value in
      name != "ask" && name != "expect" && !value.isNull
        && (ColumnTable.response.contains(ColumnTable.name(name))
          || ColumnTable.messages.contains(ColumnTable.name(name))
          || ColumnTable.soundsLike(ColumnTable.answerSounds, name))
    }
  }

  /// Columns of files of questions whose expectation stands in the recipe.
  private static let columns: Set<String> = ["ask", "query", "question", "expect", "group", "tag", "system", "id"]

  /// Whether a row only asks, as those of a file that `eval` gives one expectation for all.
  private static func onlyAsks(_ row: JSONObject) -> Bool {
    (row.contains("query") || row.contains("question")) && row.keys.allSatisfy(columns.contains)
  }

  /// Whether files hold such rows and no others, by the first rows that can be read.
  /// - Throws: `Diagnostic` for what stops reading.
  public static func areIn(_ files: DatasetFiles) throws -> Bool {
    var rows = 0
    for file in files.files {
      let reader = try files.reader(file)
      while rows < 100, let record = try reader.next() {
        guard case .row(let row) = record else { continue }
        guard isOne(row.fields) || onlyAsks(row.fields) else { return false }
        rows += 1
      }
    }
    return rows > 0
  }
}

/// A question that measures, and where it stands.
public struct AskedQuestion: Sendable, Hashable {
  public var text: String
  public var place: RowPlace

  public init(_ text: String, at place: RowPlace) {
    self.text = text
    self.place = place
  }
}
