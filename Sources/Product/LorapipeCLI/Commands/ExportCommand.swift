import Artifacts
import Diagnostics
import JSON
import ModelFiles
import PipelineEngine
import Platform
import Serving
import Stages
import Tokenization

private let output = Option<String>("output", "o", "PATH", .folder, help: "The output: a new folder, or a .gguf file.")
private let baseName = Option<String>(
  "base-name", nil, "NAME",
  help: "The name of the base in other tools, such as Qwen/Qwen3-4B; written into the adapter.")

private let ollama = Flag(
  "ollama",
  help: "Write a folder for 'ollama create': model.gguf, and a Modelfile with template, system prompt and stops.")
private let vllm = Flag(
  "vllm", help: "Write what vLLM loads, an adapter or a model, and print the line that serves it.")
private let mlx = Flag("mlx", help: "Write a model folder that mlx_lm loads, and print the line that asks it.")
private let merge = Flag("merge", help: "Add the adapter into its base and write the model, not the adapter.")
private let rank = Option<Int>(
  "rank", nil, "N", .integer(1...65_536),
  help: "Cut the adapter to this rank: the closest update of that rank. The error is printed.")
private let dtype = Option<String>(
  "dtype", nil, "DTYPE", .choice(ModelExport.dtypes.map(\.name)),
  help: "Precision of the weights: by default q8_0 in GGUF, bfloat16 in a folder that is not copied.")

