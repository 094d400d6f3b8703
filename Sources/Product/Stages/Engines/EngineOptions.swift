import JSON
import Recipes

/// Which program trains, and how it is run (docs/engines.md).
struct EngineOptions: ParameterSet {
  enum Name: String, ParameterChoice {
    case msSwift = "ms-swift"

    static var foreignWords: [String: Name] { ["swift": .msSwift, "ms_swift": .msSwift, "msswift": .msSwift] }
  }

  enum Device: String, ParameterChoice {
    case auto, cpu, cuda
  }

  enum Precision: String, ParameterChoice {
    case float32, bfloat16, float16

    static var foreignWords: [String: Precision] { ["fp32": .float32, "bf16": .bfloat16, "fp16": .float16] }
  }

  enum Sharding: String, ParameterChoice {
    case zero2, zero3
    case zero2Offload = "zero2_offload"
    case zero3Offload = "zero3_offload"
  }

  enum Quantization: String, ParameterChoice {
    case nf4
  }

  enum Attention: String, ParameterChoice {
    case sdpa, eager
    case flash = "flash_attn"

    static var foreignWords: [String: Attention] { ["flash_attention_2": .flash, "flash": .flash] }
  }

  var name: Name?
  /// A program of the user's that keeps to the contract, and its arguments.
  var run: [ProgramWord] = []
  var processes = 1
  var nodes = 1
  var device = Device.auto
  var dtype: Precision?
  var microBatchSize: Int?
  var deepspeed: Sharding?
  var quantize: Quantization?
  var attention: Attention?
  var gradientCheckpointing: Bool?
  var arguments = JSONObject()

  static let fields: [Field<EngineOptions>] = [
    Field("name", \.name, help: "The engine: ms-swift."),
    Field("run", \.run, help: "A program that keeps to the contract of docs/engines.md, and its arguments."),
    Field(
      "processes", \.processes, .integer(1...1024), help: "Processes per node, one for each GPU.",
      aliases: ["nproc_per_node", "NPROC_PER_NODE"]),
    Field("nodes", \.nodes, .integer(1...1024), help: "Nodes of a cluster's job.", aliases: ["nnodes", "NNODES"]),
    Field("device", \.device, help: "auto takes a GPU where there is one."),
    Field(
      "dtype", \.dtype, help: "What the base is computed in; bfloat16 on a GPU and float32 on a CPU unless given.",
      aliases: ["torch_dtype"]),
    Field(
      "micro_batch_size", \.microBatchSize, .integer(1...65536),
      help: "Rows per process and pass; batch_size unless given. The updates stay the same."),
    Field("deepspeed", \.deepspeed, help: "Shards optimizer (zero2) and base (zero3) over the processes."),
    Field(
      "quantize", \.quantize, help: "Holds the base in 4 bits (QLoRA).", aliases: ["quant_method", "quant_bits"]),
    Field("attention", \.attention, help: "The implementation of attention.", aliases: ["attn_impl"]),
    Field(
      "gradient_checkpointing", \.gradientCheckpointing,
      help: "Computes activations twice to save memory; on by default on a GPU."),
    Field("arguments", \.arguments, help: "Further arguments of the engine, as it names them."),
  ]

  var worldSize: Int { processes * nodes }

  /// What people call it.
  var title: String { name?.rawValue ?? run.first?.text ?? "" }

  /// The members that only the engine understands.
  var engineMembers: JSONValue {
    var object = JSONObject()
    object["dtype"] = dtype?.parameter
    object["deepspeed"] = deepspeed?.parameter
    object["quantize"] = quantize?.parameter
    object["attention"] = attention?.parameter
    object["gradient_checkpointing"] = gradientCheckpointing?.parameter
    object["arguments"] = .object(arguments)
    return .object(object)
  }
}

/// A word of a command line: a string, or a number or boolean as it is written.
struct ProgramWord: ParameterValue, Hashable {
  var text: String

  static var parameterType: ParameterType { .text }

  init(parameter value: JSONValue) throws(ParameterProblem) {
    guard let text = value.stringValue else { throw ParameterProblem(value, isNot: .text) }
    self.text = text
  }

  var parameter: JSONValue? { .string(text) }
}

/// `engine:` of a training: a name, or a map of options.
enum EngineChoice: ParameterValue {
  case native
  case external(EngineOptions)

  /// Who names a GPU means the engine that uses one.
  private static let foreignNames = [
    "swift": "ms-swift", "ms_swift": "ms-swift", "msswift": "ms-swift", "gpu": "ms-swift", "cuda": "ms-swift",
    "nvidia": "ms-swift", "cpu": "native", "lorapipe": "native", "default": "native", "auto": "native",
  ]

  static var parameterType: ParameterType {
    .oneOf([.choice(["native", "ms-swift"], foreign: foreignNames), EngineOptions.parameterType])
  }

  init(parameter value: JSONValue) throws(ParameterProblem) {
    switch value {
    case .string("native"): self = .native
    case .string:
      var options = EngineOptions()
      options.name = try EngineOptions.Name(parameter: value)
      self = .external(options)
    default:
      self = .external(try EngineOptions(parameter: value))
    }
  }

  var parameter: JSONValue? {
    switch self {
    // The same as leaving it out, in the key too.
    case .native: nil
    case .external(let options): options.parameter
    }
  }
}
