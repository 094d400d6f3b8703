import Constraints
import Conversations
import HTTPService
import Inference
import JSON
import Synchronization
import Tokenization

/// Replies that have to follow a grammar.
extension Service {
  /// - Throws: `APIError` 400 naming what of a schema cannot be followed.
  func constraint(
    _ plan: CompletionPlan, _ prompts: PromptEncoder, _ stopTokens: Set<TokenID>
  ) throws -> (any TokenConstraint)? {
    let grammar: Grammar
    switch plan.format {
    case .text: return nil
    case .jsonObject: grammar = .jsonObject
    case .choice(let texts): grammar = Grammar(choices: texts)
    case .schema(let schema):
      do throws(SchemaProblem) {
        grammar = try Grammar(schema: schema)
      } catch {
        throw APIError.invalid("the schema at \(error.place) \(error.what)", "response_format", code: "invalid_schema")
      }
    case .toolCall(let name): grammar = try toolCallGrammar(plan, prompts, name)
    }
    guard !grammar.isTooLarge else {
      throw APIError.invalid("the schema is too large", "response_format", code: "invalid_schema")
    }
    let vocabulary = vocabulary.withLock { known -> SortedVocabulary in
      let vocabulary = known ?? SortedVocabulary(chat.prompts.tokenizer)
      known = vocabulary
      return vocabulary
    }
    return GrammarConstraint(grammar, vocabulary: vocabulary, stopTokens: stopTokens)
  }

  /// A call of one of the offered functions, as the model writes calls.
  private func toolCallGrammar(_ plan: CompletionPlan, _ prompts: PromptEncoder, _ name: String?) throws -> Grammar {
    guard case .conversation(let conversation)? = plan.prompts.first, let format = prompts.toolCallFormat else {
      throw APIError.invalid(
        "this model's chat template does not take tools", "tools", code: "unsupported_parameter")
    }
    let tools = conversation.tools.compactMap { $0["function"] }.filter {
      name == nil || $0["name"] == name.map { .string($0) }
    }
    let calls = tools.map { tool -> (name: String, parameters: JSONValue) in
      let parameters = tool["parameters"] ?? .null
      let isOpen = parameters.objectValue?.isEmpty ?? true
      return (tool["name"]?.stringValue ?? "", isOpen ? ["type": "object"] : parameters)
    }
    do throws(SchemaProblem) {
      let (spelling, open, close) = format.spelling
      return try Grammar(calls: calls, spelling: spelling, open: open, close: close)
    } catch {
      throw APIError.invalid(
        "the parameters of a tool at \(error.place) \(error.what)", "tools", code: "invalid_schema")
    }
  }
}
