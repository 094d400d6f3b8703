import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform
import Reports
import Transfer

private let create = Option<String>(
  "create", nil, "VISIBILITY", .choice(RepositoryVisibility.allCases.map(\.rawValue)),
  help: "Make the repository if there is none, private or public.")
private let message = Option<String>("message", "m", "TEXT", help: "The message of the commit.")
private let license = Option<String>(
  "license", nil, "ID", help: "The license, such as apache-2.0 (default: what the base's own card states).")
private let baseName = Option<String>(
  "base-name", nil, "NAME", help: "The base's repository, when the recipe did not fetch it from a hub.")
private let noCard = Flag("no-card", help: "Upload the files alone, without a model card.")
private let dryRun = Flag("dry-run", "n", help: "Print the files and the model card, and send nothing.")

extension Command {
  static let push = Command(
    "push", .use, abstract: "Upload a model or adapter to a hub, with a model card",
    discussion: """
      TARGET is hf:OWNER/NAME or modelscope:OWNER/NAME, or the same with -dataset. Large files that the hub has are not \
      sent again, so after an interruption run the command again. The model card, README.md, is written from the run: \
      data, ratio, metrics, settings, lineage and the recipe; a README.md that lies in the folder is used instead. The \
      token is read from HF_TOKEN or MODELSCOPE_API_TOKEN, else from where 'hf auth login' or 'modelscope login' keeps it.
      """,
    options: [
      create.spec, message.spec, license.spec, baseName.spec, noCard.spec, dryRun.spec, CommonOptions.json.spec,
    ],
    positionals: [
      Positional(
        "WHAT", .fileOrStage, .many,
        help: "A run, a stage of the newest run, a folder or a file (default: the newest run's model), then the target."
      )
    ],
    examples: [
      .init("push train hf:me/grace-lora --create private", "an adapter, to a new private repository"),
      .init("push grace modelscope:me/grace --create public --license apache-2.0", "what the run grace made"),
      .init("push merged hf:me/grace --dry-run", "prints the files and the card"),
    ]
  ) { invocation in
    let words = invocation.positionals
    guard let last = words.last, words.count <= 2 else {
      throw UsageError("give what to push and where to: lorapipe push train hf:OWNER/NAME", path: invocation.path)
    }
    // A stage, a run or a folder: what to push is there, and where to is missing.
    if words.count == 1, LocalText.exists(last) || !last.contains(":") && !last.contains("/") {
      throw UsageError(
        "'\(last)' is what to push, and where to is missing",
        suggestion: "write: lorapipe push \(ShellWord.quoted(last)) hf:OWNER/NAME, or modelscope:OWNER/NAME",
        path: invocation.path, prefix: "")
    }
    let target = try CommandFailure.asUsage { try FetchSource(parsing: last) }
    let (hub, kind, id) = try CommandFailure.asUsage { try target.pushTarget() }
    let pushed = try PushedModel.named(words.count == 2 ? words[0] : nil)
    let base = invocation[baseName] ?? pushed.base
    let stated = invocation[license] ?? pushed.baseLicense
    var card: String?
    let hasOwn = LocalText.exists(pushed.path + "/README.md")
    if !invocation[noCard], !hasOwn, kind == .model, let content = pushed.content {
      var written = ModelCard(
        title: id, content: content, program: "\(Lorapipe.name) \(Lorapipe.version)", words: Words.current)
      (written.base, written.license, written.artifact, written.facts) = (base, stated, pushed.digest, pushed.facts)
      card = written.markdown
    }
    let (files, skipped) = try pushed.files(baseName: base, card: card)
    let console = invocation.console
    for path in skipped { console.printError(say("left out: \(path.terminalSafe)")) }
    if invocation[dryRun] {
      if invocation.wantsJSON {
        console.print(
          JSONValue.object(
            JSONObject([
              ("target", .string(target.canonical)), ("files", .array(files.map { .string($0.path) })),
              ("card", card.map { .string($0) } ?? .null),
            ])
          ).text())
      } else {
        console.print(say("would push to \(target.canonical):"))
        for file in files { console.print("  " + file.path.terminalSafe) }
        if let card { console.print("\n" + card) }
      }
      return .done
    }
    let uploader = Uploader(HubAccess(environment: Environment.all()))
    let title = invocation[message] ?? "Upload by \(Lorapipe.name) \(Lorapipe.version)"
    let screen = PushScreen(console)
    let result: UploadResult
    do {
      result = try uploader.push(
        files, to: target, message: title, creates: invocation[create].flatMap { RepositoryVisibility(rawValue: $0) },
        license: stated, report: screen.show)
      screen.end()
    } catch {
      screen.end()
      throw error
    }
    if invocation.wantsJSON {
      console.print(
        JSONValue.object(
          JSONObject([
            ("url", .string(result.url)), ("commit", result.commit.map { .string($0) } ?? .null),
            ("created", .bool(result.wasCreated)), ("visibility", .string(result.visibility?.rawValue ?? "")),
            ("committed", .integer(Int64(result.committedFiles))), ("equal", .integer(Int64(result.equalFiles))),
            ("stored_before", .integer(Int64(result.storedFiles))), ("sent_bytes", .integer(result.sentBytes)),
          ])
        ).text())
      return .done
    }
    if result.committedFiles == 0 {
      console.print(say("\(result.url) has these files already: nothing was sent"))
      return .done
    }
    console.print(
      say(
        "pushed \(result.committedFiles) files to \(result.url), \(Quantity.bytes(UInt64(clamping: result.sentBytes))) of large files sent"
      ))
    if result.equalFiles + result.storedFiles > 0 {
      console.print(
        say("\(result.equalFiles) files were the same, and the bytes of \(result.storedFiles) were on the hub already"))
    }
    switch result.visibility {
    case .private?: console.print(say("the repository is private"))
    case .public?: console.print(say("the repository is public"))
    case nil: break
    }
    if card != nil, stated == nil {
      console.print(say("the model card names no license: --license adds one"))
    }
    if hub == .huggingFace || kind == .dataset {
      console.print(say("next: \(Lorapipe.typed) pull \(target.canonical)"))
    }
    return .done
  }
}

/// How far an upload is, in one line of the terminal, and what happened in lines of their own.
private final class PushScreen {
  private let console: Console
  private var last = 0.0
  private var isOpen = false

  init(_ console: Console) { self.console = console }

  func show(_ event: UploadEvent) {
    switch event {
    case .hashing(let path): line(say("reading \(path.terminalSafe)"), always: false)
    case .sending(let path, let sent, let size):
      let share = size > 0 ? Int(Double(sent) / Double(size) * 100) : 100
      line(
        say("sending \(path.terminalSafe): \(share) % of \(Quantity.bytes(UInt64(clamping: size)))"),
        always: sent == size)
    case .waiting(let seconds, let reason):
      end()
      console.printError(say("\(reason); trying again in \(Int(seconds.rounded(.up))) s"))
    case .created(let visibility):
      end()
      console.printError(visibility == .private ? say("made a private repository") : say("made a public repository"))
    case .committing(let files): line(say("committing \(files) files"), always: false)
    }
  }

  private func line(_ text: String, always: Bool) {
    guard console.errorIsTerminal else { return }
    let now = SystemClock.monotonic()
    guard always || now - last > 0.2 else { return }
    last = now
    isOpen = true
    console.writeError("\r\u{1B}[K" + text)
  }

  func end() {
    if isOpen { console.writeError("\r\u{1B}[K") }
    isOpen = false
  }
}
