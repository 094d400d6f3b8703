import Artifacts
public import Diagnostics
import JSON
public import PipelineEngine
public import Platform
public import Recipes
public import RunHistory

/// What a run is: everything that a report and the dashboard say of it, as values.
public struct RunFacts: Sendable {
  public var detail: RunDetail
  public var stages: [StageFacts]
  public var graph: StageGraph
  public var verdicts: [StageVerdict]
  /// The newest older run of the same label, and what differs from it.
  public var change: RunDiff?
  public var curves: [(stage: String, groups: [CurveGroup])]
  /// What the machine did meanwhile.
  public var machine: [CurveFacts] = []
  /// The adapters it made; measured only for a report.
  public var adapters: [AdapterFacts] = []
  public var answers: AnswerBook?
  public var data: DataCard?
  /// A few training rows with the highest loss.
  public var hardRows: [HardRow] = []
  /// Parameters that differ from the defaults.
  public var settings: [Setting]
  /// What the run made for people: the first of what one can talk to, else the last artifact.
  public var product: StageEntry?
  /// Of the product, nearest first.
  public var lineage: [LineageNode]
  /// What the recipe calls the user's files among the ancestors, by digest.
  public var fileNames: [Digest: String]
  /// The recipe as it was run, as YAML; `nil` when the run's folder is gone.
  public var recipeText: String?
  /// The same as a value; `nil` when it is gone or of another version.
  public var recipe: Recipe?

  public var run: RunEntry { detail.run }

  public func stage(_ name: String) -> StageFacts? { stages.first { $0.entry.stage == name } }

  /// Seconds of work behind the results, whenever it was done.
  public var workSeconds: Double { stages.compactMap(\.seconds).reduce(0, +) }
  public var peakMemory: Int? { stages.compactMap(\.entry.peakMemory).max() }
  /// Bytes of the artifacts that the run's stages stand for, each counted once.
  public var diskBytes: Int {
    var seen: Set<Digest> = []
    return stages.reduce(0) { sum, stage in
      guard let artifact = stage.entry.artifact, seen.insert(artifact).inserted else { return sum }
      return sum &+ (stage.entry.artifactBytes ?? 0)
    }
  }
}

extension RunArchive {
  /// - Parameters:
  ///   - name: as `RunDatabase.run` takes it.
  ///   - limit: points that a curve has at most.
  ///   - curves: whether the curves are read too.
  /// - Throws: `run-not-found`, `run-ambiguous`, or what the database says.
  public func facts(
    _ name: String, limit: Int = CurveFacts.limit, curves wantsCurves: Bool = true
  ) throws(Diagnostic) -> RunFacts {
    let detail = try database.detail(name)
    let id = detail.run.id
    let recipe = try? runs.storedRecipe(of: id)
    let stages = stageFacts(detail)
    var change: RunDiff?
    if let before = try previous(of: detail.run) {
      change = RunDiff(try database.detail(before.id), detail, catalog: catalog).onlyChanged
    }
    var curves: [(String, [CurveGroup])] = []
    for entry in detail.stages where wantsCurves {
      let groups = try self.curves(run: id, stage: entry, limit: limit)
      if !groups.isEmpty { curves.append((entry.stage, groups)) }
    }
    let product = product(of: detail)
    let text = try? FileSystem.readIfPresent(runs.runPath(id) + "/recipe.resolved.yaml")
    let ancestors: [LineageNode] =
      try product?.artifact.map { artifact throws(Diagnostic) in try database.lineage(of: artifact) } ?? []
    // Rows that cannot be read any more are no reason to have no report.
    let hardRows =
      wantsCurves ? chosenRows(of: detail).flatMap { try? self.hardRows(detail, $0, limit: 5) } : nil
    return RunFacts(
      detail: detail, stages: stages, graph: StageGraph(detail, recipe: recipe), verdicts: try verdicts(detail),
      change: change, curves: curves, machine: wantsCurves ? machine(run: id, limit: limit) : [],
      answers: answers([detail]), data: dataCard(stages, recipe: recipe), hardRows: hardRows ?? [],
      settings: stages.flatMap(Setting.differing), product: product,
      lineage: ancestors, fileNames: Self.fileNames(ancestors, recipe),
      recipeText: text.map { String(decoding: $0, as: UTF8.self) }, recipe: recipe)
  }

  /// A stage's inputs stand in its record in the order of the recipe.
  private static func fileNames(_ nodes: [LineageNode], _ recipe: Recipe?) -> [Digest: String] {
    var names: [Digest: String] = [:]
    for node in nodes {
      guard let inputs = node.stage.flatMap({ recipe?.stage($0)?.inputs }), inputs.count == node.inputs.count else {
        continue
      }
      for (recorded, input) in zip(node.inputs, inputs) where input.stageID == nil {
        names[recorded.artifact] = input.text
      }
    }
    return names
  }

  func stageFacts(_ detail: RunDetail) -> [StageFacts] {
    let plan = try? runs.storedPlan(of: detail.run.id)
    var planned: [String: JSONValue] = [:]
    for stage in plan?["stages"]?.arrayValue ?? [] {
      if let name = stage["stage"]?.stringValue { planned[name] = stage }
    }
    return detail.stages.map { StageFacts($0, kind: catalog.kind($0.kind), plan: planned[$0.stage]) }
  }

  private func product(of detail: RunDetail) -> StageEntry? {
    let made = detail.stages.filter { $0.artifact != nil && catalog.kind($0.kind)?.product != nil }
    for kind in ArtifactKind.forUse {
      if let found = made.last(where: { catalog.kind($0.kind)?.output == kind }) { return found }
    }
    return made.last ?? detail.stages.last { $0.artifact != nil }
  }
}
