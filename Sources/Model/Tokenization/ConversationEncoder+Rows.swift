public import Conversations
import Diagnostics
import JSON

/// The first place where the tokens of a row differ from those that serving would have.
public struct ServingDifference: Sendable, Hashable {
  /// Which of the assistant's turns, from 0.
  public var turn: Int
  /// The position in the row of the first token that differs.
  public var offset: Int
  /// How many tokens of the row serving would have before the answer.
  public var servingLength: Int
}

/// A conversation as tokens, with its labels.
public struct EncodedRow: Sendable, Hashable {
  public var tokens: [TokenID]
  /// Positions of the tokens that are labels, ascending, without overlap. Position 0 is never among them, because nothing
  /// predicts it.
  public var labeled: [Range<Int>]
  /// `nil` if each answer comes after exactly the tokens that serving would put before it.
  public var servingDifference: ServingDifference?
  /// The number of earlier answers whose reasoning the template leaves out, as it does in serving.
  public var droppedReasoning = 0

  public var labelCount: Int { labeled.reduce(0) { $0 + $1.count } }

  /// One entry per token: the token itself if it is a label, otherwise −100.
  public var labels: [TokenID] {
    var labels = [TokenID](repeating: -100, count: tokens.count)
    for range in labeled { for position in range { labels[position] = tokens[position] } }
    return labels
  }
}

/// What became of a row.
public enum EncodingOutcome: Sendable, Hashable {
  case row(EncodedRow)
  /// Longer than the maximum; the length says how long.
  case tooLong(length: Int)
}

extension ConversationEncoder {
  /// What Qwen3's template puts before an answer that has no thinking.
  private static let emptyThinking = Array("<think>\n\n</think>\n\n".utf8)
  /// Beginnings of an answer that a prompt may already contain, and that the rendered answer then lacks.
  private static let openers = [emptyThinking, Array("<think>\n".utf8), Array("<think>".utf8)]

  /// The tokens of a row. Each learned answer is labeled, with its end-of-turn token and the newline after it.
  ///
  /// The text is what the template renders for the whole conversation, cut where labels start and end:
  ///
  ///     <user>Who are you?<end>↵<assistant>│I am Grace.<end>↵│<user>And where?<end>↵<assistant>│Here.<end>↵
  ///              segment 0                 │   1: labeled    │           2                    │ 3: labeled
  ///
  /// An answer starts where the prompt for it ends. Some templates put an empty thinking block before the last answer only.
  /// Here it comes before each learned answer, as in serving, and it is never labeled. A conversation that has thinking of its
  /// own stays exactly as the template renders it.
  /// - Parameters:
  ///   - learns: which of the answers without a `LearningMark` are learned.
  ///   - maximumLength: the longest row, in tokens. The encoder cuts nothing.
  /// - Throws: `Diagnostic`: `row-without-answer`; `not-rendered` for what the template leaves out;
  ///   `row-begins-with-answer`;
  ///   `template-not-incremental` when the template rewrites earlier turns so that an answer cannot be found; those of the
  ///   template itself.
  public func encode(
    _ conversation: Conversation, learns: LearnedTurns = .all, maximumLength: Int? = nil
  ) throws -> EncodingOutcome {
    let messages = prepared(conversation.messages)
    let turns = try answers(messages, learns)
    guard turns.contains(where: \.isLearned) else {
      throw Diagnostic(
        code: "row-without-answer",
        turns.isEmpty
          ? "the conversation has no turn of the assistant, so nothing can be learned from it"
          : "every turn of the assistant is marked not to be learned")
    }
    var row = EncodedRow(tokens: [], labeled: [])
    let segments = try segments(messages, conversation.tools, turns)
    row.droppedReasoning = try requireCoverage(
      messages, given: conversation.messages.count, tools: conversation.tools, needsReasoning: true)
    for (index, segment) in segments.enumerated() {
      if let answer = segment.answer, row.servingDifference == nil {
        // Usually the first prompt is the row's own first segment; equal text has equal tokens.
        let isStart = index == 1 && answer.prompt == segments[0].text
        if !isStart { row.servingDifference = try difference(answer, before: row.tokens) }
      }
      let tokens = try index == 0 ? encodeWhole(segment.text) : encodePart(segment.text)
      if segment.answer != nil {
        let start = max(row.tokens.count, 1)
        let end = row.tokens.count + tokens.count
        if start < end { row.labeled.append(start..<end) }
      }
      row.tokens += tokens
    }
    if let maximumLength, row.tokens.count > maximumLength { return .tooLong(length: row.tokens.count) }
    guard row.labelCount > 0 else {
      throw Diagnostic(code: "row-without-answer", "the assistant's turns of the conversation are empty")
    }
    return .row(row)
  }

  /// A turn of the assistant, by its place among the messages.
  private struct Answer {
    var index: Int
    var isLearned: Bool
  }

