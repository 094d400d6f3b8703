public import JSON
import Synchronization

/// What an artifact is, so that a stage cannot be given the wrong thing.
public enum ArtifactKind: String, Sendable, Hashable, ParameterChoice {
  case files, model, dataset, tokens, adapter, report, service

  /// What people talk to. Of several that a run made, the first of these is meant.
  public static let forUse: [ArtifactKind] = [.service, .model, .adapter]

  /// Rows, or files that may hold rows.
  public var isData: Bool { self == .files || self == .dataset || self == .tokens }
}

/// One line of a table that says what a stage produces by the text of a parameter: `source` beginning with
/// `hf-dataset:` gives a dataset.
public struct OutputRule: Sendable, Hashable {
  public var parameter: String
  public var prefix: String
  public var kind: ArtifactKind

  public init(_ parameter: String, prefix: String, gives kind: ArtifactKind) {
    self.parameter = parameter
    self.prefix = prefix
    self.kind = kind
  }
}

/// A kind of stage: everything that the recipe language, the planner, the records, the command line and the documentation
/// know of it.
///
/// A declaration is large and never changes, and plans name it once per stage: so copies share one.
public struct StageKind: Sendable, Hashable {
  private var declaration: Declaration

  /// What a recipe writes after `kind:`.
  public var name: String { declaration.facts.name }
  /// What other tools, or people, call it.
  public var aliases: [String] { declaration.facts.aliases }
  /// Raised whenever the same parameters and inputs would give other bytes.
  public var version: Int {
    get { declaration.facts.version }
    set { change { $0.version = newValue } }
  }
  /// One sentence.
  public var summary: String { declaration.facts.summary }
  public var inputs: [InputSpec] { declaration.facts.inputs }
  /// Made when somebody first asks: a program that has many kinds uses few of them at a time.
  public var parameters: [ParameterSpec] {
    get { declaration.parameters }
    set { declaration = Declaration(declaration.facts) { newValue } }
  }
  /// What it produces when no rule of `outputRules` fits.
  public var output: ArtifactKind { declaration.facts.output }
  /// The first rule that fits the parameters decides.
  public var outputRules: [OutputRule] { declaration.facts.outputRules }
  /// Whether the recipe's `seed` enters the key.
  public var usesSeed: Bool { declaration.facts.usesSeed }
  public var metrics: [MetricSpec] {
    get { declaration.facts.metrics }
    set { change { $0.metrics = newValue } }
  }
  /// `nil` for what only other stages use.
  public var product: ProductSpec? { declaration.facts.product }
  /// Whether what it reports is about rows rather than about a model.
  public var preparesData: Bool { product == nil && output.isData }
  /// Whether equal keys give equal bytes. False for what another program makes.
  public var isReproducible: Bool { declaration.facts.isReproducible }
  /// What one types, without the program's name, to do the same outside a recipe; `nil` when no command does.
  public var command: String? { declaration.facts.command }

  public init(
    _ name: String, version: Int, summary: String, inputs: [InputSpec] = [], parameters: [ParameterSpec] = [],
    output: ArtifactKind, outputRules: [OutputRule] = [], usesSeed: Bool = false, metrics: [MetricSpec] = [],
    product: ProductSpec? = nil, isReproducible: Bool = true, command: String? = nil,
    aliases: [String] = []
  ) {
    declaration = Declaration(
      .init(
        name: name, aliases: aliases, version: version, summary: summary, inputs: inputs, output: output,
        outputRules: outputRules, usesSeed: usesSeed, metrics: metrics, product: product,
        isReproducible: isReproducible, command: command)
    ) { parameters }
  }

