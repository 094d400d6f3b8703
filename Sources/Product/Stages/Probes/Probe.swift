import Diagnostics
import JSON
import Recipes

/// A question put to a model, and what the last answer must be.
struct Probe: ParameterSet {
  /// The user's turns in order; the answer to the last is judged.
  var ask = Texts()
  var expect = ProbeExpectation()
  /// The name results are summed under.
  var group = "identity"
  /// Instead of the trained system prompt.
  var system: String?

  var turns: [String] { ask.list }

  static let fields: [Field<Probe>] = [
    Field(
      "ask", \.ask, required: true,
      help: "The question; a list is asked turn by turn, and the last answer is judged."),
    Field("expect", \.expect, help: "What the answer must be."),
    Field("group", \.group, help: "A name the results are summed under."),
    Field("system", \.system, help: "A system prompt for this probe instead of the trained one."),
  ]

  private static let fieldNames = Set(specs.map(\.name))

  /// - Parameter path: where this probe is in the stage's parameters.
  /// - Throws: `Diagnostic` (`bad-probe`).
  func check(at path: String) throws {
    guard !turns.isEmpty else {
      throw Diagnostic(
        code: "bad-probe", "a probe needs 'ask': a question or a list of turns", location: SourceLocation(file: path))
    }
    try expect.check(at: path + ".expect")
  }
}

extension Probe {
  /// A question as a row of a file has it, which may be one of a dataset, with columns that are none of a probe's.
  /// - Throws: `Diagnostic` (`bad-parameter`, `bad-probe`).
  init(row: JSONObject) throws {
    var fields = JSONObject(row.filter { name, _ in Self.fieldNames.contains(name) })
    if fields["ask"] == nil { fields["ask"] = row["query"] ?? row["question"] }
    if fields["group"] == nil, let tag = row["tag"]?.stringValue { fields["group"] = .string("identity.\(tag)") }
    try self.init(decoding: fields)
    try check(at: "")
  }
}
