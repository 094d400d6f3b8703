import Diagnostics
import Glibc
import Inference
import JSON
import Serving
import Stages
import Tokenization

private let base = Flag("base", help: "Talk to the base alone, without the adapter.")

extension Command {
  static let chat = Command(
    "chat", .use, abstract: "Talk to a model in the terminal",
    discussion: """
      The system prompt and template are those it was trained with. /new starts over, /base and /tuned switch the \
      adapter off and on, /system TEXT changes the system prompt, /quit ends; so does Ctrl-D.
      """,
    options: [ModelChoice.adapter.spec, ModelChoice.system.spec, base.spec] + SamplingOptions.specs
      + [RunSession.threads.spec], positionals: [ModelChoice.positional],
    examples: [
      .init("chat", "talks to the newest run's model"), .init("chat runs/latest/train", "to base and adapter"),
    ]
  ) { invocation in
    let console = invocation.console
    let threads = invocation[RunSession.threads] ?? Machine.allowedCores()
    var choice = try ModelChoice.from(invocation)
    var model = try choice.open(threads: threads)
    var messages: [ChatModel.Message] = []
    var usesBase = invocation[base]
    let isPerson = isatty(0) == 1
    if isPerson { console.printError("\(choice.name): type a message; /quit ends, /new starts over") }
    while true {
      if isPerson { console.writeError(console.styledError("> ", .cyan)) }
      guard let line = readLine() else { break }
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      switch words.first {
      case nil: continue
      case "/quit", "/exit": return .done
      case "/new": messages = []
      case "/base", "/tuned":
        usesBase = words[0] == "/base"
        if model.adapter == nil { console.printError("there is no adapter: this model is merged, or a base") }
      case "/system":
        var chat = choice.chat ?? .init()
        chat.system = words.count > 1 ? words[1] : nil
        choice.chat = chat
        model = try choice.open(threads: threads)
        messages = []
      case let word? where word.hasPrefix("/") && isPerson:
        console.printError("unknown command \(word); there are /new, /base, /tuned, /system and /quit")
      default:
        messages.append(ChatModel.Message(role: "user", content: line))
        do {
          let reply = try model.reply(
            to: messages, withoutAdapter: usesBase,
            sampling: SamplingOptions.parameters(invocation, temperature: isPerson ? 0.7 : 0),
            maximumTokens: invocation[SamplingOptions.maximum] ?? 512, threads: threads
          ) { piece in
            console.write(piece)
            return !console.isClosed
          }
          console.print()
          messages.append(ChatModel.Message(role: "assistant", content: reply.text))
        } catch {
          messages.removeLast()
          console.writeError(ErrorText.render(error, color: console.errorHasColor))
          if !isPerson { return .failed }
        }
      }
      if console.isClosed { break }
    }
    if isPerson { console.print() }
    return .done
  }
}
