import Artifacts
import JSON
public import Platform
import Recipes
import RemoteCache

/// Decides about single stages, for the planner and, once upstream outputs are known, for the executor.
struct StageEvaluator {
  let store: ArtifactStore
  let recipe: Recipe
  let lastKeys: LastKeys
  /// Asked for what is not here.
  var remote: RemoteCache?
  /// Records that were read already.
  var ahead: RecordReadAhead?

  /// The key of a stage whose inputs are all known.
  /// - Parameter digests: one for each of the stage's inputs, in order.
  func key(
    _ stage: RecipeStage, kind: StageKind, digests: [Digest], resolution: JSONValue?
  ) -> ActionKey {
    ActionKey(
      kind: kind.name, version: kind.version,
      parameters: .object(kind.semanticParameters(of: stage.parameters)),
      inputs: zip(stage.inputs, digests).map { input, digest in
        .init(
          role: input.role, digest: digest, rowCap: input.rowCap,
          name: kind.inputs.first { $0.name == input.role }?.namesCount == true ? input.text : nil)
      },
      seed: kind.usesSeed ? recipe.seed : nil,
      environment: recipe.env.map { ($0.0, $0.1.stringValue ?? $0.1.text()) }, resolved: resolution)
  }

  /// Looks a key up, and says why the stage has to run when it has to.
  func evaluate(
    _ stage: RecipeStage, key: ActionKey, forced: Bool
  ) -> (disposition: StageDisposition, decision: StageDecision) {
    if forced { return (.execute, StageDecision(.forced)) }
    if let record = ahead?.record(key.digest) { return (.cached(record), StageDecision(.cached)) }
    let found = store.lookup(key.digest)
    if case .hit(let record) = found { return (.cached(record), StageDecision(.cached)) }
    if let action = remote?.find(key.digest) { return (.remote(action), StageDecision(.remote)) }
    switch found {
    case .hit(let record): return (.cached(record), StageDecision(.cached))
    case .artifactMissing: return (.execute, StageDecision(.artifactMissing))
    case .absent:
      guard let last = lastKeys.document(stage.id) else { return (.execute, StageDecision(.neverBuilt)) }
      let changes = KeyComparison(stage: stage, inputs: stage.inputs).changes(from: last, to: key.document)
      // The same key as last time, and no record any more: it was collected, or damaged.
      return (.execute, changes.isEmpty ? StageDecision(.artifactMissing) : StageDecision(changes: changes))
    }
  }
}
