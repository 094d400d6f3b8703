import Conversations
import JSON

/// Separates the content of a reply from its tool calls while the text is generated.
///
/// Text that may be the beginning of a call is held back until that is decided. If it is no call, it is given out as content,
/// so no text is lost.
///
/// Some models were not trained on the format of their template: Qwen2.5-Coder writes a call as JSON in a Markdown fence, or
/// without any mark. llama.cpp reads such JSON as a call anywhere in a reply, and vLLM never does. Here it is a call if it
/// names offered functions and only white space follows it. A model that calls a function ends its reply there and waits for
/// the result; a model that only shows an example continues with text.
struct ToolCallReader: Sendable {
  struct Piece: Equatable {
    var content = ""
    var calls: [ToolCall] = []
  }

  private let format: ToolCallFormat
  /// The arguments' schema of each function that was offered.
  private let functions: [String: JSONValue]
  private var held: [UInt8] = []
  /// What `held` begins with, if that may be a call.
  private var block: ToolCallBlock?
  /// Inside a fence that has no call in it: everything up to its end is content.
  private var isInCode = false
  /// No content has been given out yet. A call without a mark can only begin here.
  private var isFresh = true
  /// No content has been given out since the last call.
  private var followsCall = false
  /// Calls without a mark, and the text that they were read from. They count as calls if the reply ends without more content;
  /// otherwise their text is content.
  private var pending: (calls: [ToolCall], text: [UInt8]) = ([], [])
  /// White space before the block. It is content if the block is no call.
  private var gap: [UInt8] = []

  init(_ format: ToolCallFormat, functions: [String: JSONValue]) {
    self.format = format
    self.functions = functions
  }

  mutating func push(_ text: String) -> Piece {
    held += text.utf8
    return read(isLast: false)
  }

  mutating func finish() -> Piece { read(isLast: true) }

  private mutating func read(isLast: Bool) -> Piece {
    var piece = Piece()
    while true {
      if isInCode {
        let end = held.range(of: ToolCallBlock.fence)?.upperBound
        let marks = held.reversed().prefix(ToolCallBlock.fence.count - 1).prefix { $0 == ToolCallBlock.fence[0] }
        say(end ?? (isLast ? held.count : held.count - marks.count), &piece)
        guard end != nil else { return piece }
        isInCode = false
      } else if var current = block {
        block = nil
        switch current.read(held, isLast: isLast) {
        case .unfinished:
          block = current
          return piece
        case .calls(let calls, let length): take(calls, length, isCertain: current.isCertain, &piece)
        case .text(let opening):
          say(opening, &piece)
          isInCode = current.isFenced
        }
      } else if let start = beginning() {
        let end = (held[..<start].lastIndex { !ToolCallBlock.isSpace($0) } ?? -1) + 1
        say(end, &piece)
        gap = Array(held.prefix(start - end))
        held.removeFirst(start - end)
        block = ToolCallBlock(format, functions: functions)
      } else {
        say(isLast ? held.count : decided(), &piece)
        if isLast { settle(&piece) }
        return piece
      }
    }
  }

  private mutating func take(_ calls: [ToolCall], _ length: Int, isCertain: Bool, _ piece: inout Piece) {
    if isCertain {
      settle(&piece)
      piece.calls += calls
    } else {
      pending.calls += calls
      pending.text += gap + held[..<length]
    }
    gap = []
    held.removeFirst(length)
    followsCall = true
  }

  /// Gives out the pending calls: only other calls followed them.
  private mutating func settle(_ piece: inout Piece) {
    piece.calls += pending.calls
    pending = ([], [])
  }

  /// Gives out the first bytes of the held text as content. White space around calls belongs to the format, and is dropped.
  private mutating func say(_ count: Int, _ piece: inout Piece) {
    var text = pending.text + gap + held.prefix(count)
    let isSaid = !text.dropFirst(pending.text.count).allSatisfy(ToolCallBlock.isSpace)
    if !isSaid, !pending.text.isEmpty { text = [] }
    if pending.text.isEmpty, followsCall { text = Array(text.drop(while: ToolCallBlock.isSpace)) }
    if isSaid {
      (pending, followsCall, isFresh) = (([], []), false, false)
    }
    gap = []
    held.removeFirst(count)
    piece.content += String(decoding: text, as: UTF8.self)
  }

  // MARK: - Finding calls

  /// The first place in the held text where a call may begin.
  private func beginning() -> Int? {
    if isFresh, let first = held.firstIndex(where: { !ToolCallBlock.isSpace($0) }), canBegin(first) { return first }
    return ToolCallBlock.marks.compactMap { held.range(of: $0)?.lowerBound }.min()
  }

  /// Whether a call without a mark may begin here.
  private func canBegin(_ at: Int) -> Bool {
    if held[at] == 0x7B || held[at] == 0x5B { return true }
    guard format == .named else { return false }
    return functions.keys.contains { ToolCallBlock.begins(held, at, Array($0.utf8)) != .none }
  }

  /// The length of the held text that can be given out at once: all but white space at its end and what may be the first part
  /// of a mark.
  private func decided() -> Int {
    var at = held.count
    for mark in ToolCallBlock.marks {
      let part = (1..<mark.count).last { held.suffix($0).elementsEqual(mark.prefix($0)) } ?? 0
      at = min(at, held.count - part)
    }
    return (held[..<at].lastIndex { !ToolCallBlock.isSpace($0) } ?? -1) + 1
  }
}
