import Artifacts
import Datasets
import Diagnostics
import JSON
import ModelFiles
import PipelineEngine
import Platform
import Stages
import Tokenization

private let count = Option<Int>("rows", "n", "N", .integer(1...1_000_000), help: "Number of rows (default 3).")
private let first = Option<Int>("first", nil, "N", .integer(1...Int.max), help: "Start at this row of the split.")
private let validation = Flag("validation", help: "Show validation rows instead of training rows.")
private let ids = Flag("ids", help: "Print the token ids too.")

extension Command {
  static let tokens = Command(
    "tokens", .inspect, abstract: "Inspect tokenized data", subcommands: [.tokensShow])

  private static let tokensShow = Command(
    "show", .inspect, abstract: "Print rows as the model sees them, with the learned part marked",
    options: [count.spec, first.spec, validation.spec, ids.spec, CommonOptions.json.spec],
    positionals: [
      Positional(
        "STAGE", .stage, .optional, help: "A tokenize stage of the newest run, or a folder (default: tokens).")
    ]
  ) { invocation in
    let workspace = try Workspace.current()
    let runs = try workspace.openRuns()
    let name = invocation.positionals.first ?? "tokens"
    guard let path = workspace.link(to: name) ?? (LocalText.isFolder(name) ? name : nil) else {
      if let number = Int(name), number > 0 {
        throw UsageError(
          "'\(name)' is no stage", suggestion: "for \(name) rows write: lorapipe tokens show -n \(name)",
          path: invocation.path, prefix: "")
      }
      let latest = RunsDirectory.latestPath(in: workspace.runs) + "/"
      let known = LocalText.list(latest).filter { LocalText.exists("\(latest)\($0)/\(TokensArtifact.fileName)") }
      throw CommandFailure(
        cause: Diagnostic(
          code: "no-tokens", "there is no tokenize stage '\(name)' in the newest runs",
          remedy: known.isEmpty
            ? "run one first: lorapipe run --until \(ShellWord.quoted(name))"
            : Spelling.closest(to: name, among: known).map { "did you mean '\($0)'?" }
              ?? "name one of: \(known.listed())"),
        status: .usage)
    }
    let artifact = try CommandFailure.asUsage { try TokensArtifact.read(folder: path) }
    let encoder = try ConversationEncoder.open(
      ModelSource.open(runs.store.artifactPath(digest: artifact.model)), context: artifact.chat)
    let all = invocation[validation] ? artifact.validation : artifact.train
    let rows = all.dropFirst((invocation[first] ?? 1) - 1).prefix(invocation[count] ?? 3)
    if invocation.wantsJSON {
      for row in rows { invocation.console.print(json(row, artifact, encoder).text()) }
      return .done
    }
    let console = invocation.console
    for row in rows {
      let source = artifact.sources.indices.contains(row.source) ? artifact.sources[row.source].name : "?"
      console.print(
        console.styled(
          say("\(source.terminalSafe) row \(row.number): \(row.ids.count) tokens, \(row.labelCount) learned"), .bold))
      let (open, close) = console.outputHasColor ? ("\u{1}", "\u{2}") : ("«", "»")
      var text = Console.visible(encoder.marked(row, open: open, close: close), keepsNewlines: true)
      if console.outputHasColor {
        text = text.split(separator: "␁", omittingEmptySubsequences: false).joined(separator: "\u{1B}[32m")
        text = text.split(separator: "␂", omittingEmptySubsequences: false).joined(separator: "\u{1B}[0m")
      }
      console.print(text)
      if invocation[ids] { console.print(console.styled(row.ids.map { String($0) }.joined(separator: " "), .dim)) }
      console.print()
    }
    let (train, tokens) = (
      Quantity.plural(artifact.train.count, "row"), Quantity.plural(artifact.trainTokens, "token")
    )
    console.print(
      say("\(train) to learn from with \(tokens), \(Quantity.count(artifact.validation.count)) for validation"))
    if let added = encoder.addedSystemPrompt,
      (artifact.train + artifact.validation).contains(where: {
        added.begins($0.ids.lazy.map { TokenID(truncatingIfNeeded: $0) })
      })
    {
      let caution = AddedPrompts.caution(added, stage: FileSystem.name(of: name))
      console.writeError(ErrorText.render([caution], color: console.errorHasColor))
    }
    return .done
  }

  private static func json(
    _ row: TokenRow, _ artifact: TokensArtifact, _ encoder: ConversationEncoder
  ) -> JSONValue {
    [
      "source": .string(artifact.sources.indices.contains(row.source) ? artifact.sources[row.source].name : ""),
      "role": .string(artifact.role(of: row).rawValue), "row": .integer(Int64(row.number)),
      "ids": .array(row.ids.map { .integer(Int64($0)) }), "labels": .array(row.labels.map { .bool($0) }),
      "text": .string(encoder.marked(row)),
    ]
  }
}
