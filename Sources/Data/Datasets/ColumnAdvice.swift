import Conversations
import JSON

/// New names for columns under which rows are read that are not read as they are, or of which the model then sees more.
/// Each advice was tried on the rows it is for.
enum ColumnAdvice {
  /// For a row that holds no conversation by the names of its columns; `nil` when no likely renaming makes it one.
  /// - Parameter asks: whether the row is a question, which needs no answer.
  static func reading(_ row: JSONObject, asks: Bool) -> [ColumnRename]? {
    let filled = JSONObject(row.filter { !$0.1.isNull })
    let changing = candidates(filled, asks: asks).map { $0.filter { $0.old != $0.new } }
    return changing.first { renames in
      guard !renames.isEmpty else { return false }
      guard let renamed = Self.renamed(row, renames) else { return false }
      return asks
        ? (try? Conversation.readAsking(renamed)) != nil : (try? Conversation.read(renamed)) != nil
    }
  }

  /// The likely renamings, the likeliest first. Few: rows that cannot be read may be many.
  private static func candidates(_ row: JSONObject, asks: Bool) -> [[ColumnRename]] {
    var found: [[ColumnRename]] = []
    if let list = row.first(where: { $0.1.arrayValue?.first?.objectValue != nil })?.0 {
      found.append([ColumnRename(list, "messages")])
    }
    let questions = ColumnTable.claimants(ColumnTable.query, in: row).map(\.name)
    let answers = ColumnTable.claimants(ColumnTable.response, in: row).map(\.name)
    let needsQuestion = ColumnTable.column("query", ColumnTable.query, in: row) == nil
    let needsAnswer = !asks && ColumnTable.column("response", ColumnTable.response, in: row) == nil
    // Numbers and dates are no questions.
    let isText = { (name: String) in row[name]?.stringValue?.contains(where: \.isLetter) == true }
    let given = row.keys.filter { isName($0) }
    let names = given.filter(isText) + given.filter { !isText($0) }
    // Of several that could be it, one is meant.
    let answerColumn =
      !needsAnswer
      ? nil
      : answers.first { ColumnTable.soundsLike(ColumnTable.answerSounds, $0) } ?? answers.first
        ?? names.first { !questions.contains($0) && ColumnTable.soundsLike(ColumnTable.answerSounds, $0) }
    let taken = answers + [answerColumn].compactMap(\.self)
    let others = names.filter { !taken.contains($0) }
    if needsQuestion, questions.count == 2, let input = questions.first(where: { ColumnTable.name($0) == "input" }),
      let other = questions.first(where: { $0 != input })
    {
      // What goes with the question stays with it.
      found.append([ColumnRename(other, "instruction")] + answer(answerColumn))
    }
    guard needsQuestion else {
      let rest = others.first { !questions.contains($0) }
      return found + [answer(answerColumn ?? rest)].filter { !$0.isEmpty }
    }
    let question =
      questions.first ?? others.first { ColumnTable.soundsLike(ColumnTable.questionSounds, $0) } ?? others.first
    guard let question else { return found }
    let rest = needsAnswer && answerColumn == nil ? others.first { $0 != question } : answerColumn
    return found + [[ColumnRename(question, "query")] + answer(rest)]
  }

  private static func answer(_ column: String?) -> [ColumnRename] {
    column.map { [ColumnRename($0, "response")] } ?? []
  }

  /// Whether a column's name is a word, not a row that stands where the header should be.
  private static func isName(_ name: String) -> Bool {
    name.count <= 40 && name.contains(where: \.isLetter)
  }

  /// For rows of which the model does not see a column that goes with the question; `nil` where no renaming shows it.
  ///
  /// `input` counts beside `instruction` only, so the column with the question may need a new name too.
  /// - Parameter rows: one for each set of columns.
  static func showing(_ rows: [JSONObject]) -> [ColumnRename]? {
    var renames: [ColumnRename] = []
    func add(_ old: String, _ new: String) {
      if !renames.contains(where: { $0.old == old }) { renames.append(.init(old, new)) }
    }
    var shown: Set<String> = []
    for row in rows {
      guard let mapped = try? Conversation.read(row) else { return nil }
      for column in mapped.unusedColumns where ColumnTable.isTelling(column) {
        if ColumnTable.isOfSystem(column) {
          add(column, "system")
        } else {
          guard ColumnTable.isBesideQuestion(column), mapped.shape == .queryResponse,
            let question = try? Conversation.question(row).columns.first
          else { return nil }
          if ColumnTable.name(question) != "instruction" { add(question, "instruction") }
          add(column, "input")
        }
        shown.insert(column)
      }
    }
    guard !shown.isEmpty else { return nil }
    let isProven = rows.allSatisfy { row in
      guard let renamed = Self.renamed(row, renames), let mapped = try? Conversation.read(renamed) else { return false }
      return !mapped.unusedColumns.contains { ColumnTable.isTelling($0) }
    }
    return isProven ? renames : nil
  }

  private static func renamed(_ row: JSONObject, _ renames: [ColumnRename]) -> JSONObject? {
    var found: Set<String> = []
    let options = ReadingOptions(
      columns: Dictionary(renames.map { ($0.old, $0.new) }, uniquingKeysWith: { first, _ in first }))
    return try? options.rename(row, found: &found)
  }
}

/// Rows that hold a column which the model does not see though it says something: one for each set of columns.
struct TellingRows: Sendable, Hashable {
  /// More kinds of rows than these are not compared.
  private static let limit = 16
  private var columns: [[String]] = []
  private(set) var rows: [JSONObject] = []

  mutating func add(_ row: JSONObject, unused: [String]) {
    guard rows.count < Self.limit, unused.contains(where: { ColumnTable.isTelling($0) }) else { return }
    let names = row.keys
    guard !columns.contains(names) else { return }
    columns.append(names)
    rows.append(row)
  }

  mutating func add(_ other: TellingRows) {
    for (names, row) in zip(other.columns, other.rows) where rows.count < Self.limit && !columns.contains(names) {
      columns.append(names)
      rows.append(row)
    }
  }

  /// What to do so that the model sees the columns.
  func remedy(_ reading: ReadingOptions) -> String {
    guard let renames = ColumnAdvice.showing(rows) else { return ColumnTable.remedy }
    return reading.sentence(.columns(renames))
  }
}
