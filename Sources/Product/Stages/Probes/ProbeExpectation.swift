import Diagnostics
public import JSON

/// What an answer to a probe must be. Every condition given must hold; with none, every answer will do.
public struct ProbeExpectation: Sendable {
  /// Any of these must be in the answer.
  public var contains: [String] = []
  /// Found somewhere in the answer.
  public var regex: String?
  /// The whole answer, spaces around it aside.
  public var exact: String?
  /// None of these may be in the answer.
  public var not: [String] = []
  public var ignoresCase = true

  public init() {}

  /// - Throws: `Diagnostic` (`bad-probe`) for an unknown condition or a pattern that does not compile.
  public init(json: JSONValue) throws {
    guard let object = json.objectValue else {
      throw Diagnostic(code: "bad-probe", "expect must be an object such as {\"contains\": \"Grace\"}")
    }
    for (name, value) in object {
      switch name {
      case "contains": contains = try Self.texts(value, name)
      case "not": not = try Self.texts(value, name)
      case "exact": exact = try Self.text(value, name)
      case "regex": regex = try Self.text(value, name)
      case "ignore_case": ignoresCase = value.boolValue ?? true
      default:
        throw Diagnostic(
          code: "bad-probe", "a probe cannot expect '\(name)'",
          remedy: "conditions are contains, regex, exact, not and ignore_case")
      }
    }
    if let regex {
      do { _ = try Regex(regex) } catch {
        throw Diagnostic(code: "bad-probe", "the pattern '\(regex)' does not compile: \(error)")
      }
    }
  }

  private static func text(_ value: JSONValue, _ name: String) throws -> String {
    guard let text = value.stringValue else { throw Diagnostic(code: "bad-probe", "'\(name)' must be text") }
    return text
  }

  private static func texts(_ value: JSONValue, _ name: String) throws -> [String] {
    if let one = value.stringValue { return [one] }
    guard let list = value.arrayValue else { throw Diagnostic(code: "bad-probe", "'\(name)' must be text or a list") }
    return try list.map { try text($0, name) }
  }

  public func accepts(_ answer: String) -> Bool {
    let fold = { (text: String) in ignoresCase ? text.lowercased() : text }
    let answer = Self.trimmed(answer)
    let folded = fold(answer)
    if !contains.isEmpty, !contains.contains(where: { folded.contains(fold($0)) }) { return false }
    if not.contains(where: { folded.contains(fold($0)) }) { return false }
    if let exact, fold(Self.trimmed(exact)) != folded { return false }
    if let regex {
      guard let pattern = try? Regex(regex).ignoresCase(ignoresCase), (try? pattern.firstMatch(in: answer)) != nil,
        answer.firstMatch(of: pattern) != nil
      else { return false }
    }
    return true
  }

  private static func trimmed(_ text: String) -> String {
    var text = text[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
