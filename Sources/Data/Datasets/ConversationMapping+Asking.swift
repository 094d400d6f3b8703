public import Conversations
public import JSON

/// A row as the question it asks.
public struct AskedRow: Sendable {
  /// Up to the turn that is to be answered, which it does not hold.
  public var conversation: Conversation
  /// Columns that hold something and that the model will not see, the row's own answer not counted.
  public var unusedColumns: [String]

  /// The unused columns that would have told the model something.
  public var tellingColumns: [String] { unusedColumns.filter { ColumnTable.isTelling($0) } }
}

extension Conversation {
  /// The conversation that a row asks to be continued: its columns are read as those of a row to train on, and its answer,
  /// where it has one, is left out.
  /// - Throws: `RowProblem` when the row asks nothing.
  public static func asking(_ row: JSONObject) throws(RowProblem) -> AskedRow {
    do throws(RowProblem) { return try readAsking(row) } catch {
      throw error.advised(ColumnAdvice.reading(row, asks: true))
    }
  }

  /// The same without advice about the names of columns.
  static func readAsking(_ row: JSONObject) throws(RowProblem) -> AskedRow {
    var used: Set<String> = []
    var conversation = Conversation(messages: [])
    if let turns = ColumnTable.column("messages", ColumnTable.messages, in: row) {
      conversation = try mapping(turns: turns.value, column: turns.name, row, needsAnswer: false).conversation
      used.insert(turns.name)
      if conversation.messages.last?.role == "assistant" { conversation.messages.removeLast() }
      // Whether a system prompt alone can be answered is for the template to say.
      guard !conversation.messages.isEmpty else {
        throw RowProblem(code: "row-shape", "has no message to answer")
      }
      // The messages' own system prompt wins.
      let system = ColumnTable.column("system", ColumnTable.system, in: row)
      if let system, conversation.messages.first?.json["content"] == system.value { used.insert(system.name) }
    } else {
      let question = try question(row, names: ColumnTable.query.union(["ask"]))
      conversation.messages = try before(row) + [Message(role: "user", content: question.text)]
      conversation.tools = try tools(row)
      used.formUnion(question.columns)
      if let system = ColumnTable.column("system", ColumnTable.system, in: row) { used.insert(system.name) }
      if let history = column("history", in: row) { used.insert(history.name) }
    }
    if let name = toolsColumn(in: row)?.name { used.insert(name) }
    // What is learned, and the answer itself, are no part of a question.
    let answers = ColumnTable.response.union(["mask_history"])
    used.formUnion(row.keys.filter { answers.contains(ColumnTable.name($0)) })
    return AskedRow(conversation: conversation, unusedColumns: ColumnTable.unused(in: row, except: used))
  }
}
