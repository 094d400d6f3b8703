import JSON

/// Which columns mean what. Matching ignores case; when two columns claim one target, neither is taken for it, unless one
/// of them bears the target's own name.
enum ColumnTable {
  static let system: Set<String> = ["system", "system_prompt"]
  static let query: Set<String> = ["query", "prompt", "input", "instruction", "question", "problem"]
  static let response: Set<String> = [
    "response", "answer", "output", "targets", "target", "answer_key", "answers", "solution", "text", "completion",
    "content",
  ]
  static let messages: Set<String> = ["messages", "conversation", "conversations"]
  static let role: Set<String> = ["role", "from"]
  static let content: Set<String> = ["content", "value"]
  static let user: Set<String> = ["user", "human"]
  static let assistant: Set<String> = ["assistant", "gpt", "bot"]

  /// The role a row's word stands for; unknown ones pass through to the template.
  static func role(_ word: String) -> String {
    let lower = word.lowercased()
    if user.contains(lower) { return "user" }
    if assistant.contains(lower) { return "assistant" }
    switch lower {
    case "system": return "system"
    case "function_call", "tool_call": return "tool_call"
    case "function_response", "observation", "observations", "tool_response", "tool": return "tool"
    default: return word
    }
  }

  /// The columns that claim a target and are not null, in the row's order.
  static func claimants(_ names: Set<String>, in row: JSONObject) -> [(name: String, value: JSONValue)] {
    var found: [(name: String, value: JSONValue)] = []
    for (key, value) in row where !value.isNull && names.contains(key.lowercased()) {
      found.append((key, value))
    }
    return found
  }

  /// The column that stands for `target`.
  static func column(_ target: String, _ names: Set<String>, in row: JSONObject) -> (name: String, value: JSONValue)? {
    let found = claimants(names, in: row)
    if found.count <= 1 { return found.first }
    return found.first { $0.name == target }
  }
}