extension Command {
  static let export = Command(
    "export", .use, abstract: "Copy a model or adapter out of the store, for other tools",
    discussion: """
      Writes an adapter as a folder for PEFT, or as a .gguf file for llama.cpp if the name of the output ends in .gguf. \
      Writes a model as a plain folder, or as a .gguf file, and converts it as needed. An adapter that was trained \
      elsewhere needs its base beside it: name the base, and the adapter with --adapter. --rank writes an adapter of a lower rank, \
      found by singular values. The store is not changed.
      """,
    options: [
      output.spec, ollama.spec, vllm.spec, mlx.spec, merge.spec, rank.spec, dtype.spec, baseName.spec,
      ModelChoice.adapter.spec,
      ModelChoice.system.spec, CommonOptions.json.spec,
    ], positionals: [ModelChoice.positional],
    examples: [
      .init("export train -o grace-lora --base-name Qwen/Qwen3-4B", "an adapter for PEFT"),
      .init("export train -o grace-lora.gguf", "an adapter for llama.cpp"),
      .init("export base -a peft-folder -o lora.gguf", "an adapter that PEFT wrote"),
      .init("export train -o small --rank 4", "the adapter, cut to rank 4"),
      .init("export train --ollama -o grace", "base and adapter merged, for Ollama"),
      .init("export merged -o grace.gguf --dtype q4_0", "a model as one small file"),
    ]
  ) { invocation in
    guard let output = invocation[output] else { throw UsageError("missing --output PATH", path: invocation.path) }
    guard !LocalText.exists(output) else {
      throw CommandFailure(
        cause: Diagnostic(code: "output-exists", "'\(output)' is there already", remedy: "name a new one"),
        status: .usage)
    }
    let targets = [ollama, vllm, mlx].filter { invocation[$0] }
    guard targets.count < 2 else {
      throw UsageError("--ollama, --vllm and --mlx write different things: give one", path: invocation.path)
    }
    try OutputName.check(output, mayBeGGUF: !invocation[ollama])
    let choice = try await ModelChoice.from(invocation)
    if invocation[merge] { try choice.requireAdapter(for: "--merge") }
    try requireOneModel(choice)
    let kind = invocation[dtype].flatMap { name in ModelExport.dtypes.first { $0.name == name }?.dtype }
    let writesModel = choice.adapterPath == nil || invocation[merge] || invocation[ollama] || invocation[mlx]
    guard invocation[rank] == nil || !writesModel else {
      throw UsageError("--rank cuts an adapter, and this writes a model", path: invocation.path)
    }
    guard invocation[baseName] == nil || !(writesModel || output.hasSuffix(".gguf")) else {
      throw UsageError(
        "--base-name is written into an adapter's folder, and this writes \(writesModel ? "a model" : "a .gguf")",
        path: invocation.path)
    }
    var next: [String] = []
    var reduced: ReducedAdapter?
    if invocation[ollama] {
      try removingHalf(output) { try ModelExport(choice).writeOllama(to: output, dtype: kind) }
      next = ["ollama create \(ShellWord.quoted(choice.name)) -f \(ShellWord.quoted(output + "/Modelfile"))"]
    } else if writesModel {
      let whole = invocation[vllm] || invocation[mlx]
      try writeModel(choice, to: output, dtype: kind, asFolder: whole, invocation)
      if invocation[mlx] {
        next = ["mlx_lm.generate --model \(ShellWord.quoted(output)) --prompt 'Who are you?'"]
      } else if invocation[vllm] {
        next = ["vllm serve \(ShellWord.quoted(output)) --served-model-name \(ShellWord.quoted(choice.name))"]
      } else if output.hasSuffix(".gguf") {
        // With options beside it, a model is more than its name.
        let isPlain = invocation[ModelChoice.adapter] == nil && invocation[ModelChoice.system] == nil
        next = GGUFUses.ofModel(output, source: isPlain ? invocation.positionals.first : nil)
      }
    } else {
      guard let path = choice.adapterPath, kind == nil else {
        throw UsageError("an adapter keeps its dtype: --dtype goes with --merge", path: invocation.path)
      }
      guard !invocation[vllm] || !output.hasSuffix(".gguf") else {
        throw UsageError("vLLM loads adapters from folders: name one", path: invocation.path)
      }
      guard invocation[ModelChoice.system] == nil || !output.hasSuffix(".gguf") else {
        throw UsageError("a .gguf of an adapter holds no system prompt: name a folder", path: invocation.path)
      }
      let base = invocation[baseName] ?? ""
      var adapter = try Adapter.read(path)
      if let rank = invocation[rank] {
        let cut = try ReducedAdapter(adapter, rank: rank)
        adapter = try adapter.replacing(cut.configuration, cut.modules, scales: cut.scales)
        adapter.changes = try adapter.changes.replacing(cut.tables)
        reduced = cut
      }
      let line = invocation[vllm] ? try vllmLine(adapter, choice, output, base) : nil
      try removingHalf(output) { try exportAdapter(adapter, choice, to: output, baseName: base) }
      next = line.map { [$0] } ?? []
      if output.hasSuffix(".gguf") { next = GGUFUses.ofAdapter(output, base: choice.modelPath) }
    }
    if invocation.wantsJSON {
      var json = JSONObject([("written", .string(output))])
      if let reduced {
        json["rank"] = .integer(Int64(invocation[rank] ?? 0))
        json["error"] = .number(reduced.error)
        json["worst_error"] = .number(reduced.worst.error)
        json["worst_module"] = .string(reduced.worst.module)
      }
      json["run"] = choice.lineage["run"]
      if let first = next.first { json["next"] = .string(first) }
      invocation.console.print(JSONValue.object(json).text())
    } else {
      invocation.console.print(say("wrote \(output)"))
      // The newest model may be of an older run than the newest training.
      if let run = choice.lineage["run"]?.stringValue, let stage = choice.lineage["stage"]?.stringValue {
        invocation.console.print(say("from the run \(run), stage \(stage)"))
      }
      if let reduced {
        let all = Quantity.fixed(reduced.error * 100, 1)
        let worst = Quantity.fixed(reduced.worst.error * 100, 1)
        invocation.console.print(
          say(
            "the update differs by \(all) % of its size from the one that was trained, at most by \(worst) % in \(reduced.worst.module)"
          ))
      }
      if next.count == 1 {
        invocation.console.print(say("next: \(next[0])"))
      } else if !next.isEmpty {
        invocation.console.print(say("next:"))
        for line in next { invocation.console.print("  " + line) }
      }
    }
    return .done
  }

  /// - Throws: exit status 2 if the service has several adapters and none is its default: the export would leave some out.
  private static func requireOneModel(_ choice: ModelChoice) throws {
    guard let adapters = choice.service?.adapters, !adapters.isEmpty, choice.adapterPath == nil else { return }
    throw CommandFailure(
      cause: Diagnostic(
        code: "several-models",
        "'\(choice.name)' is a service of a base and the adapters \(adapters.map(\.name).listed())",
        remedy: "name the stage of the one to write"), status: .usage)
  }

