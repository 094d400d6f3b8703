import JSON

/// Reasons that several tools share.
enum Reason {
  static let precision = "weights stay in the precision they are stored in, and sums are f32"
  static let attention = "lorapipe has one exact attention"
  static let checkpointing = "activations are recomputed when memory is short"
  static let workers = "reading and tokenizing use the cores that are there"
  static let logging = "every update is recorded, in runs.db and the terminal"
  static let tracking = "metrics are in runs.db; 'lorapipe show --tensorboard' writes event files"
  static let output = "outputs are in runs/, by content"
  static let caching = "the cache is by content"
  static let distribution = "the native engine uses one machine"
  static let devices = "the native engine uses the CPU"
  static let evaluationBatch = "evaluation packs rows itself"
  static let packing = "rows are always packed, and never attend to each other"
  static let remoteCode = "no code of a model is ever run"
  static let order = "rows are shuffled by the recipe's seed"
  static let resume = "an interrupted training continues by itself"
  static let bestMetric = "the best adapter is the one with the lowest validation loss"
  static let saving = "checkpoints hold all that a resume needs"
  static let everyCheckpoint = "set train.save_every to a number of updates"
  static let everyEvaluation = "set train.eval_every to a number of updates"
  static let generation = "sampling is set when a model answers, not when it is trained"
  static let quantized = "the base is used in the precision of its file: fetch a 4-bit or 8-bit GGUF for the same"
  static let optimizer = "the optimizer is AdamW with f32 moments"
  static let hub = "'lorapipe export' writes what a hub takes"
  static let notShown = "nothing depends on it here"
  static let images = "trains on images, sound or video, and lorapipe trains on text"
}

