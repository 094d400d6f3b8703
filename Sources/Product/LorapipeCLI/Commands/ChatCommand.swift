import Conversations
import Diagnostics
import Glibc
import Inference
import JSON
import PipelineEngine
import Serving
import Stages
import Synchronization
import Tokenization

extension Command {
  static let chat = Command(
    "chat", .use, abstract: "Talk to a model in the terminal",
    discussion: """
      The model uses the system prompt and the template of its training. Enter sends. Alt-Enter, Ctrl-J or a backslash at \
      the end of a line starts a new line. The arrow keys move and recall earlier messages. Ctrl-C stops an answer; \
      Ctrl-C twice or Ctrl-D ends the conversation. /help lists the commands. When input comes from a pipe, every line is \
      a turn of one conversation, and answers are greedy (the most likely token).
      """,
    options: [ModelChoice.adapter.spec, ModelChoice.system.spec, ModelChoice.base.spec] + SamplingOptions.specs
      + [RunSession.threads.spec], positionals: [ModelChoice.positional],
    examples: [
      .init("chat", "talks to the newest run's model"),
      .init("chat runs/latest/train", "talks to the base with its adapter"),
      .init("chat runs/latest/merged < questions.txt", "one answer for each line"),
    ]
  ) { invocation in
    let console = invocation.console
    let threads = invocation[RunSession.threads] ?? Machine.allowedCores()
    let choice = try await chosen(invocation)
    if invocation[ModelChoice.base] { try choice.requireAdapter(for: "--base") }
    choice.sayWhichRun(console)
    choice.sayWhoAnswers(console)
    let talk = try ChatTalk(choice, invocation, threads: threads)
    guard let terminal = TerminalInput(console, commands: ChatTalk.commands) else {
      while let line = readLine(), !console.isClosed {
        if line.allSatisfy(\.isWhitespace) { continue }
        guard try talk.take(line) else { return talk.status }
      }
      return talk.status
    }
    let (stop, mode) = (talk.stop, terminal.mode)
    InterruptSignals.watchNumbers { number in
      guard number == SIGINT else {
        mode.restore()
        exit(128 + number)
      }
      stop.raise()
    }
    for line in choice.introduction(system: talk.systemPrompt) { console.printError(line.terminalSafe) }
    console.printError(say("type a message; /help lists the commands, Ctrl-D ends"))
    var interrupts = 0
    while true {
      let line = terminal.read(prompt: console.styledError("> ", .cyan, .bold), promptWidth: 2) {
        interrupts += 1
        if interrupts == 1 { console.printError(say("Ctrl-C again ends; so does Ctrl-D")) }
        return interrupts < 2
      }
      guard let line else { break }
      interrupts = 0
      if line.allSatisfy(\.isWhitespace) { continue }
      terminal.hush()
      defer { mode.restore() }
      guard try talk.take(line) else { break }
    }
    return .done
  }

  /// The model of a conversation. A question in its place is no name of a model, and one that `generate` answers.
  private static func chosen(_ invocation: Invocation) async throws -> ModelChoice {
    do { return try await ModelChoice.from(invocation) } catch let error as CommandFailure {
      guard let word = invocation.positionals.first, PromptWords.isSentence(word), !LocalText.exists(word) else {
        throw error
      }
      throw UsageError(
        "there is no model '\(word)'",
        suggestion:
          "for one question write: lorapipe generate \(ShellWord.quoted(word)); 'lorapipe chat' alone begins a conversation",
        path: invocation.path, prefix: "")
    }
  }
}

/// Raised by Ctrl-C while an answer is written.
final class StopRequest: Sendable {
  private let flag = Atomic<Bool>(false)

  var isRaised: Bool { flag.load(ordering: .acquiring) }
  func raise() { flag.store(true, ordering: .releasing) }
  func lower() { flag.store(false, ordering: .releasing) }
}

/// A conversation in the terminal: what was said, and how answers are made.
final class ChatTalk {
  static let commands = ["/help", "/new", "/retry", "/system", "/base", "/tuned", "/set", "/save", "/quit"]

  private static let farewells: Set<String> = ["quit", "exit", "bye", "退出", "结束", "再见"]

  let stop = StopRequest()
  private(set) var status = ExitStatus.done
  private let session: ChatSession
  private let console: Console
  private let isPerson = isatty(0) == 1
  private var options: ChatSession.Options
  private var system: String?
  private var messages: [Message] = []

  init(_ choice: ModelChoice, _ invocation: Invocation, threads: Int) throws {
    console = invocation.console
    session = try ChatSession(
      try choice.open(invocation, threads: threads, writesCopy: true), threads: threads,
      cacheByteCount: Machine.cacheByteCount(),
      keyValueType: invocation[SamplingOptions.kvCache] ?? choice.keyValueType,
      activations: invocation[SamplingOptions.activations] ?? choice.activations,
      speculation: (invocation[SamplingOptions.speculate] ?? .auto).speculation)
    invocation[SamplingOptions.activations]?.check(session.chat.model, console)
    let defaults = try choice.generation()
    options = ChatSession.Options(
      usesAdapter: !invocation[ModelChoice.base],
      sampling: SamplingOptions.parameters(invocation, defaults, greedy: isatty(0) != 1),
      maximumTokens: invocation[SamplingOptions.maximum] ?? defaults.maximumTokens)
  }

