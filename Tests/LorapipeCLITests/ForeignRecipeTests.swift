import JSON
import Testing

/// A configuration of each tool becomes a recipe that `lint` accepts, with what the tool would do.
@Suite struct ForeignRecipeTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    var tool: String
    var file: String
    var text: String
    var expected: [String]
    var testDescription: String { tool }
  }

  static let samples = [
    Sample(
      tool: "ms-swift", file: "train.sh",
      text: """
        CUDA_VISIBLE_DEVICES=0 swift sft --model Qwen/Qwen2.5-0.5B-Instruct --train_type lora \\
          --dataset ./rows.jsonl --system 2024 --lora_rank 16 --lora_alpha 64 --num_train_epochs 2 \\
          --learning_rate 1e-4 --per_device_train_batch_size 1 --gradient_accumulation_steps 16 \\
          --max_length 512 --truncation_strategy delete --split_dataset_ratio 0.1 --eval_steps 10 --save_steps 10 \\
          --save_total_limit 2 --warmup_ratio 0.05 --torch_dtype bfloat16 --output_dir out
        """,
      expected: ["system: \"2024\"", "rank: 16", "epochs: 2", "on_long_row: drop", "validation: 0.1"]),
    Sample(
      tool: "LLaMA-Factory", file: "train.yaml",
      text: """
        model_name_or_path: Qwen/Qwen2.5-0.5B-Instruct
        stage: sft
        do_train: true
        finetuning_type: lora
        lora_target: all
        lora_rank: 8
        dataset: mine
        dataset_dir: .
        template: qwen
        default_system: "nan"
        enable_thinking: "false"
        cutoff_len: 1024
        output_dir: saves
        per_device_train_batch_size: 1
        gradient_accumulation_steps: 8
        learning_rate: 1.0e-4
        num_train_epochs: 3.0
        lr_scheduler_type: cosine
        warmup_ratio: 0.1
        bf16: true
        """,
      expected: [
        "system: nan", "enable_thinking: false", "max_length: 1024", "alpha: 16", "warmup_ratio: 0.1",
        "gradient_accumulation: 8",
      ]),
    Sample(
      tool: "Axolotl", file: "train.yml",
      text: """
        base_model: Qwen/Qwen2.5-0.5B-Instruct
        adapter: lora
        datasets:
          - path: ./rows.jsonl
            type: alpaca
        default_system_message: "1e5"
        sequence_len: 512
        lora_r: 8
        lora_alpha: 16
        lora_target_modules: [q_proj, v_proj]
        micro_batch_size: 2
        gradient_accumulation_steps: 4
        num_epochs: 1
        optimizer: adamw_torch
        learning_rate: "2e-4"
        lr_scheduler: cosine
        """,
      expected: ["system: \"1e5\"", "targets: [q_proj, v_proj]", "learning_rate: 0.0002", "batch_size: 2"]),
    Sample(
      tool: "TRL", file: "train.py",
      text: """
        from trl import SFTConfig, SFTTrainer
        from peft import LoraConfig
        trainer = SFTTrainer(
            model="Qwen/Qwen2.5-0.5B-Instruct", train_dataset=load_dataset("json", data_files="rows.jsonl"),
            peft_config=LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM"),
            args=SFTConfig(learning_rate=1e-4, max_length=256, num_train_epochs=1, seed=9007199254740993))
        """,
      expected: ["rank: 4", "alpha: 8", "max_length: 256", "seed: 9007199254740993"]),
  ]

  @Test(arguments: samples)
  func aConfigurationBecomesARecipeThatLintAccepts(_ sample: Sample) throws {
    let program = try Program()
    defer { program.remove() }
    program.write(sample.file, sample.text)
    program.write("dataset_info.json", #"{"mine": {"file_name": "rows.jsonl"}}"#)
    program.write("rows.jsonl", "{\"query\": \"q\", \"response\": \"a\"}\n")
    let report = program.run("import \(sample.file) --json")
    #expect(report.status == 0, "\(report.error)")
    #expect(report.json?.arrayValue?.first?["unknown"]?.arrayValue == [], "\(report.output)")
    #expect(report.json?.arrayValue?.first?["differing"]?.arrayValue == [], "\(report.output)")
    let recipe = Files.read(program.folder + "/recipes/train.yaml")
    for line in sample.expected { #expect(recipe.contains(line), "\(line)\n\(recipe)") }
    let lint = program.run("lint recipes/train.yaml")
    #expect(lint.status == 0, "\(lint.output)\(lint.error)\n\(recipe)")
  }
}
