import Testing

/// Keys of other programs, full-width punctuation and unfilled placeholders: what people bring from elsewhere.
@Suite struct OtherKeysTests {
  private func lint(_ train: String) throws -> String {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/k.yaml", "name: k\nstages:\n  train: { kind: sft, model: base, data: tokens, \(train) }\n")
    let result = program.run("lint k")
    #expect(result.status == 2)
    return result.error
  }

  @Test(arguments: [
    ("torch_dtype: bf16", "leave it out: weights stay in the precision"),
    ("report_to: none", "leave it out: metrics are in runs.db"),
    ("quant_bits: 4", "leave it out: the base is used in the precision of its file"),
    ("gradient_checkpointing: true", "leave it out: activations are recomputed"),
    ("neftune_noise_alpha: 5", "it has no counterpart here: no noise is added"),
    ("use_dora: true", "did you mean 'lora.dora'?"), ("num_train_epochs: 3", "did you mean 'epochs'?"),
    ("template: qwen", "leave it out: the chat template comes with the model"),
    ("output: ./out", "'lorapipe export STAGE -o FOLDER' copies one out"),
    ("shuffle: true", "leave it out: rows are shuffled"), ("wandb_project: x", "leave it out: metrics are in runs.db"),
    ("学习率: 1e-4", "did you mean 'learning_rate'?"), ("秩: 8", "did you mean 'lora.rank'?"),
    ("最大长度: 512", "it is called 'max_length', and belongs to a stage of kind tokenize"),
    ("cutoff_len: 512", "it is called 'max_length', and belongs to a stage of kind tokenize"),
    ("val_size: 0.1", "it is called 'validation', and belongs to a stage of kind mix"),
    ("random_state: 7", "the seed belongs to the recipe"),
    ("lora_r: 8", "did you mean 'lora.rank'? Write lora: { rank: 8 }"),
    ("lora.rank: 8", "write it as a map: lora: { rank: 8 }"),
    ("schedule.kind: cosine", "write it as a map: schedule: { kind: cosine }"),
    ("tuner_type: lora", "a stage of kind sft trains a LoRA adapter"),
    ("max_samples: 10", "write the number behind the source in mix"),
    ("layers_to_transform: [1]", "write lora: { layers: { last: N } }"),
    ("add_tokens: [x]", "lorapipe cannot do that: it adds tokens to the vocabulary"),
    ("lora: { learning_rate: 1e-4 }", "'learning_rate' is a key of a stage of kind sft, not of 'lora'"),
    ("lora: { 秩: 8 }", "did you mean 'rank'?"), ("lora: { use_rslora: true }", "did you mean 'rslora'?"),
    // With an engine, its setting of that name is meant.
    ("engine: ms-swift, torch_dtype: bfloat16", "did you mean 'engine.dtype'?"),
  ])
  func aKeyOfAnotherProgramIsAnswered(_ train: String, _ remedy: String) throws {
    let error = try lint(train)
    #expect(error.contains(remedy), "\(error)")
  }

  /// Every argument that a table of the importer knows has an answer of its own, not a list of all keys.
  @Test func everyKeyOfTheImporterIsAnswered() throws {
    let keys = [
      "model_id_or_path", "use_hf", "tuner_backend", "custom_dataset_info", "target_regex", "freeze_llm", "quant_bits",
      "galore_rank", "swanlab_token", "finetuning_type", "dataset_dir", "mix_strategy", "pissa_iter", "export_dir",
      "val_set_size", "sample_packing", "lora_target_linear", "special_tokens", "roles_to_train", "sequence_len",
      "pretrained_model_name_or_path", "dataset_text_field", "full_finetuning", "load_in_4bit", "device_map",
    ]
    for key in keys {
      let error = try lint("\(key): 1")
      #expect(error.contains("unknown key '\(key)'") && !error.contains("known keys are"), "\(error)")
    }
  }

  @Test func aKeyAtTheTopSaysWhereItBelongs() throws {
    let program = try Program()
    defer { program.remove() }
    func lint(_ line: String) -> String {
      program.write("recipes/k.yaml", "name: k\n\(line)\nstages:\n  a: { kind: fetch, source: 'hf:a/b' }\n")
      return program.run("lint k").error
    }
    #expect(lint("learning_rate: 1e-4").contains("'learning_rate' belongs to a stage of kind sft"))
    #expect(lint("lora_rank: 8").contains("it is called 'lora.rank', and belongs to a stage of kind sft"))
    #expect(lint("种子: 7").contains("did you mean 'seed'?"))
    #expect(lint("report_to: none").contains("leave it out: metrics are in runs.db"))
    #expect(lint("dataset: a").contains("rows are named in a mix stage"))
  }

