public import JSON

/// What an artifact is, so that a stage cannot be given the wrong thing.
public enum ArtifactKind: String, Sendable, Hashable, CaseIterable {
  case files, model, dataset, tokens, adapter, report, service
}

/// The type of a parameter's value, as checked in recipes, `-S` overrides, `with:` values and `matrix` values alike.
public indirect enum ParameterType: Sendable, Hashable {
  case string
  case boolean
  case integer(ClosedRange<Int>? = nil)
  /// A finite number; `exclusiveMinimum` for quantities such as a learning rate that must be above zero.
  case number(ClosedRange<Double>? = nil, exclusiveMinimum: Double? = nil)
  case choice([String])
  /// `"1:5"`, domain to general.
  case ratio
  case list(ParameterType)
  /// String keys, values of one type.
  case map(ParameterType)
  case object([ParameterSpec])
  /// The first alternative that fits.
  case oneOf([ParameterType])
  case any
}

/// One parameter of a stage.
public struct ParameterSpec: Sendable, Hashable {
  public var name: String
  public var type: ParameterType
  /// The value when the recipe is silent; `nil` leaves it out.
  public var defaultValue: JSONValue?
  public var isRequired: Bool
  /// Whether it can change the stage's output, and so belongs to the key.
  public var isSemantic: Bool
  /// One sentence for the reference and the editor.
  public var help: String
  /// Names other tools use for it, for "did you mean".
  public var aliases: [String]

  public init(
    _ name: String, _ type: ParameterType, default defaultValue: JSONValue? = nil, required: Bool = false,
    semantic: Bool = true, help: String, aliases: [String] = []
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.isRequired = required
    self.isSemantic = semantic
    self.help = help
    self.aliases = aliases
  }
}

/// One input of a stage: a recipe key whose value names stages or files.
public struct InputSpec: Sendable, Hashable {
  public enum Cardinality: Sendable, Hashable {
    case one, optional, many
  }

  public var name: String
  public var accepts: [ArtifactKind]
  public var cardinality: Cardinality
  /// Whether entries may carry `#N`, a cap on rows.
  public var allowsRowCap: Bool
  public var help: String

  public init(
    _ name: String, _ accepts: [ArtifactKind], _ cardinality: Cardinality = .one, allowsRowCap: Bool = false,
    help: String
  ) {
    self.name = name
    self.accepts = accepts
    self.cardinality = cardinality
    self.allowsRowCap = allowsRowCap
    self.help = help
  }
}

/// Everything the recipe language, the planner and the documentation know of a kind of stage.
public struct StageSchema: Sendable, Hashable {
  public var kind: String
  /// Raised whenever the same parameters and inputs would give other bytes.
  public var version: Int
  /// One sentence.
  public var summary: String
  public var inputs: [InputSpec]
  public var parameters: [ParameterSpec]
  public var output: ArtifactKind
  /// Whether the recipe's `seed` enters the key.
  public var usesSeed: Bool

  public init(
    kind: String, version: Int, summary: String, inputs: [InputSpec] = [], parameters: [ParameterSpec] = [],
    output: ArtifactKind, usesSeed: Bool = false
  ) {
    self.kind = kind
    self.version = version
    self.summary = summary
    self.inputs = inputs
    self.parameters = parameters
    self.output = output
    self.usesSeed = usesSeed
  }
}
