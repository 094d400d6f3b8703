import Inference
import Tokenization

/// One reply on its way. It takes in what the generator says of it and gives out text: the only place where token events
/// become a reply.
struct GrowingReply {
  let promptTokens: Int
  private(set) var text = ""
  /// Tokens generated, the one that ended the reply included.
  private(set) var tokenCount = 0
  /// Tokens of the prompt that were in the KV cache.
  private(set) var cachedTokens = 0
  private(set) var speculation = SpeculationCounts()
  /// Probabilities of the prompt's own tokens, where they were asked for.
  private(set) var promptScores: [GeneratedToken] = []
  private(set) var end: GenerationEnd?
  private let stopTokens: Set<TokenID>
  private let minimumTokens: Int
  private var assembler: TextAssembler

  init(promptTokens: Int, tokenizer: Tokenizer, stopTokens: Set<TokenID>, stops: [String], minimumTokens: Int = 0) {
    self.promptTokens = promptTokens
    self.stopTokens = stopTokens
    self.minimumTokens = minimumTokens
    assembler = TextAssembler(tokenizer, stops: stops)
  }

  /// What an event adds to a reply.
  struct Piece {
    var text = ""
    /// The token that was generated, unless it only ended the reply.
    var token: GeneratedToken?
  }

  /// Whether a stop string ended the reply: the generator does not know, and has to be told.
  var isCut: Bool { assembler.stopped }

  /// Takes in an event. After the end nothing more is added.
  mutating func take(_ event: GenerationEvent) -> Piece {
    guard end == nil else { return Piece() }
    var piece = Piece()
    switch event {
    case .prompt(_, let scores): promptScores = scores
    case .speculated(_, let counts): speculation += counts
    case .token(_, let token):
      tokenCount += 1
      if stopTokens.contains(token.token) { break }
      piece.token = token
      piece.text = assembler.push(token.token, mayStop: tokenCount > minimumTokens)
      if assembler.stopped { end = .stop }
    case .finished(_, let end, let cached):
      cachedTokens = cached
      piece.text = assembler.finish()
      self.end = end
    }
    text += piece.text
    return piece
  }

  /// The reply as it is now; one without an end was cut off.
  var reply: ChatModel.Reply {
    ChatModel.Reply(text: text, end: end ?? .cancelled, promptTokens: promptTokens, replyTokens: tokenCount)
  }
}

extension GenerationEvent {
  /// Which reply it is about.
  var id: GenerationID {
    switch self {
    case .prompt(let id, _), .token(let id, _), .speculated(let id, _), .finished(let id, _, _): id
    }
  }
}
