import Conversations
import Diagnostics
import JSON
import Synchronization

/// What of a conversation a chat template leaves out.
struct MessageCoverage: Sendable, Hashable {
  enum Part: Sendable, Hashable {
    case content
    case reasoning
    case toolCall(String)
    /// Another member of the message: `images`, for example.
    case member(String)
    case tools
  }

  struct Missing: Sendable, Hashable {
    /// Position among the messages; `nil` for what belongs to the conversation.
    var index: Int?
    var part: Part
    /// Whether the template shows it while the message is the last one: thinking that is dropped from earlier turns.
    var isShownWhenLast = false
  }

  var missing: [Missing] = []
}

/// Finds what a template leaves out by rendering the same conversation with a mark in place of each text.
///
/// Whether a text reaches the prompt depends on roles, their order and what each message has, as a rule not on the words;
/// so the verdict of one shape is kept and holds for every row of it.
final class CoverageProbe: Sendable {
  typealias Render = @Sendable (_ messages: [JSONValue], _ tools: [JSONValue]) throws -> String

  private let render: Render
  private let verdicts = Mutex<[String: MessageCoverage?]>([:])
  private static let keptVerdicts = 4096

  init(render: @escaping Render) { self.render = render }

  /// - Returns: what is left out; `nil` when the template refuses the marked conversation, though not the real one.
  func coverage(of messages: [JSONValue], tools: [JSONValue]) -> MessageCoverage? {
    let shape = Self.shape(messages, tools)
    if let known = verdicts.withLock({ $0[shape] }) { return known }
    let verdict = try? probe(messages, tools)
    verdicts.withLock { if $0.count < Self.keptVerdicts { $0[shape] = .some(verdict) } }
    return verdict
  }

  private func probe(_ messages: [JSONValue], _ tools: [JSONValue]) throws -> MessageCoverage {
    let marked = messages.enumerated().map { Self.marked($0.element, $0.offset) }
    let markedTools = tools.enumerated().map { Self.markedTool($0.element, $0.offset) }
    let text = try render(marked.map(\.message), markedTools.map(\.tool))
    var coverage = MessageCoverage()
    for (index, entry) in marked.enumerated() {
      var upToHere: String?
      for (mark, part) in entry.marks where !text.contains(mark) {
        var missing = MessageCoverage.Missing(index: index, part: part)
        if part == .reasoning {
          if upToHere == nil { upToHere = try? render(marked[...index].map(\.message), markedTools.map(\.tool)) }
          missing.isShownWhenLast = upToHere?.contains(mark) ?? false
        }
        coverage.missing.append(missing)
      }
    }
    if markedTools.contains(where: { tool in tool.marks.contains { !text.contains($0) } }) {
      coverage.missing.append(.init(index: nil, part: .tools))
    }
    return coverage
  }

  // MARK: Marks

  private static func mark(_ index: Int, _ kind: String, _ number: Int = 0) -> String { "lpq\(index)\(kind)\(number)z" }

  private static let thinkStart = "<think>"
  private static let thinkEnd = "</think>"

  /// The message with a mark for each of its texts.
  private static func marked(
    _ message: JSONValue, _ index: Int
  ) -> (message: JSONValue, marks: [(String, MessageCoverage.Part)]) {
    guard var object = message.objectValue else { return (message, []) }
    var marks: [(String, MessageCoverage.Part)] = []
    func marked(_ text: String, _ number: Int) -> String {
      guard !isBlank(text) else { return text }
      let content = mark(index, "c", number)
      guard let end = text.firstRange(of: thinkEnd) else {
        marks.append((content, .content))
        return kept(text, content)
      }
      // Thinking inside the content, which some templates take apart.
      let before = text[..<end.lowerBound]
      let opening = before.contains(thinkStart) ? thinkStart + "\n" : ""
      var output = opening
      if !isBlank(before.replacing(thinkStart, with: "")) {
        let reasoning = mark(index, "r", number)
        marks.append((reasoning, .reasoning))
        output += reasoning + "\n"
      }
      output += thinkEnd + "\n\n"
      if !isBlank(text[end.upperBound...]) {
        marks.append((content, .content))
        output += content
      }
      return output
    }
    switch object["content"] {
    case .string(let text): object["content"] = .string(marked(text, 0))
    case .array(let parts):
      object["content"] = .array(
        parts.enumerated().map { number, part in
          guard var part = part.objectValue, let text = part["text"]?.stringValue else { return part }
          part["text"] = .string(marked(text, number))
          return .object(part)
        })
    default: break
    }
    if let text = object["reasoning_content"]?.stringValue, !isBlank(text) {
      let reasoning = mark(index, "t")
      marks.append((reasoning, .reasoning))
      object["reasoning_content"] = .string(reasoning)
    }
    if let calls = object["tool_calls"]?.arrayValue {
      object["tool_calls"] = .array(
        calls.enumerated().map { number, call in
          let (marked, found) = markedCall(call, index, number)
          marks += found.map { ($0, .toolCall(call["function"]?["name"]?.stringValue ?? "")) }
          return marked
        })
    }
    return (.object(object), marks)
  }

  /// Qwen's templates look at how a user's message begins and ends.
  private static func kept(_ text: String, _ mark: String) -> String {
    text.hasPrefix("<tool_response>") && text.hasSuffix("</tool_response>")
      ? "<tool_response>\(mark)</tool_response>" : mark
  }

