import Conversations
import Datasets
import Diagnostics
import Glibc
import Inference
import JSON
import Platform

/// A row to answer: what it was, and what is asked.
struct QuestionRow {
  /// The row as it is printed beside the answer: its own `answer`, `end` and `error` stand under other names.
  var fields: JSONObject
  var conversation: Conversation
  /// Columns that would have told the model something, and that it does not see.
  var unseenColumns: [String] = []
  /// Columns that were to be renamed and that it has.
  var renamedColumns: Set<String> = []
  /// Whether it came as a row of JSON lines where a question alone would do.
  var hasColumns = false
  /// `questions.jsonl:12`, or which prompt.
  var place: String

  /// What an answer adds to a row.
  private static let added: Set<String> = ["answer", "end", "error"]

  private init(question: String, place: String) {
    fields = JSONObject([("prompt", .string(question))])
    conversation = Conversation(messages: [.init(role: "user", content: question)])
    self.place = place
  }

  /// - Parameter reading: what to call columns, and what the file is written in.
  /// - Throws: exit status 2 with every bad row named.
  static func all(prompts: [String], file: String?, _ reading: ReadingOptions) throws -> [QuestionRow] {
    let rows = prompts.enumerated().map { QuestionRow(question: $1, place: say("prompt \($0 + 1)")) }
    guard let file else { return rows }
    if let unread = UnreadFile(fileName: file) {
      throw CommandFailure(
        cause: Diagnostic(code: "unread-file", "questions are not read from '\(file)'", remedy: unread.remedy),
        status: .usage)
    }
    if file != "-", let format = DatasetFormat(fileName: file), format != .jsonl || !file.hasSuffix("jsonl") {
      return rows + (try fromDataset(file, format, reading))
    }
    guard let given = LocalText.bytes(file == "-" ? "/dev/stdin" : file) else {
      throw CommandFailure(cause: LocalText.failure("cannot read", file), status: .usage)
    }
    return rows + (try self.rows(given, file: file, reading))
  }

  /// The rows of a text.
  /// - Parameter file: where it is from; `-` for rows and `-.txt` for lines of standard input.
  private static func rows(_ given: [UInt8], file: String, _ reading: ReadingOptions) throws -> [QuestionRow] {
    let place = file.hasPrefix("-") ? say("standard input") : file
    var rows: [QuestionRow] = []
    let bytes = try CommandFailure.asUsage { try reading.encoding.decoded(given, label: place) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let problem = TextEncodingGuess.problem("the questions are not valid UTF-8", bytes)
      throw CommandFailure(
        cause: Diagnostic(
          code: problem.code, problem.message, remedy: problem.remedy(reading), location: SourceLocation(file: place)),
        status: .usage)
    }
    if file.hasSuffix(".txt") {
      let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      return rows
        + lines.enumerated().compactMap { index, line in
          line.allSatisfy(\.isWhitespace) ? nil : QuestionRow(question: String(line), place: "\(place):\(index + 1)")
        }
    }
    var problems = RowProblems()
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { continue }
      do {
        rows.append(
          try QuestionRow(line, place: "\(place):\(index + 1)", reading))
      } catch {
        problems.add(problem(error, file, line: index + 1, reading), row: index + 1)
      }
    }
    guard problems.isEmpty else { throw CommandFailure(cause: problems.error(), status: .usage) }
    return rows
  }

  /// What another program writes to standard input: a question per line, or rows of JSON lines. None where a person types, who
  /// has asked nothing yet.
  static func piped(_ reading: ReadingOptions, console: Console) throws -> [QuestionRow] {
    guard isatty(STDIN_FILENO) == 0 else { return [] }
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    // Who waits here should know for what.
    if poll(&input, 1, 1000) == 0 { console.printError(say("waiting for questions on standard input")) }
    guard let bytes = LocalText.bytes("/dev/stdin") else { return [] }
    guard bytes.first(where: { !$0.isSpace }) == UInt8(ascii: "{") else {
      return try rows(bytes, file: "-.txt", reading)
    }
    var found = try rows(bytes, file: "-", reading)
    for index in found.indices { found[index].hasColumns = true }
    return found
  }

  /// The rows of a table, of Parquet or of a compressed file, read as rows to train on are.
  private static func fromDataset(
    _ file: String, _ format: DatasetFormat, _ reading: ReadingOptions
  ) throws -> [QuestionRow] {
    var rows: [QuestionRow] = []
    var problems = RowProblems()
    do {
      // Rows are printed with their own columns: they are renamed for the question alone.
      let reader = try DatasetReader(
        path: file, format: format, reading: ReadingOptions(encoding: reading.encoding, place: reading.place))
      while let record = try reader.next() {
        switch record {
        case .bad(let number, let problem): problems.add(problem, row: number)
        case .row(let row):
          do { rows.append(try QuestionRow(row.fields, place: "\(file):\(row.line)", reading)) } catch {
            problems.add(problem(error, file, line: row.line, reading), row: row.number)
          }
        }
      }
    } catch let error as Diagnostic {
      throw CommandFailure(cause: error, status: .usage)
    }
    guard problems.isEmpty else { throw CommandFailure(cause: problems.error(), status: .usage) }
    return rows
  }

  private static func problem(
    _ problem: RowProblem, _ file: String, line: Int, _ reading: ReadingOptions
  ) -> Diagnostic {
    Diagnostic(
      code: "bad-row", "a row cannot be asked: it \(problem.message)", remedy: problem.remedy(reading),
      location: SourceLocation(file: file, line: line))
  }

  /// A row of a file, read as rows to train on are.
  init(_ line: ArraySlice<UInt8>, place: String, _ reading: ReadingOptions = ReadingOptions()) throws(RowProblem) {
    let json: JSONValue
    do throws(JSONParseError) {
      json = try JSONValue(parsing: line, rejectsDuplicateKeys: true, keepsNumerals: true)
    } catch {
      throw RowProblem(code: "invalid-json", "is not JSON: \(error.message) (column \(error.column))")
    }
    guard let row = json.objectValue else { throw RowProblem(code: "row-not-object", "is not a JSON object") }
    try self.init(row, place: place, reading)
  }

  init(_ row: JSONObject, place: String, _ reading: ReadingOptions = ReadingOptions()) throws(RowProblem) {
    let asked = try Conversation.asking(try reading.rename(row, found: &renamedColumns))
    (conversation, unseenColumns) = (asked.conversation, asked.tellingColumns)
    self.place = place
    fields = JSONObject()
    for (name, value) in row {
      let kept = Self.added.contains(name) ? "given_" + name : name
      guard fields[kept] == nil else {
        throw RowProblem(
          code: "row-columns", "has both '\(kept)' and a column that is kept under this name",
          remedy: "Rename or remove one of them.")
      }
      fields[kept] = value
    }
  }
}

