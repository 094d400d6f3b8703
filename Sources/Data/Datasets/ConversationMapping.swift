public import Conversations
public import JSON

/// The shapes of row that are understood.
public enum RowShape: String, Sendable, Hashable, CaseIterable {
  case messages
  case queryResponse = "query-response"
  case alpaca
  case sharegpt
}

/// A row as the conversation it holds.
public struct MappedRow: Sendable {
  public var conversation: Conversation
  public var shape: RowShape
  /// Columns that hold something and have no part in the conversation.
  public var unusedColumns: [String]
}

extension Conversation {
  /// The conversation that a row of any known shape holds.
  ///
  /// `conversation`, `conversations` or `messages` make a list of turns; `instruction` beside `input` makes alpaca; else the
  /// columns for query and response do. Columns that mean nothing here are named in the result.
  /// - Throws: `RowProblem` when no shape fits, or a message's mark of what is learned cannot be heeded.
  public static func mapping(_ row: JSONObject) throws(RowProblem) -> MappedRow {
    do throws(RowProblem) { return try read(row) } catch {
      throw error.advised(ColumnAdvice.reading(row, asks: false))
    }
  }

  /// The same without advice about the names of columns.
  static func read(_ row: JSONObject) throws(RowProblem) -> MappedRow {
    var used: Set<String> = []
    let turnsColumn = ColumnTable.column("messages", ColumnTable.messages, in: row)
    func claim(_ target: String, _ names: Set<String>) {
      if let column = ColumnTable.column(target, names, in: row) { used.insert(column.name) }
    }
    func mapped(_ conversation: Conversation, _ shape: RowShape) throws(RowProblem) -> MappedRow {
      if let name = toolsColumn(in: row)?.name { used.insert(name) }
      if let mask = column("mask_history", in: row) { used.insert(mask.name) }
      return MappedRow(
        conversation: try marked(conversation, row), shape: shape,
        unusedColumns: ColumnTable.unused(in: row, except: used) + (turnsColumn == nil ? furtherAnswers(row) : []))
    }
    if let turns = turnsColumn {
      let (conversation, shape) = try mapping(turns: turns.value, column: turns.name, row)
      used.insert(turns.name)
      // The messages' own system prompt wins, and is as a rule the same.
      let system = ColumnTable.column("system", ColumnTable.system, in: row)
      if let system, conversation.messages.first?.json["content"] == system.value { used.insert(system.name) }
      return try mapped(conversation, shape)
    }
    claim("response", ColumnTable.response)
    claim("system", ColumnTable.system)
    if let history = column("history", in: row) { used.insert(history.name) }
    let question = try question(row)
    used.formUnion(question.columns)
    return try mapped(try single(query: question.text, row), question.shape)
  }

  /// The question of a row that has no list of turns, and the columns that it stands in.
  static func question(
    _ row: JSONObject, names: Set<String> = ColumnTable.query
  ) throws(RowProblem) -> (text: String, columns: [String], shape: RowShape) {
    if let instruction = column("instruction", in: row), let input = column("input", in: row) {
      let texts = [try text(instruction.value, instruction.name), try text(input.value, input.name)]
      return (
        texts.filter { !$0.isEmpty }.joined(separator: "\n"), [instruction.name, input.name], .alpaca
      )
    }
    guard let query = ColumnTable.column("query", names, in: row) else {
      throw missing("question", target: "query", names, row)
    }
    return (try text(query.value, query.name), [query.name], .queryResponse)
  }

