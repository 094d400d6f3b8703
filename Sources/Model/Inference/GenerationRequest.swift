public import Diagnostics

/// One reply to generate.
public struct GenerationRequest: Sendable {
  /// The longest reply, in tokens, where nobody sets a limit: of a request, a chat, a service and the stage `generate`.
  public static let usualMaximumTokens = 512

  public var prompt: [Int32]
  public var adapter: InferenceAdapter?
  public var sampling: SamplingParameters
  /// Tokens to generate at most; 0 only reads the prompt.
  public var maximumTokens: Int
  /// Tokens that end the reply; they are reported and not counted as text.
  public var stopTokens: Set<Int32>
  /// Tokens to generate at least: before that no stop token is chosen.
  public var minimumTokens: Int
  /// What the reply's tokens must be; it ends when no token may follow.
  public var constraint: (any TokenConstraint)?
  /// How many of the likeliest tokens to report beside each chosen one; `nil` reports no probability.
  public var topProbabilities: Int?
  /// Whether to report the probabilities of the prompt's own tokens too.
  public var scoresPrompt: Bool

  public init(
    prompt: [Int32], adapter: InferenceAdapter? = nil, sampling: SamplingParameters = .greedy,
    maximumTokens: Int = GenerationRequest.usualMaximumTokens, stopTokens: Set<Int32> = [], minimumTokens: Int = 0,
    constraint: (any TokenConstraint)? = nil, topProbabilities: Int? = nil, scoresPrompt: Bool = false
  ) {
    self.prompt = prompt
    self.adapter = adapter
    self.sampling = sampling
    self.maximumTokens = maximumTokens
    self.stopTokens = stopTokens
    self.minimumTokens = minimumTokens
    self.constraint = constraint
    self.topProbabilities = topProbabilities
    self.scoresPrompt = scoresPrompt
  }
}

public typealias GenerationID = Int

/// What a step has to say about one request.
public enum GenerationEvent: Sendable, Hashable {
  /// The probabilities of `prompt[1...]`, in order; `chosen` is the prompt's token.
  case prompt(GenerationID, [GeneratedToken])
  case token(GenerationID, GeneratedToken)
  /// Draft tokens checked in this step. It comes before the step's tokens.
  case speculated(GenerationID, SpeculationCounts)
  /// No further event follows.
  case finished(GenerationID, GenerationEnd, cachedTokens: Int)
}

public struct GeneratedToken: Sendable, Hashable {
  public var token: Int32
  /// Of the token under the model; `nil` unless asked for.
  public var logProbability: Float?
  public var top: [TokenProbability]

  public init(token: Int32, logProbability: Float? = nil, top: [TokenProbability] = []) {
    self.token = token
    self.logProbability = logProbability
    self.top = top
  }
}

public enum GenerationEnd: String, Sendable, Hashable {
  /// A stop token.
  case stop
  /// `maximumTokens` reached, or the context full.
  case length
  case cancelled
  /// Memory for the sequence ran out and no other sequence could be put off.
  case memory
  /// The model's outputs are not numbers: its weights, or the adapter's, hold a NaN or an infinity.
  case notANumber = "not_a_number"

  /// What to tell of a reply that ended so; `nil` for an ordinary end.
  public var failure: Diagnostic? {
    guard self == .notANumber else { return nil }
    return Diagnostic(
      code: "not-a-number", "the model's outputs are not numbers",
      remedy:
        "its weights or the adapter's hold a NaN or an infinity: fetch or train them again; with a KV cache of f16 or q8_0, try f32 first"
    )
  }
}

public struct GeneratorOptions: Sendable, Hashable {
  public var threads: Int
  /// Positions of the longest sequence, prompt and reply together.
  public var contextLength: Int
  /// Bytes of the key/value cache, the states of recurrent layers included.
  public var cacheByteCount: Int
  /// How keys and values are stored. States of recurrent layers are f32.
  public var keyValueType: KeyValueType
  /// How inputs of products with quantized weights are rounded.
  public var activations: ActivationType
  /// Sequences generated at once.
  public var maximumSequences: Int
  /// Prompt tokens read per step, so that long prompts do not hold up running replies.
  public var prefillTokens: Int
  /// Speculative decoding. Models with recurrent layers do without.
  public var speculation: Speculation

  public init(
    threads: Int = 2, contextLength: Int = 4096, cacheByteCount: Int = 1 << 30, keyValueType: KeyValueType = .usual,
    activations: ActivationType = .usual, maximumSequences: Int = 16, prefillTokens: Int = 256,
    speculation: Speculation = .auto
  ) {
    self.threads = threads
    self.contextLength = contextLength
    self.cacheByteCount = cacheByteCount
    self.keyValueType = keyValueType
    self.activations = activations
    self.maximumSequences = maximumSequences
    self.prefillTokens = prefillTokens
    self.speculation = speculation
  }
}
