public import Diagnostics
import JSON
import Synchronization

/// The kinds of stages a recipe may use, each prepared for fast look-up when it is first asked for.
public struct StageRegistry: Sendable {
  /// In the order given.
  public let kinds: [StageKind]
  let entries: Entries

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

    /// - Parameter problems: gets what contradicts itself in the declaration.
    init(_ kind: StageKind, _ problems: inout [Diagnostic]) {
      self.kind = kind
      keys = [:]
      defaults = JSONObject()
      let inputs = kind.inputs
      let parameters = kind.parameters
      for (index, input) in inputs.enumerated() { keys[input.name] = .input(index) }
      for (index, parameter) in parameters.enumerated() {
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
      for name in StageRegistry.reservedKeys where keys[name] != nil {
        problems.append(Diagnostic(code: "schema", "\(kind.name) declares '\(name)', a word of the language"))
      }
      requiredInputs = inputs.indices.filter { inputs[$0].cardinality == .one }
      requiredParameters = parameters.indices.filter { parameters[$0].isRequired }
    }
  }

  /// - Throws: `DiagnosticList` when kinds contradict themselves: a mistake in code, found by the first test.
  public init(_ kinds: [StageKind]) throws(DiagnosticList) {
    var problems: [Diagnostic] = []
    self.init(unchecked: kinds, &problems)
    for kind in kinds { problems += entries.problems(of: kind.name) }
    guard problems.isEmpty else { throw DiagnosticList(problems) }
  }

  /// The kinds of a program, whose tests check them. A recipe uses few of them, and only those are prepared.
  public init(unchecked kinds: [StageKind]) {
    var problems: [Diagnostic] = []
    self.init(unchecked: kinds, &problems)
  }

  private init(unchecked kinds: [StageKind], _ problems: inout [Diagnostic]) {
    var byName: [String: LazyEntry] = [:]
    for kind in kinds where byName.updateValue(LazyEntry(kind), forKey: kind.name) != nil {
      problems.append(Diagnostic(code: "schema", "the kind '\(kind.name)' is declared twice"))
    }
    self.kinds = kinds
    entries = Entries(byName: byName)
  }

  /// The kinds by name.
  struct Entries: Sendable {
    fileprivate let byName: [String: LazyEntry]

    subscript(name: String) -> Entry? { byName[name]?.entry }

    func kind(_ name: String) -> StageKind? { byName[name]?.kind }

    func problems(of name: String) -> [Diagnostic] { byName[name]?.problems ?? [] }
  }

  /// The kind of that name, or that other tools call so.
  func kind(called alias: String) -> StageKind? {
    kind(alias) ?? kinds.first { $0.aliases.contains(alias.lowercased()) }
  }

  /// The kind of that name.
  public func kind(_ name: String) -> StageKind? { entries.kind(name) }
}

/// An entry that is made once, when it is first asked for.
private final class LazyEntry: Sendable {
  let kind: StageKind
  private let made = Mutex<(entry: StageRegistry.Entry, problems: [Diagnostic])?>(nil)

  init(_ kind: StageKind) { self.kind = kind }

  var entry: StageRegistry.Entry { result.entry }
  var problems: [Diagnostic] { result.problems }

  private var result: (entry: StageRegistry.Entry, problems: [Diagnostic]) {
    made.withLock { made in
      if let made { return made }
      var problems: [Diagnostic] = []
      let entry = StageRegistry.Entry(kind, &problems)
      let result = (entry: entry, problems: problems)
      made = result
      return result
    }
  }
}
