import Diagnostics
import JSON
import Recipes

/// Keys that mean something only together with others: what is trained, on which rows, measured when.
extension RecipeDraft {
  mutating func applyStructure(allowsFullTraining: Bool) throws {
    try applyKindOfTraining(allowsFullTraining: allowsFullTraining)
    applyTemplate()
    applyLayerPattern()
    applyOptimizer()
    applySplit()
    applyProcesses()
    applyInitialWeights()
    try applyValidation()
    applyMaximumSteps()
  }

  private func refusal(_ message: String, _ key: String) -> Diagnostic {
    job.error(
      "import-other-job", message, at: job.setting(key), remedy: "lorapipe trains LoRA adapters on answers to questions"
    )
  }

  private mutating func applyKindOfTraining(allowsFullTraining: Bool) throws {
    let kindKeys = ["tuner_type", "train_type", "sft_type", "finetuning_type", "adapter"]
    let kindKey = kindKeys.first { key in (job.tool == .axolotl || key != "adapter") && job.setting(key) != nil }
    var kind = kindKey.flatMap { job.text($0) } ?? "lora"
    if job.tool == .axolotl, kindKey == nil { kind = "full" }
    if job.tool == .trl {
      let hasAdapter = ["r", "lora_r", "lora_alpha", "target_modules", "use_peft"].contains { job.setting($0) != nil }
      kind = !hasAdapter || (job.value("full_finetuning")?.isOn ?? false) ? "full" : "lora"
    }
    switch kind {
    case "lora", "qlora": break
    case "full":
      guard allowsFullTraining else {
        throw job.error(
          "import-full-training", "this job trains all weights of the model", at: kindKey.flatMap { job.setting($0) },
          remedy: "lorapipe trains LoRA adapters; to import it as one, add --as-lora")
      }
      if let setting = kindKey.flatMap({ job.setting($0) }) {
        differ(setting, "a LoRA adapter is trained instead of all weights; its learning rate is often ten times higher")
      }
    default: throw refusal("this job trains with '\(kind)'", kindKey ?? "adapter")
    }
    if let stage = job.text("stage"), stage != "sft" {
      throw refusal("the stage '\(stage)' is not supervised fine-tuning", "stage")
    }
    for key in ["rl", "rlhf_type"] {
      if let kind = job.text(key) { throw refusal("'\(kind)' is not supervised fine-tuning", key) }
    }
    if let task = job.text("task_type"), !["causal_lm", "CAUSAL_LM"].contains(task), !task.hasPrefix("<") {
      throw refusal("the task '\(task)' is not text generation", "task_type")
    }
    for (key, what) in [
      ("freeze_llm", "trains only the vision part"), ("freeze_language_model", "trains only the vision part"),
      ("unfrozen_parameters", "trains chosen weights whole"), ("resize_vocab", "changes the size of the vocabulary"),
    ] where job.value(key)?.isOn ?? false { throw refusal("this job \(what)", key) }
    if let setting = job.setting("use_chat_template"), setting.value.isOff {
      throw refusal("this job trains on plain text without a chat template", "use_chat_template")
    }
    if job.value("lora_target_linear")?.isOn ?? false { self["train.lora.targets"] = "all-linear" }
    if job.tool == .axolotl, self["train.lora.targets"] == nil { self["train.lora.targets"] = "all-linear" }
    if job.tool == .llamaFactory, self["train.lora.alpha"] == nil {
      self["train.lora.alpha"] = .number(2 * (self["train.lora.rank"]?.doubleValue ?? 8))
    }
    // What is not said is 0 but for ms-swift.
    let dropout = self["train.lora.dropout"]?.doubleValue ?? (job.tool == .msSwift ? 0.05 : 0)
    if self["train.lora.dora"]?.boolValue == true, dropout > 0 {
      let setting = ["lora_dropout", "use_dora", "peft_use_dora"].compactMap { job.setting($0) }.first
      self["train.lora.dropout"] = .number(0)
      if let setting { differ(setting, "DoRA is trained without dropout") }
    }
  }

