import Diagnostics

/// How the next token is chosen from the logits.
public struct SamplingParameters: Sendable, Hashable {
  /// 0 takes the likeliest token.
  public var temperature: Double
  /// Keeps the fewest likeliest tokens whose probabilities reach this sum; 1 keeps all.
  public var topP: Double
  /// Keeps this many likeliest tokens; 0 keeps all.
  public var topK: Int
  /// Drops tokens less likely than this share of the likeliest.
  public var minP: Double
  /// Divides positive and multiplies negative logits of tokens already in prompt or reply; 1 changes nothing.
  public var repetitionPenalty: Double
  /// Subtracted per occurrence in the reply.
  public var frequencyPenalty: Double
  /// Subtracted once a token has occurred in the reply.
  public var presencePenalty: Double
  /// Added to the logits of single tokens.
  public var logitBias: [Int32: Float]
  /// Equal seeds give equal replies; a `nil` seed is drawn by the generator.
  public var seed: UInt64?

  /// Without arguments, tokens are drawn with the model's own probabilities.
  public init(
    temperature: Double = 1, topP: Double = 1, topK: Int = 0, minP: Double = 0, repetitionPenalty: Double = 1,
    frequencyPenalty: Double = 0, presencePenalty: Double = 0, logitBias: [Int32: Float] = [:], seed: UInt64? = nil
  ) {
    self.temperature = temperature
    self.topP = topP
    self.topK = topK
    self.minP = minP
    self.repetitionPenalty = repetitionPenalty
    self.frequencyPenalty = frequencyPenalty
    self.presencePenalty = presencePenalty
    self.logitBias = logitBias
    self.seed = seed
  }

  /// The likeliest token each time.
  public static let greedy = SamplingParameters(temperature: 0, topP: 1)

  /// - Throws: `Diagnostic` (`bad-sampling-parameter`) naming the one out of range.
  public func validate() throws {
    func check(_ name: String, _ value: Double, _ range: ClosedRange<Double>) throws {
      guard range.contains(value) else {
        throw Diagnostic(
          code: "bad-sampling-parameter",
          "\(name) must lie between \(range.lowerBound) and \(range.upperBound)")
      }
    }
    try check("temperature", temperature, 0...2)
    try check("top_p", topP, 0...1)
    try check("min_p", minP, 0...1)
    try check("repetition_penalty", repetitionPenalty, 0.01...10)
    try check("frequency_penalty", frequencyPenalty, -2...2)
    try check("presence_penalty", presencePenalty, -2...2)
    guard topK >= 0 else { throw Diagnostic(code: "bad-sampling-parameter", "top_k must not be negative") }
  }
}

/// A token and the natural logarithm of its probability under the model (before temperature and penalties).
public struct TokenProbability: Sendable, Hashable {
  public var token: Int32
  public var logProbability: Float

  public init(token: Int32, logProbability: Float) {
    self.token = token
    self.logProbability = logProbability
  }
}