  private static func markedCall(_ call: JSONValue, _ index: Int, _ number: Int) -> (JSONValue, [String]) {
    guard var object = call.objectValue, var function = object["function"]?.objectValue else { return (call, []) }
    let (name, argument) = (mark(index, "f", number), mark(index, "a", number))
    var marks = [name]
    function["name"] = .string(name)
    switch function["arguments"] {
    case .object(let arguments) where !arguments.isEmpty:
      function["arguments"] = .object(JSONObject([(arguments.keys[0], .string(argument))]))
      marks.append(argument)
    case .string(let text) where !isBlank(text):
      function["arguments"] = .string(argument)
      marks.append(argument)
    default: break
    }
    object["function"] = .object(function)
    return (.object(object), marks)
  }

  private static func markedTool(_ tool: JSONValue, _ index: Int) -> (tool: JSONValue, marks: [String]) {
    guard var object = tool.objectValue else { return (tool, []) }
    var function = object["function"]?.objectValue ?? object
    guard function["name"]?.stringValue != nil else { return (tool, []) }
    let name = mark(index, "n")
    var marks = [name]
    function["name"] = .string(name)
    if let text = function["description"]?.stringValue, !isBlank(text) {
      let description = mark(index, "d")
      function["description"] = .string(description)
      marks.append(description)
    }
    if object["function"] == nil { object = function } else { object["function"] = .object(function) }
    return (.object(object), marks)
  }

  private static func isBlank(_ text: some StringProtocol) -> Bool { text.allSatisfy(\.isWhitespace) }

  /// What a verdict depends on: everything but the words.
  private static func shape(_ messages: [JSONValue], _ tools: [JSONValue]) -> String {
    var shape = ""
    for (index, message) in messages.enumerated() {
      guard let object = marked(message, index).message.objectValue else { continue }
      shape += JSONValue.object(object).text() + "\n"
    }
    for (index, tool) in tools.enumerated() { shape += markedTool(tool, index).tool.text() + "\n" }
    return shape
  }
}

extension MessageCoverage.Missing {
  /// - Parameters:
  ///   - number: of the message, from 1.
  func diagnostic(number: Int?, role: String) -> Diagnostic {
    let place = number.map { "message \($0) (\(role))" } ?? "the conversation's system prompt"
    let (what, remedy): (String, String) =
      switch part {
      case .content:
        (
          "\(place) does not reach the model: the chat template leaves it out",
          "use the roles that the template knows, or another template"
        )
      case .reasoning:
        (
          "the reasoning of \(place) does not reach the model: the chat template leaves it out",
          "leave the reasoning out of the rows, or use a template that renders it"
        )
      case .toolCall(let name):
        (
          "the call of '\(name)' in \(place) does not reach the model: the chat template does not render tool calls",
          "use a model or template that renders tool calls"
        )
      case .member(let name):
        (
          "'\(name)' of \(place) does not reach the model: the chat template does not read it",
          "leave it out, or use a model and template that read it"
        )
      case .tools:
        (
          "the tools that the conversation offers do not reach the model: the chat template does not render them",
          "use a model or template that renders tools, or leave them out"
        )
      }
    return Diagnostic(code: "not-rendered", what, remedy: remedy)
  }
}

extension ConversationEncoder {
  /// Whether every message reaches the text.
  /// - Parameters:
  ///   - prepared: the messages as the template gets them.
  ///   - needsReasoning: whether reasoning that the template leaves out even of a last message is an error.
  /// - Returns: how many messages' reasoning the template leaves out because they are not the last.
  /// - Throws: `Diagnostic` (`not-rendered`) for the first thing that does not.
  @discardableResult
  func requireCoverage(
    _ prepared: [JSONValue], given count: Int, tools: [JSONValue], needsReasoning: Bool
  ) throws -> Int {
    let unread = unreadMembers(prepared)
    guard let coverage = probe.coverage(of: prepared, tools: tools) else {
      if let missing = unread.first { throw diagnostic(missing, prepared, given: count) }
      return 0
    }
    var dropped: Set<Int> = []
    for missing in unread + coverage.missing {
      if missing.part == .reasoning {
        if missing.isShownWhenLast, let index = missing.index { dropped.insert(index) }
        if missing.isShownWhenLast || !needsReasoning { continue }
      }
      throw diagnostic(missing, prepared, given: count)
    }
    return dropped.count
  }

  private func diagnostic(
    _ missing: MessageCoverage.Missing, _ prepared: [JSONValue], given count: Int
  ) -> Diagnostic {
    let number = missing.index.map { $0 + 1 - (prepared.count - count) }.flatMap { $0 > 0 ? $0 : nil }
    let role = missing.index.flatMap { prepared[$0]["role"]?.stringValue } ?? ""
    return missing.diagnostic(number: number, role: role)
  }

  /// Members that hold something, say something to a model, and are not named in the template.
  private func unreadMembers(_ prepared: [JSONValue]) -> [MessageCoverage.Missing] {
    var missing: [MessageCoverage.Missing] = []
    for (index, message) in prepared.enumerated() {
      for (name, value) in message.objectValue ?? JSONObject() where Message.tellingMembers.contains(name) {
        switch value {
        case .null, .bool(false), .string(""), .array([]): continue
        default: break
        }
        if !template.reads(member: name) { missing.append(.init(index: index, part: .member(name))) }
      }
    }
    return missing
  }
}
