public import Conversations
public import JSON

/// A row of a source with its columns, and the conversation that they hold.
public struct ConversationRow: Sendable {
  /// 1-based over all files of the source in order, counting rows that could not be read.
  public var ordinal: Int
  public var fields: JSONObject
  public var conversation: Conversation
  /// The columns that have no part in the conversation.
  public var others: JSONObject
  /// The file as messages name it, and the line where the row begins.
  public var file: String
  public var line: Int

  public init(
    ordinal: Int, fields: JSONObject, conversation: Conversation, others: JSONObject, file: String, line: Int
  ) {
    self.ordinal = ordinal
    self.fields = fields
    self.conversation = conversation
    self.others = others
    self.file = file
    self.line = line
  }
}

extension DatasetSource {
  /// Gives `body` the readable rows in order.
  /// - Parameters:
  ///   - ordinals: only these; all when `nil`.
  ///   - body: `false` ends the reading.
  /// - Throws: what `body` throws; `Diagnostic` for a broken file; unless bad rows are dropped, what is wrong with them.
  public func forEachConversation(
    of ordinals: Set<Int>? = nil, _ body: (ConversationRow) throws -> Bool
  ) throws -> RowConversion.Tally {
    var tally = RowConversion.Tally()
    var problems = RowProblems()
    var renamed: Set<String> = []
    var ordinal = 0
    reading: for file in files.files {
      let reader = try files.reader(file)
      while let record = try reader.next() {
        ordinal += 1
        if let ordinals, !ordinals.contains(ordinal) { continue }
        switch record {
        case .bad(let number, let diagnostic): problems.add(diagnostic, row: number)
        case .row(let row):
          let mapped: MappedRow
          do throws(RowProblem) { mapped = try Conversation.mapping(row.fields) } catch {
            problems.add(
              error.diagnostic(file: file.label, line: row.line, row: row.number, files.reading), row: row.number)
            continue
          }
          // After a bad row the rest is read only to name what else is wrong.
          if onBadRow == .error, !problems.isEmpty { continue }
          let unused = Set(mapped.unusedColumns)
          tally.rows += 1
          let goesOn = try body(
            ConversationRow(
              ordinal: ordinal, fields: row.fields, conversation: mapped.conversation,
              others: JSONObject(row.fields.filter { unused.contains($0.0) }), file: file.label, line: row.line))
          if !goesOn { break reading }
        }
      }
      renamed.formUnion(reader.renamedColumns)
    }
    if onBadRow == .error, !problems.isEmpty {
      throw problems.error(note: "on_bad_row: drop leaves such rows out and counts them")
    }
    tally.badRows = problems.count
    tally.warnings = DatasetFiles.columnWarnings(files.reading, found: renamed)
    return tally
  }

  /// So many of a source's rows, by ordinal, as the seed draws them; a larger draw holds a smaller one.
  public func drawn(_ count: Int, seed: UInt64) throws -> Set<Int> {
    Set(DrawOrder(seed: seed, purpose: "generate").ordinals(try countRows()).prefix(count))
  }
}
