import JSON

/// A `generation_config.json` as GGUF metadata, and back: the tokens that end an answer and the sampling defaults.
///
/// llama.cpp reads one end token under each of `eos`, `eot` and `eom`, and `general.sampling.…`. A list of end tokens that
/// is longer, or in another order than those give, is kept beside them under a name of this project's.
enum GGUFGenerationMetadata {
  static let endTokens = "lorapipe.eos_token_ids"

  /// Names in GGUF of what `generation_config.json` says about sampling.
  private static let sampling = [
    ("temperature", "temp"), ("top_k", "top_k"), ("top_p", "top_p"), ("min_p", "min_p"),
    ("repetition_penalty", "penalty_repeat"),
  ]

  /// - Parameter generation: `generation_config.json`, or null.
  static func sampling(_ generation: JSONValue) -> [(String, GGUFWriteValue)] {
    var entries: [(String, GGUFWriteValue)] = []
    let isGreedy = generation["do_sample"]?.boolValue == false
    for (name, key) in sampling {
      let value = name == "temperature" && isGreedy ? 0 : generation[name]?.doubleValue
      guard let value, value.isFinite, value >= 0 else { continue }
      let isCount = name == "top_k"
      entries.append(("general.sampling.\(key)", isCount ? .int32(Int32(min(value, 1e9))) : .float32(Float(value))))
    }
    return entries
  }

  /// The end tokens: the tokenizer's own first, then all others.
  static func ends(tokenizer: Int?, all: [Int]) -> [(String, GGUFWriteValue)] {
    var ids = tokenizer.map { [$0] } ?? []
    for id in all where !ids.contains(id) { ids.append(id) }
    var entries: [(String, GGUFWriteValue)] = []
    for (key, id) in zip(["eos", "eot", "eom"], ids) {
      if let id = UInt32(exactly: id) { entries.append(("tokenizer.ggml.\(key)_token_id", .uint32(id))) }
    }
    if all.count > 1 || ids.first != all.first {
      entries.append((endTokens, .int32s(all.compactMap { Int32(exactly: $0) })))
    }
    return entries
  }

  /// What a GGUF file says, as members of a `generation_config.json`.
  static func generation(_ gguf: GGUFFile) -> JSONObject {
    var object = JSONObject()
    for (name, key) in sampling {
      guard let value = gguf.metadata["general.sampling.\(key)"]?.doubleValue, value.isFinite, abs(value) < 1e9 else {
        continue
      }
      if name == "temperature", value == 0 {
        object["do_sample"] = false
      } else {
        // Stored as f32: the shortest decimal that reads back to it is what the original said.
        object[name] = name == "top_k" ? .integer(Int64(value)) : .number(Double("\(Float(value))") ?? value)
        if name == "temperature" { object["do_sample"] = true }
      }
    }
    return object
  }
}
