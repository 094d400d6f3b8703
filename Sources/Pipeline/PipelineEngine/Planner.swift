import Artifacts
import Diagnostics
import JSON
public import Recipes
public import RemoteCache

/// Turns a recipe into a plan: looks every stage up in the cache, and runs none.
public struct Planner: Sendable {
  public let runs: RunsDirectory
  public let catalog: StageCatalog
  public let remote: RemoteCache?

  /// - Parameter remote: asked for what is not here; asked nothing when all is.
  public init(runs: RunsDirectory, catalog: StageCatalog, remote: RemoteCache? = nil) {
    self.runs = runs
    self.catalog = catalog
    self.remote = remote
  }

  /// - Throws: `DiagnosticList` with everything that speaks against running: files that are not there, sources that
  ///   cannot be resolved, upstream stages that `--from` needs and that are not built.
  public func plan(_ recipe: Recipe, options: PlanOptions = PlanOptions()) throws -> Plan {
    let selection = try PlanSelection(recipe, options)
    var pass = PlanningPass(planner: self, recipe: recipe, options: options, selection: selection)
    try pass.resolveSources()
    pass.decideAll()
    if !pass.problems.isEmpty { throw DiagnosticList(pass.problems) }
    if options.estimates { pass.estimateAll() }
    return Plan(
      recipe: recipe, stages: pass.stages, warnings: pass.warnings, references: pass.references,
      forced: selection.forced)
  }
}

/// One walk over a recipe.
private struct PlanningPass {
  let planner: Planner
  let recipe: Recipe
  let options: PlanOptions
  let selection: PlanSelection
  let evaluator: StageEvaluator
  var stages: [PlannedStage] = []
  var warnings: [Diagnostic] = []
  var problems: [Diagnostic] = []
  var references: [String: ExternalReference] = [:]
  /// Position in `stages` by position in the recipe.
  private var places: [Int]
  private var resolutions: [Int: JSONValue] = [:]
  /// Stages whose source was never asked.
  private var unresolved: Set<Int> = []
  private var referencedPaths: [Int: String] = [:]

  init(planner: Planner, recipe: Recipe, options: PlanOptions, selection: PlanSelection) {
    self.planner = planner
    self.recipe = recipe
    self.options = options
    self.selection = selection
    evaluator = StageEvaluator(
      store: planner.runs.store, recipe: recipe, lastKeys: LastKeys(planner.runs, label: recipe.label),
      remote: planner.remote)
    places = Array(repeating: -1, count: recipe.stages.count)
  }

  // MARK: Sources

  mutating func resolveSources() throws {
    var asked: [Question] = []
    for position in selection.order where selection.needed.contains(position) {
      let stage = recipe.stages[position]
      guard let type = planner.catalog.stage(stage.kind) else { continue }
      guard type is any ResolvableStage.Type || type is any ReferencingStage.Type else { continue }
      let instance: any Stage
      do {
        instance = try type.init(parameters: .object(stage.parameters))
      } catch {
        problems += Self.diagnostics(error, at: stage)
        continue
      }
      if let path = (instance as? any ReferencingStage)?.referencedPath {
        referencedPaths[position] = path
        continue
      }
      guard let resolvable = instance as? any ResolvableStage, resolvable.needsResolution else { continue }
      let identity = SHA256.hash(
        JSONValue.array([
          .string(stage.kind), .object(type.schema.semanticParameters(of: stage.parameters)),
        ]).bytes(.canonical))
      if let locked = options.lockedResolutions[stage.id] {
        resolutions[position] = locked
      } else if options.resolution == .locked, resolvable.isRemote {
        problems.append(
          Diagnostic(
            code: "not-locked", "the source of '\(stage.id)' is neither pinned nor in the lock file",
            remedy: "run `lorapipe lock`, or name a revision", location: stage.location))
      } else if options.resolution == .lastKnown || options.resolution == .offline, resolvable.isRemote {
        useLast(identity, of: stage, position)
      } else {
        asked.append(Question(position: position, stage: resolvable, identity: identity))
      }
    }
    for answer in try ask(asked) { accept(answer) }
  }

