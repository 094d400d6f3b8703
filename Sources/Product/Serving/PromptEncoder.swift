public import Conversations
public import ModelFiles
public import Tokenization

/// Turns conversations and texts into the tokens a model is given.
public struct PromptEncoder: Sendable {
  public let encoder: ConversationEncoder
  /// Tokens after which a reply is over: the template's, and those the model's files name.
  public let stopTokens: Set<TokenID>

  /// Control tokens spelled out inside messages are plain text here: nobody ends a turn by typing its mark.
  public init(_ encoder: ConversationEncoder, _ configuration: ModelConfiguration) {
    var encoder = encoder
    encoder.specialTokensInContent = .literal
    self.encoder = encoder
    stopTokens = Set(encoder.stopTokens).union(configuration.eosTokenIDs.compactMap { TokenID(exactly: $0) })
  }

  /// The same tokenizer under another system prompt or template.
  func with(_ context: ChatContext, of source: ModelSource) throws -> PromptEncoder {
    PromptEncoder(
      try ConversationEncoder.open(source, context: context, tokenizer: tokenizer), source.configuration)
  }

  public var tokenizer: Tokenizer { encoder.tokenizer }
  /// What conversations that bring no system message get.
  public var systemPrompt: String? { encoder.context.system }

  /// A conversation, with the beginning of the reply at its end.
  public func encode(_ conversation: Conversation) throws -> [TokenID] { try encoder.encodePrompt(conversation) }

  /// Plain text, with what the tokenizer puts around texts (a beginning-of-text token, where the model has one).
  public func encode(text: String) throws -> [TokenID] { try tokenizer.encode(text, addSpecialTokens: true) }
}
