import Diagnostics
import JSON
import Recipes

/// An imported recipe: its text, and what became of every key.
public struct ImportedRecipe: Sendable {
  /// A suggestion for the recipe's name.
  public var name: String
  /// The recipe as YAML, with every key that was left out as a comment.
  public var text: String
  public var translated: [String]
  /// Left out; the result is the same.
  public var notNeeded: [ImportRemark]
  /// Left out or replaced; the result differs.
  public var differing: [ImportRemark]
  /// Keys that no table here explains.
  public var unknown: [ImportRemark]
  /// What the user has to look at in the datasets.
  public var remarks: [String]
}

/// Translates a foreign job into a recipe.
public struct RecipeComposer {
  /// Whether a job that trains all weights is imported as one that trains an adapter.
  public var allowsFullTraining: Bool
  /// A path of the job as the recipe's file must name it.
  public var recipePath: @Sendable (String) -> String

  public init(allowsFullTraining: Bool = false, recipePath: @escaping @Sendable (String) -> String) {
    self.allowsFullTraining = allowsFullTraining
    self.recipePath = recipePath
  }

  /// - Throws: `Diagnostic` naming file and line when the job is of a kind that lorapipe does not do.
  public func compose(_ job: ForeignJob) throws -> ImportedRecipe {
    var draft = RecipeDraft(job: job)
    let vocabulary = Self.vocabulary(of: job.tool)
    let environment = ["USE_HF", "USE_MODELSCOPE_HUB", "NPROC_PER_NODE", "NNODES", "NUM_PROCESSES", "NUM_MACHINES"]
    for setting in job.settings where !environment.contains(setting.key) {
      guard let rule = vocabulary.rule(for: setting.key) else {
        if setting.value.isOff { draft.leaveOut(setting, "it is off") } else { draft.doesNotKnow(setting) }
        continue
      }
      switch rule {
      case .structure: if setting.value.isUnset { draft.leaveOut(setting, "it is not set") }
      case .notNeeded(let reason): draft.leaveOut(setting, reason)
      case .differs(let reason):
        if setting.value.isOff || setting.value == "none" {
          draft.leaveOut(setting, "it is off")
        } else {
          draft.differ(setting, reason)
        }
      case .refused(let what):
        guard setting.value.isOn else {
          draft.leaveOut(setting, "it is off")
          continue
        }
        throw job.error(
          "import-other-job", "this job \(what)", at: setting,
          remedy: "lorapipe cannot do that; see docs/coming-from-other-tools.md")
      case .translated(let path, let conversion):
        if setting.value.isUnset {
          draft.leaveOut(setting, "it is not set")
        } else {
          try draft.translate(setting, to: path, conversion)
        }
      }
    }
    try draft.applyStructure(allowsFullTraining: allowsFullTraining)
    for (path, value) in vocabulary.defaults where draft[path] == nil {
      if path == "train.schedule.warmup_ratio", draft["train.schedule.warmup_steps"] != nil { continue }
      draft[path] = value
    }
    // ms-swift fills up to 16 rows an update.
    if job.tool == .msSwift, job.setting("gradient_accumulation_steps") == nil,
      let batch = draft["train.batch_size"]?.intValue
    {
      draft["train.gradient_accumulation"] = .integer(batch >= 16 ? 1 : Int64((15 + max(batch, 1)) / max(batch, 1)))
    }
    if job.tool == .axolotl, draft["train.schedule.warmup_ratio"] == nil, draft["train.schedule.warmup_steps"] == nil {
      draft["train.schedule.warmup_ratio"] = 0.03
    }
    if draft["train.schedule.warmup_steps"] != nil { draft["train.schedule.warmup_ratio"] = nil }
    return try recipe(job, &draft)
  }

  /// Keys that have done their part once the kind of the job is known: they say that it is one of LoRA.
  private static let obeyed: Set<String> = [
    "tuner_type", "train_type", "sft_type", "finetuning_type", "adapter", "stage", "rl", "rlhf_type", "task_type",
    "use_peft", "full_finetuning", "lora_target_linear", "use_hf", "freeze_llm", "freeze_language_model",
    "unfrozen_parameters", "resize_vocab", "use_chat_template",
  ]

  static func vocabulary(of tool: ForeignTool) -> ForeignVocabulary {
    switch tool {
    case .msSwift: MsSwiftRules.vocabulary
    case .llamaFactory: LlamaFactoryRules.vocabulary
    case .axolotl: AxolotlRules.vocabulary
    case .trl: TRLRules.vocabulary
    }
  }

