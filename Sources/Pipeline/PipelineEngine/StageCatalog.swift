public import Recipes

/// The kinds of stages this program can run.
public struct StageCatalog: Sendable {
  private let kinds: [String: any Stage.Type]

  public init(_ stages: [any Stage.Type]) {
    kinds = Dictionary(stages.map { ($0.schema.kind, $0) }, uniquingKeysWith: { first, _ in first })
  }

  public func stage(_ kind: String) -> (any Stage.Type)? { kinds[kind] }

  public func schema(_ kind: String) -> StageSchema? { kinds[kind]?.schema }
}
