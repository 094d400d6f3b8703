public import Diagnostics
public import JSON

// How the pieces meet:
//
//     let loader = try StageCatalog(BuiltinStages.all).loader(environment: environment)
//     let loaded = try loader.load(path: "recipes/grace.yaml", overrides: ["train.lora.rank=16"])
//     loaded.recipes            // one, or one for each combination of a recipe-level matrix
//     loaded.warnings
//
// A `Recipe` is finished: no variable, pipeline, default or matrix is left in it. `recipe.stages` are the nodes of the
// graph; edges are `stage.inputs` (data) and `stage.after` (order only), naming other nodes by `id`. The graph has no
// cycle, every name resolves, and every parameter has passed its schema.

/// One experiment, resolved: what the planner plans.
public struct Recipe: Sendable, Hashable {
  public var name: String
  /// The recipe's file as the user gave it; empty for a recipe that a command wrote.
  public var file: String
  /// Absolute path of the folder that paths in the recipe were relative to.
  public var directory: String
  public var seed: UInt64
  public var vars: JSONObject
  /// Declared environment variables and the values they had: part of keys and records.
  public var env: JSONObject
  /// The pipeline's name, when the recipe instantiates one.
  public var pipeline: String?
  /// This run's coordinates in a recipe-level `matrix`, by parameter path; empty without one.
  public var variant: JSONObject
  /// The group the variants share; `nil` without a recipe-level matrix.
  public var group: String?
  /// In the order of the files (a pipeline's first), instances of a matrix side by side. Not sorted by dependency.
  public let stages: [RecipeStage]
  private let positions: [String: Int]

