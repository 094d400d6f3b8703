import Diagnostics
import ForeignConfigs
import JSON
import Recipes
import Testing

/// Files in memory, so that a job can name others.
private func imported(
  _ file: String, _ files: [String: String], asLoRA: Bool = false
) throws -> ImportedRecipe {
  let reader = ForeignFileReader { path in
    guard let text = files[path] else { throw Diagnostic(code: "missing", "no \(path)") }
    return Array(text.utf8)
  }
  let job = try #require(try reader.jobs(in: file).first)
  return try RecipeComposer(allowsFullTraining: asLoRA) { path in
    "./../" + (path.hasPrefix("./") ? String(path.dropFirst(2)) : path)
  }.compose(job)
}

private func code(_ file: String, _ text: String, asLoRA: Bool = false) -> String? {
  do {
    _ = try imported(file, [file: text], asLoRA: asLoRA)
    return nil
  } catch { return (error as? Diagnostic)?.code ?? "\(error)" }
}

@Suite struct ShellImportTests {
  static let script = """
    #!/bin/bash
    # one job
    MODEL="Qwen/Qwen2.5-0.5B-Instruct"
    export RATE=2e-4
    CUDA_VISIBLE_DEVICES=0,1 NPROC_PER_NODE=2 \\
    swift sft \\
        --model "$MODEL" \\
        --train_type lora \\
        --dataset 'AI/zh#500' \\
                  './own data.jsonl#20' 'swift/self-cognition' \\
        --learning_rate ${RATE} --lora_rank=16 \\
        --target_modules q_proj v_proj \\
        --model_name '小黄' 'Xiao Huang' --model_author '魔搭' 'ModelScope' \\
        --system 'You are "it", a cat.' --neftune_noise_alpha 5 --bf16 \\
        --max_steps 40 --truncation_strategy delete --odd_new_setting 7
    """