  private func recipe(_ job: ForeignJob, _ draft: inout RecipeDraft) throws -> ImportedRecipe {
    let modelKeys = [
      "model", "model_id_or_path", "model_name_or_path", "base_model", "model_name", "pretrained_model_name_or_path",
    ]
    let modelKey = modelKeys.first { key in
      (job.tool != .msSwift || key != "model_name") && job.text(key).map { !$0.hasPrefix("<") } ?? false
    }
    guard let modelKey, let modelName = job.text(modelKey), let modelSetting = job.setting(modelKey) else {
      throw job.error(
        "import-no-model", "the job names no base model as a plain text",
        remedy: "write the model's name or path into the file and import it again")
    }
    draft.take(modelSetting)
    var base = JSONObject([("kind", "fetch"), ("source", .string(source(job.modelSource(modelName))))])
    for key in ["model_revision", "revision_of_model"] {
      if let setting = job.setting(key), let revision = setting.value.settingText,
        revision != "master" || job.tool == .msSwift
      {
        base["revision"] = .string(revision)
        draft.take(setting)
      }
    }
    var stages = JSONObject([("base", .object(base))])
    let remarks = job.notes + (try addData(job, &draft, to: &stages))
    stages["tokens"] = stage("tokenize", [("model", "base"), ("data", "mixed")], draft, prefix: "tokens.")
    var inputs: [(String, JSONValue)] = [("model", "base"), ("data", "tokens")]
    for key in ["adapters", "adapter_name_or_path", "lora_model_dir"] {
      guard let setting = job.setting(key), let path = setting.value.settingText else { continue }
      if ForeignJob.isPath(path) || path.contains("/") {
        inputs.append(("adapter", .string(recipePath(path))))
        draft.take(setting)
      }
    }
    stages["train"] = stage("sft", inputs, draft, prefix: "train.")
    if (draft["mixed.validation"]?.doubleValue ?? 0) > 0 {
      stages["eval"] = .object(
        JSONObject([("kind", "eval"), ("model", "base"), ("adapter", "train"), ("data", "tokens")]))
    }
    draft.nameTheRest(obeyed: Self.obeyed.union([modelKey]))
    let name = stageName(Self.stem(job.file))
    var document = JSONObject([("name", .string(name))])
    document["seed"] = draft["seed"]
    document["stages"] = .object(stages)
    var result = ImportedRecipe(
      name: name, text: "", translated: draft.translated, notNeeded: draft.notNeeded, differing: draft.differing,
      unknown: draft.unknown, remarks: remarks)
    result.text = Self.header(job) + JSONValue.object(document).yamlText + Self.footer(result)
    return result
  }

  /// Stages that bring and mix the data; returns what the user has to look at.
  private func addData(_ job: ForeignJob, _ draft: inout RecipeDraft, to stages: inout JSONObject) throws -> [String] {
    let datasets = try job.datasets()
    guard !datasets.isEmpty else {
      throw job.error(
        "import-no-data", "the job names no training data as a plain text",
        remedy: "write the dataset's name or path into the file and import it again")
    }
    for key in ["dataset", "datasets", "dataset_name", "max_samples", "dataset_dir", "columns", "custom_dataset_info"] {
      if let setting = job.setting(key) { draft.take(setting) }
    }
    var remarks: [String] = []
    if let setting = job.setting("columns") {
      remarks.append("the columns \(setting.value.text()) were renamed: rename them in the data")
    }
    if let setting = job.setting("custom_dataset_info") {
      remarks.append(
        "datasets were described in \(setting.value.text()): check their columns with 'lorapipe data inspect'")
    }
    var domain: [JSONValue] = []
    var general: [JSONValue] = []
    let marked = datasets.filter(\.hasPlaceholders).count
    for dataset in datasets {
      var reference: String
      switch dataset.place {
      case .hub(let source):
        let name = unused(dataset.shortName, stages)
        var fetch = JSONObject([("kind", "fetch"), ("source", .string(source))])
        if !dataset.include.isEmpty { fetch["include"] = .array(dataset.include.map { .string($0) }) }
        stages[name] = .object(fetch)
        reference = name
      case .file(let path): reference = recipePath(path)
      }
      let cap = dataset.rows.map { "#\($0)" } ?? ""
      if dataset.hasPlaceholders {
        let name = unused("persona", stages)
        stages[name] = .object(
          JSONObject([
            ("kind", "substitute"), ("data", .string(reference)), ("by", "tag"), ("values", identity(job, &draft)),
          ]))
        reference = name
      }
      remarks += dataset.remarks.map { "\(dataset.shortName): \($0)" }
      if marked > 0, marked < datasets.count, !dataset.hasPlaceholders {
        general.append(.string(reference + cap))
      } else {
        domain.append(.string(reference + cap))
      }
    }
    if marked == 0 { leaveOutIdentity(job, &draft) }
    var inputs: [(String, JSONValue)] = [("domain", .array(domain))]
    if !general.isEmpty { inputs.append(("general", .array(general))) }
    stages["mixed"] = stage("mix", inputs, draft, prefix: "mixed.")
    return remarks
  }

