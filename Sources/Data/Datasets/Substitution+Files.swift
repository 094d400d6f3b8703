public import Diagnostics
import JSON

/// What a substitution came to.
public struct SubstitutionTally: Sendable, Hashable {
  public var rows = 0
  public var badRows: Int { badRowProblems.count }
  var badRowProblems = RowProblems()
  /// How often each name was replaced; a name that never was is here with 0.
  public var replaced: [String: Int] = [:]
  public var warnings: [Diagnostic] = []
  /// Values whose names stand in other brackets, and a warning of them.
  var unfilled = BracketedNames()
}

extension Substitution {
  /// Reads rows, fills them, and writes them as one jsonl file: the same rows give the same bytes.
  ///
  /// Bad rows follow `source.onBadRow`; a placeholder, tag or value that is missing is always an error.
  /// - Throws: `Diagnostic`, or `DiagnosticList` of the different problems.
  public func rewrite(_ source: DatasetSource, to path: String) throws -> SubstitutionTally {
    let output = try FileAppender(path: path)
    var tally = try walk(source) { row in
      try output.append(JSONValue.object(row).bytes())
      try output.append(CollectionOfOne(0x0A))
    }
    try output.finish()
    guard tally.rows > 0 else {
      let label = source.files.files.first?.label ?? path
      throw Diagnostic(
        emptyDataset: "'\(label)' has no \(tally.badRows > 0 ? "readable " : "")rows", tally.badRowProblems.diagnostics,
        remedy: "Check that it is the file you meant.", location: SourceLocation(file: label))
    }
    for (name, count) in tally.replaced.sorted(by: { $0.key < $1.key })
    where count == 0 && !tally.unfilled.names.contains(name) {
      tally.warnings.append(
        Diagnostic(
          .warning, code: "unused-value", "{{\(name)}} occurs in no row",
          remedy: "Check its spelling; names are matched exactly."))
    }
    return tally
  }

  /// Fills every row and keeps none: finds what `rewrite` would refuse.
  /// - Throws: as `rewrite`.
  public func check(_ source: DatasetSource) throws -> SubstitutionTally { try walk(source) { _ in } }

  /// Looks for names in other brackets in the first rows of each file, for files that are too large for `check`.
  /// - Returns: a warning; `nil` when there is none, or when the rows cannot be read.
  public func otherBracketsInFirstRows(_ source: DatasetSource) -> Diagnostic? {
    var found = BracketedNames()
    for file in source.files.files {
      guard let reader = try? source.files.reader(file) else { continue }
      var count = 0
      while count < DatasetSource.firstRows, let record = try? reader.next() {
        count += 1
        if case .row(let row) = record { found.add(row.fields, place: RowPlace(file, row), of: self) }
      }
    }
    return found.warning
  }

  private func walk(_ source: DatasetSource, _ take: (JSONObject) throws -> Void) throws -> SubstitutionTally {
    var tally = SubstitutionTally()
    for name in values.keys { tally.replaced[name] = 0 }
    var problems = RowProblems()
    var renamed: Set<String> = []
    for file in source.files.files {
      let reader = try source.files.reader(file)
      while let record = try reader.next() {
        switch record {
        case .bad(let number, let diagnostic):
          tally.badRowProblems.add(diagnostic, row: number)
          if source.onBadRow == .error { problems.add(diagnostic, row: number) }
        case .row(let row):
          tally.unfilled.add(row.fields, place: RowPlace(file, row), of: self)
          let filled: JSONObject
          do throws(RowProblem) {
            filled = try apply(to: row.fields, used: &tally.replaced)
          } catch {
            problems.add(
              error.diagnostic(file: file.label, line: row.line, row: row.number, source.files.reading), row: row.number
            )
            break
          }
          tally.rows += 1
          try take(filled)
        }
      }
      renamed.formUnion(reader.renamedColumns)
    }
    if !problems.isEmpty { throw problems.error() }
    tally.warnings += [tally.unfilled.warning].compactMap { $0 }
    tally.warnings += DatasetFiles.columnWarnings(source.files.reading, found: renamed)
    return tally
  }
}
