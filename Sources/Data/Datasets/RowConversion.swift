public import Conversations
public import Diagnostics
import Glibc
public import JSON

/// Writes the rows of any files that are read as JSON lines.
public struct RowConversion: Sendable {
  public enum Form: String, Sendable, Hashable, CaseIterable {
    /// The columns as they are, after `columns` renamed them.
    case rows
    /// The conversation that each row is read as.
    case messages
  }

  public struct Tally: Sendable, Hashable {
    public var rows = 0
    public var badRows = 0
    /// Columns that rows were written with under names that only some programs read, and the names that all do.
    public var otherNames: [ColumnRename] = []
    public var warnings: [Diagnostic] = []

    public init() {}
  }

  public var source: DatasetSource
  public var form: Form

  public init(_ source: DatasetSource, form: Form) {
    self.source = source
    self.form = form
  }

  /// Gives `write` the rows in order.
  /// - Throws: what `write` throws; `Diagnostic` for a broken file; unless bad rows are dropped, what is wrong with them.
  public func run(_ write: (JSONObject) throws -> Void) throws -> Tally {
    var tally = Tally()
    var problems = RowProblems()
    var renamed: Set<String> = []
    var unused: [String] = []
    var telling = TellingRows()
    var named: Set<String> = []
    for file in source.files.files {
      let reader = try source.files.reader(file)
      while let record = try reader.next() {
        switch converted(record, file) {
        case .success((let fields, let columns)):
          for column in columns where !unused.contains(column) { unused.append(column) }
          if !columns.isEmpty, case .row(let row) = record { telling.add(row.fields, unused: columns) }
          // After a bad row the rest is read only to name what else is wrong.
          if source.onBadRow == .error, !problems.isEmpty { continue }
          tally.rows += 1
          if form == .rows {
            for name in fields.keys where !named.contains(name) {
              named.insert(name)
              if let known = ColumnTable.translated(name) { tally.otherNames.append(ColumnRename(name, known)) }
            }
          }
          try write(fields)
        case .failure(let bad): problems.add(bad.diagnostic, row: bad.row)
        }
      }
      renamed.formUnion(reader.renamedColumns)
    }
    if source.onBadRow == .error, !problems.isEmpty {
      throw problems.error(note: "--on-bad-row drop leaves such rows out and counts them")
    }
    tally.badRows = problems.count
    tally.warnings = source.files.warnings + DatasetFiles.columnWarnings(source.files.reading, found: renamed)
    if !unused.isEmpty {
      tally.warnings.append(
        Diagnostic(
          .warning, code: "columns-not-used", "columns are not part of the messages: \(unused.joined(separator: ", "))",
          remedy: telling.remedy(source.files.reading)))
    }
    return tally
  }

  private struct BadRow: Error {
    var diagnostic: Diagnostic
    var row: Int
  }

  /// The row to write, and its columns that would have told the model something and are not in it.
  private func converted(
    _ record: DatasetRecord, _ file: DatasetFiles.File
  ) -> Result<(JSONObject, [String]), BadRow> {
    switch record {
    case .bad(let number, let diagnostic): return .failure(BadRow(diagnostic: diagnostic, row: number))
    case .row(let row):
      guard form == .messages else { return .success((row.fields, [])) }
      do throws(RowProblem) {
        let mapped = try Conversation.mapping(row.fields)
        return .success((Self.messages(mapped.conversation), mapped.unusedColumns.filter(ColumnTable.isTelling)))
      } catch {
        let diagnostic = error.diagnostic(file: file.label, line: row.line, row: row.number, source.files.reading)
        return .failure(BadRow(diagnostic: diagnostic, row: row.number))
      }
    }
  }

  /// A conversation as a row with a column `messages`, and `tools` if there are any.
  public static func messages(_ conversation: Conversation) -> JSONObject {
    var object = JSONObject([("messages", .array(conversation.messages.map(\.json)))])
    if !conversation.tools.isEmpty { object["tools"] = .array(conversation.tools) }
    return object
  }
}

/// A file of JSON lines that stands under its name only when it is whole.
public final class JSONLinesFile {
  private let path: String
  private let file: FileAppender

  /// - Throws: `Diagnostic` when the file cannot be written.
  public init(path: String) throws {
    self.path = path
    file = try FileAppender(path: path + ".partial")
  }

  public func append(_ row: JSONObject) throws {
    try file.append(JSONValue.object(row).bytes())
    try file.append(CollectionOfOne(0x0A))
  }

  public func finish() throws {
    try file.finish()
    guard rename(path + ".partial", path) == 0 else { throw FileWindow.failure("write", path, errno) }
  }
}
