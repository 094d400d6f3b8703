public import Datasets
public import Inference
import JSON
public import ModelFiles
public import Recipes
public import Training

// What parameters and inputs of several kinds have in common.

/// What other tools call inputs and parameters, for "did you mean".
enum ForeignNames {
  static let model = ["model_name_or_path", "model_id", "model_id_or_path", "base_model"]
  static let data = ["dataset", "datasets", "train_dataset"]
  static let adapter = ["adapters", "adapter_name_or_path", "lora_model_dir", "resume_from_checkpoint"]
  static let system = ["system_prompt", "default_system", "default_system_message"]
  static let maximumTokens = ["max_new_tokens"]
}

extension BadRowPolicy: ParameterChoice {
  public static var foreignWords: [String: BadRowPolicy] { ["delete": .drop, "raise": .error] }
}

extension LearningRateSchedule.Kind: ParameterChoice {
  public static var foreignWords: [String: LearningRateSchedule.Kind] { ["cosine_with_restarts": .cosine] }
}

extension AdapterInitialization: ParameterChoice {
  public static var foreignWords: [String: AdapterInitialization] { ["true": .random, "kaiming": .random] }
}

extension TextEncoding: ParameterChoice {
  public static var foreignWords: [String: TextEncoding] {
    [
      "utf8": .utf8, "gb2312": .gb18030, "cp936": .gb18030, "ansi": .gb18030, "utf16": .utf16, "utf-16le": .utf16,
      "big5-hkscs": .big5, "cp950": .big5, "latin1": .windows1252, "iso-8859-1": .windows1252, "cp1252": .windows1252,
    ]
  }
}

extension ReadingOptions {
  static let columnsHelp =
    "New names of columns before rows are read, by the names in the file: { 问题: query, 答案: response }."
  static let encodingHelp = "What text files are written in that are not UTF-8."
}

extension KeyValueType: ParameterChoice {
  /// What the stages that generate say of their `kv_cache`.
  static let help =
    "How the KV cache stores keys and values: f32, f16 in half the memory, or q8_0 in about a quarter. The smaller types round them."
  /// What other tools call it.
  static let foreignNames = ["kv_cache_type", "cache_type", "cache_type_k", "cache_type_v", "kv_cache_dtype"]
}

extension ActivationType: ParameterChoice {
  /// What a stage that serves says of its `activations`.
  static let help =
    "How inputs of products with quantized weights are rounded: to int16, or to int8, which is faster and changes replies a little."
}

extension MixOptions.Unit: ParameterChoice {}
extension RowLanguage: ParameterChoice {}
extension MixOptions.Shortage: ParameterChoice {}
extension MixOptions.Deduplication: ParameterChoice {}

/// One text, or a list of texts.
struct Texts: ParameterValue, Hashable {
  var list: [String]

  init(_ list: [String] = []) { self.list = list }

  static var parameterType: ParameterType { .oneOf([.string, .list(.string)]) }

  init(parameter value: JSONValue) throws(ParameterProblem) {
    if let one = value.stringValue {
      list = [one]
    } else if value.arrayValue != nil {
      list = try [String](parameter: value)
    } else {
      throw ParameterProblem(value, isNot: Self.parameterType)
    }
  }

  var parameter: JSONValue? { list.parameter }
}
