import Diagnostics
public import JSON

/// A question put to a model, and what the last answer must be.
public struct Probe: Sendable {
  /// The user's turns in order; the answer to the last is judged.
  public var turns: [String]
  public var expectation: ProbeExpectation
  /// The name results are summed under.
  public var group: String
  /// Instead of the trained system prompt.
  public var system: String?

  public init(turns: [String], expectation: ProbeExpectation, group: String = "identity", system: String? = nil) {
    self.turns = turns
    self.expectation = expectation
    self.group = group
    self.system = system
  }

  /// From `{"ask": …, "expect": {…}, "group": …, "system": …}`.
  /// - Throws: `Diagnostic` (`bad-probe`).
  public init(json: JSONValue) throws {
    let turns: [String]
    if let one = json["ask"]?.stringValue {
      turns = [one]
    } else {
      turns = json["ask"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }
    guard !turns.isEmpty, turns.count == (json["ask"]?.arrayValue?.count ?? 1) else {
      throw Diagnostic(code: "bad-probe", "a probe needs 'ask': a question or a list of turns")
    }
    self.init(
      turns: turns, expectation: try json["expect"].map { try ProbeExpectation(json: $0) } ?? ProbeExpectation(),
      group: json["group"]?.stringValue ?? "identity", system: json["system"]?.stringValue)
  }
}