  /// The conversation with its marks of what is learned checked, and those of the row's `mask_history` set.
  private static func marked(_ conversation: Conversation, _ row: JSONObject) throws(RowProblem) -> Conversation {
    var conversation = conversation
    let masksHistory: Bool
    switch column("mask_history", in: row)?.value {
    case nil, .null, .bool(false): masksHistory = false
    case .bool(true): masksHistory = true
    default:
      throw RowProblem(code: "row-shape", "'mask_history' is not true or false", remedy: "Write true or false.")
    }
    let last = conversation.messages.lastIndex { $0.role == "assistant" }
    var marks: [Bool?] = []
    for (index, message) in conversation.messages.enumerated() {
      let mark: Bool?
      do throws(LearningMark.Problem) {
        mark = try LearningMark.read(message.extra)
      } catch {
        throw RowProblem(code: "row-marks", "message \(index + 1) \(error.what)", remedy: error.remedy)
      }
      guard message.role == "assistant" else {
        if mark == true {
          throw RowProblem(
            code: "row-marks", "message \(index + 1) is marked to be learned, and is the \(message.role)'s",
            remedy: "Only the assistant's turns are learned: remove the mark, or set it to false.")
        }
        continue
      }
      if masksHistory, mark == nil, index != last { conversation.messages[index].extra["loss"] = false }
      marks.append(mark)
    }
    if !marks.isEmpty, marks.allSatisfy({ $0 == false }) {
      throw RowProblem(
        code: "row-marks", "every turn of the assistant is marked not to be learned",
        remedy: "Leave the row out, or mark a turn with loss: true.")
    }
    return conversation
  }

  /// A column by its name in any case, null included. Where several have it, one that holds something goes first.
  static func column(_ name: String, in row: JSONObject) -> (name: String, value: JSONValue)? {
    let found = row.filter { ColumnTable.name($0.0) == name }
    return (found.first { !$0.1.isNull } ?? found.first).map { ($0.0, $0.1) }
  }

  private static func missing(_ what: String, target: String, _ names: Set<String>, _ row: JSONObject) -> RowProblem {
    func problem(_ message: String, _ remedy: String) -> RowProblem {
      var problem = RowProblem(code: "row-shape", message, remedy: remedy)
      problem.isOfColumns = true
      return problem
    }
    let claimants = ColumnTable.claimants(names, in: row).map(\.name)
    if claimants.count > 1 {
      return problem(
        "columns \(claimants.joined(separator: " and ")) both claim to be the \(what)",
        "Name the one that is meant '\(target)'.")
    }
    let empty = row.filter { $0.1.isNull && names.contains(ColumnTable.name($0.0)) }.map(\.0)
    if !empty.isEmpty {
      return RowProblem(
        code: "row-shape", "has no \(what): \(empty.joined(separator: " and ")) is null",
        remedy: "Fill it in, or leave the row out.")
    }
    if TestQuestions.isOne(row) {
      return RowProblem(
        code: "row-shape", "is a test question (ask, expect), not a row to learn from",
        remedy: "Give the file to an eval stage: questions: ./FILE.")
    }
    if let name = listOfRows(in: row) {
      let path = name.allSatisfy { $0.isASCII && ($0.isLetter || $0 == "_") } ? ".\(name)[]" : ".[\"\(name)\"][]"
      return RowProblem(
        code: "row-shape", "is no row but holds rows, in the list '\(name)'",
        remedy: "Write that list alone: jq -c '\(path)' FILE > NEW.jsonl.")
    }
    // Who leaves the header out has a row where the names should be.
    let columns = row.keys.isEmpty ? "no columns" : "only " + row.keys.prefix(12).joined(separator: ", ")
    let message = "has no column for the \(what): \(columns)"
    if let sentence = row.keys.first(where: { $0.count > 40 || $0.contains(where: { "。？！?!，".contains($0) }) }) {
      let start = sentence.count > 20 ? "\(sentence.prefix(20))…" : sentence
      return RowProblem(
        code: "row-shape", message,
        remedy:
          "The first line, '\(start)', looks like a row: put a line with the columns' names above it: query,response.")
    }
    return problem(message, "Use the columns query and response (问题 and 答案), or messages.")
  }

  /// The column whose list holds objects that are rows themselves, as in `{"data": [{"query": …}, …]}`.
  private static func listOfRows(in row: JSONObject) -> String? {
    row.first { _, value in
      value.arrayValue?.first?.objectValue.map { (try? read($0)) != nil } ?? false
    }?.0
  }

