import Diagnostics
import Inference
import JSON
import Serving

private let prompt = Option<String>(
  "prompt", "p", "TEXT", repeats: true, help: "A question; may be given several times.")
private let input = Option<String>(
  "input", "i", "FILE", .file, help: "A jsonl file of rows with prompt, query, or messages; - reads standard input.")
private let base = Flag("base", help: "Answer with the base alone, without the adapter.")

extension Command {
  static let generate = Command(
    "generate", .use, abstract: "Answer questions in a batch: jsonl in, jsonl out",
    discussion: """
      Answers take the likeliest token unless --temperature says otherwise. One --prompt prints plain text; rows of \
      --input are printed as they were, each with its answer.
      """,
    options: [prompt.spec, input.spec, ModelChoice.adapter.spec, ModelChoice.system.spec, base.spec]
      + SamplingOptions.specs + [RunSession.threads.spec, CommonOptions.json.spec],
    positionals: [ModelChoice.positional],
    examples: [
      .init("generate -p 'Who are you?'", "asks the newest run's model"),
      .init("generate runs/latest/merged -i questions.jsonl > answers.jsonl", "answers every row"),
    ]
  ) { invocation in
    let rows = try rows(invocation)
    guard !rows.isEmpty else {
      throw UsageError("nothing to answer: give --prompt or --input", path: invocation.path)
    }
    let threads = invocation[RunSession.threads] ?? Machine.allowedCores()
    let model = try ModelChoice.from(invocation).open(threads: threads)
    let sampling = SamplingOptions.parameters(invocation, temperature: 0)
    let isPlain = invocation[input] == nil && !invocation.wantsJSON
    for row in rows {
      if invocation.console.isClosed { break }
      let reply = try model.reply(
        to: row.messages, withoutAdapter: invocation[base], sampling: sampling,
        maximumTokens: invocation[SamplingOptions.maximum] ?? 512, threads: threads
      ) { piece in
        if isPlain { invocation.console.write(piece) }
        return !invocation.console.isClosed
      }
      if isPlain {
        invocation.console.print()
      } else {
        var object = row.fields
        object["answer"] = .string(reply.text)
        object["end"] = .string(reply.end.rawValue)
        invocation.console.print(JSONValue.object(object).text())
      }
    }
    return .done
  }

  private struct Row {
    var fields: JSONObject
    var messages: [ChatModel.Message]
  }

  private static func rows(_ invocation: Invocation) throws -> [Row] {
    var rows = invocation.all(prompt).map {
      Row(fields: JSONObject([("prompt", .string($0))]), messages: [ChatModel.Message(role: "user", content: $0)])
    }
    guard let file = invocation[input] else { return rows }
    guard let text = file == "-" ? LocalText.read("/dev/stdin") : LocalText.read(file) else {
      throw CommandFailure(cause: LocalText.failure("cannot read", file), status: .usage)
    }
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      guard !line.allSatisfy(\.isWhitespace) else { continue }
      guard let json = try? JSONValue(parsing: String(line)), let object = json.objectValue else {
        throw bad("it is not a JSON object", file, number + 1)
      }
      let question = ["prompt", "query", "ask", "question", "instruction"].lazy.compactMap { object[$0]?.stringValue }
        .first
      if let list = object["messages"]?.arrayValue {
        let messages = list.compactMap { entry -> ChatModel.Message? in
          guard let role = entry["role"]?.stringValue, let content = entry["content"]?.stringValue else { return nil }
          return ChatModel.Message(role: role, content: content)
        }
        guard !messages.isEmpty, messages.count == list.count else {
          throw bad("its messages need role and content", file, number + 1)
        }
        rows.append(Row(fields: object, messages: messages))
      } else if let question {
        rows.append(Row(fields: object, messages: [ChatModel.Message(role: "user", content: question)]))
      } else {
        throw bad("it has neither prompt nor messages", file, number + 1)
      }
    }
    return rows
  }

  private static func bad(_ what: String, _ file: String, _ line: Int) -> CommandFailure {
    CommandFailure(
      cause: Diagnostic(
        code: "bad-row", "a row cannot be asked: \(what)", location: SourceLocation(file: file, line: line)),
      status: .usage)
  }
}
