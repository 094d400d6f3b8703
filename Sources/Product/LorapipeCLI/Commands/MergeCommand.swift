import Artifacts
import Diagnostics
import JSON
import PipelineEngine
import Platform
import Recipes
import Reports
import RunHistory
import Stages
import Verdicts

private let output = Option<String>(
  "output", "o", "PATH", .folder, help: "The output: a new folder, or a .gguf file (default: the store).")
private let dtype = Option<String>(
  "dtype", nil, "TYPE", .choice(["bfloat16", "float16", "float32"]),
  help: "Precision of the folder's weights (default: bfloat16).")
private let gguf = Option<String>(
  "gguf", nil, "TYPE", .choice(["q8_0", "q4_0", "bf16", "f16", "f32"]),
  help: "Also write a GGUF file of this precision.")

extension Command {
  static let mergeAdapter = Command(
    "merge", .use, abstract: "Add an adapter into its base: one model, for any tool",
    discussion: """
      Does what a merge stage does: adds the adapter to the base's weights, and compares the logits of the merged model \
      with those of base and adapter. With --output, the model is copied out of the store.
      """,
    options: [
      output.spec, dtype.spec, gguf.spec, ModelChoice.adapter.spec, RunSession.threads.spec, RunSession.memory.spec,
      CommonOptions.json.spec,
    ],
    positionals: [
      Positional(
        "MODEL", .fileOrStage, .optional,
        help: "An adapter, its stage or its run; or a base, with --adapter (default: the adapter of the newest run).")
    ],
    examples: [
      .init("merge train -o grace", "a folder for transformers and vLLM"),
      .init("merge train -o grace.gguf --gguf q8_0", "a file for llama.cpp and Ollama"),
    ]
  ) { invocation in
    let output = invocation[output]
    if let output, LocalText.exists(output) {
      throw CommandFailure(
        cause: Diagnostic(code: "output-exists", "'\(output)' is there already", remedy: "name a new one"),
        status: .usage)
    }
    if let output { try OutputName.check(output, mayBeGGUF: true) }
    let choice = try ModelChoice.forMerging(invocation)
    guard let adapter = choice.adapterPath else {
      throw CommandFailure(
        cause: Diagnostic(
          code: "no-adapter", "'\(choice.name)' is a model without an adapter: there is nothing to merge",
          remedy: "name a trained adapter, such as runs/latest/train, or give one with --adapter"), status: .usage)
    }
    let wantsFile = output?.hasSuffix(".gguf") == true
    guard !wantsFile || invocation[dtype] == nil else {
      throw UsageError("--dtype is of a folder's weights, and this writes a .gguf: use --gguf", path: invocation.path)
    }
    var formats = wantsFile ? ["gguf"] : ["huggingface"]
    if !wantsFile, invocation[gguf] != nil { formats.append("gguf") }
    func quoted(_ text: String) -> String { JSONValue.string(text).text() }
    var members = [
      "kind: merge", "model: \(quoted(choice.modelPath))", "adapter: \(quoted(adapter))",
      "formats: [\(formats.joined(separator: ", "))]",
    ]
    if let dtype = invocation[dtype] { members.append("dtype: \(dtype)") }
    if let gguf = invocation[gguf] { members.append("gguf_dtype: \(gguf)") }
    let workspace = try Workspace.current()
    let done = try await SmallRun.run(
      "merge", stages: "  merged: { \(members.joined(separator: ", ")) }\n", in: workspace, invocation)
    guard let path = done.last?.path else { throw SmallRunFailure() }
    var place = workspace.display(workspace.newest("merged", isOfCommand: true))
    if let output {
      if wantsFile {
        try FileSystem.copy(path + "/model.gguf", to: output, mode: 0o644)
      } else {
        try copyModel(path, to: output)
      }
      place = output
    }
    if !invocation.wantsJSON {
      invocation.console.print(say("The merged model is at \(place)"))
      printNext(place, isFile: wantsFile, done.last, invocation)
    }
    return .done
  }

  /// The model to talk to; or, where rounding lost what was learned, the merge that does not.
  private static func printNext(
    _ place: String, isFile: Bool, _ merged: StageResult?, _ invocation: Invocation
  ) {
    let console = invocation.console
    var verdicts: [Verdict] = []
    if let merged, let record = merged.record,
      let judge = Lorapipe.catalog.stage(merged.kind) as? any JudgedStage.Type
    {
      let parameters = JSONObject([("dtype", .string(invocation[dtype] ?? "bfloat16"))])
      verdicts = judge.verdicts(StageFigures(parameters: parameters, metrics: record.metrics, curves: [:]))
    }
    RunVerdicts(verdicts.map { StageVerdict(stage: "merged", verdict: $0) }).print(console)
    guard verdicts.contains(where: \.isPoor) else {
      console.print(say("next:"))
      let lines = isFile ? GGUFUses.ofModel(place, source: nil) : ["\(Lorapipe.typed) chat \(ShellWord.quoted(place))"]
      for line in lines { console.print("  " + line) }
      return
    }
    var again = invocation
    let wider = invocation[dtype] == "float16" ? "float32" : "float16"
    again.values[dtype.spec.long] = [wider]
    // That place is taken now.
    if let taken = invocation[output] { again.values[output.spec.long] = [free(beside: taken, wider)] }
    console.print(say("next:"))
    console.print("  \(Lorapipe.typed) \(again.retyped)")
  }
}

/// A name that nothing has yet, for another precision of the model at a path.
private func free(beside path: String, _ dtype: String) -> String {
  var stem = path
  while stem.count > 1, stem.hasSuffix("/") { stem.removeLast() }
  var name = "\(stem)-\(dtype)"
  var number = 2
  while LocalText.exists(name) {
    name = "\(stem)-\(dtype)-\(number)"
    number += 1
  }
  return name
}

extension ModelChoice {
  /// The adapter that a command line means, with its base.
  fileprivate static func forMerging(_ invocation: Invocation) throws -> ModelChoice {
    if invocation.positionals.isEmpty, invocation[adapter] == nil { return try newestAdapter() }
    return try present(invocation)
  }

  private static func newestAdapter() throws -> ModelChoice {
    let records = try RunRecords.open()
    for entry in try records.withModels() {
      let detail = try records.database.detail(entry.id)
      guard let stage = detail.stages.last(where: { $0.product == .adapter }), let digest = stage.artifact,
        let path = try? records.runs.store.artifactPath(digest: digest)
      else { continue }
      return try at(path: path, name: stage.stage)
    }
    throw CommandFailure(
      cause: Diagnostic(code: "no-adapter", "no run has made an adapter yet", remedy: "start with: lorapipe run"),
      status: .usage)
  }
}
