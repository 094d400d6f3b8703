import Conversations
import JSON

/// A part of a reply that may be calls of functions: an optional fence, in it an optional tag, in it JSON or elements.
///
///     ```json                      <tool_call>                   get_weather[ARGS]
///     {"name": …, "arguments": …}  {"name": …, "arguments": …}   {"city": …}
///     ```                          </tool_call>
///
/// It is read as the text comes. Where the JSON ends is found by its brackets, so that marks inside its texts end nothing.
struct ToolCallBlock: Sendable {
  enum Verdict: Equatable {
    case unfinished
    /// The text begins no call. Its opening, of this many bytes, is text; what follows is to be looked at anew.
    case text(opening: Int)
    case calls([ToolCall], length: Int)
  }

  private enum Body {
    case json
    /// Arguments of the function that was named before them.
    case arguments(String)
    case elements
  }

  static let fence = Array("```".utf8)
  /// A model that was shown calls in one pair of tags may write another: `tools` is where Qwen's templates list the
  /// functions, the other ones are what Hermes models fall into.
  static let tags = [ToolCallFormat.open, "<tools>", "<function_call>"].map { Array($0.utf8) }
  /// What a call may begin with that is not JSON.
  static let marks = tags + [fence]
  /// What a fence of calls says it holds.
  private static let languages: Set<String> = ["", "json", "xml", "tool_call", "tool_code"]
  private static let listMark = Array(ToolCallFormat.listMark.utf8)
  private static let argumentsMark = Array(ToolCallFormat.argumentsMark.utf8)
  private static let functionOpen = Array(FunctionElements.functionOpen.utf8)
  private static let functionClose = Array(FunctionElements.functionClose.utf8)
  private static let memberNames: Set<String> = ["name", "arguments", "parameters", "type", "function", "id"]

  /// The arguments' schema of each offered function.
  private let functions: [String: JSONValue]
  private let format: ToolCallFormat
  private(set) var isFenced = false
  private var tag: [UInt8]?
  private var body: Body?
  private var bodyStart = 0
  /// The JSON values of the body that have ended.
  private var values: [Range<Int>] = []
  private var scanner: JSONScanner?
  private var elementsEnd: Int?
  /// Up to here no end of the elements was found.
  private var searched = 0

  init(_ format: ToolCallFormat, functions: [String: JSONValue]) {
    self.format = format
    self.functions = functions
  }

  /// In the tag of the model's own format everything that is a call counts as one. Elsewhere, JSON is a call only when it
  /// names an offered function and the reply ends with it: an example that is explained is none.
  var isCertain: Bool { (format == .tagged || format == .elements) && tag == Self.tags[0] && !isFenced }

  /// - Parameters:
  ///   - bytes: the text from the block's beginning on, more with each call.
  ///   - isLast: whether nothing follows.
  mutating func read(_ bytes: [UInt8], isLast: Bool) -> Verdict {
    var opening = 1
    if body == nil {
      guard let found = open(bytes, isLast, &opening) else { return .text(opening: opening) }
      guard let (kind, start) = found else { return .unfinished }
      (body, bodyStart, searched) = (kind, start, start)
    }
    let end: Int?
    switch body {
    case .elements?: end = endOfElements(bytes, isLast)
    default:
      switch endOfJSON(bytes, isLast) {
      case .open: end = nil
      case .broken: return .text(opening: openingLength)
      case .ended(let at): end = at
      }
    }
    guard let end else { return isLast ? .text(opening: openingLength) : .unfinished }
    return close(bytes, from: end, isLast)
  }

  private var openingLength: Int {
    if isFenced { return Self.fence.count }
    return tag?.count ?? 1
  }

  // MARK: - Opening

