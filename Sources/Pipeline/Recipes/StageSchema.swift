public import JSON

/// What an artifact is, so that a stage cannot be given the wrong thing.
public enum ArtifactKind: String, Sendable, Hashable, CaseIterable {
  case files, model, dataset, tokens, adapter, report, service
}

/// The type of a parameter's value, as checked in recipes, `-S` overrides, `with:` values and `matrix` values alike.
public indirect enum ParameterType: Sendable, Hashable {
  case string
  /// A string, or a number or boolean as it is written: an argument of a program.
  case text
  case boolean
  case integer(ClosedRange<Int>? = nil)
  /// A finite number; `exclusiveMinimum` for quantities such as a learning rate that must be above zero.
  case number(ClosedRange<Double>? = nil, exclusiveMinimum: Double? = nil)
  case choice([String])
  /// `"1:5"`, domain to general.
  case ratio
  /// A URI such as `hf:org/name`. A value that names a file (`file:x`, `./x`, `../x`, `/x`) arrives as `file:` with an
  /// absolute path, resolved against the folder of the recipe or pipeline file it is written in.
  case uri
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
  /// The value when the recipe is silent; `nil` leaves it out. An object's default `{}` fills the defaults of its
  /// members.
  public var defaultValue: JSONValue?
  public var isRequired: Bool
  /// Whether it can change the stage's output, and so belongs to the key.
  public var isSemantic: Bool
  /// When not empty, the parameter belongs to the key only while one of these parameters of the stage is set to
  /// something else than `false`, `null` or 0: `eval_every` with `load_best`.
  public var semanticOnlyWith: [String]
  /// One sentence for the reference and the editor.
  public var help: String
  /// Names other tools use for it, for "did you mean".
  public var aliases: [String]

  public init(
    _ name: String, _ type: ParameterType, default defaultValue: JSONValue? = nil, required: Bool = false,
    semantic: Bool = true, semanticOnlyWith: [String] = [], help: String, aliases: [String] = []
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.isRequired = required
    self.isSemantic = semantic
    self.semanticOnlyWith = semanticOnlyWith
    self.help = help
    self.aliases = aliases
  }
}

/// One input of a stage: a recipe key whose value names stages or files.
public struct InputSpec: Sendable, Hashable {
  public enum Cardinality: Sendable, Hashable {
    case one, optional
    /// A list, or one value; may be empty or missing.
    case many
    /// A map of names to references; each becomes an input whose role is `input.name`.
    case named
  }

  public var name: String
  public var accepts: [ArtifactKind]
  public var cardinality: Cardinality
  /// Whether entries may carry `#N`, a cap on rows.
  public var allowsRowCap: Bool
  /// A value of a parameter with which an optional input has to be there.
  public var neededWith: ParameterValue?
  public var help: String

  public struct ParameterValue: Sendable, Hashable {
    public var parameter: String
    public var value: JSONValue

    public init(_ parameter: String, _ value: JSONValue) {
      self.parameter = parameter
      self.value = value
    }
  }

  public init(
    _ name: String, _ accepts: [ArtifactKind], _ cardinality: Cardinality = .one, allowsRowCap: Bool = false,
    neededWith: ParameterValue? = nil, help: String
  ) {
    self.name = name
    self.accepts = accepts
    self.cardinality = cardinality
    self.allowsRowCap = allowsRowCap
    self.neededWith = neededWith
    self.help = help
  }
}

/// One line of a table that says what a stage puts out by the text of a parameter: `source` beginning with
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

/// Everything the recipe language, the planner and the documentation know of a kind of stage.
public struct StageSchema: Sendable, Hashable {
  public var kind: String
  /// Raised whenever the same parameters and inputs would give other bytes.
  public var version: Int
  /// One sentence.
  public var summary: String
  public var inputs: [InputSpec]
  public var parameters: [ParameterSpec]
  /// What it puts out when no rule of `outputRules` fits.
  public var output: ArtifactKind
  /// The first rule that fits the parameters decides.
  public var outputRules: [OutputRule]
  /// Whether the recipe's `seed` enters the key.
  public var usesSeed: Bool

  public init(
    kind: String, version: Int, summary: String, inputs: [InputSpec] = [], parameters: [ParameterSpec] = [],
    output: ArtifactKind, outputRules: [OutputRule] = [], usesSeed: Bool = false
  ) {
    self.kind = kind
    self.version = version
    self.summary = summary
    self.inputs = inputs
    self.parameters = parameters
    self.output = output
    self.outputRules = outputRules
    self.usesSeed = usesSeed
  }

  /// What a stage of this kind puts out when it has these parameters.
  public func outputKind(parameters: JSONObject) -> ArtifactKind {
    for rule in outputRules {
      if let text = parameters[rule.parameter]?.stringValue, text.hasPrefix(rule.prefix) { return rule.kind }
    }
    return output
  }

  /// The parameters that can change the output, and so belong to the key: what the schema marks as not semantic is left
  /// out, at every level.
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
      if !spec.isSemantic || isSwitchedOff {
        kept[spec.name] = nil
      } else if case .object(let nested) = value, let members = spec.type.objectMembers {
        kept[spec.name] = .object(semantic(nested, members, top: top))
      }
    }
    return kept
  }
}

extension ParameterType {
  /// The members when this is an object, or has an object among its alternatives.
  public var objectMembers: [ParameterSpec]? {
    switch self {
    case .object(let members): return members
    case .oneOf(let alternatives): return alternatives.lazy.compactMap(\.objectMembers).first
    default: return nil
    }
  }
}
