import Constraints
import Conversations
import JSON
import JinjaTemplates
import Tokenization

/// How a model writes a call of a function. The chat template of its family says so.
enum ToolCallFormat: Sendable, Hashable {
  /// `<tool_call>{"name": …, "arguments": {…}}</tool_call>`, several times or with a list in it: Qwen, Hermes, SmolLM.
  case tagged
  /// `<tool_call><function=NAME><parameter=KEY>VALUE</parameter></function></tool_call>`: Qwen3-Coder, Qwen3.5.
  case elements
  /// The whole reply is `{"name": …, "parameters": {…}}`: Llama 3.x.
  case bare
  /// The reply is a list `[{"name": …, "arguments": {…}}]` behind a control token: Mistral. Control tokens are not part of a
  /// reply's text as a rule.
  case listed
  /// The name, and then the arguments, both behind control tokens: `[TOOL_CALLS]NAME[ARGS]{…}` (Ministral 3).
  case named

  static let open = "<tool_call>"
  static let close = "</tool_call>"
  static let listMark = "[TOOL_CALLS]"
  static let argumentsMark = "[ARGS]"

  /// - Returns: `nil` for a template that offers no tools, or in a way that is not known here.
  init?(_ template: ChatTemplate) {
    guard template.template.reads("tools") else { return nil }
    let source = template.template.source
    if source.contains(Self.open) {
      self = source.contains(FunctionElements.functionOpen) ? .elements : .tagged
    } else if source.contains(Self.listMark) {
      self = source.contains(Self.argumentsMark) ? .named : .listed
    } else if source.contains("<|start_header_id|>"), source.contains("parameters") {
      self = .bare
    } else {
      return nil
    }
  }

  /// How a single call is spelled, and what stands around it.
  var spelling: (call: CallSpelling, open: String, close: String) {
    switch self {
    case .tagged: (.json(argumentsName: "arguments"), Self.open + "\n", "\n" + Self.close)
    case .elements: (.elements, Self.open + "\n", "\n" + Self.close)
    case .bare: (.json(argumentsName: "parameters"), "", "")
    case .listed: (.json(argumentsName: "arguments"), "[", "]")
    case .named: (.nameFirst, "", "")
    }
  }

  /// The calls that JSON text holds: one, or a list of them.
  /// - Returns: `nil` when the text is anything else.
  static func calls(in text: ArraySlice<UInt8>) -> [ToolCall]? {
    guard let json = try? JSONValue(parsing: Array(text), keepsNumerals: true) else { return nil }
    let entries = json.arrayValue ?? [json]
    let calls = entries.compactMap { entry -> ToolCall? in
      let function = entry["function"] ?? entry
      guard function["arguments"] != nil || function["parameters"] != nil else { return nil }
      return try? ToolCall(json: entry)
    }
    return calls.isEmpty || calls.count != entries.count ? nil : calls
  }
}
