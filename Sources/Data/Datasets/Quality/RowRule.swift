/// A flaw that a row shows by itself. Each rule is one file in `Rules`; `all` lists them.
struct RowRule: Sendable {
  /// The finding's name in reports, metrics and JSON.
  let code: String
  let level: DatasetReport.Finding.Level
  /// Completes "3 rows …".
  let what: String
  /// The message when no row has the flaw.
  let pass: String
  let remedy: String
  /// From this share of the rows on, the level; below it, a note. Most flaws need no share.
  var share = 0.0
  /// What is wrong with a row, in a few words; `nil` when nothing is.
  let look: @Sendable (RowText) -> String?

  static let all: [RowRule] = [
    .placeholders, .controlTokens, .halfOpenThink, .turnOrder, .toolsMissing, .mojibake, .invisibleCharacters,
    .htmlEntities, .codeFences, .repetition, .copiedQuestion, .refusals, .boilerplateOpeners, .languageMismatch,
    .personalData, .contactDetails,
  ]
}

/// The rows that have a flaw: how many, where, and a few of them with what is wrong.
struct FoundRows {
  static let namedRows = 5
  /// More places than this are only counted.
  static let maximumPlaces = 10_000
  private(set) var count = 0
  private(set) var places: [String] = []
  private(set) var examples: [String] = []

  var isEmpty: Bool { count == 0 }

  /// - Parameter what: what is wrong, after the place; by default nothing.
  mutating func add(_ place: String, _ what: @autoclosure () -> String = "") {
    count += 1
    if places.count < Self.maximumPlaces { places.append(place) }
    guard examples.count < Self.namedRows else { return }
    let what = what()
    examples.append(what.isEmpty ? place : "\(place): \(what)")
  }
}

extension RowRule {
  /// - Parameter rows: all rows that were looked at.
  func finding(_ found: FoundRows, of rows: Int) -> DatasetReport.Finding {
    guard !found.isEmpty else { return .init(code: code, level: .pass, message: pass, examples: []) }
    let isFew = share > 0 && Double(found.count) < share * Double(rows)
    return .init(
      code: code, level: isFew ? .note : level, message: "\(DatasetReport.rows(found.count)) \(what)", remedy: remedy,
      examples: found.examples, rows: found.count, places: found.places)
  }
}
