public import Diagnostics
import JSON

/// The kinds of stages a recipe may use, prepared for fast look-up.
public struct StageRegistry: Sendable {
  /// In the order given.
  public let kinds: [StageKind]
  let entries: [String: Entry]

  /// Keys of a stage that belong to the language, not to a kind.
  static let reservedKeys = ["kind", "after", "matrix", "resources"]

  /// A kind with what loading asks of it again and again.
  struct Entry: Sendable {
    enum Key: Sendable {
      case input(Int)
      case parameter(Int)
    }

    var kind: StageKind
    var keys: [String: Key]
    /// All defaults of parameters, as their types store them, in the kind's order.
    var defaults: JSONObject
    var requiredInputs: [Int]
    var requiredParameters: [Int]
  }

  /// - Throws: `DiagnosticList` when kinds contradict themselves: a mistake in code, found by the first test.
  public init(_ kinds: [StageKind]) throws(DiagnosticList) {
    var problems: [Diagnostic] = []
    var entries: [String: Entry] = [:]
    for kind in kinds {
      var keys: [String: Entry.Key] = [:]
      var defaults = JSONObject()
      for (index, input) in kind.inputs.enumerated() { keys[input.name] = .input(index) }
      for (index, parameter) in kind.parameters.enumerated() {
        if keys.updateValue(.parameter(index), forKey: parameter.name) != nil {
          problems.append(Diagnostic(code: "schema", "\(kind.name) declares '\(parameter.name)' twice"))
        }
        guard let value = parameter.defaultValue else { continue }
        guard let stored = parameter.type.stored(value) else {
          problems.append(
            Diagnostic(code: "schema", "the default of \(kind.name)'s '\(parameter.name)' is not of its type"))
          continue
        }
        defaults[parameter.name] = stored
      }
      for name in Self.reservedKeys where keys[name] != nil {
        problems.append(Diagnostic(code: "schema", "\(kind.name) declares '\(name)', a word of the language"))
      }
      let entry = Entry(
        kind: kind, keys: keys, defaults: defaults,
        requiredInputs: kind.inputs.indices.filter { kind.inputs[$0].cardinality == .one },
        requiredParameters: kind.parameters.indices.filter { kind.parameters[$0].isRequired })
      if entries.updateValue(entry, forKey: kind.name) != nil {
        problems.append(Diagnostic(code: "schema", "the kind '\(kind.name)' is declared twice"))
      }
    }
    guard problems.isEmpty else { throw DiagnosticList(problems) }
    self.kinds = kinds
    self.entries = entries
  }

  /// The kind that other tools call so.
  func kind(called alias: String) -> StageKind? { kinds.first { $0.aliases.contains(alias.lowercased()) } }

  /// The kind of that name.
  public func kind(_ name: String) -> StageKind? { entries[name]?.kind }
}
