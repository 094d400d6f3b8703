import Conversations
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
  static let user = MessageRole.user
  static let assistant = MessageRole.assistant
  /// Columns that have a part in a row and are not claimants of a target.
  static let parts: Set<String> = ["tools", "history", "mask_history"]
  /// OpenAI's older name for the tools: a list of the functions alone, without the `function` wrapper.
  static let functions = "functions"
  /// Columns that say something to the model in other programs, and nothing here.
  static let telling: Set<String> = [
    "context", "contexts", "passage", "document", "documents", "knowledge", "evidence", "inputs", "outputs", "choices",
    "options", "rejected", "chosen", "rejected_response", "rejected_messages", "reasoning", "reasoning_content",
    "thinking", "think", "thought", "complex_cot", "image", "images", "video", "videos", "audio", "audios", "label",
    "labels", "weight", "loss", "train", functions, "function_call", "tool_calls", "rationale", "chain_of_thought",
    "cot", "explanation", "background", "article", "paragraph", "ctx", "persona", "hint", "system_message",
  ]
  /// Stands behind the name of an answer's column whose list holds further answers.
  static let furtherAnswers = "[1…]"

  /// What to do with a column that the model is to see.
  static let remedy = "If the model is to see it, put its text into the question or the answer."

  /// A column's name as it is compared: in lower case, without the spaces around it that some programs leave.
  static func name(_ column: String) -> String {
    let name = trimmed(column).lowercased()
    return chinese[name] ?? name
  }

  /// The English name of a column whose name is Chinese; `nil` for any other column.
  static func translated(_ column: String) -> String? { chinese[trimmed(column).lowercased()] }

  /// A column's name without the spaces around it that some programs leave.
  static func trimmed(_ column: String) -> String {
    guard let first = column.unicodeScalars.first, let last = column.unicodeScalars.last,
      isSpace(first) || isSpace(last)
    else { return column }
    let scalars = column.unicodeScalars.drop(while: isSpace)
    return String(String.UnicodeScalarView(scalars.reversed().drop(while: isSpace).reversed()))
  }

  /// Chinese headers, and the words that the other sets name; simplified and traditional.
  private static let chinese: [String: String] = [
    "问题": "question", "問題": "question", "提问": "question", "提問": "question", "问": "question", "問": "question",
    "用户问题": "question", "查询": "query", "查詢": "query", "提示": "prompt", "提示词": "prompt", "提示詞": "prompt",
    "题目": "problem", "題目": "problem", "指令": "instruction", "指示": "instruction", "输入": "input", "輸入": "input",
    "答案": "answer", "回答": "answer", "答": "answer", "答复": "answer", "答覆": "answer", "回复": "response",
    "回覆": "response", "响应": "response", "回應": "response", "参考答案": "answer", "參考答案": "answer",
    "标准答案": "answer", "標準答案": "answer", "输出": "output", "輸出": "output", "系统": "system", "系統": "system",
    "系统提示": "system", "系統提示": "system", "系统提示词": "system", "系統提示詞": "system", "历史": "history",
    "歷史": "history", "历史对话": "history", "歷史對話": "history", "工具": "tools", "对话": "conversation",
    "對話": "conversation", "消息": "messages", "角色": "role", "内容": "content", "內容": "content", "上下文": "context",
    "背景": "context", "思考": "thinking", "思考过程": "thinking", "推理": "reasoning", "图片": "image", "标签": "label",
    "用户": "user", "用戶": "user", "助手": "assistant",
  ]

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || scalar == "\u{FEFF}" || scalar == "\u{200B}"
  }

  /// Parts of names that people give to the two columns of a row, for a guess in a remedy.
  static let questionSounds = ["问", "問", "咨询", "諮詢", "提示", "question", "ask", "user", "prompt", "query"]
  static let answerSounds = ["答", "回复", "回覆", "客服", "answer", "reply", "response", "bot", "assistant"]

  static func soundsLike(_ sounds: [String], _ column: String) -> Bool {
    let name = name(column)
    return sounds.contains { name.contains($0) }
  }

  /// The columns of a row that hold something and are not among those `used`.
  static func unused(in row: JSONObject, except used: Set<String>) -> [String] {
    row.compactMap { key, value in
      switch value {
      case .null, .string(""), .array([]): return nil
      default: return used.contains(key) ? nil : key
      }
    }
  }

  /// Whether a column that is not used would have said something: another program reads it, or it lost its claim to one
  /// that bears the target's own name.
  static func isTelling(_ column: String) -> Bool {
    if column.hasSuffix(furtherAnswers) { return true }
    let name = name(column)
    return [telling, system, query, response, messages, parts].contains { $0.contains(name) }
  }

  /// What is read together with a question.
  private static let besideQuestion: Set<String> = [
    "context", "contexts", "passage", "document", "documents", "knowledge", "evidence", "inputs", "background",
    "article",
    "paragraph", "ctx", "hint", "choices", "options",
  ]

  /// Whether a column that is not used goes with the question, so that it can be its `input`.
  static func isBesideQuestion(_ column: String) -> Bool { besideQuestion.contains(name(column)) }

  /// Whether a column that is not used is a system prompt by another name.
  static func isOfSystem(_ column: String) -> Bool { ["system_message", "persona"].contains(name(column)) }

  /// The role a row's word stands for; unknown ones pass through to the template.
  static func role(_ word: String) -> String { MessageRole.standard(name(word)) ?? word }

  /// The columns that claim a target and are not null, in the row's order.
  static func claimants(_ names: Set<String>, in row: JSONObject) -> [(name: String, value: JSONValue)] {
    var found: [(name: String, value: JSONValue)] = []
    for (key, value) in row where !value.isNull && names.contains(name(key)) {
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