  /// What {{NAME}} and {{AUTHOR}} stand for: ms-swift takes a Chinese and an English one.
  private func identity(_ job: ForeignJob, _ draft: inout RecipeDraft) -> JSONValue {
    var values = JSONObject()
    for (key, placeholder) in [("model_name", "NAME"), ("model_author", "AUTHOR")] {
      guard let setting = job.setting(key) else { continue }
      let texts = setting.value.settingTexts
      if texts.count >= 2 {
        values[placeholder] = .object(JSONObject([("zh", .string(texts[0])), ("en", .string(texts[1]))]))
      } else if let text = texts.first {
        values[placeholder] = .string(text)
      }
      draft.take(setting)
    }
    for placeholder in ["NAME", "AUTHOR"] where values[placeholder] == nil {
      values[placeholder] = .string("swift-robot")
    }
    return .object(values)
  }

  /// A name and a developer for which no dataset is known to have placeholders.
  private func leaveOutIdentity(_ job: ForeignJob, _ draft: inout RecipeDraft) {
    for (key, placeholder) in [("model_name", "NAME"), ("model_author", "AUTHOR")] where job.tool == .msSwift {
      guard let setting = job.setting(key) else { continue }
      draft.differ(
        setting,
        "ms-swift fills it into swift/self-cognition alone; if your rows have {{\(placeholder)}}, add a substitute stage before the mix"
      )
    }
  }

  private func unused(_ name: String, _ stages: JSONObject) -> String {
    let reserved: Set<String> = ["mixed", "tokens", "train", "eval", "merged", "serve", "base"]
    var candidate = name
    var number = 2
    while stages.contains(candidate) || reserved.contains(candidate) {
      candidate = "\(name)-\(number)"
      number += 1
    }
    return candidate
  }

  private func source(_ source: String) -> String {
    source.hasPrefix("file:") ? "file:" + recipePath(String(source.dropFirst(5))) : source
  }

  /// A stage of this kind with its inputs and every drafted value below `prefix`, in the order of their names.
  private func stage(
    _ kind: String, _ inputs: [(String, JSONValue)], _ draft: RecipeDraft, prefix: String
  ) -> JSONValue {
    var object = JSONObject([("kind", .string(kind))] + inputs)
    for (path, value) in draft.values.sorted(by: { Self.rank($0.key) < Self.rank($1.key) }) where path.hasPrefix(prefix)
    {
      let parts = path.dropFirst(prefix.count).split(separator: ".").map(String.init)
      if parts.count == 1 {
        object[parts[0]] = value
      } else {
        var nested = object[parts[0]]?.objectValue ?? JSONObject()
        nested[parts[1]] = value
        object[parts[0]] = .object(nested)
      }
    }
    return .object(object)
  }

  /// Where a path stands in a recipe that a person would write: what is tuned most comes first.
  private static func rank(_ path: String) -> String {
    let order = [
      "lora", "learning_rate", "schedule", "epochs", "max_steps", "batch_size", "gradient_accumulation", "weight_decay",
      "adam_beta1", "adam_beta2", "adam_epsilon", "max_grad_norm", "eval_every", "load_best", "early_stopping",
      "save_every",
      "keep_checkpoints",
    ]
    let parts = path.split(separator: ".")
    let place = parts.count > 1 ? order.firstIndex(of: String(parts[1])) ?? 99 : 0
    return (place < 10 ? "0" : "") + "\(place)" + path
  }

  private static func stem(_ file: String) -> String {
    let last = ForeignFileReader.lastComponent(file)
    let stem = last.split(separator: ".").first.map(String.init) ?? last
    // `train.sh` says little: its folder's name says more.
    let folder = file.split(separator: "/").dropLast().last.map(String.init)
    guard let folder, folder != ".", ["train", "sft", "config", "args", "run"].contains(stem) else { return stem }
    return folder
  }

  private static func header(_ job: ForeignJob) -> String {
    """
    # Imported from \(ForeignFileReader.lastComponent(job.file)) (\(job.tool.rawValue)). Defaults of \(job.tool.rawValue) that differ
    # from lorapipe's are written out. Check it: lorapipe plan

    """
  }

  private static func footer(_ recipe: ImportedRecipe) -> String {
    var text = ""
    func section(_ title: String, _ lines: [String]) {
      guard !lines.isEmpty else { return }
      text += "\n# \(title)\n" + lines.map { "#   \($0)\n" }.joined()
    }
    func line(_ remark: ImportRemark) -> String {
      var value = remark.value.text()
      if value.unicodeScalars.count > 60 { value = String(value.prefix(57)) + "…" }
      return "\(remark.key): \(value)\(remark.reason.isEmpty ? "" : "  (\(remark.reason))")"
    }
    section("Look at the data:", recipe.remarks)
    section("Left out or replaced, and the result differs:", recipe.differing.map(line))
    section("Not understood; check whether it matters:", recipe.unknown.map(line))
    section("Left out, and the result is the same:", recipe.notNeeded.filter { !$0.value.isUnset }.map(line))
    section("Not set:", recipe.notNeeded.filter(\.value.isUnset).map(\.key))
    text += """

      # To merge and serve the model, add under stages:
      #   merged: { kind: merge, model: base, adapter: train }
      #   serve:  { kind: serve, model: merged }

      """
    return text
  }
}
