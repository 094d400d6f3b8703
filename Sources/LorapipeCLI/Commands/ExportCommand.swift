import Artifacts
import Diagnostics
import JSON
import ModelFiles
import PipelineEngine
import Stages
import Tokenization

private let output = Option<String>("output", "o", "PATH", .folder, help: "Where: a new folder, or a .gguf file.")
private let baseName = Option<String>(
  "base-name", nil, "NAME", help: "What other tools know the base by, such as Qwen/Qwen3-4B; written into the adapter.")

extension Command {
  static let export = Command(
    "export", .use, abstract: "Copy a model or adapter out of the store, for other tools",
    discussion: """
      An adapter becomes a folder for PEFT, or a .gguf file for llama.cpp when the output's name ends so. A model becomes \
      a plain folder. Nothing in the store is changed.
      """,
    options: [output.spec, baseName.spec, CommonOptions.json.spec], positionals: [ModelChoice.positional],
    examples: [
      .init("export train -o grace-lora --base-name Qwen/Qwen3-4B", "an adapter PEFT opens"),
      .init("export train -o grace-lora.gguf", "an adapter llama.cpp opens"),
    ]
  ) { invocation in
    guard let output = invocation[output] else { throw UsageError("missing --output PATH", path: invocation.path) }
    guard !LocalText.exists(output) else {
      throw CommandFailure(
        cause: Diagnostic(code: "output-exists", "'\(output)' is there already", remedy: "name a new one"),
        status: .usage)
    }
    let choice = try ModelChoice.from(invocation)
    if let path = choice.adapterPath {
      try exportAdapter(path, choice, to: output, baseName: invocation[baseName] ?? "")
    } else {
      guard !output.hasSuffix(".gguf") else {
        throw CommandFailure(
          cause: Diagnostic(
            code: "export-format", "a model is copied as it is",
            remedy: "merge with formats: [gguf] to write one as GGUF"), status: .usage)
      }
      try copyTree(choice.modelPath, to: output)
    }
    if invocation.wantsJSON {
      invocation.console.print(JSONValue.object(JSONObject([("written", .string(output))])).text())
    } else {
      invocation.console.print("wrote \(output)")
    }
    return .done
  }

  private static func exportAdapter(
    _ path: String, _ choice: ModelChoice, to output: String, baseName: String
  ) throws {
    let source = try ModelSource.open(choice.modelPath)
    let adapter = try Adapter.read(path)
    if output.hasSuffix(".gguf") {
      try adapter.writeGGUF(to: output, model: source.configuration, name: choice.name)
      return
    }
    try FileSystem.makeDirectory(output)
    var configuration = adapter.configuration
    configuration.baseModelName = baseName
    try Adapter.write(
      to: output, configuration: configuration, model: source.configuration,
      modules: try adapter.modules.map {
        AdapterModuleValues(layer: $0.layer, projection: $0.projection, a: try $0.a.floats(), b: try $0.b.floats())
      })
    try choice.chat?.write(folder: output)
  }

  private static func copyTree(_ source: String, to target: String) throws {
    if !LocalText.isFolder(source) {
      try FileSystem.replace(target, with: try FileSystem.read(source))
      return
    }
    try FileSystem.makeDirectory(target)
    for name in try FileSystem.names(in: source) { try copyTree(source + "/" + name, to: target + "/" + name) }
  }
}