  /// ms-swift's `target_regex`, which takes the place of a list of layers.
  private mutating func applyLayerPattern() {
    guard let setting = job.setting("target_regex"), let pattern = setting.value.settingText else { return }
    self["train.lora.targets"] = ["pattern": .string(pattern)]
    take(setting)
    for key in ["target_modules", "lora_target_modules"] {
      if let list = job.setting(key) { leaveOut(list, "target_regex chooses the layers") }
    }
  }

  private mutating func applyTemplate() {
    for key in ["template", "chat_template", "chat_template_path", "template_backend"] {
      guard let setting = job.setting(key) else { continue }
      // LLaMA-Factory names the templates of a reasoning model that does not think.
      if setting.value.stringValue?.hasSuffix("_nothink") ?? false,
        self["tokens.template_arguments.enable_thinking"] == nil
      {
        self["tokens.template_arguments.enable_thinking"] = false
        take(setting)
        continue
      }
      leaveOut(setting, "the model's own chat template is used; 'lorapipe tokens show' prints it")
    }
    if let setting = job.setting("loss_scale") {
      switch setting.value.settingText {
      case "default": leaveOut(setting, "every answer is learned")
      case "last_round":
        self["tokens.labels"] = "last"
        take(setting)
      default: differ(setting, "every token of an answer has the same weight")
      }
    }
    if let setting = job.setting("mask_history") {
      if setting.value.isOn {
        self["tokens.labels"] = "last"
        take(setting)
      } else {
        leaveOut(setting, "every answer is learned")
      }
    }
    if let setting = job.setting("roles_to_train") {
      let roles = Set(setting.value.settingTexts)
      if roles.isSubset(of: ["assistant", "gpt"]) {
        leaveOut(setting, "only answers are learned")
      } else {
        differ(setting, "only answers are learned")
      }
    }
    for key in ["special_tokens", "tokens"] {
      guard let setting = job.setting(key) else { continue }
      let others = (setting.value.objectValue?.keys ?? []).filter { $0 != "pad_token" }
      if others.isEmpty, setting.value.objectValue != nil {
        leaveOut(setting, Reason.packing)
      } else {
        differ(setting, "the tokens are those of the model's own files")
      }
    }
  }

  private mutating func applySplit() {
    for key in ["dataset_split", "split", "load_dataset.split"] {
      guard let setting = job.setting(key) else { continue }
      if setting.value.settingText == "train" {
        leaveOut(setting, "every training file of the dataset is read")
      } else {
        differ(
          setting, "every training file of the dataset is read: a cap is written as '#1000' behind its name in mix")
      }
    }
  }

  /// Processes share an update, so that it has more rows than one process's settings say.
  private mutating func applyProcesses() {
    let keys = [
      "NPROC_PER_NODE", "NNODES", "NUM_PROCESSES", "NUM_MACHINES", "nproc_per_node", "nnodes",
    ]
    for key in keys {
      guard let setting = job.setting(key) else { continue }
      if setting.value.settingNumber == 1 {
        leaveOut(setting, Reason.distribution)
      } else {
        differ(
          setting,
          "one process trains: for as many rows per update, multiply train.gradient_accumulation by the number of processes"
        )
      }
    }
  }

  private mutating func applyOptimizer() {
    for key in ["optim", "optimizer"] {
      guard let setting = job.setting(key) else { continue }
      let name = (setting.value.settingText ?? "").lowercased()
      if name.contains("adamw"), !name.contains("galore"), !name.contains("apollo") {
        leaveOut(setting, Reason.optimizer)
      } else {
        differ(setting, "AdamW takes the place of this optimizer")
      }
    }
    for key in ["use_galore", "use_apollo", "use_badam", "use_adam_mini", "use_muon"] {
      guard let setting = job.setting(key) else { continue }
      if setting.value.isOn {
        differ(setting, "AdamW takes the place of this optimizer")
      } else {
        leaveOut(setting, "it is off")
      }
    }
    if let setting = job.setting("mix_strategy") {
      if setting.value.settingText == "concat" {
        leaveOut(setting, "sources are joined and shuffled")
      } else {
        differ(setting, "sources are joined and shuffled, not interleaved")
      }
    }
    if let setting = job.setting("batch_size") { leaveOut(setting, "micro_batch_size times accumulation says it") }
    if let setting = job.setting("plugins") {
      let odd = setting.value.settingTexts.filter { name in
        ["liger", "cut_cross_entropy", "kernels"].allSatisfy { !name.contains($0) }
      }
      if odd.isEmpty { leaveOut(setting, Reason.attention) } else { differ(setting, "no code of a plugin is run") }
    }
    if let setting = job.setting("merge_lora") { leaveOut(setting, "add a merge stage: see the end of this file") }
  }