  /// A kind whose parameters are a Swift value.
  public init<Parameters: ParameterSet>(
    _ name: String, version: Int, summary: String, inputs: [InputSpec] = [], parameters: Parameters.Type,
    output: ArtifactKind, outputRules: [OutputRule] = [], usesSeed: Bool = false, metrics: [MetricSpec] = [],
    product: ProductSpec? = nil, isReproducible: Bool = true, command: String? = nil,
    aliases: [String] = []
  ) {
    declaration = Declaration(
      .init(
        name: name, aliases: aliases, version: version, summary: summary, inputs: inputs, output: output,
        outputRules: outputRules, usesSeed: usesSeed, metrics: metrics, product: product,
        isReproducible: isReproducible, command: command)
    ) { Parameters.specs }
  }

  private mutating func change(_ body: (inout Declaration.Facts) -> Void) {
    var facts = declaration.facts
    body(&facts)
    declaration = Declaration(facts) { [declaration] in declaration.parameters }
  }

  /// What a stage of this kind produces when it has these parameters.
  public func outputKind(parameters: JSONObject) -> ArtifactKind {
    for rule in outputRules {
      if let text = parameters[rule.parameter]?.stringValue, text.hasPrefix(rule.prefix) { return rule.kind }
    }
    return output
  }

  /// Whether its output can be an artifact of any kind, like that of a user's program. No single kind is its purpose then.
  var producesAnything: Bool { Set(outputRules.map(\.kind)).union([output]).isSuperset(of: ArtifactKind.allCases) }

  /// The description of a metric, by its name or one it had before.
  public func metric(_ name: String) -> MetricSpec? {
    metrics.first { $0.covers(name) } ?? metrics.first { $0.formerNames.contains(name) }
  }

  /// Recorded metrics under the names they have today.
  public func currentMetrics(_ recorded: JSONObject) -> JSONObject {
    guard recorded.keys.contains(where: { name in metrics.contains { $0.formerNames.contains(name) } }) else {
      return recorded
    }
    return JSONObject(
      recorded.map { name, value in (metrics.first { $0.formerNames.contains(name) }?.name ?? name, value) })
  }

  /// The parameters that can change the output, and so belong to the key: what is marked as not semantic is left out, at
  /// every level.
  public func semanticParameters(of parameters: JSONObject) -> JSONObject {
    Self.semantic(parameters, self.parameters, top: parameters)
  }

  private static func semantic(_ values: JSONObject, _ specs: [ParameterSpec], top: JSONObject) -> JSONObject {
    var kept = values
    for spec in specs {
      guard let value = values[spec.name] else { continue }
      let isSwitchedOff =
        !spec.semanticOnlyWith.isEmpty
        && !spec.semanticOnlyWith.contains { name in
          switch top[name] {
          case nil, .null, .bool(false), .integer(0), .number(0): false
          default: true
          }
        }
      if !spec.isSemantic || isSwitchedOff || value == spec.neutralValue {
        kept[spec.name] = nil
      } else if case .object(let nested) = value, let members = spec.type.objectMembers {
        kept[spec.name] = .object(semantic(nested, members, top: top))
      }
    }
    return kept
  }
}

/// What a kind is declared as.
private final class Declaration: Sendable {
  struct Facts: Sendable, Hashable {
    var name: String
    var aliases: [String]
    var version: Int
    var summary: String
    var inputs: [InputSpec]
    var output: ArtifactKind
    var outputRules: [OutputRule]
    var usesSeed: Bool
    var metrics: [MetricSpec]
    var product: ProductSpec?
    var isReproducible: Bool
    var command: String?
  }

  let facts: Facts
  private let made = Mutex<[ParameterSpec]?>(nil)
  private let make: @Sendable () -> [ParameterSpec]

  init(_ facts: Facts, parameters make: @escaping @Sendable () -> [ParameterSpec]) {
    self.facts = facts
    self.make = make
  }

  var parameters: [ParameterSpec] {
    made.withLock { made in
      if let made { return made }
      let specs = make()
      made = specs
      return specs
    }
  }
}

extension Declaration: Hashable {
  static func == (left: Declaration, right: Declaration) -> Bool {
    left === right || (left.facts == right.facts && left.parameters == right.parameters)
  }

  func hash(into hasher: inout Hasher) { hasher.combine(facts) }
}
