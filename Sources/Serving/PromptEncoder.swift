import Conversations
import Diagnostics
import Inference
import JSON
import ModelFiles
public import Tokenization

/// Turns conversations and texts into the tokens a model is given.
public struct PromptEncoder: Sendable {
  public let tokenizer: Tokenizer
  /// Tokens after which a reply is over.
  public let stopTokens: Set<TokenID>
  private let conversation: @Sendable ([CompletionPlan.ChatMessage]) throws -> [TokenID]
  private let systemPrompt: String?

  /// - Parameter conversation: renders messages, with the beginning of the reply at the end, and encodes them.
  public init(
    tokenizer: Tokenizer, stopTokens: Set<TokenID>, systemPrompt: String?,
    conversation: @escaping @Sendable ([CompletionPlan.ChatMessage]) throws -> [TokenID]
  ) {
    self.tokenizer = tokenizer
    self.stopTokens = stopTokens
    self.systemPrompt = systemPrompt
    self.conversation = conversation
  }

  /// A conversation that brings no system message gets the service's.
  public func encode(_ messages: [CompletionPlan.ChatMessage]) throws -> [TokenID] {
    var messages = messages
    if let systemPrompt, messages.first?.role != "system" {
      messages.insert(CompletionPlan.ChatMessage(role: "system", content: systemPrompt), at: 0)
    }
    return try conversation(messages)
  }

  /// Plain text, with what the tokenizer puts around texts (a beginning-of-text token, where the model has one).
  public func encode(text: String) throws -> [TokenID] { try tokenizer.encode(text, addSpecialTokens: true) }
}
