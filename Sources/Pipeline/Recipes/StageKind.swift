public import JSON

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
public struct StageKind: Sendable, Hashable {
  /// What a recipe writes after `kind:`.
  public var name: String
  /// What other tools, or people, call it.
  public var aliases: [String]
  /// Raised whenever the same parameters and inputs would give other bytes.
  public var version: Int
  /// One sentence.
  public var summary: String
  public var inputs: [InputSpec]
  public var parameters: [ParameterSpec]
  /// What it produces when no rule of `outputRules` fits.
  public var output: ArtifactKind
  /// The first rule that fits the parameters decides.
  public var outputRules: [OutputRule]
  /// Whether the recipe's `seed` enters the key.
  public var usesSeed: Bool
  public var metrics: [MetricSpec]
  /// `nil` for what only other stages use.
  public var product: ProductSpec?
  /// Whether what it reports is about rows rather than about a model.
  public var preparesData: Bool { product == nil && output.isData }
  /// Whether equal keys give equal bytes. False for what another program makes.
  public var isReproducible: Bool
  /// What one types, without the program's name, to do the same outside a recipe; `nil` when no command does.
  public var command: String?

  public init(
    _ name: String, version: Int, summary: String, inputs: [InputSpec] = [], parameters: [ParameterSpec] = [],
    output: ArtifactKind, outputRules: [OutputRule] = [], usesSeed: Bool = false, metrics: [MetricSpec] = [],
    product: ProductSpec? = nil, isReproducible: Bool = true, command: String? = nil,
    aliases: [String] = []
  ) {
    self.name = name
    self.aliases = aliases
    self.version = version
    self.summary = summary
    self.inputs = inputs
    self.parameters = parameters
    self.output = output
    self.outputRules = outputRules
    self.usesSeed = usesSeed
    self.metrics = metrics
    self.product = product
    self.isReproducible = isReproducible
    self.command = command
  }

  /// A kind whose parameters are a Swift value.
  public init<Parameters: ParameterSet>(
    _ name: String, version: Int, summary: String, inputs: [InputSpec] = [], parameters: Parameters.Type,
    output: ArtifactKind, outputRules: [OutputRule] = [], usesSeed: Bool = false, metrics: [MetricSpec] = [],
    product: ProductSpec? = nil, isReproducible: Bool = true, command: String? = nil,
    aliases: [String] = []
  ) {
    self.init(
      name, version: version, summary: summary, inputs: inputs, parameters: Parameters.specs, output: output,
      outputRules: outputRules, usesSeed: usesSeed, metrics: metrics, product: product,
      isReproducible: isReproducible, command: command, aliases: aliases)
  }

  /// What a stage of this kind produces when it has these parameters.
  public func outputKind(parameters: JSONObject) -> ArtifactKind {
    for rule in outputRules {
      if let text = parameters[rule.parameter]?.stringValue, text.hasPrefix(rule.prefix) { return rule.kind }
    }
    return output
  }

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
