import Diagnostics
import JSON
import Recipes
import YAML

/// Reads the training jobs of another tool from a file: a shell script, YAML, JSON, or a Python script.
public struct ForeignFileReader {
  /// Returns the bytes of a file, or throws. A script may name a YAML file, and a dataset table may lie beside.
  public typealias Load = (String) throws -> [UInt8]

  let load: Load

  public init(load: @escaping Load) { self.load = load }

  /// - Throws: `Diagnostic` when the file cannot be read, holds no training job, or another kind of job.
  public func jobs(in file: String) throws -> [ForeignJob] {
    let bytes = try load(file)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Diagnostic(code: "import-encoding", "the file is not UTF-8 text", location: SourceLocation(file: file))
    }
    let lowered = file.lowercased()
    if lowered.hasSuffix(".py") || lowered.hasSuffix(".ipynb") { return [try pythonJob(text, file: file)] }
    if lowered.hasSuffix(".sh") || lowered.hasSuffix(".bash") || text.hasPrefix("#!") {
      return try shellJobs(text, file: file)
    }
    return [try documentJob(bytes, file: file)]
  }

  // MARK: YAML and JSON

  private func documentJob(_ bytes: [UInt8], file: String) throws -> ForeignJob {
    let document = YAMLDocument(parsing: bytes, file: file)
    if let error = document.diagnostics.first(where: { $0.severity == .error }) { throw error }
    guard let pairs = document.root?.pairs else {
      throw Diagnostic(
        code: "import-shape", "the file is no map of settings", remedy: "name a training configuration or a script",
        location: SourceLocation(file: file))
    }
    let settings = pairs.map { ForeignSetting($0.key, $0.value.json, line: Int($0.keyMark.line)) }
    guard let tool = ForeignTool(writing: Set(settings.map(\.key))) else {
      if settings.contains(where: { $0.key == "stages" || $0.key == "pipeline" }) {
        throw Diagnostic(
          code: "import-recipe", "this is a lorapipe recipe already", remedy: "run it: lorapipe run \(file)",
          location: SourceLocation(file: file))
      }
      throw Diagnostic(
        code: "import-unknown-tool",
        "this is not recognized as a configuration of \(ForeignTool.allCases.map(\.rawValue).joined(separator: ", "))",
        remedy: "name a file with model and dataset settings, such as model_name_or_path or base_model",
        location: SourceLocation(file: file))
    }
    return try job(tool, file: file, settings: settings)
  }

  private func job(_ tool: ForeignTool, file: String, settings: [ForeignSetting]) throws -> ForeignJob {
    var job = ForeignJob(tool: tool, file: file, settings: settings)
    guard tool == .llamaFactory else { return job }
    let folder = job.text("dataset_dir") ?? "data"
    for path in [Self.path(folder + "/dataset_info.json"), Self.sibling("dataset_info.json", of: file)] {
      guard let bytes = try? load(path), let table = try? JSONValue(parsing: String(decoding: bytes, as: UTF8.self)),
        let object = table.objectValue
      else { continue }
      job.datasetTable = object
      break
    }
    return job
  }

  static func sibling(_ name: String, of file: String) -> String {
    guard let slash = file.lastIndex(of: "/") else { return name }
    return String(file[...slash]) + name
  }

  private static func path(_ text: String) -> String { text.hasPrefix("./") ? String(text.dropFirst(2)) : text }

  // MARK: Shell

  private func shellJobs(_ text: String, file: String) throws -> [ForeignJob] {
    let script = ShellScript(text)
    var jobs: [ForeignJob] = []
    var refused: Diagnostic?
    for words in script.commands {
      do {
        if let found = try shellJob(words, script: script, file: file) { jobs.append(found) }
      } catch let error as Diagnostic {
        refused = refused ?? error
      }
    }
    if jobs.isEmpty {
      throw refused
        ?? Diagnostic(
          code: "import-no-job", "the script has no training command",
          remedy: "name a script with 'swift sft', 'llamafactory-cli train' or 'axolotl train'",
          location: SourceLocation(file: file))
    }
    return jobs
  }

  private func shellJob(_ words: [ShellScript.Word], script: ShellScript, file: String) throws -> ForeignJob? {
    let texts = words.map(\.text)
    func position(of program: String, _ command: String) -> Int? {
      texts.indices.dropLast().first { Self.lastComponent(texts[$0]) == program && texts[$0 + 1] == command }
    }
    let place = SourceLocation(file: file, line: words.first?.line)
    for (program, tool) in [("llamafactory-cli", ForeignTool.llamaFactory), ("axolotl", .axolotl)] {
      guard let at = position(of: program, "train") else { continue }
      let rest = Array(words[(at + 2)...])
      guard let named = rest.first, !named.text.hasPrefix("--") else {
        return try job(tool, file: file, settings: environment(script) + ShellScript.settings(rest))
      }
      // The file is named from the folder the script is started in, which is often not the script's own.
      let inner = try documentJob(named: named.text, beside: file)
      let overrides = rest.dropFirst().compactMap { word -> ForeignSetting? in
        let parts = word.text.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let key = parts[0].drop { $0 == "-" }
        return ForeignSetting(String(key), ShellScript.scalar(String(parts[1])), line: word.line)
      }
      return ForeignJob(
        tool: inner.tool, file: inner.file, settings: inner.settings + overrides, datasetTable: inner.datasetTable)
    }
    if let at = texts.indices.dropLast().first(where: {
      Self.lastComponent(texts[$0]) == "swift" || texts[$0].hasSuffix("swift/cli/main.py")
        || texts[$0] == "swift.cli.main"
    }) {
      let command = texts[at + 1]
      guard command == "sft" else {
        guard ["pt", "rlhf", "grpo", "export", "infer", "deploy", "eval", "sample", "rollout"].contains(command) else {
          return nil
        }
        throw Diagnostic(
          code: "import-other-job", "'swift \(command)' is not supervised fine-tuning",
          remedy: "only 'swift sft' can be imported", location: place)
      }
      let rest = Array(words[(at + 2)...])
      if let named = rest.first, !named.text.hasPrefix("--") {
        var inner = try documentJob(named: named.text, beside: file)
        inner.settings += ShellScript.settings(rest.dropFirst())
        return inner
      }
      return try job(.msSwift, file: file, settings: environment(script) + ShellScript.settings(rest))
    }
    if let at = texts.firstIndex(where: { $0.hasSuffix("swift/cli/sft.py") }) {
      return try job(.msSwift, file: file, settings: environment(script) + ShellScript.settings(words[(at + 1)...]))
    }
    if texts.contains(where: { Self.lastComponent($0) == "megatron" }) {
      throw Diagnostic(
        code: "import-other-job", "'megatron' trains over many GPUs in a way of its own",
        remedy: "only 'swift sft' can be imported", location: place)
    }
    return nil
  }

  /// Variables that change which hub a job reads.
  private func environment(_ script: ShellScript) -> [ForeignSetting] {
    ["USE_HF", "USE_MODELSCOPE_HUB"].compactMap { name in
      script.variables[name].map { ForeignSetting(name, .string($0), line: 1) }
    }
  }

  private func documentJob(named name: String, beside file: String) throws -> ForeignJob {
    for path in [name, Self.sibling(Self.lastComponent(name), of: file), Self.sibling(name, of: file)] {
      if let bytes = try? load(path) { return try documentJob(bytes, file: path) }
    }
    throw Diagnostic(
      code: "import-missing-file", "the script trains with '\(name)', and that file is not here",
      remedy: "start lorapipe in the folder that the script is started in, or import '\(name)' itself",
      location: SourceLocation(file: file))
  }

  static func lastComponent(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  // MARK: Python

  /// Calls of TRL, peft, transformers and Unsloth whose keyword arguments are settings.
  private static let configurations: Set<String> = [
    "SFTConfig", "TrainingArguments", "LoraConfig", "get_peft_model", "SFTTrainer", "UnslothTrainingArguments",
    "UnslothTrainer", "ModelConfig", "ScriptArguments",
  ]

  private func pythonJob(_ text: String, file: String) throws -> ForeignJob {
    let source = file.lowercased().hasSuffix(".ipynb") ? try Self.notebookCode(text, file: file) : text
    let calls = PythonCalls(source, names: Self.configurations.union(["from_pretrained", "load_dataset"])).calls
    var settings: [ForeignSetting] = []
    var model: ForeignSetting?
    var datasets: [JSONValue] = []
    for call in calls {
      let line = call.keywords.first?.line ?? 1
      switch call.name {
      case "from_pretrained":
        guard model == nil else { continue }
        let named = call.keywords.first { ["model_name", "pretrained_model_name_or_path"].contains($0.key) }
        if let value = named?.value ?? call.positional.first { model = ForeignSetting("model_name", value, line: line) }
        settings += call.keywords.filter { !["model_name", "pretrained_model_name_or_path"].contains($0.key) }
      case "load_dataset":
        let path = call.positional.first ?? call.keywords.first { $0.key == "path" }?.value
        let files = call.keywords.first { $0.key == "data_files" }?.value
        if let value = files ?? path { datasets.append(value) }
      default:
        // Objects handed on (`args=training_args`, `train_dataset=dataset`) are no settings of their own.
        settings += call.keywords.filter { !($0.value.stringValue?.hasPrefix("<") ?? false) }
      }
    }
    guard calls.contains(where: { Self.configurations.contains($0.name) }) else {
      throw Diagnostic(
        code: "import-no-job", "the script calls none of SFTConfig, SFTTrainer, TrainingArguments, LoraConfig",
        location: SourceLocation(file: file))
    }
    if let model { settings.insert(model, at: 0) }
    if !datasets.isEmpty { settings.append(ForeignSetting("dataset_name", .array(datasets), line: 1)) }
    return ForeignJob(tool: .trl, file: file, settings: settings)
  }

  private static func notebookCode(_ text: String, file: String) throws -> String {
    guard let cells = (try? JSONValue(parsing: text))?["cells"]?.arrayValue else {
      throw Diagnostic(code: "import-shape", "the notebook has no cells", location: SourceLocation(file: file))
    }
    return cells.filter { $0["cell_type"]?.stringValue == "code" }
      .map { ($0["source"]?.settingTexts ?? []).joined() }.joined(separator: "\n")
  }
}
