import Inference
import Serving

/// When draft tokens are taken from the text so far.
enum SpeculationChoice: String, CaseIterable, OptionValue {
  case auto, off

  init?(optionText: String) { self.init(rawValue: optionText) }

  var speculation: Speculation { self == .off ? .off : .auto }
}

extension KeyValueType: OptionValue {
  init?(optionText: String) { self.init(rawValue: optionText) }
}

extension ActivationType: OptionValue {
  init?(optionText: String) { self.init(rawValue: optionText) }

  /// Says it when these change nothing for `model`.
  func check(_ model: InferenceModel, _ console: Console) {
    guard let warning = model.warning(of: self) else { return }
    console.writeError(ErrorText.render([warning], color: console.errorHasColor))
  }
}

/// Options of generation that several commands share.
enum SamplingOptions {
  static let temperature = Option<Double>(
    "temperature", nil, "T", .number(0...2), help: "Randomness; 0 always takes the most likely token.")
  static let topP = Option<Double>(
    "top-p", nil, "P", .number(0...1), help: "Sample from the most likely tokens whose probabilities sum to P.")
  static let topK = Option<Int>(
    "top-k", nil, "K", .integer(0...1_000_000), help: "Sample from the K most likely tokens; 0 means all.")
  static let minP = Option<Double>(
    "min-p", nil, "P", .number(0...1), help: "Drop tokens less likely than P times the most likely one.")
  static let penalty = Option<Double>(
    "repetition-penalty", nil, "R", .number(0.1...10), help: "A value above 1 makes repetition less likely.")
  static let seed = Option<Int>(
    "seed", nil, "N", .integer(0...Int.max), help: "Seed of sampling; equal seeds give equal answers.")
  static let maximum = Option<Int>(
    "max-tokens", "n", "N", .integer(1...1_048_576), help: "Maximum length of an answer in tokens.")

  static let speculate = Option<SpeculationChoice>(
    "speculate", nil, "WHEN", .choice(SpeculationChoice.allCases.map(\.rawValue)),
    help: "Speculative decoding by prompt lookup: auto (default; where it saves time) or off. Answers are the same.")

  static let kvCache = Option<KeyValueType>(
    "kv-cache", nil, "TYPE", .choice(KeyValueType.allCases.map(\.rawValue)),
    help: "How the KV cache stores numbers: f32 (default), f16 (half the memory) or q8_0 (about a quarter).")

  static let activations = Option<ActivationType>(
    "activations", nil, "TYPE", .choice(ActivationType.allCases.map(\.rawValue)),
    help: """
      How inputs of products with quantized weights are rounded: int16 (default) or int8 (faster; answers change a \
      little).
      """)

  static let weights = Option<WeightsChoice>(
    "weights", nil, "WHICH", .choice(WeightsChoice.allCases.map(\.rawValue)),
    help: """
      auto (default; read q4_k and q6_k weights from a faster copy in the store, which chat and serve write once) or \
      stored (no copy). Answers are the same.
      """)

  static let specs = [
    temperature.spec, topP.spec, topK.spec, minP.spec, penalty.spec, seed.spec, maximum.spec, speculate.spec,
    kvCache.spec, activations.spec, weights.spec,
  ]

  /// What the command line says, and else the model's own way.
  /// - Parameter greedy: takes the likeliest token unless a temperature is given.
  static func parameters(
    _ invocation: Invocation, _ defaults: GenerationDefaults, greedy: Bool
  ) -> SamplingParameters {
    SamplingParameters(
      temperature: invocation[temperature] ?? (greedy ? 0 : defaults.temperature),
      topP: invocation[topP] ?? (greedy ? 1 : defaults.topP), topK: invocation[topK] ?? (greedy ? 0 : defaults.topK),
      minP: invocation[minP] ?? (greedy ? 0 : defaults.minP),
      repetitionPenalty: invocation[penalty] ?? (greedy ? 1 : defaults.repetitionPenalty),
      seed: invocation[seed].map { UInt64($0) })
  }
}
