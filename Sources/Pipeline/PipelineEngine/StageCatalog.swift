public import Diagnostics
public import JSON
public import Recipes

/// The kinds of stages this program can run.
public struct StageCatalog: Sendable {
  /// In the order given.
  public let kinds: [StageKind]
  private let stages: [String: any Stage.Type]
  private let kindsByName: [String: StageKind]

  /// What is known of words in recipes that are no names here.
  private let words: BroughtWords

  public init(_ stages: [any Stage.Type], words: BroughtWords = BroughtWords()) {
    self.words = words
    kinds = stages.map { $0.kind }
    let names = kinds.map(\.name)
    self.stages = Dictionary(zip(names, stages), uniquingKeysWith: { first, _ in first })
    kindsByName = Dictionary(zip(names, kinds), uniquingKeysWith: { first, _ in first })
  }

  /// The name that a word of another tool or language has here; `nil` for a word that is not known.
  func meaning(of word: String) -> String? { words.meaning(word) }

  public func stage(_ kind: String) -> (any Stage.Type)? { stages[kind] }

  /// What there is to know of a kind; `nil` for one that this program does not have, as a recorded run may.
  public func kind(_ name: String) -> StageKind? { kindsByName[name] }

  /// A stage made from a recipe's parameters.
  /// - Throws: `Diagnostic` (`unknown-kind`), or what the kind objects to.
  public func decode(_ kind: String, _ parameters: JSONObject) throws -> any Stage {
    guard let type = stages[kind] else { throw Self.unknown(kind) }
    return try type.init(decoding: parameters)
  }

  static func unknown(_ kind: String) -> Diagnostic {
    Diagnostic(code: "unknown-kind", "this program has no stage kind '\(kind)'")
  }

  /// The stage of a node: as it was decoded when the recipe was loaded, else decoded now.
  /// - Throws: as `decode`.
  public func stage(of node: RecipeStage) throws -> any Stage {
    try node.decoded.value as? any Stage ?? decode(node.kind, node.parameters)
  }

  /// The kinds as the recipe language has them.
  /// - Throws: `DiagnosticList` when kinds contradict themselves: a mistake in code.
  public func registry() throws(DiagnosticList) -> StageRegistry { try StageRegistry(kinds) }

  /// A loader for recipes of these kinds, which it prepares as recipes name them. That they do not contradict themselves is
  /// checked by `registry`, which every program's tests call.
  public func loader(
    environment: [String: String] = [:], files: RecipeFiles = .disk
  ) -> RecipeLoader {
    RecipeLoader(
      registry: StageRegistry(unchecked: kinds), environment: environment, files: files,
      decode: { kind, parameters in try decode(kind, parameters) }, words: words)
  }
}
