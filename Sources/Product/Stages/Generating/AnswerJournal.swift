import Diagnostics
import Glibc
import Inference
import JSON
import Platform
import Serving

/// A text that the model gave to a row, or why there is none.
struct JournaledAnswer: Sendable, Hashable {
  var text: String
  /// Whether the most tokens that were allowed did not suffice.
  var isCut: Bool
  var tokens: Int
  var problem: String?
}

/// The texts that are finished, one line of JSON each, written as they end: what a killed stage had is kept, but for the
/// texts that it was at.
final class AnswerJournal {
  private struct Place: Hashable {
    var row: Int
    var sample: Int
  }

  private var answers: [Place: JournaledAnswer] = [:]
  private let path: String
  private let descriptor: Int32

  var count: Int { answers.count }

  /// Opens the journal of an earlier attempt, or a new one. A last line that was cut off is removed.
  init(path: String) throws {
    self.path = path
    var whole = 0
    if let bytes = try FileSystem.readIfPresent(path) {
      var start = 0
      while let end = bytes[start...].firstIndex(of: 0x0A) {
        guard let entry = Self.read(Array(bytes[start..<end])) else { break }
        answers[entry.place] = entry.answer
        start = end + 1
      }
      // What follows a line that cannot be read is asked again.
      whole = start
    }
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0, ftruncate(descriptor, off_t(whole)) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else {
      throw Self.failure(path)
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  private static func failure(_ path: String) -> Diagnostic {
    Diagnostic(code: "file-system", "cannot write \(path): \(String(cString: strerror(errno)))")
  }

  private static func read(_ line: [UInt8]) -> (place: Place, answer: JournaledAnswer)? {
    guard let json = try? JSONValue(parsing: line), let row = json["row"]?.intValue,
      let sample = json["sample"]?.intValue, let text = json["text"]?.stringValue,
      let tokens = json["tokens"]?.intValue,
      let isCut = json["cut"]?.boolValue
    else { return nil }
    return (
      Place(row: row, sample: sample),
      JournaledAnswer(text: text, isCut: isCut, tokens: max(tokens, 0), problem: json["problem"]?.stringValue)
    )
  }

  func answer(row: Int, sample: Int) -> JournaledAnswer? { answers[Place(row: row, sample: sample)] }

  /// Notes a text that ended.
  /// - Throws: `Diagnostic` when it cannot be written.
  func add(row: Int, sample: Int, _ result: Result<ChatModel.Reply, any Error>) throws {
    let answer: JournaledAnswer
    switch result {
    case .success(let reply) where reply.end == .memory:
      throw Diagnostic(
        code: "cache-too-small", "the memory of the KV cache does not suffice for one text",
        remedy: "lower max_tokens, or leave out long rows with a filter stage")
    case .success(let reply):
      answer = JournaledAnswer(text: reply.text, isCut: reply.end == .length, tokens: reply.replyTokens)
    // What is wrong with the model is wrong with every row.
    case .failure(let error as Diagnostic) where ["not-a-number", "cache-too-small"].contains(error.code): throw error
    case .failure(let error):
      answer = JournaledAnswer(
        text: "", isCut: false, tokens: 0, problem: (error as? Diagnostic)?.message ?? "it cannot be answered")
    }
    var object = JSONObject([
      ("row", .integer(Int64(row))), ("sample", .integer(Int64(sample))), ("text", .string(answer.text)),
      ("cut", .bool(answer.isCut)), ("tokens", .integer(Int64(answer.tokens))),
    ])
    if let problem = answer.problem { object["problem"] = .string(problem) }
    try FileSystem.writeAll(descriptor, JSONValue.object(object).bytes() + [0x0A], path: path)
    answers[Place(row: row, sample: sample)] = answer
  }
}
