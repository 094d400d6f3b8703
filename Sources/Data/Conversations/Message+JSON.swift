public import JSON

/// Why a message cannot be read.
public struct MessageProblem: Error, Sendable, Hashable {
  /// Which message, from 0.
  public var index: Int
  /// What is wrong with it, to be read after its name: "has no role".
  public var what: String
  public var remedy: String?

  public init(index: Int = 0, what: String, remedy: String? = nil) {
    self.index = index
    self.what = what
    self.remedy = remedy
  }
}

extension Message {
  /// The members that reasoning goes by; the first is the one templates read.
  private static let reasoningNames = ["reasoning_content", "reasoning", "thinking"]
  /// Members that say something to the model where a template reads them, and nothing where it does not.
  public static let tellingMembers = [
    "image", "images", "video", "videos", "audio", "audios", "attachments", "files", "documents", "refusal",
  ]

  /// A list of messages in OpenAI's form, or ms-swift's with `tool_call` turns, which join the assistant's turn.
  /// - Throws: `MessageProblem` for the first message that cannot be read.
  public static func list(_ values: [JSONValue]) throws(MessageProblem) -> [Message] {
    var messages: [Message] = []
    for (index, value) in values.enumerated() {
      do throws(MessageProblem) {
        try messages.append(turn: Message(json: value))
      } catch var problem {
        problem.index = index
        throw problem
      }
    }
    return messages
  }

  /// A message in OpenAI's form; its role may go by any word of `MessageRole`. `tool_calls` may hold arguments as JSON
  /// text or as an object, with or without the `function` wrapper; the older `function_call` is one call.
  /// - Throws: `MessageProblem` for a missing role, content that is not text, and calls that name no function.
  public init(json: JSONValue) throws(MessageProblem) {
    guard let object = json.objectValue else { throw MessageProblem(what: "is not an object") }
    guard let role = object["role"]?.stringValue, !role.isEmpty else { throw MessageProblem(what: "has no role") }
    self.init(role: MessageRole.standard(role) ?? role, content: try MessageContent(json: object["content"] ?? .null))
    for (key, value) in object where !value.isNull {
      switch key {
      case "role", "content": break
      case "tool_calls":
        guard let calls = value.arrayValue else { throw MessageProblem(what: "has tool_calls that are not a list") }
        for call in calls { toolCalls.append(try ToolCall(json: call)) }
      case "function_call": toolCalls.append(try ToolCall(json: value))
      case "tool_call_id": toolCallID = try Self.string(value, key)
      case "name": name = try Self.string(value, key)
      default: extra[key] = value
      }
    }
    reasoning = try Self.reasoning(extra)
    if extra["reasoning_content"]?.stringValue == reasoning { extra["reasoning_content"] = nil }
  }

  /// - Throws: `MessageProblem` for reasoning that is not text, and for two members that hold different reasoning, of which
  ///   a template would show one.
  private static func reasoning(_ members: JSONObject) throws(MessageProblem) -> String? {
    var found: (name: String, text: String)?
    for name in reasoningNames {
      guard let value = members[name] else { continue }
      guard let text = value.stringValue else {
        // Elsewhere a switch is called so.
        if name == "thinking", value.boolValue != nil { continue }
        throw MessageProblem(what: "has '\(name)' that is not text")
      }
      guard let first = found, !first.text.isEmpty else {
        found = (name, text)
        continue
      }
      guard text.isEmpty || text == first.text else {
        throw MessageProblem(
          what: "has reasoning twice, and not the same: \(first.name) and \(name)", remedy: "Leave one of them out.")
      }
    }
    return found?.text
  }

  private static func string(_ value: JSONValue, _ name: String) throws(MessageProblem) -> String {
    guard let text = value.stringValue else { throw MessageProblem(what: "has a \(name) that is not a string") }
    return text
  }
}

extension MessageContent {
  /// A text, `null`, or a list of texts and of parts of type `text`.
  /// - Throws: `MessageProblem` for anything else, an image for example.
  public init(json: JSONValue) throws(MessageProblem) {
    switch json {
    case .null: self = .absent
    case .string(let text): self = .text(text)
    case .array(let parts):
      var texts: [String] = []
      for part in parts { texts.append(try Self.text(part)) }
      self = .parts(texts)
    default: throw MessageProblem(what: "has content that is not text")
    }
  }

  private static func text(_ part: JSONValue) throws(MessageProblem) -> String {
    if let text = part.stringValue { return text }
    let type = part["type"]?.stringValue ?? ""
    if ["text", "input_text", "output_text"].contains(type), let text = part["text"]?.stringValue { return text }
    throw MessageProblem(
      what: type.isEmpty || type == "text" ? "has a part that is not text" : "has a part of type '\(type)'",
      remedy: "Only parts of type text can be read.")
  }
}

