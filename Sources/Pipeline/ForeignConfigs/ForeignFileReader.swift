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
    let lowered = file.lowercased()
    if let ending = Self.rowEndings.first(where: { lowered.hasSuffix("." + $0) }) {
      throw Diagnostic(
        code: "import-rows", "a .\(ending) file holds rows, not the settings of a training",
        remedy: "write a recipe that trains on these rows: lorapipe init my-model --data \(file)",
        location: SourceLocation(file: file))
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Diagnostic(code: "import-encoding", "the file is not UTF-8 text", location: SourceLocation(file: file))
    }
    if lowered.hasSuffix(".py") || lowered.hasSuffix(".ipynb") { return [try pythonJob(text, file: file)] }
    if lowered.hasSuffix(".sh") || lowered.hasSuffix(".bash") || text.hasPrefix("#!") {
      return try shellJobs(text, file: file)
    }
    return [try documentJob(bytes, file: file)]
  }

  private static let rowEndings = ["jsonl", "csv", "tsv", "parquet", "xlsx", "xls"]

  // MARK: YAML and JSON

  private func documentJob(_ bytes: [UInt8], file: String) throws -> ForeignJob {
    let document = YAMLDocument(parsing: bytes, file: file)
    if let error = document.diagnostics.first(where: { $0.severity == .error }) { throw error }
    guard let pairs = document.root?.pairs else {
      // A list of objects is how datasets are kept in JSON.
      let isRows = document.root?.elements?.first?.pairs != nil
      throw Diagnostic(
        code: "import-shape", "the file is no map of settings",
        remedy: isRows
          ? "write a recipe that trains on these rows: lorapipe init my-model --data \(file)"
          : "name a training configuration or a script",
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
      guard let bytes = try? load(path) else { continue }
      func broken(_ reason: String, _ line: Int? = nil) -> Diagnostic {
        Diagnostic(
          code: "import-table", "the table of datasets cannot be read: \(reason)", remedy: "repair it",
          location: SourceLocation(file: path, line: line))
      }
      let table: JSONValue
      do throws(JSONParseError) { table = try JSONValue(parsing: bytes, rejectsDuplicateKeys: true) } catch {
        throw broken(error.message, error.line)
      }
      guard let object = table.objectValue else { throw broken("it is not an object") }
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
    var refused: [Diagnostic] = []
    for words in script.commands {
      do {
        guard var found = try shellJob(words, script: script, file: file) else { continue }
        found.settings += processes(script, words)
        jobs.append(found)
      } catch let error as Diagnostic {
        refused.append(error)
      }
    }
    if jobs.isEmpty {
      throw refused.first
        ?? Diagnostic(
          code: "import-no-job", "the script has no training command",
          remedy: "name a script with 'swift sft', 'llamafactory-cli train' or 'axolotl train'",
          location: SourceLocation(file: file))
    }
    jobs[jobs.count - 1].notes += refused.map { error in
      "line \(error.location?.line.map { "\($0)" } ?? "?") was left out: \(error.message)"
    }
    return jobs
  }

  /// How many processes a command starts: each of them trains on rows of its own in every update.
  private func processes(_ script: ShellScript, _ words: [ShellScript.Word]) -> [ForeignSetting] {
    var found = ["NPROC_PER_NODE", "NNODES"].compactMap { name in
      script.variables[name].map { ForeignSetting(name, .string($0), line: words.first?.line ?? 1) }
    }
    for (index, word) in words.enumerated() where word.text.hasPrefix("--") {
      let parts = word.text.dropFirst(2).split(separator: "=", maxSplits: 1).map(String.init)
      let key = (parts.first ?? "").split(separator: "-").joined(separator: "_")
      guard ["nproc_per_node", "num_processes", "nnodes", "num_machines"].contains(key) else { continue }
      let value = parts.count == 2 ? parts[1] : index + 1 < words.count ? words[index + 1].text : ""
      found.append(ForeignSetting(key.uppercased(), .string(value), line: word.line))
    }
    return found
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
      var inner = try documentJob(named: named.text, beside: file)
      // Axolotl takes options (`--lora-r 8`), LLaMA-Factory what OmegaConf reads (`lora_rank=8`).
      let plain = rest.dropFirst().prefix { !$0.text.hasPrefix("-") }
      for word in plain {
        let parts = word.text.split(separator: "=", maxSplits: 1)
        if parts.count == 2 {
          inner.settings.append(
            ForeignSetting(String(parts[0]), ShellScript.scalar(String(parts[1])), line: word.line))
        } else {
          inner.notes.append("line \(word.line): '\(word.text)' is not understood")
        }
      }
      inner.settings += ShellScript.settings(rest.dropFirst(1 + plain.count))
      return inner
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
    var notes: [String] = []
    for call in calls {
      let line = call.keywords.first?.line ?? 1
      switch call.name {
      case "from_pretrained":
        let names = ["model_name", "pretrained_model_name_or_path"]
        let named = call.keywords.first { names.contains($0.key) }?.value ?? call.positional.first
        if let named {
          if model == nil {
            model = ForeignSetting("model_name", named, line: line)
          } else if named != model?.value {
            // A tokenizer is loaded by the model's own name as a rule.
            notes.append(
              "from_pretrained(\(named.text())) is left out: only the first model that is loaded is the base")
          }
        }
        settings += call.keywords.filter { keyword in
          !names.contains(keyword.key) && !settings.contains { $0.key == keyword.key && $0.value == keyword.value }
        }
      case "load_dataset":
        let path = call.positional.first ?? call.keywords.first { $0.key == "path" }?.value
        let files = call.keywords.first { $0.key == "data_files" }?.value
        for value in Self.texts(files ?? path ?? .null) {
          guard value.stringValue?.hasPrefix("<") ?? false else {
            datasets.append(value)
            continue
          }
          notes.append("line \(line): load_dataset reads \(value.text()), which is not written out: add it to mix")
        }
        if let subset = call.positional.dropFirst().first {
          settings.append(ForeignSetting("load_dataset.name", subset, line: line))
        }
        settings += call.keywords.filter { !["path", "data_files"].contains($0.key) }
          .map { ForeignSetting("load_dataset." + $0.key, $0.value, line: $0.line) }
      default:
        if !call.positional.isEmpty {
          notes.append(
            "\(call.name) has arguments without a name (\(JSONValue.array(call.positional).text())), which are not read"
          )
        }
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
    var job = ForeignJob(tool: .trl, file: file, settings: settings)
    job.notes = notes
    return job
  }

  /// What `data_files` names: a text, a list, or the lists of several splits, of which training reads its own.
  private static func texts(_ value: JSONValue) -> [JSONValue] {
    switch value {
    case .null: []
    case .array(let list): list
    case .object(let splits): splits["train"].map { texts($0) } ?? splits.values.flatMap { texts($0) }
    default: [value]
    }
  }

  private static func notebookCode(_ text: String, file: String) throws -> String {
    guard let cells = (try? JSONValue(parsing: text))?["cells"]?.arrayValue else {
      throw Diagnostic(code: "import-shape", "the notebook has no cells", location: SourceLocation(file: file))
    }
    return cells.filter { $0["cell_type"]?.stringValue == "code" }
      .map { ($0["source"]?.settingTexts ?? []).joined() }.joined(separator: "\n")
  }
}