  /// The line that serves an adapter beside its base.
  private static func vllmLine(
    _ adapter: Adapter, _ choice: ModelChoice, _ output: String, _ baseName: String
  ) throws -> String {
    guard adapter.changes.isEmpty else { throw adapter.refusalOfChanges("vLLM does not load") }
    guard !adapter.configuration.usesDoRA else {
      throw Diagnostic(
        code: "unsupported-adapter", "vLLM loads no DoRA adapters", remedy: "add --merge to write the merged model")
    }
    guard !baseName.isEmpty || LocalText.exists(choice.modelPath + "/config.json") else {
      throw Diagnostic(
        code: "base-not-loadable",
        "vLLM cannot load the base as it lies here: '\(choice.modelPath)' is no model folder",
        remedy: "name the base on a hub with --base-name ORG/NAME, or add --merge to write the whole model")
    }
    let rank = adapter.modules.map(\.rank).max() ?? adapter.configuration.rank
    // vLLM takes only some ranks as the largest.
    let largest = [8, 16, 32, 64, 128, 256, 320, 512].first { $0 >= rank } ?? rank
    let base = baseName.isEmpty ? choice.modelPath : baseName
    return "vllm serve \(ShellWord.quoted(base)) --enable-lora --max-lora-rank \(largest) --lora-modules "
      + ShellWord.quoted("\(choice.name)=\(FileSystem.resolved(output) ?? output)")
  }

  /// A model in the container that the output's name, or its user, asks for.
  private static func writeModel(
    _ choice: ModelChoice, to output: String, dtype: TensorDType?, asFolder: Bool, _ invocation: Invocation
  ) throws {
    if output.hasSuffix(".gguf") {
      guard !asFolder else {
        throw UsageError("--vllm and --mlx write a folder: name one", path: invocation.path)
      }
      return try removingHalf(output) { try ModelExport(choice).writeGGUF(to: output, dtype: dtype) }
    }
    let isWhole = choice.adapterPath == nil && dtype == nil && !LocalText.isFile(choice.modelPath)
    if isWhole, !asFolder || LocalText.exists(choice.modelPath + "/config.json") {
      try copyModel(choice.modelPath, to: output)
      // Another system prompt than the model's own.
      if let chat = choice.chat, try chat != ChatContext.read(folder: choice.modelPath) {
        try removingHalf(output) { try chat.write(folder: output) }
      }
      return
    }
    guard dtype?.isQuantized != true else {
      throw UsageError("a folder holds no quantized weights: give a name that ends in .gguf", path: invocation.path)
    }
    try removingHalf(output) { try ModelExport(choice).writeFolder(to: output, dtype: dtype ?? .bf16) }
  }

  /// Removes what was written when writing fails.
  private static func removingHalf(_ output: String, _ write: () throws -> Void) throws {
    do { try write() } catch {
      try? FileSystem.removeTree(output)
      throw error
    }
  }

  private static func exportAdapter(
    _ adapter: Adapter, _ choice: ModelChoice, to output: String, baseName: String
  ) throws {
    let source = try ModelSource.open(choice.modelPath)
    if output.hasSuffix(".gguf") {
      try source.withoutCopies(adapter).writeGGUF(to: output, model: source.configuration, name: choice.name)
      return
    }
    try FileSystem.makeDirectory(output)
    var configuration = adapter.configuration
    configuration.baseModelName = baseName
    try Adapter.write(
      to: output, configuration: configuration, model: source.configuration,
      modules: try adapter.modules.map { try AdapterModuleValues($0) }, changes: adapter.changes)
    try choice.chat?.write(folder: output)
  }

  /// Copies a model; what was copied of one that could not be copied whole is removed again.
  static func copyModel(_ source: String, to target: String) throws {
    // Whatever else was named, a home folder say, is no model, and nobody wants a copy of it.
    _ = try ModelSource.open(source)
    let folder = (FileSystem.resolved(source) ?? source) + "/"
    let above = FileSystem.parent(of: target)
    guard !((FileSystem.resolved(above.isEmpty ? "." : above) ?? above) + "/").hasPrefix(folder) else {
      throw CommandFailure(
        cause: Diagnostic(
          code: "export-into-itself", "'\(target)' lies in the model's own folder", remedy: "name one outside it"),
        status: .usage)
    }
    do { try copyTree(source, to: target, depth: 0) } catch {
      try? FileSystem.removeTree(target)
      throw error
    }
  }

  private static func copyTree(_ source: String, to target: String, depth: Int) throws {
    if !LocalText.isFolder(source) {
      // A socket or a device beside a model is no part of it.
      if LocalText.isFile(source) { try FileSystem.copy(source, to: target, mode: 0o644) }
      return
    }
    guard depth < 8 else {
      throw Diagnostic(
        code: "folder-too-deep", "'\(source)' lies deeper than a model's files do",
        remedy: "look for a link that points back to a folder above it")
    }
    try FileSystem.makeDirectory(target)
    for name in try FileSystem.names(in: source) {
      try copyTree(source + "/" + name, to: target + "/" + name, depth: depth + 1)
    }
  }
}