  /// What a source answered last, with nobody asked.
  private mutating func useLast(_ identity: String, of stage: RecipeStage, _ position: Int) {
    guard let last = planner.runs.lastResolution(identity) else {
      unresolved.insert(position)
      guard options.resolution == .offline else { return }
      problems.append(
        Diagnostic(
          code: "never-resolved", "offline, and the source of '\(stage.id)' was never asked what it holds",
          remedy: "run once with the network, or give a local copy: source: file:…", location: stage.location))
      return
    }
    resolutions[position] = last
    guard options.resolution == .offline else { return }
    warnings.append(
      Diagnostic(
        .warning, code: "using-last-resolution", "offline: the last known state of the source of '\(stage.id)' is used",
        location: stage.location))
  }

  private struct Question: Sendable {
    var position: Int
    var stage: any ResolvableStage
    /// Kind and parameters, hashed: what the last answer is kept by.
    var identity: String
  }

  private struct Answer: Sendable {
    var question: Question
    var value: JSONValue?
    var failure: (any Error)?
  }

  private func ask(_ questions: [Question]) throws -> [Answer] {
    try concurrently(questions.count) { [recipe, runs = planner.runs] index throws(Diagnostic) in
      let question = questions[index]
      let context = ResolutionContext(
        stageName: recipe.stages[question.position].id, directory: recipe.directory, store: runs.store,
        previous: question.stage.isRemote ? runs.lastResolution(question.identity) : nil)
      var answer = Answer(question: question)
      do { answer.value = try question.stage.resolve(context) } catch { answer.failure = error }
      return answer
    }
  }

  private mutating func accept(_ answer: Answer) {
    let (position, identity) = (answer.question.position, answer.question.identity)
    let stage = recipe.stages[position]
    let isRemote = answer.question.stage.isRemote
    if let value = answer.value {
      resolutions[position] = value
      if isRemote { planner.runs.saveResolution(value, identity) }
    } else if let error = answer.failure {
      guard isRemote, let last = planner.runs.lastResolution(identity) else {
        problems += Self.diagnostics(error, at: stage)
        return
      }
      resolutions[position] = last
      warnings.append(
        Diagnostic(
          .warning, code: "using-last-resolution",
          "the source of '\(stage.id)' could not be asked; its last known state is used",
          location: stage.location, notes: Self.diagnostics(error, at: stage).map(\.message)))
    }
  }

  // MARK: Decisions

  mutating func decideAll() {
    stages.reserveCapacity(recipe.stages.count)
    for position in selection.order {
      let stage = recipe.stages[position]
      guard let schema = planner.catalog.schema(stage.kind) else {
        problems.append(
          Diagnostic(
            code: "unknown-kind", "this program has no stage kind '\(stage.kind)'", location: stage.location))
        continue
      }
      var planned = PlannedStage(
        stage: stage, schema: schema, dependencies: selection.dependencies[position].map { places[$0] }.sorted(),
        disposition: .excluded, decision: StageDecision(.unknownUntilUpstream), resolution: resolutions[position])
      if selection.needed.contains(position) { decide(&planned, position) }
      places[position] = stages.count
      stages.append(planned)
    }
  }

