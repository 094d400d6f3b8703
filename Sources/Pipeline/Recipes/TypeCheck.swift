import Diagnostics
import JSON
import YAML

/// Checks values against the types of a schema, and notes where each was written.
struct TypeCheck {
  let session: LoadSession
  /// Completes messages: "stage 'train'".
  let owner: String
  var locations: [ParameterLocation] = []
  /// Set when any value failed.
  var failed = false
  /// Whether a URI of a file must name one that is there.
  private let checksFiles: Bool
  /// The parameter that is checked, for advice about its value.
  private var spec: ParameterSpec?

  init(session: LoadSession, owner: String, checksFiles: Bool = false) {
    self.session = session
    self.owner = owner
    self.checksFiles = checksFiles
  }

  /// The typed value of a parameter, or `nil` after reporting every problem in it.
  mutating func check(_ node: YAMLNode, for parameter: ParameterSpec, at path: String? = nil) -> JSONValue? {
    let outer = spec
    spec = parameter
    defer { spec = outer }
    return check(node, parameter.type, path ?? parameter.name)
  }

  private mutating func fail(
    _ code: String, _ message: String, at mark: YAMLMark, remedy: String? = nil, notes: [String] = []
  ) {
    failed = true
    session.report(code, message, at: mark, remedy: remedy, notes: notes)
  }

  private mutating func mismatch(
    _ node: YAMLNode, _ type: ParameterType, _ path: String, code: String = "wrong-type", remedy: String? = nil
  ) -> JSONValue? {
    fail(
      code, "'\(path)' of \(owner) must be \(type.phrase), not \(node.description)", at: node.mark,
      remedy: remedy ?? node.scalar.flatMap { type.numberRemedy(for: $0) ?? FullWidth.remedy(in: $0.text) }
        ?? overrideRemedy(node, type, path) ?? limitRemedy(node) ?? type.remedy(for: node))
    return nil
  }

  /// What to do about `-1`, which means no limit in other tools.
  private func limitRemedy(_ node: YAMLNode) -> String? {
    guard let spec, !spec.isRequired, node.scalar?.value.double == -1 else { return nil }
    guard let value = spec.defaultValue else {
      return "-1 is how other tools write 'no limit': leave '\(spec.name)' out"
    }
    return "-1 is no value here: leave '\(spec.name)' out for the default, \(value.displayText)"
  }

  /// What to type after -S instead of a value for a whole map: the member that takes this word.
  private func overrideRemedy(_ node: YAMLNode, _ type: ParameterType, _ path: String) -> String? {
    guard case .object(let members) = type, node.isFromCommandLine, let text = node.scalar?.text,
      let member = members.first(where: { $0.type.hasChoice(text) }),
      // The path as it was typed, which has the stage's name before that of the parameter.
      let typed = session.source(node.mark)?.name.split(separator: " ", maxSplits: 1).last?.prefix(while: { $0 != "=" }
      ),
      typed.hasSuffix("." + path)
    else { return nil }
    return "write \(typed).\(member.name)=\(text)"
  }

  /// The typed value, or `nil` after reporting every problem in it.
  @discardableResult
  mutating func check(_ node: YAMLNode, _ type: ParameterType, _ path: String) -> JSONValue? {
    switch type {
    case .object(let members): return object(node, members, path)
    case .list(let element):
      guard let elements = node.elements else { return mismatch(node, type, path) }
      if let split = SplitQuote(in: elements) {
        fail(
          "typographic-quotes", "'\(path)' of \(owner): \(split.problem)", at: elements[split.range.lowerBound].mark,
          remedy: split.remedy)
        return nil
      }
      note(path, node.mark)
      var values: [JSONValue] = []
      values.reserveCapacity(elements.count)
      let noted = locations.count
      for (index, node) in elements.enumerated() {
        if let value = check(node, element, "\(path).\(index)") { values.append(value) }
      }
      // A list of thousands is data: its own place is enough.
      if elements.count > Self.longList { locations.removeLast(locations.count - noted) }
      return .array(values)
    case .map(let element):
      guard let pairs = node.pairs else { return mismatch(node, type, path) }
      note(path, node.mark)
      var object = JSONObject()
      for pair in pairs {
        if !element.takesNull, let remedy = session.commaRemedy(of: pair, among: pairs) {
          fail("wrong-type", "'\(path).\(pair.key)' of \(owner) has no value", at: pair.keyMark, remedy: remedy)
          continue
        }
        object[pair.key] = check(pair.value, element, "\(path).\(pair.key)")
      }
      return .object(object)
    case .any: return any(node, path)
    case .oneOf(let alternatives): return oneOf(node, alternatives, path)
    default:
      guard let scalar = node.scalar else { return mismatch(node, type, path) }
      guard let value = self.scalar(scalar, node, type, path) else { return nil }
      note(path, node.mark)
      return value
    }
  }