  private mutating func applyInitialWeights() {
    for key in ["init_weights", "lora_init", "pissa_init", "init_lora_weights", "loftq_config", "peft"] {
      guard let setting = job.setting(key) else { continue }
      let usual = setting.value.isOff || ["true", "default"].contains((setting.value.settingText ?? "").lowercased())
      if usual || setting.value == true && key == "init_lora_weights" {
        leaveOut(setting, "A begins random and B zero")
      } else if (setting.value.settingText ?? "").hasPrefix("pissa") || key == "pissa_init" && setting.value == true {
        self["train.lora.init"] = "pissa"
        take(setting)
      } else {
        differ(setting, "A begins random and B zero")
      }
    }
  }

  private mutating func applyValidation() throws {
    for key in ["val_size", "val_set_size"] {
      guard let setting = job.setting(key) else { continue }
      guard let share = setting.value.settingNumber, share >= 0, share <= 0.9 else {
        differ(setting, "validation rows are a share here: write mixed.validation, such as 0.05")
        continue
      }
      if share == 0 {
        leaveOut(setting, "it is off")
      } else {
        self["mixed.validation"] = .number(share)
        take(setting)
      }
    }
    for key in ["eval_dataset", "val_dataset", "test_datasets"] {
      guard let setting = job.setting(key), job.tool != .trl else { continue }
      differ(setting, "validation rows are split off the training data: write mixed.validation, such as 0.05")
    }
    let hasValidation = (self["mixed.validation"]?.doubleValue ?? 0) > 0
    let strategy = job.text("eval_strategy", "evaluation_strategy")
    for key in ["eval_strategy", "evaluation_strategy"] {
      if let setting = job.setting(key) { leaveOut(setting, Reason.everyEvaluation) }
    }
    if let setting = job.setting("eval_steps") {
      if hasValidation, strategy != "no", let steps = setting.value.settingNumber, steps >= 1, steps < 1e9 {
        self["train.eval_every"] = .integer(Int64(steps))
        take(setting)
      } else {
        leaveOut(setting, hasValidation ? Reason.everyEvaluation : "there are no validation rows")
      }
    }
    if let setting = job.setting("load_best_model_at_end") {
      if setting.value.isOn, self["train.eval_every"] != nil {
        self["train.load_best"] = true
        take(setting)
      } else if setting.value.isOn {
        differ(setting, "the last adapter is kept: load_best needs mixed.validation and train.eval_every")
      } else {
        leaveOut(setting, "it is off")
      }
    }
    for key in ["early_stopping_patience", "early_stop_interval", "early_stopping_steps"]
    where self["train.eval_every"] == nil {
      guard let setting = job.setting(key), setting.value.isOn else { continue }
      self["train.early_stopping"] = nil
      differ(setting, "training ends with its epochs: early_stopping needs mixed.validation and train.eval_every")
    }
    if job.tool == .axolotl, let setting = job.setting("dataset_exact_deduplication") {
      if setting.value.isOn {
        self["mixed.deduplicate"] = "exact"
        take(setting)
      } else {
        leaveOut(setting, "it is off")
      }
    }
  }

  /// transformers counts updates by max_steps alone when it is set, over as many epochs as that takes.
  private mutating func applyMaximumSteps() {
    guard let steps = self["train.max_steps"] else { return }
    self["train.epochs"] = steps
  }
}