  private func answers(_ messages: [JSONValue], _ learns: LearnedTurns) throws -> [Answer] {
    let places = messages.indices.filter { messages[$0]["role"]?.stringValue == "assistant" }
    return try places.map { index in
      do throws(LearningMark.Problem) {
        let mark = try LearningMark.read(messages[index].objectValue ?? JSONObject())
        return Answer(index: index, isLearned: mark ?? (learns == .all || index == places.last))
      } catch {
        throw Diagnostic(code: "row-marks", "message \(index + 1) \(error.what)", remedy: error.remedy)
      }
    }
  }

  private struct Segment {
    var text: [UInt8]
    /// Of a labeled segment: the answer's number, from 0, and the prompt that serving would make for it.
    var answer: (turn: Int, prompt: [UInt8])?
  }

  /// Cuts the rendered conversation where labels start and end.
  private func segments(_ messages: [JSONValue], _ tools: [JSONValue], _ turns: [Answer]) throws -> [Segment] {
    let full = Array(try render(messages, tools, false, JSONObject()).utf8)
    // Only rows without thinking get the empty block that serving will put before each of their answers.
    let insertsThinking = !turns.contains { Self.hasThinking(messages[$0.index]) }
    var segments: [Segment] = []
    var cursor = 0
    for (turn, answer) in turns.enumerated() where answer.isLearned {
      let found = try place(of: answer.index, turn: turn, messages, tools, full, from: cursor, insertsThinking)
      segments.append(
        Segment(text: Array(full[cursor..<found.start]) + (found.insertsThinking ? Self.emptyThinking : [])))
      segments.append(Segment(text: Array(full[found.start..<found.end]), answer: (turn, found.prompt)))
      cursor = found.end
    }
    if cursor < full.count { segments.append(Segment(text: Array(full[cursor...]))) }
    return segments
  }

  /// An answer in the rendered conversation: its bytes, the prompt that serving would make for it, and whether an empty
  /// thinking block goes before it.
  private typealias Place = (start: Int, end: Int, prompt: [UInt8], insertsThinking: Bool)

  /// Where an answer lies in the rendered conversation.
  private func place(
    of index: Int, turn: Int, _ messages: [JSONValue], _ tools: [JSONValue], _ full: [UInt8], from cursor: Int,
    _ mayInsertThinking: Bool
  ) throws -> Place {
    let served = try servedPrompt(before: index, messages, tools)
    if let place = try placeBehindPrompt(of: index, messages, tools, full, from: cursor, served, mayInsertThinking) {
      return place
    }
    if Self.beginsWithAnswer(index, messages) { throw Self.answersNothing(index) }
    if let place = try placeByMark(of: index, messages, tools, full, from: cursor, served, mayInsertThinking) {
      return place
    }
    throw Diagnostic(
      code: "template-not-incremental",
      "the chat template rewrites the conversation, so that answer \(turn + 1) cannot be found in it",
      remedy: "keep only the last question and answer of such rows, or choose another template")
  }

  /// Finds an answer at the end of the prompt for it. This works for templates in which more turns only append text.
  private func placeBehindPrompt(
    of index: Int, _ messages: [JSONValue], _ tools: [JSONValue], _ full: [UInt8], from cursor: Int,
    _ served: [UInt8], _ mayInsertThinking: Bool
  ) throws -> Place? {
    let thinking = Self.emptyThinking
    var prompt = served
    var inserts = false
    if !full.starts(with: prompt) {
      guard let opener = Self.openers.first(where: { Self.ends(prompt, with: $0) }) else { return nil }
      prompt.removeLast(opener.count)
      guard full.starts(with: prompt) else { return nil }
      inserts = mayInsertThinking && opener == thinking
    }
    let isLast = index == messages.count - 1
    let upToAnswer = isLast ? full : Array(try render(Array(messages[...index]), tools, false, JSONObject()).utf8)
    guard prompt.count >= cursor, upToAnswer.starts(with: prompt) else { return nil }
    var start = prompt.count
    var answer = upToAnswer[start...]
    if !Self.hasThinking(messages[index]), answer.starts(with: thinking) {
      answer = answer.dropFirst(thinking.count)
      let stands = full[start...].starts(with: thinking)
      inserts = mayInsertThinking && !stands
      if stands { start += thinking.count }
    }
    let length = Self.overlap(answer, full[start...])
    return length > 0 ? (start, start + length, served, inserts) : nil
  }