  @Test func aKindInChineseIsNamed() throws {
    let program = try Program()
    defer { program.remove() }
    for (word, kind) in [("合并", "merge"), ("训练", "sft"), ("微调", "sft"), ("分词", "tokenize"), ("混合", "mix")] {
      program.write("recipes/k.yaml", "name: k\nstages:\n  a: { kind: \(word) }\n")
      let error = program.run("lint k").error
      #expect(error.contains("write kind: \(kind)"), "\(error)")
    }
    program.write("recipes/k.yaml", "name: k\nstages:\n  a: { 类型: mix }\n")
    #expect(program.run("lint k").error.contains("write kind: in place of 类型:"))
  }

  /// An input under another tool's name is one mistake, and one that is not there says which stage makes it.
  @Test func aMissingInputNamesTheStage() throws {
    let program = try Program()
    defer { program.remove() }
    let others = "  base: { kind: fetch, source: 'hf:a/b' }\n  mixed: { kind: mix, domain: [./rows.jsonl] }\n"
    program.write("recipes/rows.jsonl", TinyWorkspace.sums(1...60))
    func lint(_ lines: String) -> String {
      program.write("recipes/k.yaml", "name: k\nstages:\n\(others)\(lines)")
      return program.run("lint k").error
    }
    let renamed = lint("  tokens: { kind: tokenize, model: base, dataset: mixed }\n")
    #expect(renamed.contains("did you mean 'data'?") && !renamed.contains("needs 'data'"), "\(renamed)")
    let missing = lint("  tokens: { kind: tokenize, model: base }\n")
    #expect(missing.contains("write data: mixed. The rows, usually of a mix stage."), "\(missing)")
    let unmade = lint("  train: { kind: sft, model: base }\n")
    #expect(unmade.contains("write data: with the name of a stage of kind tokenize. "), "\(unmade)")
  }

  @Test func aTemplateOfAnotherToolCanGo() throws {
    let program = try Program()
    defer { program.remove() }
    program.write(
      "recipes/k.yaml",
      "name: k\nstages:\n  base: { kind: fetch, source: 'hf:a/b' }\n  m: { kind: mix, domain: [./rows.jsonl] }\n"
        + "  t: { kind: tokenize, model: base, data: m, template: qwen }\n")
    program.write("recipes/rows.jsonl", TinyWorkspace.sums(1...60))
    let error = program.run("lint k").error
    #expect(error.contains("leave the template out, and the model's own is used"), "\(error)")
  }

  /// All placeholders that lack a value are told at once.
  @Test func everyMissingValueIsNamedInOneRound() throws {
    let program = try Program()
    defer { program.remove() }
    program.write(
      "recipes/rows.jsonl", #"{"query": "q", "response": "I am {{NAME}} by {{AUTHOR}}.", "tag": "zh"}"# + "\n")
    func lint(_ stage: String) -> String {
      program.write("recipes/m.yaml", "name: m\nstages:\n  s: { \(stage) }\n")
      return program.run("lint m").error
    }
    let unfilled = lint("kind: mix, domain: [./rows.jsonl]")
    #expect(unfilled.contains("data: ./rows.jsonl, values: { NAME: …, AUTHOR: … }"), "\(unfilled)")
    let filled = "kind: substitute, data: ./rows.jsonl, values: "
    let none = lint(filled + "{ OTHER: x }")
    #expect(none.contains("no value for {{NAME}}, {{AUTHOR}}"), "\(none)")
    #expect(none.contains("values: { NAME: …, AUTHOR: … } (now: OTHER)"), "\(none)")
    let lower = lint(filled + "{ name: x, author: y }")
    #expect(lower.contains("values: has 'name', 'author'; write NAME, AUTHOR there"), "\(lower)")
    let untagged = lint(filled + "{ NAME: { en: x }, AUTHOR: { en: y } }")
    #expect(untagged.contains("{{NAME}}, {{AUTHOR}} have no value for the tag 'zh'"), "\(untagged)")
    #expect(lint(filled + "{ NAME: x }").contains("no value for {{AUTHOR}} in 'response'"))
  }

  @Test func rowsWithPlaceholdersAreNamedByTheMix() throws {
    let program = try Program()
    defer { program.remove() }
    program.write("recipes/m.yaml", "name: m\nstages:\n  mixed: { kind: mix, domain: [./rows.jsonl] }\n")
    program.write(
      "recipes/rows.jsonl", "\(TinyWorkspace.sums(1...60)){\"query\":\"q\",\"response\":\"I am {{NAME}}.\"}\n")
    let result = program.run("run m")
    #expect(result.status == 0)
    #expect((result.output + result.error).contains("{{NAME}}: they are in 1 row of the mix"), "\(result.error)")
    program.write("recipes/rows.jsonl", TinyWorkspace.sums(1...60))
    let clean = program.run("run m")
    #expect(!(clean.output + clean.error).contains("placeholder"), "\(clean.error)")
  }
}