  /// A conversation of the system prompt, the history and one exchange.
  private static func single(query: String, _ row: JSONObject) throws(RowProblem) -> Conversation {
    guard let response = ColumnTable.column("response", ColumnTable.response, in: row) else {
      throw missing("answer", target: "response", ColumnTable.response, row)
    }
    // Some sets offer several answers; the first is the one to learn, and the others are reported as unused.
    var answer = response.value
    if let several = answer.arrayValue {
      guard let first = several.first else {
        throw RowProblem(code: "row-shape", "'\(response.name)' is an empty list")
      }
      answer = first
    }
    var messages = try before(row)
    messages.append(Message(role: "user", content: query))
    messages.append(Message(role: "assistant", content: try text(answer, response.name)))
    return Conversation(messages: messages, tools: try tools(row))
  }

  /// What a row's system prompt and history put before its question.
  static func before(_ row: JSONObject) throws(RowProblem) -> [Message] {
    var messages = try systemMessages(row)
    if let history = column("history", in: row)?.value, !history.isNull { messages += try turns(history: history) }
    return messages
  }

  /// The answer's column, marked, where it lists more than the one answer that is learned.
  private static func furtherAnswers(_ row: JSONObject) -> [String] {
    guard let response = ColumnTable.column("response", ColumnTable.response, in: row),
      let several = response.value.arrayValue, several.count > 1
    else { return [] }
    return [response.name + ColumnTable.furtherAnswers]
  }

  static func systemMessages(_ row: JSONObject) throws(RowProblem) -> [Message] {
    guard let system = ColumnTable.column("system", ColumnTable.system, in: row) else { return [] }
    let content = try text(system.value, system.name)
    return content.isEmpty ? [] : [Message(role: "system", content: content)]
  }

  /// Earlier exchanges: a list of [query, response], or that list as text.
  private static func turns(history: JSONValue) throws(RowProblem) -> [Message] {
    let problem = RowProblem(
      code: "row-shape", "history is not a list of [query, response] pairs",
      remedy: "Write it as [[\"question\", \"answer\"], …].")
    guard let pairs = try embedded(history, "history").arrayValue else {
      if history.stringValue?.isEmpty == true { return [] }
      throw problem
    }
    var messages: [Message] = []
    for pair in pairs {
      guard let pair = pair.arrayValue, pair.count == 2 else { throw problem }
      if !pair[0].isNull { messages.append(Message(role: "user", content: try text(pair[0], "history"))) }
      if !pair[1].isNull { messages.append(Message(role: "assistant", content: try text(pair[1], "history"))) }
    }
    return messages
  }

  static func tools(_ row: JSONObject) throws(RowProblem) -> [JSONValue] {
    guard let column = toolsColumn(in: row) else { return [] }
    guard let tools = try embedded(column.value, column.name).arrayValue else {
      throw RowProblem(code: "row-shape", "\(column.name) is not a list")
    }
    guard ColumnTable.name(column.name) == ColumnTable.functions else { return tools }
    return tools.map { $0["function"] == nil ? ["type": "function", "function": $0] : $0 }
  }

  /// The column that offers tools: `tools`, or `functions` where that is empty.
  static func toolsColumn(in row: JSONObject) -> (name: String, value: JSONValue)? {
    for name in ["tools", ColumnTable.functions] {
      if let column = row.first(where: { ColumnTable.name($0.0) == name }), !column.1.isNull, column.1 != .array([]),
        column.1.stringValue?.isEmpty != true
      {
        return (column.0, column.1)
      }
    }
    return nil
  }

  /// A list as itself, or written as JSON inside a string, as CSV must.
  static func embedded(_ value: JSONValue, _ column: String) throws(RowProblem) -> JSONValue {
    guard let text = value.stringValue, !text.isEmpty else { return value }
    do throws(JSONParseError) {
      return try JSONValue(parsing: text.utf8, rejectsDuplicateKeys: true, keepsNumerals: true)
    } catch {
      throw RowProblem(
        code: "row-shape", "'\(column)' is text but not JSON: \(error.message)", remedy: "Write the list as JSON.")
    }
  }

  /// Text as itself, null as nothing, a number or boolean as JSON writes it.
  static func text(_ value: JSONValue, _ column: String) throws(RowProblem) -> String {
    switch value {
    case .string(let text): return text
    case .null: return ""
    case .bool, .integer, .numeral, .number: return value.text()
    case .array, .object:
      throw RowProblem(code: "row-shape", "'\(column)' is \(JSONRow.name(of: value)), not text")
    }
  }
}