  /// - Returns: `nil` when no call begins here; `.some(nil)` when more must come before that is known.
  private mutating func open(_ bytes: [UInt8], _ isLast: Bool, _ opening: inout Int) -> (Body, Int)?? {
    let more: (Body, Int)?? = isLast ? .none : .some(nil)
    var at = 0
    (isFenced, tag) = (false, nil)
    if bytes.starts(with: Self.fence) {
      isFenced = true
      at = Self.fence.count
      opening = at
      let word = bytes[at...].prefix { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 == 0x5F }
      at += word.count
      guard word.count <= 16 else { return .none }
      if at == bytes.count { return more }
      guard Self.languages.contains(String(decoding: word, as: UTF8.self).lowercased()) else { return .none }
    } else if Self.begins(bytes, at, Self.listMark) == .whole {
      at = Self.listMark.count
      opening = at
    } else if !isLast, Self.begins(bytes, at, Self.listMark) == .partly {
      return more
    }
    Self.skipSpace(bytes, &at)
    var matches = [Self.Match.none]
    for candidate in Self.tags {
      let match = Self.begins(bytes, at, candidate)
      matches.append(match)
      guard match == .whole else { continue }
      tag = candidate
      at += candidate.count
      if !isFenced { opening = at }
      Self.skipSpace(bytes, &at)
      break
    }
    if at == bytes.count { return more }
    switch bytes[at] {
    case 0x7B, 0x5B: return .some((.json, at))
    case 0x3C:
      let match = Self.begins(bytes, at, Self.functionOpen)
      if match == .whole { return .some((.elements, at)) }
      return match == .partly || (tag == nil && matches.contains(.partly)) ? more : .none
    default:
      guard !isFenced, tag == nil, let (name, next) = named(bytes, at) else { return .none }
      guard let next else { return more }
      return .some((.arguments(name), next))
    }
  }

  /// The name of an offered function before its arguments, and where those begin (`nil`: not there yet).
  private func named(_ bytes: [UInt8], _ start: Int) -> (String, Int?)? {
    for name in functions.keys.sorted(by: { $0.utf8.count > $1.utf8.count }) {
      switch Self.begins(bytes, start, Array(name.utf8)) {
      case .none: continue
      case .partly: return (name, nil)
      case .whole: break
      }
      var at = start + name.utf8.count
      switch Self.begins(bytes, at, Self.argumentsMark) {
      case .none: break
      case .partly: return (name, nil)
      case .whole: at += Self.argumentsMark.count
      }
      Self.skipSpace(bytes, &at)
      if at == bytes.count { return (name, nil) }
      if bytes[at] == 0x7B { return (name, at) }
    }
    return nil
  }

  // MARK: - Body

  private enum End {
    case open, broken
    case ended(Int)
  }

  /// Reads JSON values, with semicolons or commas between them as Llama 3 has them.
  private mutating func endOfJSON(_ bytes: [UInt8], _ isLast: Bool) -> End {
    while true {
      if scanner == nil {
        var at = values.last?.upperBound ?? bodyStart
        let end = at
        Self.skipSpace(bytes, &at)
        if !values.isEmpty, at < bytes.count, bytes[at] == 0x3B || bytes[at] == 0x2C {
          at += 1
          Self.skipSpace(bytes, &at)
        }
        if at == bytes.count, !isLast { return .open }
        guard at < bytes.count, bytes[at] == 0x7B || bytes[at] == 0x5B else { return .ended(end) }
        scanner = JSONScanner(start: at)
      }
      guard var scan = scanner else { return .broken }
      let state = scan.advance(bytes)
      scanner = scan
      if case .arguments? = body {
      } else if let name = scan.firstName, !Self.memberNames.contains(name) {
        return .broken
      }
      switch state {
      case .open: return .open
      case .broken: return .broken
      case .ended(let at):
        values.append(scan.start..<at)
        scanner = nil
        // The next call's name comes before its arguments.
        if case .arguments? = body { return .ended(at) }
      }
    }
  }

  /// The elements end with the tag's closing, or with the last function's where there is no tag.
  private mutating func endOfElements(_ bytes: [UInt8], _ isLast: Bool) -> Int? {
    let mark = tag.map(Self.closing) ?? Self.functionClose
    if let found = bytes.range(of: mark, from: max(bodyStart, searched - mark.count)) {
      return tag == nil ? found.upperBound : found.lowerBound
    }
    searched = bytes.count
    return isLast ? bytes.count : nil
  }

