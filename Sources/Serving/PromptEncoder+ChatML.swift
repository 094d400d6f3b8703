import Diagnostics
import JSON
import ModelFiles
import Tokenization

extension PromptEncoder {
  /// The encoder of a model.
  /// - Throws: `Diagnostic` (`missing-chat-template`) when the model brings no template that can be used and none is given.
  static func make(
    source: ModelSource, tokenizer: Tokenizer, systemPrompt: String?, template: String?, templateArguments: JSONObject
  ) throws -> PromptEncoder {
    guard tokenizer.token("<|im_start|>") != nil, let end = tokenizer.token("<|im_end|>") else {
      throw Diagnostic(
        code: "missing-chat-template", "the model has no chat template known here",
        remedy: "name one with the parameter 'template'")
    }
    var stops = stopTokens(source.configuration, tokenizer)
    stops.insert(end)
    return PromptEncoder(tokenizer: tokenizer, stopTokens: stops, systemPrompt: systemPrompt) { messages in
      var text = ""
      for message in messages { text += "<|im_start|>\(message.role)\n\(message.content)<|im_end|>\n" }
      return try tokenizer.encode(text + "<|im_start|>assistant\n")
    }
  }

  /// Every token that ends a turn or a text.
  static func stopTokens(_ configuration: ModelConfiguration, _ tokenizer: Tokenizer) -> Set<TokenID> {
    var tokens = Set(configuration.eosTokenIDs.map { TokenID(truncatingIfNeeded: $0) })
    for spelling in ["<|im_end|>", "<|eot_id|>", "<|endoftext|>", "<|end_of_text|>"] {
      if let token = tokenizer.token(spelling), tokenizer.isSpecial(token) { tokens.insert(token) }
    }
    if let end = tokenizer.endToken { tokens.insert(end) }
    return tokens
  }
}
