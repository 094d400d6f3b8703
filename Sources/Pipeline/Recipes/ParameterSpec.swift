public import JSON

/// One parameter of a stage, as the loader, the keys and the documentation see it. A kind does not write these: they
/// follow from the fields of its `ParameterSet`.
public struct ParameterSpec: Sendable, Hashable {
  public var name: String
  public var type: ParameterType
  /// The value when the recipe does not set it; `nil` leaves it out.
  public var defaultValue: JSONValue?
  public var isRequired: Bool
  /// Whether it can change the stage's output, and so belongs to the key.
  public var isSemantic: Bool
  /// When not empty, the parameter belongs to the key only while one of these parameters of the stage is set to
  /// something else than `false`, `null` or 0: `eval_every` with `load_best`.
  public var semanticOnlyWith: [String]
  /// A value that means the same as leaving the parameter out, and is left out of the key like that.
  public var neutralValue: JSONValue?
  /// Whether it is a text that a model or a person reads, such as a system prompt: never the name of a file.
  public var isProse: Bool
  /// One sentence for the reference and the editor.
  public var help: String
  /// Names other tools use for it, for "did you mean".
  public var aliases: [String]

  public init(
    _ name: String, _ type: ParameterType, default defaultValue: JSONValue? = nil, required: Bool = false,
    semantic: Bool = true, semanticOnlyWith: [String] = [], neutral neutralValue: JSONValue? = nil,
    prose: Bool = false, help: String, aliases: [String] = []
  ) {
    self.neutralValue = neutralValue
    self.isProse = prose
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
  /// Whether what an input is called in the recipe becomes part of the output, and so belongs to the key.
  public var namesCount: Bool
  /// A value of a parameter with which an optional input has to be there.
  public var neededWith: Condition?
  public var help: String
  /// Names other tools use for it, for "did you mean".
  public var aliases: [String]

  public struct Condition: Sendable, Hashable {
    public var parameter: String
    public var value: JSONValue

    public init(_ parameter: String, _ value: JSONValue) {
      self.parameter = parameter
      self.value = value
    }
  }

  public init(
    _ name: String, _ accepts: [ArtifactKind], _ cardinality: Cardinality = .one, allowsRowCap: Bool = false,
    namesCount: Bool = false, neededWith: Condition? = nil, help: String, aliases: [String] = []
  ) {
    self.name = name
    self.accepts = accepts
    self.cardinality = cardinality
    self.allowsRowCap = allowsRowCap
    self.namesCount = namesCount
    self.neededWith = neededWith
    self.help = help
    self.aliases = aliases
  }
}
