/// The words that programs have for the roles of a conversation.
public enum MessageRole {
  public static let user: Set<String> = ["user", "human"]
  public static let assistant: Set<String> = ["assistant", "gpt", "bot", "chatgpt", "bing", "bard"]
  /// A call as a turn of its own.
  private static let toolCall: Set<String> = ["tool_call", "function_call"]
  /// What a function answered; `function` is OpenAI's older word.
  private static let tool: Set<String> = [
    "tool", "function", "function_response", "tool_response", "observation", "observations",
  ]

  /// The role that a word means, whatever its case: `user`, `assistant`, `system`, `developer`, `tool_call` or `tool`.
  /// - Returns: `nil` for any other word, which is for the template to judge.
  public static func standard(_ word: String) -> String? {
    let lower = word.lowercased()
    if user.contains(lower) { return "user" }
    if assistant.contains(lower) { return "assistant" }
    if tool.contains(lower) { return "tool" }
    if toolCall.contains(lower) { return "tool_call" }
    return lower == "system" || lower == "developer" ? lower : nil
  }
}