  private static let longList = 100

  private mutating func note(_ path: String, _ mark: YAMLMark) {
    locations.append(ParameterLocation(path: path, location: session.location(mark)))
  }

  private mutating func scalar(
    _ scalar: YAMLScalar, _ node: YAMLNode, _ type: ParameterType, _ path: String
  ) -> JSONValue? {
    switch (type, scalar.value) {
    case (_, .unrepresentable(let reason)) where !node.isFromCommandLine:
      fail("bad-number", "'\(path)' of \(owner): the value \(node.description) \(reason)", at: node.mark)
      return nil
    case (.string, .string(let text)):
      if spec?.isProse == true { session.warnOfProse(scalar, node, path, of: owner) }
      return .string(text)
    case (.uri, .string(let text)): return .string(resolveURI(text, node.mark, path))
    // The shell has taken the quotes off.
    case (.string, _) where node.isFromCommandLine: return .string(scalar.text)
    case (.text, .string), (.text, .integer), (.text, .number), (.text, .boolean): return .string(scalar.text)
    case (.boolean, .boolean(let value)): return .bool(value)
    case (.integer, .integer(let value)):
      return type.stored(.integer(value)) ?? mismatch(node, type, path, code: "out-of-range")
    case (.integer, .number(let value)):
      let isWhole = Int(exactly: value) != nil
      return type.stored(.number(value)) ?? mismatch(node, type, path, code: isWhole ? "out-of-range" : "wrong-type")
    case (.number, .integer), (.number, .number):
      return scalar.value.double.flatMap { type.stored(.number($0)) }
        ?? mismatch(node, type, path, code: "out-of-range")
    case (.choice(let choices, _), _):
      // `on: no` style words are strings already; numbers and booleans may be choices too.
      guard choices.contains(scalar.text), scalar.value != .null else {
        return mismatch(node, type, path, code: "unknown-choice", remedy: type.suggestion(for: scalar.text))
      }
      return .string(scalar.text)
    case (.ratio, .string(let text)):
      guard Ratio(text) != nil else { return mismatch(node, type, path) }
      return .string(text)
    default: return mismatch(node, type, path)
    }
  }

  private mutating func resolveURI(_ text: String, _ mark: YAMLMark, _ path: String) -> String {
    guard let local = LocalPath(text) else { return text }
    if local.beginsAtHome {
      session.reportHomeFolder(local, at: mark)
      return text
    }
    let directory = session.source(mark)?.directory
    let absolute = session.files.absolute(local.text, in: directory)
    if checksFiles, !session.files.exists(absolute) {
      fail(
        "no-such-file", "'\(path)' of \(owner): there is no file '\(text)'", at: mark,
        remedy: session.remedy(forMissing: local, at: mark, input: path, hasPatterns: true),
        notes: ["looked for \(absolute)"])
    }
    return "file:" + absolute
  }

  /// A value of any type, as JSON has it.
  private mutating func any(_ node: YAMLNode, _ path: String) -> JSONValue? {
    guard let value = session.json(node, of: { [owner] in "'\(path)' of \(owner)" }) else {
      failed = true
      return nil
    }
    note(path, node.mark)
    return value
  }

  private mutating func oneOf(_ node: YAMLNode, _ alternatives: [ParameterType], _ path: String) -> JSONValue? {
    // Alternatives differ by shape first: the first of the node's shape that has no complaint wins; when one
    // alternative alone has the shape, its complaints are the ones to show.
    let fitting = alternatives.filter { $0.takesShape(of: node) }
    for type in fitting {
      let trial = TypeTrial(session: session)
      if trial.value(node, type) != nil { return check(node, type, path) }
    }
    guard fitting.count == 1, node.scalar == nil else {
      let type = ParameterType.oneOf(alternatives)
      return mismatch(node, type, path, remedy: node.scalar.flatMap { type.suggestion(for: $0.text) })
    }
    return check(node, fitting[0], path)
  }