  public init(
    name: String, file: String, directory: String, seed: UInt64, vars: JSONObject = JSONObject(),
    env: JSONObject = JSONObject(), pipeline: String? = nil, variant: JSONObject = JSONObject(), group: String? = nil,
    stages: [RecipeStage]
  ) {
    self.name = name
    self.file = file
    self.directory = directory
    self.seed = seed
    self.vars = vars
    self.env = env
    self.pipeline = pipeline
    self.variant = variant
    self.group = group
    self.stages = stages
    positions = Dictionary(stages.indices.map { (stages[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The same recipe with these nodes in place of its own.
  func with(_ stages: [RecipeStage]) -> Recipe {
    Recipe(
      name: name, file: file, directory: directory, seed: seed, vars: vars, env: env, pipeline: pipeline,
      variant: variant, group: group, stages: stages)
  }

  /// Whether a command such as `merge` wrote it, so that there is no file to open.
  public var isOfCommand: Bool { file.isEmpty }

  /// Whether a command of an older version wrote it, when such a recipe still had the name of a file in the workspace that
  /// was never there: `merge.yaml` or `pull.yaml`, with the one stage that the command runs.
  /// - Parameter words: the command line that started the run. `run` starts recipes that somebody wrote.
  public func isOfOlderCommand(startedBy words: @autoclosure () -> [String]) -> Bool {
    guard file.hasSuffix("/\(name).yaml"), !file.hasSuffix("/recipes/\(name).yaml"), group == nil, pipeline == nil,
      stages.count == 1, let stage = stages.first
    else { return false }
    // Names that the commands gave. What was pulled was called as its source.
    let isOne = name == "merge" ? stage.name == "merged" : name == "pull" && stage.parameters["source"] != nil
    return isOne && !words().contains("run")
  }

  /// The recipe as one of a command: nothing in it has a place that a message could name.
  public var ofCommand: Recipe {
    let stages = stages.map { stage in
      var stage = stage
      stage.location = nil
      stage.locations = []
      for index in stage.inputs.indices { stage.inputs[index].location = nil }
      return stage
    }
    var recipe = with(stages)
    recipe.file = ""
    return recipe
  }

  /// The position in `stages` of the node `id`.
  public func index(of id: String) -> Int? { positions[id] }

  /// The node `id`, such as `train` or `train[category=shoes]`.
  public func stage(_ id: String) -> RecipeStage? { positions[id].map { stages[$0] } }

  /// All nodes that a person may mean by `name`: one node by its id, all instances by the stage's name or `name[*]`.
  public func stages(named name: String) -> [RecipeStage] {
    if let stage = stage(name) { return [stage] }
    let base = name.hasSuffix("[*]") ? String(name.dropLast(3)) : name
    return stages.filter { $0.name == base }
  }

  /// Name and variant for people: `grace` or `grace[train.lora.rank=16]`.
  public var label: String {
    guard !variant.isEmpty else { return name }
    return "\(name)[\(variant.map { "\($0.0)=\($0.1.displayText)" }.joined(separator: ","))]"
  }
}

/// A node of the graph.
public struct RecipeStage: Sendable, Hashable {
  /// Unique in the recipe: the name, or the name and its matrix coordinates, `train[category=shoes]`.
  public var id: String
  /// The name in the file: `train`.
  public var name: String
  public var kind: String
  /// Matrix coordinates, in the order declared; empty without a matrix.
  public var coordinates: JSONObject
  /// Typed and complete: defaults are filled in. Numbers of `number` parameters are always `.number`, so that `1` and
  /// `1.0` are one value.
  public var parameters: JSONObject
  public var inputs: [InputReference]
  /// Ids of nodes that must be done first although nothing of theirs is read.
  public var after: [String]
  /// What the stage produces.
  public var output: ArtifactKind
  /// Where its name stands.
  public var location: SourceLocation?
  /// What it asks of the machine it runs on; no part of the key.
  public var resources = StageResources()
  /// Where the values stand that the recipe gives, by dotted path (`lora.rank`); defaults have no place.
  public var locations: [ParameterLocation]
  /// The kind's own value of the parameters, made when the recipe was loaded.
  public var decoded = DecodedStage()

  public init(
    id: String, name: String? = nil, kind: String, coordinates: JSONObject = JSONObject(),
    parameters: JSONObject = JSONObject(), inputs: [InputReference] = [], after: [String] = [], output: ArtifactKind,
    location: SourceLocation? = nil, locations: [ParameterLocation] = []
  ) {
    self.id = id
    self.name = name ?? id
    self.kind = kind
    self.coordinates = coordinates
    self.parameters = parameters
    self.inputs = inputs
    self.after = after
    self.output = output
    self.location = location
    self.locations = locations
  }

  /// Where the value at a dotted path was written: its own place, that of the nearest value around it, or the stage's.
  public func location(of path: String) -> SourceLocation? {
    var path = Substring(path)
    while true {
      if let found = locations.first(where: { $0.path == path }) { return found.location }
      guard let dot = path.lastIndex(of: ".") else { return location }
      path = path[..<dot]
    }
  }
}

/// What a kind made of a stage's parameters. It follows from kind and parameters, so it takes no part in comparisons.
public struct DecodedStage: Sendable, Hashable {
  /// `nil` when nobody decoded them yet.
  public let value: (any Sendable)?

  public init(_ value: (any Sendable)? = nil) { self.value = value }

  public static func == (left: DecodedStage, right: DecodedStage) -> Bool { true }

  public func hash(into hasher: inout Hasher) {}
}

extension RecipeStage {
  /// An error of the kind's own checks as diagnostics with places: one without gets the stage's; a place with no line
  /// whose file is a parameter's path gets the place where that parameter was written.
  public func located(_ error: any Error) -> [Diagnostic] {
    let problems: [Diagnostic] =
      switch error {
      case let list as DiagnosticList: list.diagnostics
      case let diagnostic as Diagnostic: [diagnostic]
      default: [Diagnostic(code: "bad-parameters", "stage '\(name)': \(error)")]
      }
    return problems.map { problem in
      guard problem.location?.line == nil else { return problem }
      var problem = problem
      problem.location = problem.location.map { location(of: $0.file) } ?? location
      return problem
    }
  }
}

/// Where a parameter's value was written.
public struct ParameterLocation: Sendable, Hashable {
  public var path: String
  public var location: SourceLocation

  public init(path: String, location: SourceLocation) {
    self.path = path
    self.location = location
  }
}

/// One thing a stage reads.
public struct InputReference: Sendable, Hashable {
  public enum Source: Sendable, Hashable {
    /// The id of a node.
    case stage(String)
    /// An absolute path.
    case file(String)
  }

  /// The input's name in the schema, or `input.name` for one of an input that takes named references.
  public var role: String
  public var source: Source
  /// As the recipe has it, without `#N`: for people, and the name that rows keep as their source.
  public var text: String
  /// The cap of `name#N`.
  public var rowCap: Int?
  /// The output kind of the stage; for a file the first kind the input accepts.
  public var kind: ArtifactKind
  public var location: SourceLocation?

  public init(
    role: String, source: Source, text: String, rowCap: Int? = nil, kind: ArtifactKind, location: SourceLocation? = nil
  ) {
    self.role = role
    self.source = source
    self.text = text
    self.rowCap = rowCap
    self.kind = kind
    self.location = location
  }

  /// The id of the stage read, when it is one.
  public var stageID: String? {
    if case .stage(let id) = source { return id }
    return nil
  }
}

extension JSONValue {
  /// A scalar as it stands in ids and labels: strings bare, the rest as JSON.
  public var displayText: String { stringValue ?? text() }
}
