import Diagnostics

/// What ms-swift, LLaMA-Factory, Axolotl and transformers call things, by our path: for "did you mean".
enum ForeignNames {
  static let paths: [String: String] = [
    "lora_rank": "lora.rank", "lora_r": "lora.rank", "r": "lora.rank", "lora_alpha": "lora.alpha",
    "lora_dropout": "lora.dropout", "lora_target": "lora.targets", "lora_target_modules": "lora.targets",
    "target_modules": "lora.targets", "use_rslora": "lora.rslora", "rslora": "lora.rslora",
    "peft_use_rslora": "lora.rslora", "adam_eps": "adam_epsilon", "max_new_tokens": "max_tokens",
    "lr": "learning_rate", "per_device_train_batch_size": "batch_size", "train_batch_size": "batch_size",
    "micro_batch_size": "batch_size", "gradient_accumulation_steps": "gradient_accumulation",
    "num_train_epochs": "epochs", "num_epochs": "epochs", "max_train_steps": "max_steps",
    "lr_scheduler_type": "schedule.kind", "lr_scheduler": "schedule.kind", "warmup_ratio": "schedule.warmup_ratio",
    "warmup_steps": "schedule.warmup_steps", "eval_steps": "eval_every", "save_steps": "save_every",
    "save_total_limit": "keep_checkpoints", "load_best_model_at_end": "load_best", "gradient_clip_val": "max_grad_norm",
    "model_name_or_path": "model", "model_id": "model", "model_id_or_path": "model", "base_model": "model",
    "dataset": "data", "datasets": "data", "train_dataset": "data", "cutoff_len": "max_length",
    "max_seq_length": "max_length", "max_seq_len": "max_length", "max_len": "max_length", "sequence_len": "max_length",
    "system_prompt": "system", "default_system": "system", "truncation_strategy": "on_long_row",
    "split_dataset_ratio": "validation", "val_size": "validation", "val_set_size": "validation",
    "validation_split": "validation",
    "adapters": "adapter", "adapter_name_or_path": "adapter", "torch_dtype": "dtype", "model_name": "name",
    "lora_model_dir": "adapter", "resume_from_checkpoint": "adapter", "early_stop_interval": "early_stopping",
    "revision_id": "revision", "allow_patterns": "include", "ignore_patterns": "exclude",
  ]

  /// What other tools call values.
  static let values: [String: String] = [
    "bf16": "bfloat16", "fp16": "float16", "f16": "float16", "half": "float16", "fp32": "float32", "f32": "float32",
    "float": "float32", "all": "all-linear", "cosine_with_restarts": "cosine", "delete": "drop", "right": "truncate",
    "raise": "error",
  ]
}

extension [String] {
  /// The remedy for a text that is none of these choices, when one of them is near or meant.
  func suggestion(for text: String) -> String? {
    let meant = ForeignNames.values[text.lowercased()].flatMap { contains($0) ? $0 : nil }
    return (meant ?? didYouMean(text, among: self)).map { "did you mean '\($0)'?" }
  }
}

extension StageRegistry.Kind {
  /// Every name of this kind a person can write: inputs, parameters and members of objects with their path.
  var allPaths: [(path: String, spec: ParameterSpec?)] {
    var paths: [(String, ParameterSpec?)] = schema.inputs.map { ($0.name, nil) }
    func walk(_ specs: [ParameterSpec], _ prefix: String, _ depth: Int) {
      for spec in specs {
        paths.append((prefix + spec.name, spec))
        if depth < 4, let members = spec.type.objectMembers { walk(members, prefix + spec.name + ".", depth + 1) }
      }
    }
    walk(schema.parameters, "", 0)
    return paths
  }

  /// What a key that this kind does not know most likely stands for.
  func suggestion(for key: String) -> String? {
    let paths = allPaths
    if let alias = paths.first(where: { $0.spec?.aliases.contains(key) ?? false }) { return alias.path }
    if let foreign = ForeignNames.paths[key], paths.contains(where: { $0.path == foreign }) { return foreign }
    if let nested = paths.first(where: { $0.path.hasSuffix("." + key) }) { return nested.path }
    let topLevel = paths.map(\.path).filter { !$0.contains(".") }
    return Diagnostics.didYouMean(key, among: topLevel + StageRegistry.reservedKeys)
      ?? Diagnostics.didYouMean(key, among: paths.flatMap { [$0.path] + ($0.spec?.aliases ?? []) }).map { near in
        paths.first { $0.spec?.aliases.contains(near) ?? false }?.path ?? near
      }
  }
}
