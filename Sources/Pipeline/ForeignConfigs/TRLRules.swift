import JSON

/// Scripts with TRL's SFTTrainer, peft's LoraConfig and Unsloth's FastLanguageModel. Keys are the keyword arguments of
/// these calls; defaults are those of SFTConfig and LoraConfig.
enum TRLRules {
  static let vocabulary = ForeignVocabulary(
    rules: SharedRules.training.merging(own) { $1 },
    defaults: [
      ("train.learning_rate", 2e-5), ("train.schedule.kind", "linear"), ("train.schedule.warmup_ratio", 0.0),
      ("train.weight_decay", 0.0), ("train.adam_beta1", 0.9), ("train.adam_beta2", 0.999),
      ("train.max_grad_norm", 1.0), ("train.batch_size", 8), ("train.gradient_accumulation", 1), ("train.epochs", 3),
      ("train.lora.rank", 8), ("train.lora.alpha", 8), ("train.lora.dropout", 0.0), ("seed", 42),
      ("tokens.max_length", 1024), ("tokens.on_long_row", "truncate"),
    ],
    prefixes: [
      ("bnb_4bit_", .notNeeded(Reason.quantized)), ("fsdp", .notNeeded(Reason.distribution)),
      ("hub_", .notNeeded(Reason.hub)), ("vllm_", .notNeeded(Reason.generation)),
    ])

  private static let own: [String: KeyRule] = [
    "model_name": .structure, "model": .structure, "pretrained_model_name_or_path": .structure,
    "model_name_or_path": .structure,
    "dataset": .structure, "dataset_name": .structure,
    "dataset_split": .structure, "split": .structure, "load_dataset.split": .structure,
    "load_dataset.streaming": .notNeeded("rows are always read as a stream"),
    "load_dataset.num_proc": .notNeeded(Reason.workers), "load_dataset.cache_dir": .notNeeded(Reason.caching),
    "load_dataset.token": .notNeeded("a token is read from HF_TOKEN"),
    "load_dataset.trust_remote_code": .notNeeded(Reason.remoteCode),
    "load_dataset.name": .differs("every training file of the dataset is read: name the subset's files under include"),
    "load_dataset.data_dir": .differs("every training file of the dataset is read: name its files under include"),
    "load_dataset.revision": .differs("the newest revision is fetched: set revision of the fetch stage"),
    "train_dataset": .structure,
    "eval_dataset": .structure,
    "dataset_text_field": .notNeeded("rows become conversations by their columns"),
    "formatting_func": .notNeeded("the template formats rows"),
    "data_collator": .notNeeded("only answers are learned"),
    "tokenizer": .notNeeded("the tokenizer is read from the model"),
    "processing_class": .notNeeded("the tokenizer is read from the model"), "args": .notNeeded(Reason.notShown),
    "peft_config": .notNeeded(Reason.notShown), "callbacks": .notNeeded(Reason.notShown),
    "max_length": .translated("tokens.max_length", .count), "max_seq_length": .translated("tokens.max_length", .count),
    "r": .translated("train.lora.rank"), "lora_r": .translated("train.lora.rank"),
    "assistant_only_loss": .notNeeded("only answers are learned"),
    "completion_only_loss": .notNeeded("only answers are learned"),
    "load_in_4bit": .notNeeded(Reason.quantized), "load_in_8bit": .notNeeded(Reason.quantized),
    "full_finetuning": .structure, "use_gradient_checkpointing": .notNeeded(Reason.checkpointing),
    "random_state": .translated("seed"), "loftq_config": .structure, "init_lora_weights": .structure,
    "fast_inference": .notNeeded(Reason.generation), "gpu_memory_utilization": .notNeeded(Reason.generation),
    "max_lora_rank": .notNeeded(Reason.generation), "token": .notNeeded("a token is read from HF_TOKEN"),
    "quantization_config": .notNeeded(Reason.quantized), "use_cache": .notNeeded(Reason.generation),
    "eos_token": .notNeeded("the template says where an answer ends"), "pad_token": .notNeeded(Reason.packing),
    "chat_template_path": .structure, "layers_to_transform": .refused("puts adapters on some layers only"),
    "use_peft": .structure, "finetune_vision_layers": .notNeeded("a vision part is never trained"),
    "finetune_language_layers": .notNeeded(Reason.notShown), "finetune_attention_modules": .notNeeded(Reason.notShown),
    "finetune_mlp_modules": .notNeeded(Reason.notShown),
  ]
}
