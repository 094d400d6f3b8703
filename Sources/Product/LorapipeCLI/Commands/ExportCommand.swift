import Artifacts
import Diagnostics
import JSON
import ModelFiles
import PipelineEngine
import Platform
import Stages
import Tokenization

private let output = Option<String>("output", "o", "PATH", .folder, help: "The output: a new folder, or a .gguf file.")
private let baseName = Option<String>(
  "base-name", nil, "NAME",
  help: "The name of the base in other tools, such as Qwen/Qwen3-4B; written into the adapter.")

extension Command {
  static let export = Command(
    "export", .use, abstract: "Copy a model or adapter out of the store, for other tools",
    discussion: """
      Writes an adapter as a folder for PEFT, or as a .gguf file for llama.cpp if the name of the output ends in .gguf. \
      Writes a model as a plain folder. The store is not changed.
      """,
    options: [output.spec, baseName.spec, CommonOptions.json.spec], positionals: [ModelChoice.positional],
    examples: [
      .init("export train -o grace-lora --base-name Qwen/Qwen3-4B", "an adapter for PEFT"),
      .init("export train -o grace-lora.gguf", "an adapter for llama.cpp"),
    ]
  ) { invocation in
    guard let output = invocation[output] else { throw UsageError("missing --output PATH", path: invocation.path) }
    guard !LocalText.exists(output) else {
      throw CommandFailure(
        cause: Diagnostic(code: "output-exists", "'\(output)' is there already", remedy: "name a new one"),
        status: .usage)
    }
    let choice = try await ModelChoice.from(invocation)
    if let path = choice.adapterPath {
      try exportAdapter(path, choice, to: output, baseName: invocation[baseName] ?? "")
    } else {
      guard !output.hasSuffix(".gguf") else {
        throw CommandFailure(
          cause: Diagnostic(
            code: "export-format", "export does not convert a model to GGUF",
            remedy: "write it with: lorapipe merge train -o \(output)"), status: .usage)
      }
      try copyModel(choice.modelPath, to: output)
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
        AdapterModuleValues(layer: $0.layer, module: $0.module, a: try $0.a.floats(), b: try $0.b.floats())
      })
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
