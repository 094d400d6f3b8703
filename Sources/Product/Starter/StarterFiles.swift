/// Files that `init` writes into a new workspace: the same that the project's own recipes use. They are part of the program
/// itself, so that it can be moved anywhere.
public enum StarterFiles {
  /// Questions about name and maker with answers that hold `{{NAME}}` and `{{AUTHOR}}`, in Chinese and English.
  public static var identity: [UInt8] { PackageResources.identity_jsonl }
  /// More such questions, most of them in Chinese, for a base that speaks it.
  public static var moreIdentity: [UInt8] { PackageResources.identity_more_jsonl }
  /// Ordinary questions with answers, in Chinese and English.
  public static var general: [UInt8] { PackageResources.general_jsonl }
  /// More of them in Chinese: tales, cats, and questions that sound like those about the model and are about others.
  public static var chineseGeneral: [UInt8] { PackageResources.general_zh_jsonl }
  /// Questions that are in none of them, for name, maker and ordinary things.
  public static var probes: [UInt8] { PackageResources.probes_jsonl }
  /// The pipeline `lora-sft`.
  public static var pipeline: [UInt8] { PackageResources.lora_sft_yaml }
}
