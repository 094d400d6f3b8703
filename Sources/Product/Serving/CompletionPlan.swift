public import Conversations
public import HTTPService
public import Inference
public import JSON

/// What a client asked to have generated, checked, with every default filled in.
public struct CompletionPlan: Sendable, Hashable {
  public enum Dialect: Sendable, Hashable {
    /// `/v1/chat/completions`
    case chat
    /// `/v1/completions`
    case text
    /// `/chat`
    case simple
  }

  public enum Prompt: Sendable, Hashable {
    case conversation(Conversation)
    case text(String)
    case tokens([Int32])
  }

  public var dialect: Dialect
  /// The name the client used, and gets back.
  public var model: String
  /// `nil` is the base.
  public var adapter: String?
  public var prompts: [Prompt]
  /// Replies per prompt.
  public var count: Int
  public var sampling: SamplingParameters
  public var maximumTokens: Int
  /// Before this many no end is taken.
  public var minimumTokens: Int
  public var stops: [String]
  /// Tokens that end the reply beside the model's own.
  public var stopTokens: [Int32]
  /// Whether the model's own end tokens do not end the reply.
  public var ignoresEnd: Bool
  /// Variables of the chat template that win over the model's.
  public var templateArguments: JSONObject
  public var format: OutputFormat
  /// Whether a reply may call several functions.
  public var allowsSeveralCalls: Bool
  /// Whether the tokenizer puts its own tokens around a text.
  public var addsSpecialTokens: Bool
  public var streams: Bool
  public var includesUsage: Bool
  /// How many likeliest tokens beside each; `nil` reports no probabilities.
  public var topProbabilities: Int?
  /// The prompt comes back before the reply.
  public var echoes: Bool
  /// Who is asking, for fairness.
  public var client: String
}

/// What the router decided.
public enum RouterAction: Sendable, Hashable {
  case metrics
  case respond(HTTPResponse)
  case complete(CompletionPlan)
  case loadAdapter(name: String, path: String)
  case unloadAdapter(name: String)
  /// What the model's tokenizer is, and what it makes of a text or of tokens, for clients that score by tokens.
  case describeTokenizer
  case tokenize(text: String, addsSpecialTokens: Bool)
  case detokenize([Int32])
}
