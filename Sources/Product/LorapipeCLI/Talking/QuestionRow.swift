import Conversations
import Diagnostics
import Glibc
import Inference
import JSON
import Platform
import Serving

/// A row to answer: what it was, and what is asked.
struct QuestionRow {
  var fields: JSONObject
  var messages: [Message]
  /// `questions.jsonl:12`, or which prompt.
  var place: String

  /// - Throws: exit status 2 with every bad row named.
  static func all(prompts: [String], file: String?) throws -> [QuestionRow] {
    var rows = prompts.enumerated().map { index, text in
      QuestionRow(
        fields: JSONObject([("prompt", .string(text))]), messages: [.init(role: "user", content: text)],
        place: "prompt \(index + 1)")
    }
    guard let file else { return rows }
    guard let bytes = LocalText.bytes(file == "-" ? "/dev/stdin" : file) else {
      throw CommandFailure(cause: LocalText.failure("cannot read", file), status: .usage)
    }
    if file.hasSuffix(".txt") {
      let lines = String(decoding: bytes, as: UTF8.self).split(
        omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      return rows
        + lines.enumerated().compactMap { index, line in
          guard !line.allSatisfy(\.isWhitespace) else { return nil }
          return QuestionRow(
            fields: JSONObject([("prompt", .string(String(line)))]),
            messages: [.init(role: "user", content: String(line))], place: "\(file):\(index + 1)")
        }
    }
    var problems: [Diagnostic] = []
    for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
      guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { continue }
      let place = "\(file == "-" ? "standard input" : file):\(index + 1)"
      do {
        let (fields, messages) = try read(line)
        rows.append(QuestionRow(fields: fields, messages: messages, place: place))
      } catch {
        problems.append(
          Diagnostic(
            code: "bad-row", "a row cannot be asked: \(error.what)", remedy: error.remedy,
            location: SourceLocation(file: file, line: index + 1)))
        if problems.count == 20 { break }
      }
    }
    guard problems.isEmpty else { throw CommandFailure(cause: DiagnosticList(problems), status: .usage) }
    return rows
  }

  struct BadRow: Error, Hashable {
    var what: String
    var remedy: String?
  }

  static func read(
    _ line: ArraySlice<UInt8>
  ) throws(BadRow) -> (fields: JSONObject, messages: [Message]) {
    let json: JSONValue
    do { json = try JSONValue(parsing: Array(line)) } catch {
      throw BadRow(what: "it is not JSON: \(error.message) (column \(error.column))")
    }
    guard let object = json.objectValue else { throw BadRow(what: "it is not a JSON object") }
    var messages: [Message] = []
    if let list = object["messages"]?.arrayValue {
      do throws(MessageProblem) {
        messages = try Message.list(list)
      } catch {
        throw BadRow(what: "its message \(error.index + 1) \(error.what)", remedy: error.remedy)
      }
      if messages.last?.role == "assistant" { messages.removeLast() }
      guard messages.last != nil else { throw BadRow(what: "it has no message to answer") }
      return (object, messages)
    }
    let names = ["prompt", "query", "ask", "question", "instruction"]
    guard let question = names.lazy.compactMap({ object[$0]?.stringValue }).first else {
      throw BadRow(
        what: "it has neither messages nor a question",
        remedy: "give each row one of messages, \(names.joined(separator: ", "))")
    }
    if let system = object["system"]?.stringValue, !system.isEmpty {
      messages.append(.init(role: "system", content: system))
    }
    for turn in object["history"]?.arrayValue ?? [] {
      guard let pair = turn.arrayValue, pair.count == 2, let asked = pair[0].stringValue,
        let answered = pair[1].stringValue
      else { throw BadRow(what: "its history must hold pairs of question and answer") }
      messages.append(.init(role: "user", content: asked))
      messages.append(.init(role: "assistant", content: answered))
    }
    let more = object["input"]?.stringValue ?? ""
    messages.append(.init(role: "user", content: more.isEmpty ? question : question + "\n" + more))
    return (object, messages)
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
    guard let answered = (try? JSONValue(parsing: Array(line)))?.objectValue,
      answered["answer"] != nil || answered["error"] != nil
    else { return false }
    for (name, value) in row.fields where !["answer", "end", "error"].contains(name) {
      if answered[name] != value { return false }
    }
    return true
  }

  /// Whether bytes are the beginning of a row with its answer, as `add` writes it.
  private static func begins(_ tail: ArraySlice<UInt8>, _ row: QuestionRow) -> Bool {
    var kept = JSONObject()
    for (name, value) in row.fields {
      // From here on the answer decides what stands there.
      if ["answer", "end", "error"].contains(name) { break }
      kept[name] = value
    }
    let start = JSONValue.object(kept).bytes().dropLast()
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