  /// What to do about a word that is no member of a map: the member that it means, or where it belongs.
  private func brought(_ key: String, _ members: [ParameterSpec], _ path: String) -> String? {
    func member(_ meant: String) -> String? {
      let below = meant.hasPrefix(path + ".") ? String(meant.dropFirst(path.count + 1)) : meant
      return members.contains { $0.name == below } ? below : nil
    }
    if let meant = session.words.meaning(key).flatMap(member) { return "did you mean '\(meant)'?" }
    if let remark = session.words.remark(key) { return remark }
    return session.registry.parameter(named: session.words.meaning(key) ?? key).map {
      "'\($0.path)' is a key of a stage of kind \($0.kind), not of '\(path)'"
    }
  }

  private mutating func object(_ node: YAMLNode, _ members: [ParameterSpec], _ path: String) -> JSONValue? {
    guard let pairs = node.pairs else { return mismatch(node, .object(members), path) }
    note(path, node.mark)
    var given = JSONObject()
    for pair in pairs {
      guard let member = members.first(where: { $0.name == pair.key }) else {
        let near =
          members.first { $0.aliases.contains(pair.key) }?.name ?? didYouMean(pair.key, among: members.map(\.name))
        fail(
          "unknown-key", "unknown key '\(pair.key)' in '\(path)' of \(owner)", at: pair.keyMark,
          remedy: session.punctuationRemedy(of: pair, among: pairs) { key in members.contains { $0.name == key } }
            ?? near.map { "did you mean '\($0)'?" }
            ?? brought(pair.key, members, path)
            ?? "known keys are \(members.map(\.name).joined(separator: ", "))")
        continue
      }
      if pair.value.leavesOut(member) { continue }
      given[member.name] = check(pair.value, for: member, at: "\(path).\(member.name)")
    }
    var result = JSONObject()
    for member in members {
      if let value = given[member.name] {
        result[member.name] = value
      } else if let value = member.defaultValue.flatMap({ member.type.stored($0) }) {
        result[member.name] = value
      } else if member.isRequired,
        !pairs.contains(where: { pair in
          pair.key == member.name || session.wideKey(pair.key) { $0 == member.name }?.meant == member.name
        })
      {
        fail(
          "missing-key", "'\(path)' of \(owner) needs '\(member.name)'", at: node.mark, remedy: member.help)
      }
    }
    return .object(result)
  }
}

extension YAMLNode {
  /// Values of the command line have no line.
  var isFromCommandLine: Bool { mark.line == 0 }

  var isNull: Bool { scalar?.value == .null }

  /// `null` leaves out what may be left out and has no default.
  func leavesOut(_ spec: ParameterSpec) -> Bool {
    scalar?.value == .null && !spec.isRequired && spec.defaultValue == nil && !spec.type.takesNull
  }
}

extension YAMLScalarValue {
  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}

/// Whether a node fits a type, without reporting.
struct TypeTrial {
  let session: LoadSession

  func value(_ node: YAMLNode, _ type: ParameterType) -> JSONValue? {
    guard let json = session.json(node, of: nil) else { return nil }
    if node.isFromCommandLine, case .string = type { return node.scalar.map { .string($0.text) } }
    return type.stored(json)
  }
}

extension LoadSession {
  /// The node as JSON; `nil` for what JSON cannot hold, reported when `what` names it.
  func json(_ node: YAMLNode, of what: (() -> String)?) -> JSONValue? {
    node.json { node, problem in
      guard let what else { return }
      report("bad-number", "\(what()): the value \(node.description) \(problem)", at: node.mark)
    }
  }
}

extension YAMLNode {
  /// This as JSON; `nil` for what JSON cannot hold, each told with words that complete "the value …".
  func json(problem: (YAMLNode, String) -> Void) -> JSONValue? {
    switch content {
    case .scalar(let scalar):
      switch scalar.value {
      case .null: return .null
      case .boolean(let value): return .bool(value)
      case .integer(let value): return .integer(value)
      case .string(let text): return .string(text)
      case .number(let value):
        if value.isFinite { return .number(value) }
        problem(self, "is not a finite number")
        return nil
      case .unrepresentable(let reason):
        problem(self, reason)
        return nil
      }
    case .sequence(let elements):
      var values: [JSONValue] = []
      values.reserveCapacity(elements.count)
      var isWhole = true
      for element in elements {
        if let value = element.json(problem: problem) { values.append(value) } else { isWhole = false }
      }
      return isWhole ? .array(values) : nil
    case .mapping(let pairs):
      var object = JSONObject()
      var isWhole = true
      for pair in pairs {
        if let value = pair.value.json(problem: problem) { object[pair.key] = value } else { isWhole = false }
      }
      return isWhole ? .object(object) : nil
    }
  }
}
