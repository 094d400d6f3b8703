public import JSON
import ModelFiles

extension GenerationDefaults {
  /// What a model's `generation_config.json` asks for; what it does not say keeps its default. One that says not to
  /// sample means the likeliest token.
  public init(huggingFace json: JSONValue) {
    self.init()
    func number(_ name: String, _ range: ClosedRange<Double>) -> Double? {
      json[name]?.doubleValue.flatMap { range.contains($0) ? $0 : nil }
    }
    temperature = number("temperature", 0...2) ?? temperature
    topP = number("top_p", 0...1) ?? topP
    topK = json["top_k"]?.intValue.map { max($0, 0) } ?? topK
    minP = number("min_p", 0...1) ?? minP
    repetitionPenalty = number("repetition_penalty", 0.01...10) ?? repetitionPenalty
    if let count = json["max_new_tokens"]?.intValue, count > 0 { maximumTokens = count }
    if json["do_sample"]?.boolValue == false { temperature = 0 }
  }

  /// What the files of a model say, a folder's `generation_config.json` or a GGUF's `general.sampling.…`.
  /// - Throws: `Diagnostic` when the model cannot be opened.
  public init(model path: String) throws {
    let source = try ModelSource.open(path)
    if let file = try source.file(named: "generation_config.json"),
      let json = file.withBytes({ try? JSONValue(parsing: Array($0)) })
    {
      self.init(huggingFace: json)
      return
    }
    self.init()
    guard let metadata = source.gguf?.metadata else { return }
    func number(_ name: String, _ range: ClosedRange<Double>) -> Double? {
      guard let stored = metadata["general.sampling." + name]?.doubleValue else { return nil }
      // Stored as f32: the shortest decimal that reads back to it is what the original said.
      let value = Double("\(Float(stored))") ?? stored
      return range.contains(value) ? value : nil
    }
    temperature = number("temp", 0...2) ?? temperature
    topP = number("top_p", 0...1) ?? topP
    topK = number("top_k", 0...1e9).map { Int($0) } ?? topK
    minP = number("min_p", 0...1) ?? minP
    repetitionPenalty = number("penalty_repeat", 0.01...10) ?? repetitionPenalty
  }
}