extension ToolCall {
  /// `{"function": {"name": …, "arguments": …}}`, or the inner object alone. ms-swift says `parameters` for arguments.
  /// - Throws: `MessageProblem` for a call without a name or of a type other than `function`, for one with two different
  ///   sets of arguments, and for arguments that give a key twice.
  public init(json: JSONValue) throws(MessageProblem) {
    if let type = json["type"], !type.isNull, type != "function" {
      throw MessageProblem(what: "has a tool call of type '\(type.stringValue ?? type.text())'")
    }
    let function = json["function"] ?? json
    guard let name = function["name"]?.stringValue, !name.isEmpty else {
      throw MessageProblem(
        what: "has a tool call without a name", remedy: "Write it as {\"name\": …, \"arguments\": {…}}.")
    }
    // Some sets put the arguments beside `function` instead of into it.
    let given = [function, json].flatMap { [$0["arguments"], $0["parameters"]] }.compactMap(\.self)
      .filter { !$0.isNull }
    guard given.dropFirst().allSatisfy({ $0 == given[0] }) else {
      throw MessageProblem(
        what: "has a call of '\(name)' with two sets of arguments", remedy: "Leave one of them out.")
    }
    self.init(
      id: try Self.id(json["id"] ?? .null), name: name, arguments: try Self.arguments(given.first ?? .null, of: name))
  }

  private static func id(_ value: JSONValue) throws(MessageProblem) -> String? {
    switch value {
    case .null: return nil
    case .string(let text): return text
    case .integer, .numeral: return value.text()
    default: throw MessageProblem(what: "has a tool call whose id is not a string")
    }
  }

  /// OpenAI writes arguments as JSON text, templates read an object.
  private static func arguments(_ value: JSONValue, of name: String) throws(MessageProblem) -> JSONValue {
    switch value {
    case .null: return [:]
    case .string(let text):
      if text.allSatisfy(\.isWhitespace) { return [:] }
      do throws(JSONParseError) {
        return try JSONValue(parsing: text.utf8, rejectsDuplicateKeys: true, keepsNumerals: true)
      } catch {
        // Text that is no JSON stays what it is; JSON that would lose a value does not.
        guard (try? JSONValue(parsing: text)) != nil else { return value }
        throw MessageProblem(
          what: "calls '\(name)' with arguments that cannot be read: \(error.message)",
          remedy: "Give each key once.")
      }
    default: return value
    }
  }
}

extension [Message] {
  /// Appends a turn. ms-swift writes a call as a turn of its own, `tool_call`, with the call as JSON in its content:
  /// that joins the assistant's turn before it, or makes one. Several calls may stand there as a list. What the turn says
  /// of being learned (`LearningMark`) becomes the joint turn's, which must not say otherwise; so do its reasoning and
  /// its other members.
  /// - Throws: `MessageProblem` for a `tool_call` turn that holds no call, and for one that says otherwise than the turn it
  ///   joins.
  public mutating func append(turn message: Message) throws(MessageProblem) {
    guard message.role == "tool_call" else { return append(message) }
    let calls = try Self.calls(message)
    guard let last, last.role == "assistant" else {
      return append(
        Message(
          role: "assistant", content: .absent, toolCalls: calls, reasoning: message.reasoning, extra: message.extra))
    }
    if let mark = try Self.mark(message) {
      guard try Self.mark(last) == mark else {
        throw MessageProblem(
          what: "is a tool call of the turn before it, and one of them is to be learned and the other is not",
          remedy: "Mark both alike.")
      }
    }
    var joint = last
    joint.toolCalls += calls
    for (key, value) in message.extra where !LearningMark.members.contains(key) {
      guard joint.extra[key] == nil || joint.extra[key] == value else { throw Self.differs(key) }
      joint.extra[key] = value
    }
    if let reasoning = message.reasoning, !reasoning.isEmpty {
      guard joint.reasoning?.isEmpty ?? true || joint.reasoning == reasoning else { throw Self.differs("reasoning") }
      joint.reasoning = reasoning
    }
    self[count - 1] = joint
  }

  private static func differs(_ key: String) -> MessageProblem {
    MessageProblem(
      what: "is a tool call of the turn before it, and both have '\(key)'", remedy: "Write it in one of them.")
  }

  /// The calls of a turn of its own: as JSON in its content, or as `tool_calls`.
  private static func calls(_ message: Message) throws(MessageProblem) -> [ToolCall] {
    if !message.toolCalls.isEmpty, message.text.allSatisfy(\.isWhitespace) { return message.toolCalls }
    var entries: [JSONValue] = []
    var fault: String?
    do throws(JSONParseError) {
      let json = try JSONValue(parsing: message.text.utf8, rejectsDuplicateKeys: true, keepsNumerals: true)
      entries = json.arrayValue ?? [json]
    } catch {
      fault = error.message
    }
    guard message.toolCalls.isEmpty, !entries.isEmpty, entries.allSatisfy({ $0.objectValue != nil }) else {
      throw MessageProblem(
        what: fault.map { "is a tool call that is not JSON with name and arguments: \($0)" }
          ?? "is a tool call that is not JSON with name and arguments",
        remedy: "Write it as {\"name\": …, \"arguments\": {…}}.")
    }
    var calls: [ToolCall] = []
    for entry in entries { calls.append(try ToolCall(json: entry)) }
    return calls
  }

  private static func mark(_ message: Message) throws(MessageProblem) -> Bool? {
    do throws(LearningMark.Problem) { return try LearningMark.read(message.extra) } catch {
      throw MessageProblem(what: error.what, remedy: error.remedy)
    }
  }
}
