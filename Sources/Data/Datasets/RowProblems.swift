public import Diagnostics

/// What is wrong with the rows of a source. Equal problems are one diagnostic with a count, however many rows have it.
public struct RowProblems: Sendable, Hashable {
  /// How many different problems are named; beyond them rows are only counted.
  public static let namedKinds = 10
  private static let namedRows = 6

  private struct Kind: Hashable, Sendable {
    var code: String
    var message: String
    var file: String?
  }

  private struct Group: Hashable, Sendable {
    var kind: Kind
    var first: Diagnostic
    var rows: [Int]
    var count: Int
  }

  private var groups: [Group] = []
  /// All rows with a problem.
  public private(set) var count = 0

  public init() {}

  public var isEmpty: Bool { count == 0 }

  /// - Parameter diagnostic: of one row; a message that begins with `row 7: ` is compared without that.
  public mutating func add(_ diagnostic: Diagnostic, row: Int) {
    count += 1
    let kind = Kind(
      code: diagnostic.code, message: Self.withoutRow(diagnostic.message), file: diagnostic.location?.file)
    guard let index = groups.firstIndex(where: { $0.kind == kind }) else {
      if groups.count < Self.namedKinds {
        groups.append(Group(kind: kind, first: diagnostic, rows: [row], count: 1))
      }
      return
    }
    groups[index].count += 1
    if groups[index].rows.count < Self.namedRows { groups[index].rows.append(row) }
  }

  private static func withoutRow(_ message: String) -> String {
    guard message.hasPrefix("row "), let colon = message.firstRange(of: ": "),
      message[..<colon.lowerBound].dropFirst(4).allSatisfy(\.isNumber)
    else { return message }
    return String(message[colon.upperBound...])
  }

  /// One diagnostic per problem, in the order the rows came.
  public var diagnostics: [Diagnostic] {
    groups.map { group in
      var diagnostic = group.first
      if group.count > 1 {
        let others = group.rows.dropFirst().map(String.init).joined(separator: ", ")
        let more = group.count > group.rows.count ? ", …" : ""
        let rest = group.count - 1
        diagnostic.notes.append(
          rest == 1
            ? "\(rest) more row with this problem: \(others + more)"
            : "\(rest) more rows with this problem: \(others + more)")
      }
      return diagnostic
    }
  }

  /// What to throw: one diagnostic, or all of them.
  /// - Parameter note: added to the last.
  public func error(note: String? = nil) -> any Error {
    var diagnostics = diagnostics
    guard var last = diagnostics.popLast() else { return DiagnosticList([]) }
    let named = groups.reduce(0) { $0 + $1.count }
    if named < count { last.notes.append("\(count - named) more rows have other problems") }
    if let note { last.notes.append(note) }
    return diagnostics.isEmpty ? last : DiagnosticList(diagnostics + [last])
  }
}

extension Diagnostic {
  /// No row of a dataset can be used, and why not.
  /// - Parameters:
  ///   - problems: of its rows. What all that are named have as their remedy is the remedy.
  ///   - remedy: where they have none in common.
  public init(emptyDataset message: String, _ problems: [Diagnostic], remedy: String, location: SourceLocation? = nil) {
    let named = problems.prefix(3)
    let remedies = Set(named.map(\.remedy))
    let common = remedies.count == 1 ? remedies.first ?? nil : nil
    self.init(
      code: "empty-dataset", message, remedy: common ?? remedy, location: location,
      notes: named.flatMap { problem in
        [problem.message + (common == nil ? problem.remedy.map { ". \($0)" } ?? "" : "")] + problem.notes
      })
  }
}