/// transformers' TrainingArguments and peft's LoraConfig, which all four tools pass on.
enum SharedRules {
  static let training: [String: KeyRule] = [
    "learning_rate": .translated("train.learning_rate"),
    "lr_scheduler_type": .translated("train.schedule.kind", .schedule),
    "warmup_ratio": .translated("train.schedule.warmup_ratio"),
    "warmup_steps": .translated("train.schedule", .warmup),
    "weight_decay": .translated("train.weight_decay"),
    "adam_beta1": .translated("train.adam_beta1"),
    "adam_beta2": .translated("train.adam_beta2"),
    "adam_epsilon": .translated("train.adam_epsilon"),
    "max_grad_norm": .translated("train.max_grad_norm"),
    "per_device_train_batch_size": .translated("train.batch_size"),
    "gradient_accumulation_steps": .translated("train.gradient_accumulation"),
    "num_train_epochs": .translated("train.epochs"),
    "max_steps": .translated("train.max_steps", .count),
    "eval_steps": .structure, "eval_strategy": .structure, "evaluation_strategy": .structure,
    "save_steps": .translated("train.save_every", .count),
    "save_total_limit": .translated("train.keep_checkpoints", .count),
    "load_best_model_at_end": .structure,
    "early_stopping_patience": .translated("train.early_stopping", .count),
    "seed": .translated("seed"),
    "lora_alpha": .translated("train.lora.alpha"),
    "lora_dropout": .translated("train.lora.dropout"),
    "target_modules": .translated("train.lora.targets", .targets),
    "lora_target_modules": .translated("train.lora.targets", .targets),
    "use_rslora": .translated("train.lora.rslora"), "use_dora": .translated("train.lora.dora"),

    "bf16": .notNeeded(Reason.precision), "fp16": .notNeeded(Reason.precision), "tf32": .notNeeded(Reason.precision),
    "bf16_full_eval": .notNeeded(Reason.precision), "fp16_full_eval": .notNeeded(Reason.precision),
    "half_precision_backend": .notNeeded(Reason.precision), "torch_dtype": .notNeeded(Reason.precision),
    "dtype": .notNeeded(Reason.precision), "pure_bf16": .notNeeded(Reason.precision),
    "gradient_checkpointing": .notNeeded(Reason.checkpointing),
    "gradient_checkpointing_kwargs": .notNeeded(Reason.checkpointing),
    "attn_implementation": .notNeeded(Reason.attention), "attn_impl": .notNeeded(Reason.attention),
    "dataloader_num_workers": .notNeeded(Reason.workers), "dataset_num_proc": .notNeeded(Reason.workers),
    "preprocessing_num_workers": .notNeeded(Reason.workers), "dataloader_pin_memory": .notNeeded(Reason.workers),
    "dataloader_prefetch_factor": .notNeeded(Reason.workers),
    "dataloader_persistent_workers": .notNeeded(Reason.workers),
    "dataloader_drop_last": .differs("the last, smaller batch is trained on too"),
    "logging_steps": .notNeeded(Reason.logging), "logging_first_step": .notNeeded(Reason.logging),
    "logging_dir": .notNeeded(Reason.logging), "logging_strategy": .notNeeded(Reason.logging),
    "disable_tqdm": .notNeeded(Reason.logging), "log_level": .notNeeded(Reason.logging),
    "report_to": .notNeeded(Reason.tracking), "run_name": .notNeeded(Reason.tracking),
    "output_dir": .notNeeded(Reason.output), "overwrite_output_dir": .notNeeded(Reason.output),
    "save_strategy": .notNeeded(Reason.everyCheckpoint), "save_only_model": .notNeeded(Reason.saving),
    "save_safetensors": .notNeeded(Reason.saving), "resume_from_checkpoint": .notNeeded(Reason.resume),
    "metric_for_best_model": .notNeeded(Reason.bestMetric), "greater_is_better": .notNeeded(Reason.bestMetric),
    "per_device_eval_batch_size": .notNeeded(Reason.evaluationBatch),
    "eval_accumulation_steps": .notNeeded(Reason.evaluationBatch),
    "predict_with_generate": .notNeeded("add probes to the eval stage to see answers"),
    "data_seed": .notNeeded(Reason.order), "group_by_length": .differs("rows are shuffled, not grouped by length"),
    "remove_unused_columns": .notNeeded("unused columns are named by 'lorapipe data lint'"),
    "ddp_timeout": .notNeeded(Reason.distribution), "ddp_find_unused_parameters": .notNeeded(Reason.distribution),
    "ddp_backend": .notNeeded(Reason.distribution), "local_rank": .notNeeded(Reason.distribution),
    "deepspeed": .notNeeded(Reason.distribution), "fsdp": .notNeeded(Reason.distribution),
    "fsdp_config": .notNeeded(Reason.distribution), "device_map": .notNeeded(Reason.devices),
    "use_cpu": .notNeeded(Reason.devices), "no_cuda": .notNeeded(Reason.devices),
    "optim": .structure, "optim_args": .notNeeded(Reason.optimizer),
    "packing": .notNeeded(Reason.packing), "padding_free": .notNeeded(Reason.packing),
    "trust_remote_code": .notNeeded(Reason.remoteCode), "use_liger_kernel": .notNeeded(Reason.attention),
    "push_to_hub": .notNeeded(Reason.hub), "hub_model_id": .notNeeded(Reason.hub), "hub_token": .notNeeded(Reason.hub),
    "hub_private_repo": .notNeeded(Reason.hub), "hub_strategy": .notNeeded(Reason.hub),
    "do_train": .notNeeded(Reason.notShown), "do_eval": .notNeeded(Reason.notShown),
    "average_tokens_across_devices": .notNeeded("the loss is always an average over the tokens of an update"),
    "neftune_noise_alpha": .differs("no noise is added to the embeddings"),
    "label_smoothing_factor": .differs("the loss is plain cross-entropy"),
    "modules_to_save": .differs("only the adapter is trained, no whole module"),
    "lora_bias": .differs("no bias is trained"), "bias": .differs("no bias is trained"),
    "lorap_lr_ratio": .differs("A and B have one learning rate"),
    "lora_dtype": .notNeeded("the adapter is trained and stored in f32"),
    "task_type": .structure,
  ]
}