/// Answered rows in a file, one whole line each; what an earlier attempt left is kept and gone on from.
final class AnswerFile {
  /// Rows answered already.
  let count: Int
  private let descriptor: Int32
  private let path: String

  /// - Throws: exit status 2 when the file holds something else than answers to the first of these rows.
  init(_ path: String, rows: [QuestionRow]) throws {
    self.path = path
    var whole = 0
    var count = 0
    if let bytes = LocalText.bytes(path) {
      func require(_ condition: Bool) throws {
        if condition { return }
        throw CommandFailure(
          cause: Diagnostic(
            code: "other-answers", "'\(path)' holds something else than answers to these rows",
            remedy: "give another file with --output, or move this one away",
            location: SourceLocation(file: path, line: count + 1)), status: .usage)
      }
      whole = (bytes.lastIndex(of: 0x0A) ?? -1) + 1
      for line in bytes[..<whole].split(separator: 0x0A) {
        try require(count < rows.count && Self.answers(line, rows[count]))
        count += 1
      }
      // A last line without an end was cut off while it was written, and only such a one is taken away.
      let tail = bytes[whole...]
      if !tail.isEmpty { try require(count < rows.count && Self.begins(tail, rows[count])) }
    }
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0, ftruncate(descriptor, off_t(whole)) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else {
      throw CommandFailure(cause: LocalText.failure("cannot write", path), status: .usage)
    }
    self.count = count
  }

  /// Whether a line is a row with its answer.
  private static func answers(_ line: ArraySlice<UInt8>, _ row: QuestionRow) -> Bool {
    guard let answered = (try? JSONValue(parsing: line, keepsNumerals: true))?.objectValue,
      answered["answer"] != nil || answered["error"] != nil
    else { return false }
    return row.fields.allSatisfy { answered[$0.0] == $0.1 }
  }

  /// Whether bytes are the beginning of a row with its answer, as `add` writes it.
  private static func begins(_ tail: ArraySlice<UInt8>, _ row: QuestionRow) -> Bool {
    let start = JSONValue.object(row.fields).bytes().dropLast()
    return tail.starts(with: start) || start.starts(with: tail)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func add(_ fields: JSONObject) throws {
    if let reason = FileSink(descriptor: descriptor).write(JSONValue.object(fields).text() + "\n") {
      errno = reason
      throw LocalText.failure("cannot write", path)
    }
  }
}

/// How far a batch is, in one line of the terminal.
final class AnswerProgress {
  private let console: Console
  private let total: Int
  private var done: Int
  private var tokens = 0
  private let shown: Bool
  private let start = SystemClock.monotonic()
  private var last = 0.0

  init(_ console: Console, total: Int, done: Int, shown: Bool) {
    self.console = console
    self.total = total
    self.done = done
    self.shown = shown
  }

  func add(tokens count: Int) {
    done += 1
    tokens += count
    let now = SystemClock.monotonic()
    guard shown, console.errorIsTerminal, now - last > 0.2 || done == total else { return }
    last = now
    console.writeError("\r\u{1B}[K" + line(now))
  }

  private func line(_ now: Double) -> String {
    let seconds = max(now - start, 1e-3)
    let rate = Int(Double(tokens) / seconds)
    return say("\(done)/\(total) rows  \(Quantity.count(tokens)) tokens  \(rate) tokens/s")
  }

  /// - Parameter speculation: the draft tokens of all answers.
  func end(_ speculation: SpeculationCounts) {
    guard shown else { return }
    var text = line(SystemClock.monotonic())
    if speculation.proposed > 0 {
      let (accepted, proposed) = (Quantity.count(speculation.accepted), Quantity.count(speculation.proposed))
      text += "  " + say("\(accepted) of \(proposed) draft tokens accepted")
    }
    console.writeError((console.errorIsTerminal ? "\r\u{1B}[K" : "") + text + "\n")
  }
}

extension UInt8 {
  fileprivate var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