  private mutating func decide(_ planned: inout PlannedStage, _ position: Int) {
    let stage = planned.stage
    if let path = referencedPaths[position] {
      guard let reference = reference(path, at: stage.location) else { return }
      planned.disposition = .referenced(reference)
      planned.decision = StageDecision(.cached)
      return
    }
    let forced = selection.forced.contains(stage.id)
    let known = digests(of: stage)
    if let known, !unresolved.contains(position) {
      let key = evaluator.key(stage, schema: planned.schema, digests: known, resolution: planned.resolution)
      planned.key = key
      (planned.disposition, planned.decision) = evaluator.evaluate(stage, key: key, forced: forced)
    } else if forced {
      (planned.disposition, planned.decision) = (.execute, StageDecision(.forced))
    } else if known != nil {
      (planned.disposition, planned.decision) = (.execute, StageDecision(.neverBuilt))
    } else {
      (planned.disposition, planned.decision) = (.undecided, StageDecision(.unknownUntilUpstream))
    }
    // What comes before `--from` is not run, and fetching it is no running.
    if !selection.selected.contains(position), planned.artifact == nil {
      problems.append(
        Diagnostic(
          code: "upstream-not-built", "'\(stage.id)' comes before what was asked for and is not built",
          remedy: "run without --from", location: stage.location))
    }
  }

  /// One digest for each input, or `nil` while one is not known.
  private mutating func digests(of stage: RecipeStage) -> [String]? {
    var digests: [String] = []
    var complete = true
    for input in stage.inputs {
      switch input.source {
      case .file(let path):
        if let reference = reference(path, at: input.location ?? stage.location) {
          digests.append(reference.digest)
        } else {
          complete = false
        }
      case .stage(let id):
        if let position = recipe.index(of: id), places[position] >= 0, let digest = stages[places[position]].artifact {
          digests.append(digest)
        } else {
          complete = false
        }
      }
    }
    return complete ? digests : nil
  }

  private mutating func reference(_ path: String, at location: SourceLocation?) -> ExternalReference? {
    if let known = references[path] { return known }
    do throws(Diagnostic) {
      let reference = try planner.runs.store.reference(path)
      references[path] = reference
      return reference
    } catch {
      var problem = error
      problem.location = location
      problems.append(problem)
      return nil
    }
  }

  // MARK: Estimates

  mutating func estimateAll() {
    for index in stages.indices {
      let planned = stages[index]
      guard planned.disposition == .execute || planned.disposition == .undecided,
        let type = planner.catalog.stage(planned.stage.kind) as? any EstimatingStage.Type,
        let stage = try? type.init(parameters: .object(planned.stage.parameters))
      else { continue }
      let context = EstimateContext(
        stageName: planned.id, inputs: planned.stage.inputs.map(estimateInput), seed: recipe.seed,
        threads: options.threads, memoryLimit: options.memoryLimit, store: planner.runs.store)
      do { stages[index].estimate = try stage.estimate(context) } catch {
        warnings += Self.diagnostics(error, at: planned.stage).map { diagnostic in
          var diagnostic = diagnostic
          diagnostic.severity = .warning
          return diagnostic
        }
      }
    }
  }

  private func estimateInput(_ input: InputReference) -> EstimateContext.Input {
    var result = EstimateContext.Input(
      role: input.role, name: input.text, kind: input.kind, rowCap: input.rowCap)
    switch input.source {
    case .file(let path):
      result.digest = references[path]?.digest
      result.path = references[path]?.path
    case .stage(let id):
      guard let position = recipe.index(of: id), places[position] >= 0 else { break }
      let upstream = stages[places[position]]
      result.digest = upstream.artifact
      result.estimate = upstream.estimate
      switch upstream.disposition {
      case .cached(let record):
        result.metrics = record.metrics
        result.path = planner.runs.store.objectPath(record.artifact)
      case .referenced(let reference): result.path = reference.path
      default: break
      }
    }
    return result
  }

  private static func diagnostics(_ error: any Error, at stage: RecipeStage) -> [Diagnostic] {
    Diagnostic.list(of: error).map { diagnostic in
      var diagnostic = diagnostic
      if diagnostic.location == nil { diagnostic.location = stage.location }
      return diagnostic
    }
  }
}

extension Diagnostic {
  /// Any error as diagnostics: what is none says its description.
  static func list(of error: any Error) -> [Diagnostic] {
    switch error {
    case let diagnostic as Diagnostic: [diagnostic]
    case let list as DiagnosticList: list.diagnostics
    default: [Diagnostic(code: "unexpected-error", "\(error)")]
    }
  }
}
