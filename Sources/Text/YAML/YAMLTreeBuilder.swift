import CYAML
import Diagnostics

/// Turns libyaml's events into located nodes.
///
/// The tree is built on an explicit stack, so depth costs no call stack. Each finished node knows how many nodes it
/// stands for and how deep it is with its aliases followed; that is what bounds an alias bomb before anything walks it.
struct YAMLTreeBuilder {
  let text: SourceText
  let source: Int32
  let limits: YAMLLimits
  var diagnostics: [Diagnostic] = []
  var isComplete = false

  private let scalarLineStarts: [Int]?
  private var anchors: [String: Built] = [:]
  /// Anchors of collections that are not finished: an alias to one would contain itself.
  private var openAnchors: Set<String> = []
  private var stack: [Frame] = []
  private var root: YAMLNode?
  private var aliasedNodes = 0
  private static let maximumDiagnostics = 100

  /// A finished node with its measures.
  private struct Built {
    var node: YAMLNode
    /// Nodes it stands for, aliases followed.
    var size: Int
    /// 1 for a scalar.
    var depth: Int
  }

  /// A collection being read.
  private struct Frame {
    var mark: YAMLMark
    var anchor: String?
    var isMapping: Bool
    /// Whether it is written in brackets.
    var isFlow: Bool
    var elements: [YAMLNode] = []
    var pairs: [YAMLPair] = []
    var merges: [YAMLNode] = []
    var key: (text: String, mark: YAMLMark, isMerge: Bool, isValid: Bool)?
    var expectsKey = true
    /// Keys seen, built only past a few: most maps are small, and a scan is faster there.
    private var keys: Set<String> = []
    var hasMerge = false
    private static let scanLimit = 8
    var size = 1
    var depth = 1

    init(mark: YAMLMark, anchor: String?, isMapping: Bool, isFlow: Bool) {
      self.mark = mark
      self.anchor = anchor
      self.isMapping = isMapping
      self.isFlow = isFlow
    }

    /// Whether a pair with this key may be added. The pairs before it are all in `pairs`.
    mutating func isNew(_ key: String) -> Bool {
      if pairs.count < Self.scanLimit { return !pairs.contains { $0.key == key } }
      if keys.isEmpty { keys = Set(pairs.map(\.key)) }
      return keys.insert(key).inserted
    }
  }

  /// Where the innermost bracket opens that is not closed yet.
  var openFlow: (line: Int, column: Int)? {
    stack.last { $0.isFlow }.map { (Int($0.mark.line), Int($0.mark.column)) }
  }

  init(text: SourceText, source: Int32, limits: YAMLLimits) {
    self.text = text
    self.source = source
    self.limits = limits
    scalarLineStarts = Self.scalarLineStarts(text)
  }

