public import Conversations
import JSON

/// A system prompt that a chat template writes before conversations that bring none, such as the one in which SmolLM2's
/// template says its name.
public struct AddedSystemPrompt: Sendable, Hashable {
  public var text: String
  /// The tokens that a conversation begins with when it has this prompt, without the last one, which what follows may change.
  var start: [TokenID]

  /// Whether a row of tokens begins with it.
  public func begins(_ tokens: some Sequence<TokenID>) -> Bool { !start.isEmpty && tokens.starts(with: start) }
}

extension ConversationEncoder {
  /// What the template adds to a conversation without a system prompt; `nil` when it adds nothing, or when the context has a
  /// system prompt of its own.
  ///
  /// Found by rendering, whatever the template: what stands before the question is compared with what stands there around a
  /// given system prompt.
  ///
  ///     <system>lpqsystemz<end>↵<user>lpqquestionz     given: begins with `<system>`, goes on with `<end>↵<user>`
  ///     <system>You are …<end>↵<user>lpqquestionz      without: what stands between the same two is added
  public var addedSystemPrompt: AddedSystemPrompt? {
    guard context.system == nil else { return nil }
    let (question, mark) = ("lpqquestionz", "lpqsystemz")
    func head(_ system: String?) -> Substring? {
      let messages =
        (system.map { [Message(role: "system", content: $0)] } ?? []) + [Message(role: "user", content: question)]
      guard let text = try? render(prepared(messages), [], false, JSONObject()),
        let place = text.firstRange(of: question)
      else { return nil }
      return text[..<place.lowerBound]
    }
    guard let plain = head(nil), let given = head(mark), let place = given.firstRange(of: mark) else { return nil }
    let (before, after) = (given[..<place.lowerBound], given[place.upperBound...])
    guard plain.utf8.count > before.utf8.count + after.utf8.count, plain.hasPrefix(before), plain.hasSuffix(after)
    else {
      return nil
    }
    let added = plain.dropFirst(before.count).dropLast(after.count)
    let text = String(added.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    guard !text.isEmpty else { return nil }
    let start = (try? encodeWhole(Array((before + added).utf8))) ?? []
    return AddedSystemPrompt(
      text: text, start: start.dropLast())
  }
}