  // MARK: - Closing

  private func close(_ bytes: [UInt8], from end: Int, _ isLast: Bool) -> Verdict {
    var at = end
    for mark in [tag.map(Self.closing), isFenced ? Self.fence : nil].compactMap({ $0 }) {
      Self.skipSpace(bytes, &at)
      switch Self.begins(bytes, at, mark) {
      case .whole: at += mark.count
      // A reply may end with the call itself, what closes it left out.
      case .partly: if isLast { at = bytes.count } else { return .unfinished }
      case .none: return .text(opening: openingLength)
      }
    }
    guard let calls = calls(bytes, end), isCertain || calls.allSatisfy({ functions[$0.name] != nil }) else {
      return .text(opening: openingLength)
    }
    return .calls(calls, length: at)
  }

  private func calls(_ bytes: [UInt8], _ end: Int) -> [ToolCall]? {
    switch body {
    case .elements?: return FunctionElements.calls(in: bytes[bodyStart..<end], parameters: functions)
    case .arguments(let name)?:
      guard let json = values.first.flatMap({ try? JSONValue(parsing: bytes[$0], keepsNumerals: true) }) else {
        return nil
      }
      return [ToolCall(name: name, arguments: json)]
    default:
      var calls: [ToolCall] = []
      for value in values {
        guard let found = ToolCallFormat.calls(in: bytes[value]) else { return nil }
        calls += found
      }
      return calls.isEmpty ? nil : calls
    }
  }

  // MARK: - Marks

  enum Match { case none, partly, whole }

  /// Whether a mark stands at a place; `partly` when the text ends inside it, or before it.
  static func begins(_ bytes: [UInt8], _ at: Int, _ mark: [UInt8]) -> Match {
    let rest = bytes[min(at, bytes.count)...]
    if rest.starts(with: mark) { return .whole }
    return rest.count < mark.count && mark.starts(with: rest) ? .partly : .none
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func skipSpace(_ bytes: [UInt8], _ at: inout Int) {
    while at < bytes.count, isSpace(bytes[at]) { at += 1 }
  }

  private static func closing(_ tag: [UInt8]) -> [UInt8] { [0x3C, 0x2F] + tag.dropFirst() }
}

extension [UInt8] {
  /// Where `mark` first stands at or after `start`.
  func range(of mark: [UInt8], from start: Int = 0) -> Range<Int>? {
    guard let first = mark.first, count >= mark.count else { return nil }
    var at = Swift.max(start, 0)
    while let next = self[Swift.min(at, count)...].firstIndex(of: first), next + mark.count <= count {
      if self[next...].starts(with: mark) { return next..<next + mark.count }
      at = next + 1
    }
    return nil
  }
}

/// Finds the end of a JSON object or list by its brackets. Whether the text between is right, the parser says.
struct JSONScanner: Sendable {
  enum State: Equatable {
    case open, broken
    /// Behind the last bracket.
    case ended(Int)
  }

  let start: Int
  private var at: Int
  private var depth = 0
  private var isInText = false
  private var isEscaped = false
  private var nameStart: Int?
  /// The first text, which is the name of the first member of the object or of the list's first object.
  private(set) var firstName: String?

  init(start: Int) {
    self.start = start
    at = start
  }

  mutating func advance(_ bytes: [UInt8]) -> State {
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if isInText {
        // Line ends in a text are no JSON.
        if byte < 0x20 { return .broken }
        if isEscaped {
          isEscaped = false
        } else if byte == 0x5C {
          isEscaped = true
        } else if byte == 0x22 {
          isInText = false
          if firstName == nil, let nameStart {
            firstName = String(decoding: bytes[nameStart..<at - 1], as: UTF8.self)
          }
        }
        continue
      }
      switch byte {
      case 0x22:
        isInText = true
        if nameStart == nil { nameStart = at }
      case 0x7B, 0x5B: depth += 1
      case 0x7D, 0x5D:
        depth -= 1
        if depth == 0 { return .ended(at) }
      default: break
      }
    }
    return .open
  }
}