  @Test func aSwiftCommandBecomesARecipe() throws {
    let recipe = try imported("jobs/train.sh", ["jobs/train.sh": Self.script])
    for line in [
      "name: jobs", "source: modelscope:Qwen/Qwen2.5-0.5B-Instruct", "source: modelscope-dataset:AI/zh",
      "domain: [persona]", "general: [\"zh#500\", \"./../own data.jsonl#20\"]", "learning_rate: 0.0002", "rank: 16",
      "targets: [q_proj, v_proj]", "zh: \"小黄\"", "en: Xiao Huang", "max_steps: 40", "on_long_row: drop",
      #"system: "You are \"it\", a cat.""#,
    ] { #expect(recipe.text.contains(line), "\(line)\n\(recipe.text)") }
    #expect(recipe.differing.map(\.key) == ["neftune_noise_alpha", "NPROC_PER_NODE"])
    #expect(recipe.unknown.map(\.key) == ["odd_new_setting"])
    #expect(recipe.unknown.first?.line == 15)
    #expect(recipe.notNeeded.map(\.key).contains("bf16"))
  }

  @Test func everySettingIsTranslatedOrNamed() throws {
    let recipe = try imported("jobs/train.sh", ["jobs/train.sh": Self.script])
    let named =
      recipe.translated + recipe.notNeeded.map(\.key) + recipe.differing.map(\.key) + recipe.unknown.map(\.key)
    for key in [
      "model", "dataset", "learning_rate", "lora_rank", "target_modules", "model_name", "model_author", "system",
      "neftune_noise_alpha", "bf16", "max_steps", "truncation_strategy", "odd_new_setting",
    ] { #expect(named.contains(key), "\(key)") }
  }

  /// ms-swift reads its pattern instead of the list, and passes it to peft, which matches whole module paths.
  @Test func aPatternOfLayersTakesThePlaceOfTheList() throws {
    let pattern = #".*\.(0|1)\.self_attn\.(q|v)_proj"#
    let text = "swift sft --model a/b --dataset c/d --target_modules q_proj --target_regex '\(pattern)'"
    let recipe = try imported("a.sh", ["a.sh": text])
    #expect(recipe.text.contains("pattern: ") && recipe.text.contains("self_attn"), "\(recipe.text)")
    #expect(!recipe.text.contains("all-linear") && !recipe.text.contains("[q_proj]"))
    #expect(recipe.translated.contains("target_regex"))
    #expect(recipe.notNeeded.contains { $0.key == "target_modules" && $0.reason == "target_regex chooses the layers" })
  }

  @Test func theToolsDefaultsAreWrittenOut() throws {
    let recipe = try imported("a.sh", ["a.sh": "swift sft --model a/b --dataset c/d --per_device_train_batch_size 4"])
    for line in ["gradient_accumulation: 4", "dropout: 0.05", "epochs: 3", "adam_beta2: 0.95"] {
      #expect(recipe.text.contains(line), "\(line)\n\(recipe.text)")
    }
  }

  @Test(arguments: [
    ("a.sh", "swift rlhf --rlhf_type dpo --model a/b --dataset c/d", "import-other-job"),
    ("a.sh", "swift sft --model a/b --dataset c/d --train_type full", "import-full-training"),
    ("a.sh", "swift sft --model a/b --dataset c/d --train_type adalora", "import-other-job"),
    ("a.sh", "swift sft --model a/b --dataset c/d --num_labels 3", "import-other-job"),
    ("a.sh", "swift sft --dataset c/d", "import-no-model"), ("a.sh", "swift sft --model a/b", "import-no-data"),
    ("a.sh", "swift sft --model a/b --dataset c/d --target_modules c_fc", "import-other-job"),
    ("a.sh", "echo hello", "import-no-job"), ("a.sh", "swift sft --model a/b --dataset 'c/d#many'", "import-dataset"),
    ("a.sh", "axolotl train gone.yml", "import-missing-file"), ("a.yaml", "stages: {}", "import-recipe"),
    ("a.yaml", "- 1", "import-shape"), ("a.yaml", "answer: 42", "import-unknown-tool"),
    ("a.py", "print('hello')", "import-no-job"),
  ])
  func otherJobsAreRefused(_ file: String, _ text: String, _ expected: String) {
    #expect(code(file, text) == expected)
  }

  @Test func aComputedNumberIsNamed() throws {
    let text = "swift sft --model a/b --dataset c/d --gradient_accumulation_steps $(expr 16 / $N) --lora_rank 4"
    let recipe = try imported("a.sh", ["a.sh": text])
    #expect(recipe.differing.map(\.key) == ["gradient_accumulation_steps"])
    #expect(recipe.differing.first?.value == "$(expr 16 / $N)")
    #expect(recipe.text.contains("rank: 4"))
  }

  /// Text stays text whatever it looks like; a number that is not finite is no number.
  @Test(arguments: ["2024", "nan", "1e5", "true", "True", "-0", "inf", "0x10", "007"])
  func aSystemPromptStaysText(_ text: String) throws {
    let recipe = try imported("a.sh", ["a.sh": "swift sft --model a/b --dataset c/d --system '\(text)' --seed nan"])
    let quoted = text == "nan" || text == "inf" ? text : "\"\(text)\""
    #expect(recipe.text.contains("    system: \(quoted)\n"), "\(recipe.text)")
    #expect(recipe.differing.map(\.key) == ["seed"])
  }

  @Test(arguments: [("9223372036854775807", "1"), ("16", "1"), ("15", "2"), ("1", "16"), ("0", "16")])
  func theWindowIsFilledToSixteenRows(_ batch: String, _ accumulation: String) throws {
    let text = "swift sft --model a/b --dataset c/d --per_device_train_batch_size \(batch)"
    let recipe = try imported("a.sh", ["a.sh": text])
    #expect(recipe.text.contains("gradient_accumulation: \(accumulation)\n"), "\(recipe.text)")
  }

  @Test func fullTrainingIsImportedWhenAskedFor() throws {
    let text = "swift sft --model a/b --dataset c/d --train_type full"
    let recipe = try imported("a.sh", ["a.sh": text], asLoRA: true)
    #expect(recipe.differing.map(\.key) == ["train_type"])
  }
}

@Suite struct DocumentImportTests {
  static let factory = """
    model_name_or_path: Qwen/Qwen3-4B
    stage: sft
    finetuning_type: lora
    lora_rank: 4
    lora_target: all
    dataset: identity,other
    template: qwen3_nothink
    max_samples: 100
    val_size: 0.1
    eval_strategy: steps
    eval_steps: 20
    load_best_model_at_end: true
    lr_scheduler_type: cosine
    warmup_ratio: 0.1
    bf16: true
    deepspeed: null
    """

  @Test func aFactoryFileIsReadWithItsDatasetTable() throws {
    let table =
      #"{"identity": {"file_name": "identity.json"}, "other": {"hf_hub_url": "a/other", "columns": {"prompt": "frage"}}}"#
    let recipe = try imported("q.yaml", ["q.yaml": Self.factory, "data/dataset_info.json": table])
    for line in [
      "./../data/identity.json#100", "source: hf-dataset:a/other", "other#100", "alpha: 8", "enable_thinking: false",
      "validation: 0.1", "eval_every: 20", "load_best: true", "on_long_row: truncate", "weight_decay: 0",
      "kind: eval", "#   deepspeed",
    ] { #expect(recipe.text.contains(line), "\(line)\n\(recipe.text)") }
    #expect(recipe.remarks.count == 1 && recipe.remarks[0].contains("frage as prompt"))
    #expect(recipe.unknown.isEmpty && recipe.differing.isEmpty)
  }

  @Test func anAxolotlFileIsRead() throws {
    let text = """
      base_model: org/base
      adapter: qlora
      datasets:
        - path: org/rows
          type: alpaca
        - path: ./mine.jsonl
          type: chat_template
      sequence_len: 512
      lora_r: 8
      lora_alpha: 16
      lora_target_linear: true
      micro_batch_size: 2
      num_epochs: 2
      optimizer: paged_adamw_8bit
      learning_rate: 0.0002
      lr_scheduler: cosine
      val_set_size: 40
      special_tokens: { pad_token: "<pad>" }
      """
    let recipe = try imported("a.yml", ["a.yml": text])
    for line in [
      "source: hf-dataset:org/rows", "./../mine.jsonl", "max_length: 512", "targets: all-linear", "warmup_ratio: 0.03",
    ] {
      #expect(recipe.text.contains(line), "\(line)\n\(recipe.text)")
    }
    // A count of validation rows has no counterpart.
    #expect(recipe.differing.map(\.key) == ["val_set_size"])
  }

  /// DoRA has a key here and no dropout; a pattern of modules stays one.
  @Test func doRAAndPatternsAreTranslated() throws {
    let text = """
      from peft import LoraConfig
      trainer = SFTTrainer(model = "org/model", train_dataset = load_dataset("org/rows"), peft_config = LoraConfig(
          r = 16, use_dora = True, lora_dropout = 0.05, target_modules = ".*layers.[0-3].*_proj"))
      """
    let recipe = try imported("u.py", ["u.py": text])
    for line in ["dora: true", "dropout: 0", "pattern: \".*layers.[0-3].*_proj\""] {
      #expect(recipe.text.contains(line), "\(line)\n\(recipe.text)")
    }
    #expect(recipe.differing.map(\.key) == ["lora_dropout"])
  }

  @Test func aScriptOfTRLIsReadNotRun() throws {
    let text = """
      from unsloth import FastLanguageModel
      max_seq_length = 2048  # any
      model, tokenizer = FastLanguageModel.from_pretrained(
          model_name = "unsloth/Qwen3-4B", max_seq_length = max_seq_length, load_in_4bit = True)
      model = FastLanguageModel.get_peft_model(model, r = 16, target_modules = ["q_proj", "k_proj",], lora_alpha = 16,
          lora_dropout = 0, bias = "none", use_gradient_checkpointing = "unsloth", random_state = 3407)
      dataset = load_dataset("yahma/alpaca-cleaned", split = "train")
      trainer = SFTTrainer(model = model, train_dataset = dataset, args = SFTConfig(
          per_device_train_batch_size = 2, gradient_accumulation_steps = 4, warmup_steps = 5, max_steps = 60,
          learning_rate = 2e-4, optim = "adamw_8bit", weight_decay = 0.01, lr_scheduler_type = "linear", seed = 3407))
      """
    let recipe = try imported("u.py", ["u.py": text])
    for line in [
      "source: hf:unsloth/Qwen3-4B", "source: hf-dataset:yahma/alpaca-cleaned", "max_length: 2048", "rank: 16",
      "targets: [q_proj, k_proj]", "warmup_steps: 5", "max_steps: 60", "seed: 3407", "kind: linear",
    ] { #expect(recipe.text.contains(line), "\(line)\n\(recipe.text)") }
    #expect(recipe.unknown.isEmpty, "\(recipe.unknown)")
  }

  /// Wherever a job says something (a script's other commands, its environment, options after a file's name, arguments of
  /// calls, entries of a dataset), the recipe has it or names it.
  @Test(arguments: [
    (["a.sh": "swift sft --model a/b --dataset c/d\nswift export --adapters x --merge_lora true"], "swift export"),
    (["a.sh": "NPROC_PER_NODE=4 swift sft --model a/b --dataset c/d"], "number of processes"),
    (["a.sh": "torchrun --nproc-per-node 4 swift/cli/sft.py --model a/b --dataset c/d"], "number of processes"),
    (["a.sh": "swift sft --model a/b --dataset c/d --ckpt_dir old"], "ckpt_dir"),
    (["a.sh": "swift sft --model a/b --dataset c/d --model_author me"], "model_author"),
    (["a.sh": "swift sft --model a/b --dataset c/d --adapters plain"], "./../plain"),
    (["a.sh": "axolotl train b.yml --lora-r 9", "b.yml": axolotl], "rank: 9"),
    (["a.sh": "axolotl train b.yml --odd-option 9", "b.yml": axolotl], "odd_option"),
    (["a.sh": "axolotl train b.yml stray", "b.yml": axolotl], "'stray'"),
    (["a.sh": "llamafactory-cli train q.yaml odd_key=1", "q.yaml": factory], "odd_key"),
    (["a.yml": axolotl.replacing("type: alpaca", with: "roles_to_train: [user]")], "roles_to_train"),
    (["a.yml": axolotl.replacing("type: alpaca", with: "shards: 4")], "shards: 4"),
    (["a.yml": axolotl.replacing("path: o/r", with: "path: json, data_files: [x.jsonl, y.jsonl]")], "y.jsonl"),
    (["a.yml": axolotl + "\nval_set_size: 0.1\neval_steps: 5\nearly_stopping_patience: 3"], "early_stopping: 3"),
    (["q.yaml": factory, "data/dataset_info.json": entry(#""split": "test""#)], "'test'"),
    (["q.yaml": factory, "data/dataset_info.json": entry(#""folder": "part""#)], "folder: \"part\""),
    (
      ["q.yaml": factory, "data/dataset_info.json": entry(#""columns": {"images": "pictures"}"#)], "pictures as images"
    ),
    (["u.py": script(#"load_dataset("o/r", split = "train[:1000]")"#)], "train[:1000]"),
    (["u.py": script(#"load_dataset("o/r", "part")"#)], "load_dataset.name"),
    (["u.py": script(#"load_dataset("o/r", revision = "v1")"#)], "load_dataset.revision"),
    (["u.py": script(#"load_dataset("o/r", odd = 1)"#)], "load_dataset.odd"),
    (
      ["u.py": script(#"load_dataset("o/r"), load_dataset("json", data_files = {"train": "x.jsonl"})"#)],
      "load_dataset reads"
    ),
    (["u.py": script(#"load_dataset("json", data_files = ["x.jsonl", "y.jsonl"])"#)], "y.jsonl"),
    (["u.py": script(#"load_dataset("o/r"), load_dataset("json", data_files = where)"#)], "where"),
    (["u.py": script(#"load_dataset("o/r"), AutoModel.from_pretrained("o/other")"#)], "o/other"),
    (
      ["u.py": script(#"load_dataset("o/r"), AutoTokenizer.from_pretrained("org/model", odd_side = "right")"#)],
      "odd_side"
    ),
    (["u.py": script(#"load_dataset("o/r"), LoraConfig("CAUSAL_LM", r = 4)"#)], "CAUSAL_LM"),
  ])
  func whatAJobSaysIsHeededOrNamed(_ files: [String: String], _ said: String) throws {
    let order = ["a.sh", "a.yml", "q.yaml", "u.py"]
    let recipe = try imported(try #require(order.first { files[$0] != nil }), files)
    #expect(recipe.text.contains(said), "\(recipe.text)")
  }

  private static let axolotl = """
    base_model: org/base
    adapter: lora
    datasets:
      - { path: o/r, type: alpaca }
    """

  private static func entry(_ member: String) -> String {
    #"{"identity": {"file_name": "identity.json", "# + member + #"}, "other": {"hf_hub_url": "a/other"}}"#
  }

  private static func script(_ calls: String) -> String {
    """
    model = AutoModel.from_pretrained("org/model")
    data = \(calls)
    trainer = SFTTrainer(model, train_dataset = data, peft_config = LoraConfig(r = 8))
    """
  }

  @Test func aBrokenTableOfDatasetsIsAnError() {
    for table in ["{", "[]", #"{"identity": {}, "identity": {}}"#] {
      do {
        _ = try imported("q.yaml", ["q.yaml": Self.factory, "data/dataset_info.json": table])
        Issue.record("\(table) was taken")
      } catch { #expect((error as? Diagnostic)?.code == "import-table", "\(error)") }
    }
  }

  /// Whatever a file holds, the answer is a recipe or an error, never a trap.
  @Test func mutatedFilesNeverTrap() throws {
    var state: UInt64 = 7
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    for (file, text) in [
      ("a.sh", ShellImportTests.script), ("a.yaml", Self.factory), ("a.py", "SFTConfig(r=1, x=[1, 'a'])"),
    ] {
      for _ in 0..<300 {
        var bytes = Array(text.utf8)
        for _ in 0...random(4) {
          let at = random(bytes.count)
          switch random(3) {
          case 0: bytes[at] = UInt8(random(127) + 1)
          case 1: bytes.remove(at: at)
          default: bytes.insert(contentsOf: Array("\\\"'$({[#".utf8.prefix(random(8))), at: at)
          }
          if bytes.isEmpty { bytes = [65] }
        }
        _ = code(file, String(decoding: bytes, as: UTF8.self), asLoRA: true)
      }
    }
  }
}
