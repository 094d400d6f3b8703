import Datasets
import Diagnostics
import Glibc
import Inference
import JSON
import PipelineEngine
import Serving

private let prompt = Option<String>(
  "prompt", "p", "TEXT", repeats: true, help: "A question; can be given several times.")
private let input = Option<String>(
  "input", "i", "FILE", .file,
  help: """
    A jsonl file of rows with messages, or with prompt, query, question or instruction; or a .txt file with a question \
    per line; - reads jsonl from standard input.
    """)
private let output = Option<String>(
  "output", "o", "FILE", .file, help: "The file for answered rows; if it exists, missing answers are added.")
private let together = Option<Int>(
  "together", nil, "N", .integer(1...256),
  help: "Answers generated at once (default 16); it does not change the answers.")

extension Command {
  static let generate = Command(
    "generate", .use, abstract: "Answer questions in a batch: jsonl in, jsonl out",
    discussion: """
      Answers are greedy (the most likely token) unless you set --temperature. With --prompt, answers are printed as plain \
      text. Without any question, they are read from standard input, one per line. With --input, rows are printed unchanged and in order, each with its answer. A row's system, history, input and \
      tools are used. If a row ends with an assistant message, it is taken as the reference answer and hidden from the \
      model. A row's own answer, end or error is kept as given_answer, given_end or given_error. \
      All rows are checked before the first is answered. A row that cannot be answered gets an error instead of an \
      answer, and the exit status is 1. If a command with --output is interrupted, run it again; it continues after the \
      last finished row.
      """,
    options: [
      prompt.spec, input.spec, output.spec, RowOptions.columns.spec, RowOptions.encoding.spec, ModelChoice.adapter.spec,
      ModelChoice.system.spec, ModelChoice.base.spec,
    ]
      + SamplingOptions.specs + [together.spec, RunSession.threads.spec, CommonOptions.json.spec],
    positionals: [
      ModelChoice.positional,
      Positional("TEXT", .text, .optional, help: "A question, as with --prompt."),
    ],
    examples: [
      .init("generate 'Who are you?'", "asks the newest run's model"),
      .init("generate runs/latest/merged -i questions.jsonl -o answers.jsonl", "answers every row"),
      .init("generate -i questions.csv --columns 提问=query", "answers a table with a header of its own"),
    ]
  ) { invocation in
    let (given, bare) = try PromptWords.taken(from: invocation)
    let reading = try RowOptions.reading(invocation, alsoRecipe: false)
    guard reading.isUsual || invocation[input] != nil else {
      throw UsageError("--columns and --encoding go with --input", path: invocation.path)
    }
    if invocation[input] == nil, invocation.all(prompt).isEmpty,
      let file = PromptWords.file(among: invocation.positionals)
    {
      throw UsageError(
        "'\(file)' is a file of questions", suggestion: "write: lorapipe generate -i \(ShellWord.quoted(file))",
        path: invocation.path, prefix: "")
    }
    let asked = bare + invocation.all(prompt)
    let rows =
      try asked.isEmpty && invocation[input] == nil
      ? QuestionRow.piped(reading, console: invocation.console)
      : QuestionRow.all(prompts: asked, file: invocation[input], reading)
    guard !rows.isEmpty else {
      throw UsageError(
        "nothing to answer", suggestion: "give the question itself, or --input FILE: lorapipe generate 'Who are you?'",
        path: invocation.path, prefix: "")
    }
    if let name = invocation[output], [".txt", ".md", ".csv", ".tsv"].contains(where: { name.hasSuffix($0) }) {
      throw UsageError(
        "answered rows are written as jsonl, which '\(name)' does not look like",
        suggestion: "name a file that ends in .jsonl", path: invocation.path, prefix: "")
    }
    let file = try invocation[output].map { try AnswerFile($0, rows: rows) }
    let already = file?.count ?? 0
    let console = invocation.console
    if already > 0 { console.printError(say("\(already) of \(rows.count) rows are answered already")) }
    guard already < rows.count else { return .done }
    let threads = invocation[RunSession.threads] ?? Machine.allowedCores()
    let unseen = rows.flatMap(\.unseenColumns).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
    if !unseen.isEmpty {
      console.printError(
        console.styledError("warning: ", .yellow) + say("the model does not see the columns \(unseen.listed())"))
    }
    let missing = DatasetFiles.columnWarnings(reading, found: rows.reduce(into: []) { $0.formUnion($1.renamedColumns) })
    if !missing.isEmpty { console.writeError(ErrorText.render(missing, color: console.errorHasColor)) }
    let choice = try await ModelChoice.from(given)
    if invocation[ModelChoice.base] { try choice.requireAdapter(for: "--base") }
    choice.sayWhichRun(console)
    choice.sayWhoAnswers(console)
    let places = min(invocation[together] ?? 16, rows.count - already)
    let session = try ChatSession(
      try choice.open(invocation, threads: threads, writesCopy: false), threads: threads,
      cacheByteCount: Machine.cacheByteCount(),
      keyValueType: invocation[SamplingOptions.kvCache] ?? choice.keyValueType,
      activations: invocation[SamplingOptions.activations] ?? choice.activations, sequences: places,
      speculation: (invocation[SamplingOptions.speculate] ?? .auto).speculation)
    invocation[SamplingOptions.activations]?.check(session.chat.model, console)
    let defaults = try choice.generation()
    let options = ChatSession.Options(
      usesAdapter: !invocation[ModelChoice.base],
      sampling: SamplingOptions.parameters(invocation, defaults, greedy: true),
      maximumTokens: invocation[SamplingOptions.maximum] ?? defaults.maximumTokens)
    let isPlain = invocation[input] == nil && file == nil && !invocation.wantsJSON && !rows.contains { $0.hasColumns }
    if isPlain, rows.count == 1 {
      _ = try session.reply(to: rows[0].conversation, options, isStopped: { console.isClosed }) { piece in
        console.write(console.outputIsTerminal ? Console.visible(piece, keepsNewlines: true) : piece)
      }
      console.print()
      return .done
    }
    let progress = AnswerProgress(console, total: rows.count, done: already, shown: file != nil)
    var failed = 0
    var broken: (any Error)?
    session.replies(to: rows[already...].map(\.conversation), options, isStopped: { console.isClosed }) {
      index, result in
      var fields = rows[already + index].fields
      switch result {
      case .success(let reply):
        if isPlain {
          if let question = fields["prompt"]?.stringValue {
            console.printError(console.styledError("> " + question, .dim))
          }
          console.print(console.outputIsTerminal ? Console.visible(reply.text, keepsNewlines: true) : reply.text)
          return true
        }
        fields["answer"] = .string(reply.text)
        fields["end"] = .string(reply.end.rawValue)
        progress.add(tokens: reply.replyTokens)
      case .failure(let error):
        failed += 1
        let message = (error as? Diagnostic)?.message ?? "it cannot be answered"
        console.printError("\(say("error:")) \(rows[already + index].place): \(reworded(message).terminalSafe)")
        if isPlain { return true }
        fields["error"] = .string(message)
        progress.add(tokens: 0)
      }
      guard let file else {
        console.print(JSONValue.object(fields).text())
        return !console.isClosed
      }
      do {
        try file.add(fields)
        return true
      } catch {
        broken = error
        return false
      }
    }
    progress.end(session.speculation)
    if let broken { throw broken }
    if failed > 0 { console.printError(say("\(failed) of \(rows.count) rows could not be answered")) }
    return failed > 0 ? .failed : .done
  }
}