  /// Takes a message or a command.
  /// - Returns: `false` when the talk is over.
  func take(_ line: String) throws -> Bool {
    let words = line.split(separator: " ", maxSplits: 1).map(String.init)
    let rest = words.count > 1 ? words[1] : ""
    switch words.first {
    case "/quit", "/exit": return false
    // What people type at other prompts to leave; as a message of one word it has no other use.
    case let word? where isPerson && words.count == 1 && Self.farewells.contains(word.lowercased()):
      note(say("the conversation has ended; 'lorapipe chat' begins another"))
      return false
    case "/help": help()
    case "/new", "/clear":
      messages = []
      note(say("a new conversation"))
    case "/retry":
      while let last = messages.last, last.role != "user" { messages.removeLast() }
      guard !messages.isEmpty else {
        note(say("there is nothing to answer yet"))
        break
      }
      return answer()
    case "/base", "/tuned":
      options.usesAdapter = words[0] == "/tuned"
      note(
        session.chat.adapter == nil
          ? say("this model has no adapter to switch off; to compare, talk to the adapter itself: lorapipe chat STAGE")
          : options.usesAdapter ? say("answers come from the adapter") : say("answers come from the base"))
    case "/system":
      system = rest.isEmpty ? nil : rest
      messages = []
      note(rest.isEmpty ? say("the trained system prompt, and a new conversation") : say("a new conversation"))
    case "/set": set(rest)
    case "/save": try save(rest)
    case let word? where word.hasPrefix("/") && isPerson && !word.dropFirst().contains("/"):
      note(say("there is no command \(word); /help lists them"))
    default:
      messages.append(Message(role: "user", content: line))
      return answer()
    }
    return true
  }

  /// What conversations begin with unless `/system` says otherwise.
  var systemPrompt: String? { session.chat.prompts.systemPrompt }

  private func note(_ text: String) { console.printError(console.styledError(text, .dim)) }

  private func help() {
    let lines = [
      ("/new", say("starts over")),
      ("/retry", say("answers the last message again")),
      ("/system TEXT", say("another system prompt, and starts over")),
      ("/base, /tuned", say("switch the adapter off and on")),
      (
        "/set NAME X",
        say("temperature, top_p, top_k, min_p, repetition_penalty, max_tokens or seed; /set alone shows them")
      ),
      ("/save FILE", say("writes the conversation as jsonl, a row to train on")),
      ("/quit", say("ends")),
    ]
    for (name, text) in lines { note(DisplayWidth.pad(name, 15) + text) }
    note(say("Alt-Enter or Ctrl-J starts a line, Ctrl-C ends an answer."))
  }

  private func answer() -> Bool {
    stop.lower()
    let given = (system.map { [Message(role: "system", content: $0)] } ?? []) + messages
    do {
      let reply = try session.reply(
        to: Conversation(messages: given), options, isStopped: { [stop, console] in stop.isRaised || console.isClosed }
      ) { [console] piece in
        console.write(console.outputIsTerminal ? Console.visible(piece, keepsNewlines: true) : piece)
      }
      console.print()
      // A stopped answer counts as what was said.
      messages.append(Message(role: "assistant", content: reply.text))
      if isPerson, reply.end == .length { note(say("(cut off at the longest answer; /set max_tokens allows more)")) }
      if isPerson, reply.end == .cancelled { note(say("(stopped)")) }
    } catch {
      messages.removeLast()
      console.writeError(ErrorText.render(error, color: console.errorHasColor))
      if !isPerson {
        status = .failed
        return false
      }
    }
    return !console.isClosed
  }

  private func set(_ text: String) {
    let parts = text.split { $0 == " " || $0 == "=" }.map(String.init)
    if parts.isEmpty {
      let s = options.sampling
      let seed = s.seed.map { " seed \($0)" } ?? ""
      return note(
        "temperature \(s.temperature) top_p \(s.topP) top_k \(s.topK) min_p \(s.minP) "
          + "repetition_penalty \(s.repetitionPenalty) max_tokens \(options.maximumTokens)" + seed)
    }
    var changed = options
    let number = parts.count == 2 ? Double(parts[1]) : nil
    switch (parts[0], number) {
    case ("temperature", let x?): changed.sampling.temperature = x
    case ("top_p", let x?): changed.sampling.topP = x
    case ("top_k", let x?) where Int(exactly: x) != nil: changed.sampling.topK = Int(exactly: x) ?? 0
    case ("min_p", let x?): changed.sampling.minP = x
    case ("repetition_penalty", let x?): changed.sampling.repetitionPenalty = x
    case ("seed", let x?) where Int64(exactly: x) != nil:
      changed.sampling.seed = Int64(exactly: x).map { UInt64(bitPattern: $0) }
    case ("max_tokens", let x?) where Int(exactly: x).map((1...1_048_576).contains) ?? false:
      changed.maximumTokens = Int(x)
    case ("max_tokens", _?): return note(say("max_tokens takes a whole number from 1 to 1048576"))
    case (let name, _?) where name == "top_k" || name == "seed": return note(say("\(name) takes a whole number"))
    default: return note(say("/set takes a name and a number: temperature, top_p, top_k, min_p, max_tokens, seed …"))
    }
    do {
      try changed.sampling.validate()
      options = changed
    } catch {
      note((error as? Diagnostic).map { reworded($0.message) } ?? say("that value is out of range"))
    }
  }

  private func save(_ path: String) throws {
    guard !path.isEmpty, !messages.isEmpty else {
      return note(path.isEmpty ? say("/save takes the name of a file") : say("nothing has been said yet"))
    }
    let given = (system.map { [Message(role: "system", content: $0)] } ?? []) + messages
    let row: JSONValue = [
      "messages": .array(given.map(\.json))
    ]
    do {
      try LocalText.append(path, row.text() + "\n")
      note(say("added to \(path)"))
    } catch {
      console.writeError(ErrorText.render(error, color: console.errorHasColor))
    }
  }
}