  /// Finds an answer by rendering the row with a mark before the answer's words. This also works for templates that write
  /// a turn differently once more turns follow, for example with the system prompt or the tools before the last question.
  private func placeByMark(
    of index: Int, _ messages: [JSONValue], _ tools: [JSONValue], _ full: [UInt8], from cursor: Int,
    _ served: [UInt8], _ mayInsertThinking: Bool
  ) throws -> Place? {
    var mark = Array("lpqanswerz".utf8)
    while full.firstIndex(of: mark) != nil { mark += mark }
    guard var message = messages[index].objectValue, let content = message["content"]?.stringValue else { return nil }
    let words = content.drop { $0.isWhitespace }
    // Only the template's own text around the words may differ.
    guard !words.isEmpty else { return nil }
    message["content"] = .string(String(decoding: mark, as: UTF8.self) + words)
    var marked = messages
    marked[index] = .object(message)
    guard let whole = try? Array(render(marked, tools, false, JSONObject()).utf8),
      let start = whole.firstIndex(of: mark), start >= cursor,
      full.elementsEqual([whole[..<start], whole[(start + mark.count)...]].joined())
    else { return nil }
    let upTo = try Array(render(Array(marked[...index]), tools, false, JSONObject()).utf8)
    guard let own = upTo.firstIndex(of: mark) else { return nil }
    let length = Self.overlap(upTo[(own + mark.count)...], full[start...])
    guard length > 0 else { return nil }
    let stands = Self.ends(Array(full[cursor..<start]), with: Self.emptyThinking)
    let inserts = mayInsertThinking && !stands && Self.ends(served, with: Self.emptyThinking)
    return (start, start + length, served, inserts)
  }

  /// The prompt serving would make for an answer.
  private func servedPrompt(before index: Int, _ messages: [JSONValue], _ tools: [JSONValue]) throws -> [UInt8] {
    let before = Array(messages[..<index])
    do {
      return Array(try render(before, tools, true, JSONObject()).utf8)
    } catch  where Self.beginsWithAnswer(index, messages) {
      throw Self.answersNothing(index)
    }
  }

  private static func beginsWithAnswer(_ index: Int, _ messages: [JSONValue]) -> Bool {
    !messages[..<index].contains { $0["role"]?.stringValue == "user" }
  }

  private static func answersNothing(_ index: Int) -> Diagnostic {
    Diagnostic(
      code: "row-begins-with-answer",
      "message \(index + 1) is the assistant's, with no message of the user before it, and the chat template makes no "
        + "prompt for that", remedy: "begin the row with a user message, or mark the turn with loss: false")
  }

  private static func ends(_ text: [UInt8], with suffix: [UInt8]) -> Bool {
    text.count >= suffix.count && text.suffix(suffix.count).elementsEqual(suffix)
  }

  /// Whether a message brings thinking of its own; an empty block is none.
  private static func hasThinking(_ message: JSONValue) -> Bool {
    if !isBlank(Array((message["reasoning_content"]?.stringValue ?? "").utf8)[...]) { return true }
    let content = Array((message["content"]?.stringValue ?? "").utf8)
    guard let end = content.firstIndex(of: Array("</think>".utf8)) else { return false }
    var thinking = content[..<end]
    if let start = Array(thinking).firstIndex(of: Array("<think>".utf8)) { thinking = thinking[(start + 7)...] }
    return !isBlank(thinking)
  }

  private static func isBlank(_ text: ArraySlice<UInt8>) -> Bool {
    text.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
  }

  /// The length of the longest end of `answer` that `rest` starts with: all of it, or less when the template drops
  /// thinking from earlier turns. Linear (the prefix function of Knuth, Morris and Pratt).
  private static func overlap(_ answer: ArraySlice<UInt8>, _ rest: ArraySlice<UInt8>) -> Int {
    if rest.starts(with: answer) { return answer.count }
    let pattern = Array(rest.prefix(answer.count))
    guard !pattern.isEmpty else { return 0 }
    var fallback = [Int](repeating: 0, count: pattern.count)
    var length = 0
    for index in pattern.indices.dropFirst() {
      while length > 0, pattern[index] != pattern[length] { length = fallback[length - 1] }
      if pattern[index] == pattern[length] { length += 1 }
      fallback[index] = length
    }
    var matched = 0
    for byte in answer {
      while matched > 0, matched == pattern.count || pattern[matched] != byte { matched = fallback[matched - 1] }
      if pattern[matched] == byte { matched += 1 }
    }
    return matched
  }

  /// Compares the tokens before an answer in the row with the prompt that serving makes.
  private func difference(
    _ answer: (turn: Int, prompt: [UInt8]), before tokens: [TokenID]
  ) throws -> ServingDifference? {
    let prompt = try encodeWhole(answer.prompt)
    if prompt == tokens { return nil }
    let common = zip(prompt, tokens).prefix { $0 == $1 }.count
    return ServingDifference(turn: answer.turn, offset: common, servingLength: prompt.count)
  }
}

extension Array where Element == UInt8 {
  /// Where the first occurrence of `needle` starts.
  fileprivate func firstIndex(of needle: [UInt8]) -> Int? {
    guard let first = needle.first, count >= needle.count else { return nil }
    for index in 0...(count - needle.count) where self[index] == first {
      if self[index..<(index + needle.count)].elementsEqual(needle) { return index }
    }
    return nil
  }
}
