/// A program whose training configurations can be imported.
public enum ForeignTool: String, Sendable, Hashable, CaseIterable {
  case msSwift = "ms-swift"
  case llamaFactory = "LLaMA-Factory"
  case axolotl = "Axolotl"
  /// TRL, PEFT and Unsloth scripts: calls with keyword arguments in Python.
  case trl = "TRL"

  /// The tool whose configuration has these keys at its top; `nil` when it is none, or a recipe.
  public init?(writing keys: Set<String>) {
    guard keys.isDisjoint(with: ["stages", "pipeline"]) else { return nil }
    func has(_ one: String, with others: Set<String>) -> Bool { keys.contains(one) && !keys.isDisjoint(with: others) }
    if keys.contains("base_model") {
      self = .axolotl
    } else if has("model_name_or_path", with: ["finetuning_type", "stage", "cutoff_len", "template"]) {
      self = .llamaFactory
    } else if has("model", with: Self.msSwiftKeys) || has("model_id_or_path", with: Self.msSwiftKeys)
      || (has("model", with: ["lora_rank", "target_modules", "max_length"]) && keys.contains("dataset"))
    {
      self = .msSwift
    } else if has("model_name_or_path", with: ["dataset_name", "use_peft", "lora_r"]) {
      self = .trl
    } else {
      return nil
    }
  }

  private static let msSwiftKeys: Set<String> = [
    "tuner_type", "train_type", "sft_type", "tuner_backend", "model_author", "split_dataset_ratio",
  ]
}
