import Diagnostics
import JSON

/// A family of models: what its files call things, and how its hyperparameters become a description.
///
/// To add one that needs no new arithmetic, write one file with a value like this and name it in `all`. Everything else
/// works from the description.
struct ModelFamily: Sendable {
  /// A class of models that transformers has for the family.
  struct HuggingFaceClass: Sendable {
    /// `model_type` of `config.json`.
    var type: String
    /// The entry of `architectures`.
    var name: String
    /// A class with a vision part, whose decoder is described under `text_config`.
    var isNested = false
  }

  /// Unique; also the `family` of a description.
  var name: String
  /// The first is what is written for a model that had no `config.json`.
  var classes: [HuggingFaceClass]
  /// `general.architecture` of GGUF; `nil` when llama.cpp does not know the family.
  var ggufArchitecture: String?
  /// The modules of a layer, as `config.json`'s tensors and as GGUF's call them, in the order of computation.
  var modules: [(canonical: String, gguf: String)]
  /// GGUF's rows of queries and keys lie in the order of neighbors (`RowPermutation`).
  var permutesQueryKey = false
  /// Tensors of a layer that are no module's weight or bias, as `config.json`'s files and as GGUF's call them.
  var ggufTensors: [(canonical: String, gguf: String)] = []
  /// GGUF's value heads of gated delta nets lie as `ValueHeadOrder` says, and their decay is stored as −e^A.
  var ggufTilesValueHeads = false
  /// GGUF's norms hold 1 + w where the tensors hold w.
  var ggufNormsIncludeOne = false
  /// llama.cpp reads a `rope_freqs` tensor for the family.
  var ggufReadsFrequencyFactors = false
  /// llama.cpp applies the family's sliding window.
  var ggufReadsWindow = false
  /// `rope_type: yarn` and `su` mean longrope, as in early Phi-3.
  var spellsLongRopeAsYarn = false
  /// GGUF's names of hyperparameters that only this family has, by those of `config.json`.
  var ggufKeys: [String: String] = [:]
  /// Tied embeddings when `config.json` does not say.
  var tiesEmbeddings = false
  /// Reads the hyperparameters.
  var describe: @Sendable (FamilyReader) throws -> ModelConfiguration
  /// Members of a `config.json` beside those that follow from the description for every family.
  var configurationFields: @Sendable (ModelConfiguration) throws -> [(String, JSONValue)] = { _ in [] }
  /// GGUF metadata beside what follows from the description for every family, without the architecture's name.
  var metadataFields: @Sendable (ModelConfiguration) throws -> [(String, GGUFWriteValue)] = { _ in [] }

  static let all: [ModelFamily] = [
    .llama, .qwen2, .qwen3, .qwen35, .mistral, .ministral3, .smollm3, .gemma3, .gemma2, .phi3,
  ]

  static func named(_ name: String) -> ModelFamily? { all.first { $0.name == name } }

  static func ofGGUF(_ architecture: String) -> [ModelFamily] { all.filter { $0.ggufArchitecture == architecture } }

  /// The family of a `config.json` and its class.
  static func of(type: String) -> (family: ModelFamily, form: HuggingFaceClass)? {
    for family in all {
      if let form = family.classes.first(where: { $0.type == type }) { return (family, form) }
    }
    return nil
  }

  static func of(className: String) -> (family: ModelFamily, form: HuggingFaceClass)? {
    for family in all {
      if let form = family.classes.first(where: { $0.name == className }) { return (family, form) }
    }
    return nil
  }

  /// Linear layers of every family, by module path, in the order of computation.
  static let linearModules: [String] = {
    var modules: [String] = []
    for family in all {
      for (canonical, _) in family.modules where canonical.contains("_proj") && !modules.contains(canonical) {
        modules.append(canonical)
      }
    }
    return modules
  }()

  /// What models may be.
  static var supported: String {
    "choose a model of one of these families: " + all.map(\.name).joined(separator: ", ")
  }

  /// The modules of a Llama.
  static let llamaModules: [(canonical: String, gguf: String)] = [
    ("input_layernorm", "attn_norm"), ("self_attn.q_proj", "attn_q"), ("self_attn.k_proj", "attn_k"),
    ("self_attn.v_proj", "attn_v"), ("self_attn.o_proj", "attn_output"), ("post_attention_layernorm", "ffn_norm"),
    ("mlp.gate_proj", "ffn_gate"), ("mlp.up_proj", "ffn_up"), ("mlp.down_proj", "ffn_down"),
  ]

  /// The norms of query and key heads.
  static let queryKeyNorms: [(canonical: String, gguf: String)] = [
    ("self_attn.q_norm", "attn_q_norm"), ("self_attn.k_norm", "attn_k_norm"),
  ]
}
