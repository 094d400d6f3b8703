public import Conversations
public import JSON
import JinjaTemplates
public import ModelFiles
public import Tokenization

/// Turns conversations and texts into the tokens a model is given.
public struct PromptEncoder: Sendable {
  public let encoder: ConversationEncoder
  /// Tokens after which a reply is over: the template's, and those the model's files name.
  public let stopTokens: Set<TokenID>
  /// How the model writes calls of functions; `nil` when its template offers none in a way that is known.
  let toolCallFormat: ToolCallFormat?

  /// Control tokens spelled out inside messages are plain text here: nobody ends a turn by typing its mark.
  public init(_ encoder: ConversationEncoder, _ configuration: ModelConfiguration) {
    var encoder = encoder
    encoder.specialTokensInContent = .literal
    self.encoder = encoder
    toolCallFormat = ToolCallFormat(encoder.template)
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
  /// - Parameter arguments: variables of the template that win over the model's.
  public func encode(_ conversation: Conversation, arguments: JSONObject = JSONObject()) throws -> [TokenID] {
    try encoder.encodePrompt(conversation, arguments: arguments)
  }

  /// Whether the template looks at a variable.
  func reads(_ argument: String) -> Bool { encoder.template.template.reads(argument) }

  /// Plain text.
  /// - Parameter addsSpecialTokens: with what the tokenizer puts around texts (a beginning-of-text token, where the model
  ///   has one).
  public func encode(text: String, addsSpecialTokens: Bool = true) throws -> [TokenID] {
    try tokenizer.encode(text, addSpecialTokens: addsSpecialTokens)
  }
}
