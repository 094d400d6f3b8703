import Conversations
import JSON

/// Parts a reply into what is said and what is called, as the text comes.
///
/// Text that may be the beginning of a call is held back until it cannot be one. What turns out to be no call comes out
/// as the text it is: nothing is lost. Models that were not trained on their template's format (Qwen2.5-Coder) write a call
/// as JSON in a Markdown fence, or bare. llama.cpp reads these as calls wherever they stand, vLLM never. Here they are
/// calls when they name offered functions and nothing but white space follows: a model that calls waits for the result, and
/// one that explains an example goes on.
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
  /// Inside a fence that holds no call, where nothing is one.
  private var isInCode = false
  /// Nothing was said yet: calls without a mark are read only here.
  private var isFresh = true
  /// Since the last call nothing was said.
  private var followsCall = false
  /// Calls that count if nothing more is said, and the text that they are otherwise.
  private var pending: (calls: [ToolCall], text: [UInt8]) = ([], [])
  /// White space before the block, which is said if the block is no call.
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

  /// Nothing but calls followed the calls that were waiting for that.
  private mutating func settle(_ piece: inout Piece) {
    piece.calls += pending.calls
    pending = ([], [])
  }

  /// Gives out the first bytes of the held text. White space around calls belongs to the format, and is not said.
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

  /// Where in the held text something begins that may be a call.
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

  /// Where the text ends that no call can follow at once: behind it come white space and a part of a mark.
  private func decided() -> Int {
    var at = held.count
    for mark in ToolCallBlock.marks {
      let part = (1..<mark.count).last { held.suffix($0).elementsEqual(mark.prefix($0)) } ?? 0
      at = min(at, held.count - part)
    }
    return (held[..<at].lastIndex { !ToolCallBlock.isSpace($0) } ?? -1) + 1
  }
}
