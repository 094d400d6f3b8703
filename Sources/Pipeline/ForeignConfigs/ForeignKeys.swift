/// What is known of the keys of other programs, for who writes one into a recipe by hand.
public enum ForeignKeys {
  private static let vocabularies = [
    MsSwiftRules.vocabulary, LlamaFactoryRules.vocabulary, AxolotlRules.vocabulary, TRLRules.vocabulary,
  ]

  /// Why a key can be left out, what happens here instead, or how the same is written.
  public static func remark(_ key: String) -> String? {
    if let written = writtenOtherwise[key] { return written }
    // The importer's reason speaks of the file that it writes.
    if key.hasPrefix("export_") { return outputRemark }
    for rule in vocabularies.lazy.compactMap({ $0.rule(for: key) }) {
      switch rule {
      case .notNeeded(let reason): return "leave it out: \(reason)"
      case .differs(let reason): return "it has no counterpart here: \(reason)"
      case .refused(let what): return "lorapipe cannot do that: it \(what)"
      case .translated: return nil
      case .structure: continue
      }
    }
    return nil
  }

  /// The path in its stage of the parameter that a key is here: `lora.rank` for `lora_r`.
  public static func meaning(_ key: String) -> String? {
    if let name = renamed[key] { return name }
    for vocabulary in vocabularies {
      guard case .translated(let path, _)? = vocabulary.rules[key] else { continue }
      // The first part is the stage that the importer writes; the recipe's own keys have none.
      let parts = path.split(separator: ".", maxSplits: 1)
      return String(parts.last ?? Substring(path))
    }
    return nil
  }

  private static let renamed = [
    "model_revision": "revision", "revision_of_model": "revision", "val_set_size": "validation",
    "val_size": "validation", "split_dataset_ratio": "validation", "dataset_exact_deduplication": "deduplicate",
    "eval_steps": "eval_every", "load_best_model_at_end": "load_best", "checkpoint_steps": "save_every",
  ]

  private static let modelRemark =
    "the model is a stage of its own: base: { kind: fetch, source: \"modelscope:ORG/NAME\" }, and model: base"
  private static let rowsRemark =
    "rows are named in a mix stage: mixed: { kind: mix, domain: [./rows.jsonl] }, and data: mixed"
  private static let validationRemark = "leave it out: the mix stage keeps rows for validation, validation: 0.1"
  private static let loraRemark = "leave it out: a stage of kind sft trains a LoRA adapter, and the base stays as it is"
  private static let templateRemark = "leave it out: the chat template comes with the model"
  private static let outputRemark =
    "leave it out: outputs are in runs/; 'lorapipe export STAGE -o FOLDER' copies one out"

  /// Keys that the importer reads together with others, and words of no table, with what is written here.
  private static let writtenOtherwise: [String: String] = {
    var remarks: [String: String] = [
      "resume_from_checkpoint": "leave it out: \(Reason.resume); adapter: STAGE continues from a finished adapter",
      "target_regex": "write lora: { targets: { pattern: \"…\" } }",
      "lora_target_linear": "write lora: { targets: all-linear }",
      "merge_lora": "merging is a stage of its own: merged: { kind: merge, model: base, adapter: train }",
      "max_samples": "write the number behind the source in mix: general: [\"zh#1000\"]",
      "mix_strategy": "leave it out: sources are joined and shuffled",
      "roles_to_train": "leave it out: only answers are learned",
      "use_hf": "leave it out: the source names the hub, hf:ORG/NAME or modelscope:ORG/NAME",
      "eval_strategy": "leave it out: \(Reason.everyEvaluation)",
      "evaluation_strategy": "leave it out: \(Reason.everyEvaluation)",
      "task_type": "leave it out: \(Reason.notShown)", "shuffle": "leave it out: \(Reason.order)",
      "special_tokens": "leave it out: the tokens are those of the model's own files",
      "plugins": "it has no counterpart here: no code of a plugin is run",
      "loftq_config": "it has no counterpart here: A begins random and B zero",
      "peft": "it has no counterpart here: A begins random and B zero",
      "mixed_precision": "leave it out: \(Reason.precision)", "flash_attention_2": "leave it out: \(Reason.attention)",
    ]
    for (keys, remark) in [
      (["template", "chat_template", "chat_template_path", "template_backend", "use_chat_template"], templateRemark),
      (
        ["layers_to_transform", "peft_layers_to_transform"],
        "write lora: { layers: { last: N } }, for the last N layers"
      ),
      (["optim", "optimizer"], "leave it out: \(Reason.optimizer)"),
      (
        ["use_galore", "use_apollo", "use_badam", "use_adam_mini", "use_muon"],
        "it has no counterpart here: \(Reason.optimizer)"
      ),
      (
        [
          "tuner_type", "train_type", "sft_type", "finetuning_type", "stage", "rlhf_type", "rl", "freeze_llm",
          "freeze_language_model", "unfrozen_parameters", "resize_vocab", "full_finetuning", "use_peft", "use_lora",
          "freeze", "freeze_base", "freeze_model", "freeze_layers", "freeze_trainable_layers", "freeze_parameters",
          "freeze_parameters_ratio", "trainable_parameters",
        ], loraRemark
      ),
      (
        ["padding", "padding_side", "pad_to_max_length", "pad_to_multiple_of", "pad_token_id"],
        "leave it out: \(Reason.packing)"
      ),
      (["neftune", "neftune_alpha"], "it has no counterpart here: no noise is added to the embeddings"),
      (
        [
          "model", "model_id", "model_id_or_path", "model_name_or_path", "base_model", "model_name",
          "pretrained_model_name_or_path", "base_model_name_or_path", "model_path", "model_dir",
        ],
        modelRemark
      ),
      (
        [
          "dataset", "datasets", "train_dataset", "dataset_name", "dataset_dir", "custom_dataset_info", "train_file",
          "data_path", "train_data", "data_files",
        ],
        rowsRemark
      ),
      (
        ["val_dataset", "eval_dataset", "test_datasets", "validation_file", "eval_file", "test_file"],
        validationRemark
      ),
      (["dataset_split", "split"], "leave it out: every training file of the dataset is read"),
      (["nproc_per_node", "nnodes", "NPROC_PER_NODE", "NNODES"], "leave it out: \(Reason.distribution)"),
      (
        ["device", "devices", "gpu", "gpus", "gpu_ids", "cuda", "CUDA_VISIBLE_DEVICES", "n_gpu_layers"],
        "leave it out: \(Reason.devices)"
      ),
      (["output", "output_dir", "save_dir", "output_path", "out_dir", "export_dir"], outputRemark),
      (
        ["log_dir", "logdir", "tensorboard", "wandb", "use_wandb", "use_tensorboard"],
        "leave it out: \(Reason.tracking)"
      ),
    ] { for key in keys { remarks[key] = remark } }
    return remarks
  }()
}
