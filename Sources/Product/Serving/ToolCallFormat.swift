import Conversations
import JSON
import JinjaTemplates
import Tokenization

/// How a model writes a call of a function. The chat template of its family says so.
enum ToolCallFormat: Sendable, Hashable {
  /// `<tool_call>{"name": …, "arguments": {…}}</tool_call>`, several times or with a list in it: Qwen, Hermes, SmolLM.
  case tagged
  /// The whole reply is `{"name": …, "parameters": {…}}`: Llama 3.x.
  case bare
  /// The reply is a list `[{"name": …, "arguments": {…}}]` behind a control token: Mistral. Control tokens are not part of a
  /// reply's text as a rule.
  case listed

  static let open = "<tool_call>"
  static let close = "</tool_call>"
  static let listMark = "[TOOL_CALLS]"

  /// - Returns: `nil` for a template that offers no tools, or in a way that is not known here.
  init?(_ template: ChatTemplate) {
    guard template.template.reads("tools") else { return nil }
    let source = template.template.source
    if source.contains(Self.open) {
      self = .tagged
    } else if source.contains(Self.listMark) {
      self = .listed
    } else if source.contains("<|start_header_id|>"), source.contains("parameters") {
      self = .bare
    } else {
      return nil
    }
  }

  /// What the format calls a call's arguments.
  var argumentsName: String { self == .bare ? "parameters" : "arguments" }

  /// What stands around a single call.
  var frame: (open: String, close: String) {
    switch self {
    case .tagged: (Self.open + "\n", "\n" + Self.close)
    case .bare: ("", "")
    case .listed: ("[", "]")
    }
  }

  /// The calls that JSON text holds: one, a list of them, or several with semicolons between.
  /// - Returns: `nil` when the text is anything else.
  static func calls(in text: String) -> [ToolCall]? {
    if let json = try? JSONValue(parsing: text) {
      let entries = json.arrayValue ?? [json]
      let calls = entries.compactMap { entry -> ToolCall? in
        guard entry.objectValue != nil, entry["arguments"] != nil || entry["parameters"] != nil else { return nil }
        return try? ToolCall(json: entry)
      }
      return calls.isEmpty || calls.count != entries.count ? nil : calls
    }
    let parts = text.split(separator: ";").map { $0.drop { $0.isWhitespace } }
    guard parts.count > 1 else { return nil }
    var calls: [ToolCall] = []
    // A semicolon inside a string cuts a call in two: pieces are put together until they are JSON.
    var piece = ""
    for part in parts {
      piece += (piece.isEmpty ? "" : ";") + part
      if let found = (try? JSONValue(parsing: piece)).flatMap({ _ in Self.calls(in: piece) }) {
        calls += found
        piece = ""
      }
    }
    return piece.isEmpty && !calls.isEmpty ? calls : nil
  }
}

/// Parts a reply into what is said and what is called, as the text comes.
///
/// Text that may be the beginning of a call is held back until it cannot be one. What turns out to be no call comes out
/// as the text it is: nothing is lost.
struct ToolCallReader: Sendable {
  struct Piece: Equatable {
    var content = ""
    var calls: [ToolCall] = []
  }

  private let format: ToolCallFormat
  /// The functions that were offered: without a tag, JSON is a call only when it names one of them.
  private let known: Set<String>
  private var held = ""
  private var isInside = false
  /// A bare reply that began as anything but JSON is text to its end.
  private var isText = false
  /// Since the last call nothing was said.
  private var followsCall = false

  init(_ format: ToolCallFormat, known: Set<String>) {
    self.format = format
    self.known = known
  }

  mutating func push(_ text: String) -> Piece {
    held += text
    return format == .tagged ? readTags(isLast: false) : readBare(isLast: false)
  }

  mutating func finish() -> Piece { format == .tagged ? readTags(isLast: true) : readBare(isLast: true) }

  // MARK: - Tags

  private mutating func readTags(isLast: Bool) -> Piece {
    var piece = Piece()
    while true {
      if isInside {
        let end = held.firstRange(of: ToolCallFormat.close)
        // A reply may end with the call itself, its closing tag left out.
        guard end != nil || isLast else { return piece }
        let body = String(held[..<(end?.lowerBound ?? held.endIndex)])
        held = end.map { String(held[$0.upperBound...]) } ?? ""
        isInside = false
        if let calls = ToolCallFormat.calls(in: body) {
          piece.calls += calls
          followsCall = true
        } else {
          piece.content += ToolCallFormat.open + body + (end == nil ? "" : ToolCallFormat.close)
        }
      } else if let start = held.firstRange(of: ToolCallFormat.open) {
        piece.content += said(String(held[..<start.lowerBound]), beforeCall: true)
        held = String(held[start.upperBound...])
        isInside = true
      } else {
        let certain = isLast ? held.endIndex : undecided()
        piece.content += said(String(held[..<certain]), beforeCall: false)
        held = String(held[certain...])
        return piece
      }
    }
  }

  /// White space around calls belongs to the format.
  private mutating func said(_ text: String, beforeCall: Bool) -> String {
    var said = Substring(text)
    if followsCall { said = said.drop { $0.isWhitespace } }
    if beforeCall { while said.last?.isWhitespace == true { said.removeLast() } }
    if !said.isEmpty { followsCall = false }
    return String(said)
  }

  /// Where text begins that a call may still follow: white space, and then a part of the tag.
  private func undecided() -> String.Index {
    var at = held.endIndex
    for length in stride(from: min(ToolCallFormat.open.count - 1, held.count), to: 0, by: -1)
    where held.hasSuffix(ToolCallFormat.open.prefix(length)) {
      at = held.index(held.endIndex, offsetBy: -length)
      break
    }
    while at > held.startIndex, held[held.index(before: at)].isWhitespace { at = held.index(before: at) }
    return at
  }

  // MARK: - Bare JSON

  private mutating func readBare(isLast: Bool) -> Piece {
    if !isText {
      let first = held.first { !$0.isWhitespace }
      if !isLast, first == nil || first == "{" || first == "[" { return Piece() }
      var body = held.drop { $0.isWhitespace }
      if format == .listed, body.hasPrefix(ToolCallFormat.listMark) {
        body = body.dropFirst(ToolCallFormat.listMark.count)
      }
      if isLast, let calls = ToolCallFormat.calls(in: String(body)), calls.allSatisfy({ known.contains($0.name) }) {
        held = ""
        return Piece(calls: calls)
      }
      isText = true
    }
    defer { held = "" }
    return Piece(content: held)
  }
}