  mutating func build() -> YAMLNode? {
    var parser = yaml_parser_t()
    guard yaml_parser_initialize(&parser) == 1 else {
      report("out-of-memory", "not enough memory to read the file", at: nil)
      return nil
    }
    defer { yaml_parser_delete(&parser) }
    return text.bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else {
        isComplete = true
        return nil
      }
      yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
      yaml_parser_set_input_string(&parser, base, bytes.count)
      while true {
        var event = yaml_event_t()
        guard yaml_parser_parse(&parser, &event) == 1 else {
          reportSyntaxError(parser)
          return nil
        }
        defer { yaml_event_delete(&event) }
        if event.type == YAML_STREAM_END_EVENT {
          isComplete = true
          return root
        }
        guard handle(event) else { return nil }
      }
    }
  }

  /// False ends the reading.
  private mutating func handle(_ event: yaml_event_t) -> Bool {
    switch event.type {
    case YAML_DOCUMENT_START_EVENT:
      guard root == nil else {
        report(
          "several-documents", "the file holds more than one document", at: mark(event),
          remedy: "remove the '---' and what follows, or move it to a file of its own")
        return false
      }
      return true
    case YAML_ALIAS_EVENT: return alias(event)
    case YAML_SCALAR_EVENT: return scalar(event)
    case YAML_SEQUENCE_START_EVENT:
      return open(event, anchor: event.data.sequence_start.anchor, tag: event.data.sequence_start.tag, mapping: false)
    case YAML_MAPPING_START_EVENT:
      return open(event, anchor: event.data.mapping_start.anchor, tag: event.data.mapping_start.tag, mapping: true)
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return close()
    default: return true
    }
  }

  private func mark(_ event: yaml_event_t) -> YAMLMark {
    let start = place(event.start_mark)
    let end = place(event.end_mark)
    let length = end.line == start.line && end.column > start.column ? end.column - start.column : 1
    return YAMLMark(
      source: source, line: Int32(clamping: start.line), column: Int32(clamping: start.column),
      length: Int32(clamping: length))
  }

  /// Line and column from 1 as editors count them. libyaml also ends lines at U+0085, U+2028 and U+2029, which stand in
  /// pasted text; where a file has any, places are found from the count of scalars before them.
  func place(_ mark: yaml_mark_t) -> (line: Int, column: Int) {
    guard let starts = scalarLineStarts else {
      return (Int(clamping: mark.line) &+ 1, Int(clamping: mark.column) &+ 1)
    }
    let index = Int(clamping: mark.index)
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= index { low = middle } else { high = middle }
    }
    return (low + 1, index - starts[low] + 1)
  }

  /// How many scalars stand before each line; `nil` for a file without unusual line ends.
  private static func scalarLineStarts(_ text: SourceText) -> [Int]? {
    let bytes = text.bytes
    let isUnusual = bytes.withUnsafeBufferPointer { bytes in
      bytes.indices.contains { index in
        switch bytes[index] {
        case 0xC2: index + 1 < bytes.count && bytes[index + 1] == 0x85
        case 0xE2:
          index + 2 < bytes.count && bytes[index + 1] == 0x80 && (bytes[index + 2] == 0xA8 || bytes[index + 2] == 0xA9)
        default: false
        }
      }
    }
    guard isUnusual else { return nil }
    var starts = [0]
    var scalars = 0
    for (index, byte) in bytes.enumerated() {
      if byte & 0xC0 != 0x80 { scalars += 1 }
      let endsLine = byte == 0x0A || byte == 0x0D && !(index + 1 < bytes.count && bytes[index + 1] == 0x0A)
      if endsLine { starts.append(scalars) }
    }
    return starts
  }

  private func string(_ pointer: UnsafePointer<UInt8>?) -> String? { pointer.map { String(cString: $0) } }

  private mutating func alias(_ event: yaml_event_t) -> Bool {
    let name = string(event.data.alias.anchor) ?? ""
    let mark = mark(event)
    guard let target = anchors[name] else {
      if openAnchors.contains(name) {
        report(
          "alias-contains-itself", "the alias '*\(name)' stands inside what it names", at: mark,
          remedy: "a value cannot contain itself")
      } else {
        report(
          "unknown-alias", "no anchor '&\(name)' stands before this alias", at: mark,
          remedy: didYouMean(name, among: anchors.keys.sorted()).map { "did you mean '*\($0)'?" }
            ?? "to name a stage, leave out the '*'; quote the text if the '*' belongs to it")
      }
      return add(Built(node: YAMLNode(.scalar(YAMLScalar("")), mark: mark), size: 1, depth: 1), isKey: nil)
    }
    let (total, overflow) = aliasedNodes.addingReportingOverflow(target.size)
    guard !overflow, total <= limits.maximumAliasedNodes else {
      report(
        "alias-bomb", "aliases stand for more than \(limits.maximumAliasedNodes) values", at: mark,
        remedy: "write fewer nested aliases")
      return false
    }
    aliasedNodes = total
    guard case .scalar(let scalar) = target.node.content else { return add(target, isKey: nil) }
    return add(target, isKey: (scalar, mark))
  }

  private mutating func scalar(_ event: yaml_event_t) -> Bool {
    let data = event.data.scalar
    let mark = mark(event)
    let text = data.value.map { String(decoding: UnsafeBufferPointer(start: $0, count: data.length), as: UTF8.self) }
    var style = YAMLScalar.Style.plain
    switch data.style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: style = .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: style = .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: style = .literal
    case YAML_FOLDED_SCALAR_STYLE: style = .folded
    default: break
    }
    var scalar = YAMLScalar(text ?? "", style: style)
    if let tag = string(data.tag) {
      // '!' alone asks for a string.
      if tag == "!" {
        scalar.tag = .string
      } else if let known = YAMLTag(rawValue: tag), known != .map, known != .sequence {
        scalar.tag = known
      } else {
        reportTag(tag, at: mark)
      }
    }
    if style == .plain {
      if let inner = reportTypographicQuotes(scalar.text, at: mark) {
        // What stands in them is what was meant: it is read on, so that one mistake is one error.
        scalar = YAMLScalar(inner, style: .doubleQuoted)
      } else if reportListItems(from: place(event.start_mark).line, to: place(event.end_mark).line) {
        // What stands above it is all that was meant.
        let meant = scalar.text.firstRange(of: " - ").map { String(scalar.text[..<$0.lowerBound]) }
        scalar = YAMLScalar(meant ?? scalar.text)
      }
    }
    let built = Built(node: YAMLNode(.scalar(scalar), mark: mark), size: 1, depth: 1)
    if let anchor = string(data.anchor) { anchors[anchor] = built }
    return add(built, isKey: (scalar, mark))
  }

  /// Refuses `“text”`: its quotes would become part of the text.
  /// - Returns: what stands in the quotes, when it was refused.
  private mutating func reportTypographicQuotes(_ text: String, at mark: YAMLMark) -> String? {
    guard let first = text.first, let last = text.last, text.count > 1,
      // Two that open, or two that close, come of fast typing.
      "“”".contains(first) && "“”\"".contains(last) || "‘’".contains(first) && "‘’'".contains(last),
      // `“a” and “b”` is a text with quotes in it.
      !text.dropFirst().dropLast().contains(where: { $0 == first || $0 == last })
    else { return nil }
    let inner = String(text.dropFirst().dropLast())
    report(
      "typographic-quotes", "'\(first)' and '\(last)' are no quotes in YAML: they would be part of the text", at: mark,
      remedy: last == "'" ? "write \"\(inner)\"" : "write \"\(inner)\", or '\(text)' to keep them")
    return inner
  }

  /// Refuses a list item that is indented deeper than the one above it: YAML reads both as one text.
  /// - Returns: whether there was one.
  private mutating func reportListItems(from first: Int, to last: Int) -> Bool {
    guard last > first, stack.last?.isMapping == false else { return false }
    for line in (first + 1)...last {
      guard let text = text.line(line), text.drop(while: { $0 == " " }).hasPrefix("- ") else { continue }
      report(
        "list-item-in-text", "this '-' is read as part of the text above it",
        at: YAMLMark(
          source: source, line: Int32(clamping: line), column: Int32(clamping: text.prefix { $0 == " " }.count + 1),
          length: 1),
        remedy: "begin all items of a list in the same column, or quote the text")
      return true
    }
    return false
  }

  private mutating func open(
    _ event: yaml_event_t, anchor: UnsafePointer<UInt8>?, tag: UnsafePointer<UInt8>?, mapping: Bool
  ) -> Bool {
    var mark = mark(event)
    mark.length = 1
    guard stack.count < limits.maximumDepth else {
      report(
        "too-deep", "nested deeper than \(limits.maximumDepth) levels", at: mark, remedy: "flatten the structure")
      return false
    }
    if let tag = string(tag), tag != "!", tag != (mapping ? YAMLTag.map : YAMLTag.sequence).rawValue {
      reportTag(tag, at: mark)
    }
    let isFlow =
      mapping
      ? event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
      : event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
    var frame = Frame(mark: mark, anchor: string(anchor), isMapping: mapping, isFlow: isFlow)
    if let name = frame.anchor {
      openAnchors.insert(name)
      anchors[name] = nil
    }
    // A collection as a key is refused where the key is taken; the mapping it stands in waits for it.
    frame.expectsKey = true
    stack.append(frame)
    return true
  }

  private mutating func close() -> Bool {
    guard var frame = stack.popLast() else { return false }
    if !frame.merges.isEmpty { merge(&frame) }
    let content: YAMLNode.Content = frame.isMapping ? .mapping(frame.pairs) : .sequence(frame.elements)
    let built = Built(node: YAMLNode(content, mark: frame.mark), size: frame.size, depth: frame.depth)
    if let anchor = frame.anchor {
      openAnchors.remove(anchor)
      anchors[anchor] = built
    }
    return add(built, isKey: nil)
  }

  /// Puts a finished node where it belongs. `isKey` is its scalar, in case it is taken as a key.
  private mutating func add(_ built: Built, isKey keyScalar: (scalar: YAMLScalar, mark: YAMLMark)?) -> Bool {
    guard stack.count + built.depth <= limits.maximumDepth + 1 else {
      report("too-deep", "nested deeper than \(limits.maximumDepth) levels", at: built.node.mark)
      return false
    }
    guard let last = stack.indices.last else {
      root = built.node
      return true
    }
    // Sums cannot overflow: aliased nodes are bounded, the others were read one by one.
    stack[last].size &+= built.size
    stack[last].depth = max(stack[last].depth, built.depth + 1)
    guard stack[last].isMapping else {
      stack[last].elements.append(built.node)
      return true
    }
    if stack[last].expectsKey {
      stack[last].expectsKey = false
      takeKey(built.node, keyScalar, frame: last)
      return true
    }
    stack[last].expectsKey = true
    guard let key = stack[last].key else { return true }
    stack[last].key = nil
    if key.isMerge {
      stack[last].merges.append(built.node)
    } else if key.isValid {
      stack[last].pairs.append(YAMLPair(key: key.text, keyMark: key.mark, value: built.node))
    }
    return true
  }

  private mutating func takeKey(_ node: YAMLNode, _ scalar: (scalar: YAMLScalar, mark: YAMLMark)?, frame: Int) {
    guard let (scalar, mark) = scalar else {
      let inner = node.pairs.flatMap { $0.count == 1 && $0[0].value.scalar?.text.isEmpty == true ? $0[0].key : nil }
      report(
        "key-not-a-string", "a \(node.pairs == nil ? "list" : "map") cannot be a key", at: node.mark,
        remedy: inner.map { "write \"${\($0)}\" for a variable, or quotes around '{{\($0)}}' for the text" }
          ?? "use a string as key")
      stack[frame].key = ("", node.mark, false, false)
      return
    }
    if scalar.text == "<<", scalar.style == .plain, scalar.tag == nil {
      if stack[frame].hasMerge { reportDuplicate("<<", at: mark, frame: frame) }
      stack[frame].hasMerge = true
      stack[frame].key = ("<<", mark, true, true)
      return
    }
    guard case .string(let key) = scalar.value else {
      report(
        "key-not-a-string", "the key \(scalar.text.isEmpty ? "is empty" : "'\(scalar.text)' is not a string")",
        at: mark,
        remedy: scalar.text.isEmpty
          ? "write a name before the ':'"
          : stack[frame].isFlow && scalar.text.allSatisfy(\.isWholeNumber)
            ? "a comma inside { } ends a value: write a decimal point, or quote the key: \"\(scalar.text)\""
            : "quote it: \"\(scalar.text)\"")
      stack[frame].key = (scalar.text, mark, false, false)
      return
    }
    let isNew = stack[frame].isNew(key)
    if !isNew { reportDuplicate(key, at: mark, frame: frame) }
    stack[frame].key = (key, mark, false, isNew)
  }

  /// Own pairs win over merged ones, and earlier merged maps over later ones.
  private mutating func merge(_ frame: inout Frame) {
    for node in frame.merges {
      let maps: [YAMLNode]
      switch node.content {
      case .mapping: maps = [node]
      case .sequence(let elements): maps = elements
      case .scalar: maps = [node]
      }
      for map in maps {
        guard let pairs = map.pairs else {
          report(
            "merge-needs-a-map", "'<<' takes a map or a list of maps", at: map.mark,
            remedy: "name an anchored map: '<<: *name'")
          continue
        }
        for pair in pairs where frame.isNew(pair.key) { frame.pairs.append(pair) }
      }
    }
  }

  private mutating func reportDuplicate(_ key: String, at mark: YAMLMark, frame: Int) {
    let first = stack[frame].pairs.first { $0.key == key }
    report(
      "duplicate-key", "the key '\(key)' appears twice", at: mark, remedy: "keep one of them",
      notes: first.map { ["first on line \($0.keyMark.line)"] } ?? [])
  }

  private mutating func reportTag(_ tag: String, at mark: YAMLMark) {
    report("unknown-tag", "the tag '\(tag)' means nothing here", at: mark, remedy: "remove the tag")
  }

  mutating func report(
    _ code: String, _ message: String, at mark: YAMLMark?, remedy: String? = nil, notes: [String] = []
  ) {
    guard diagnostics.count < Self.maximumDiagnostics else { return }
    var location = SourceLocation(file: text.file)
    var line: String?
    if let mark {
      location.line = Int(mark.line)
      location.column = Int(mark.column)
      location.length = Int(mark.length)
      line = text.excerpt(Int(mark.line))
    }
    diagnostics.append(
      Diagnostic(code: code, message, remedy: remedy, location: location, sourceLine: line, notes: notes))
  }
}
