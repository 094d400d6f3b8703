import Artifacts
import Diagnostics
import JSON
import Platform
public import Recipes
public import RemoteCache

/// Turns a recipe into a plan: looks every stage up in the cache, and runs none.
public struct Planner: Sendable {
  public let runs: RunsDirectory
  public let catalog: StageCatalog
  public let remote: RemoteCache?
  /// From so many stages on, a second thread that works ahead saves more than it costs.
  static let manyStages = 256

  /// - Parameter remote: asked for what is not here; asked nothing when all is.
  public init(runs: RunsDirectory, catalog: StageCatalog, remote: RemoteCache? = nil) {
    self.runs = runs
    self.catalog = catalog
    self.remote = remote
  }

  /// - Parameter review: looks at the plan before any source is asked what it holds, as it is by their last answers; what
  ///   it throws ends the planning. Not called when something speaks against running.
  /// - Throws: `DiagnosticList` with everything that speaks against running: files that are not there, sources that
  ///   cannot be resolved, upstream stages that `--from` needs and that are not built.
  public func plan(
    _ recipe: Recipe, options: PlanOptions = PlanOptions(), review: ((Plan) throws -> Void)? = nil
  ) throws -> Plan {
    let selection = try PlanSelection(recipe, options, catalog)
    var pass = PlanningPass(planner: self, recipe: recipe, options: options, selection: selection)
    pass.decodeAll()
    try pass.resolveWithoutAsking()
    guard let review else {
      try pass.ask()
      return try pass.planned()
    }
    var draft = pass
    draft.useLastAnswers()
    draft.decideAndEstimate()
    if draft.problems.isEmpty { try review(draft.plan) }
    if pass.questions.isEmpty { return try draft.planned() }
    let warned = pass.warnings.count
    pass.references = draft.references
    try pass.ask()
    // Sources that answer as they did last leave the plan as it is.
    guard pass.problems.isEmpty, pass.resolutions == draft.resolutions else { return try pass.planned() }
    draft.warnings += pass.warnings.dropFirst(warned)
    return try draft.planned()
  }
}

/// One walk over a recipe. A value: a copy of it can be carried on in another way.
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
  private(set) var resolutions: [Int: JSONValue] = [:]
  /// Sources of other machines that are to be asked.
  private(set) var questions: [Question] = []
  /// Stages whose source was never asked.
  private var unresolved: Set<Int> = []
  private var referencedPaths: [Int: String] = [:]
  /// The stages themselves, by position in the recipe.
  private var instances: [Int: any Stage] = [:]
  private var isDecided = false
  init(planner: Planner, recipe: Recipe, options: PlanOptions, selection: PlanSelection) {
    self.planner = planner
    self.recipe = recipe
    self.options = options
    self.selection = selection
    var evaluator = StageEvaluator(
      store: planner.runs.store, recipe: recipe, lastKeys: LastKeys(planner.runs, label: recipe.label),
      remote: planner.remote)
    if recipe.stages.count >= Planner.manyStages, Processors.count > 1 {
      evaluator.ahead = RecordReadAhead(planner.runs.store, list: planner.runs.recordListPath(of: recipe.label))
    }
    self.evaluator = evaluator
    places = Array(repeating: -1, count: recipe.stages.count)
  }

  var plan: Plan {
    Plan(
      recipe: recipe, stages: stages, warnings: warnings, references: references, forced: selection.forced,
      listFindings: evaluator.ahead?.findings)
  }

  /// The finished plan.
  mutating func planned() throws -> Plan {
    if !isDecided { decideAndEstimate() }
    guard problems.isEmpty else { throw DiagnosticList(problems) }
    return plan
  }

  mutating func decideAndEstimate() {
    isDecided = true
    decideAll()
    if options.estimates, problems.isEmpty { estimateAll() }
  }

  /// Makes the stages that the plan is about.
  mutating func decodeAll() {
    for position in selection.order where selection.needed.contains(position) {
      let stage = recipe.stages[position]
      do { instances[position] = try planner.catalog.stage(of: stage) } catch { problems += stage.located(error) }
    }
  }

  // MARK: Sources

  /// Settles the sources for which no other machine need be asked, and collects the questions to the others.
  mutating func resolveWithoutAsking() throws {
    var local: [Question] = []
    var asked: [String: Int] = [:]
    for position in selection.order where instances[position] != nil {
      let stage = recipe.stages[position]
      guard let instance = instances[position] else { continue }
      if let path = (instance as? any ReferencingStage)?.referencedPath {
        referencedPaths[position] = path
        continue
      }
      guard let resolvable = instance as? any ResolvableStage, resolvable.needsResolution else { continue }
      if let locked = options.lockedResolutions[stage.id] {
        resolutions[position] = locked
        continue
      }
      guard resolvable.isRemote else {
        addLocal(Question(position: position, stage: resolvable, identity: ""), of: stage, to: &local, &asked)
        continue
      }
      let identity = SHA256.hash(
        JSONValue.array([
          .string(stage.kind), .object(type(of: instance).kind.semanticParameters(of: stage.parameters)),
        ]).bytes(.canonical)
      ).hex
      if options.resolution == .locked {
        problems.append(
          Diagnostic(
            code: "not-locked", "the source of '\(stage.id)' is neither pinned nor in the lock file",
            remedy: "run `lorapipe lock`, or name a revision", location: stage.location))
      } else if options.resolution == .lastKnown || options.resolution == .offline {
        useLast(identity, of: stage, position)
      } else {
        questions.append(Question(position: position, stage: resolvable, identity: identity))
      }
    }
    for answer in try ask(local) { accept(answer) }
  }

  /// Adds a question to this machine, or a stage to one that asks the same.
  private func addLocal(
    _ question: Question, of stage: RecipeStage, to questions: inout [Question], _ asked: inout [String: Int]
  ) {
    if let subject = question.stage.subject {
      let name = stage.kind + " " + subject
      if let known = asked[name] {
        questions[known].others.append(question.position)
        return
      }
      asked[name] = questions.count
    }
    questions.append(question)
  }

  /// Asks the other machines.
  mutating func ask() throws {
    for answer in try ask(questions) { accept(answer) }
  }

  /// Takes the last answer of each source that would be asked; one that was never asked stays unresolved.
  mutating func useLastAnswers() {
    for question in questions {
      resolutions[question.position] = planner.runs.lastResolution(question.identity)
      if resolutions[question.position] == nil { unresolved.insert(question.position) }
    }
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

  fileprivate struct Question: Sendable {
    var position: Int
    var stage: any ResolvableStage
    /// Kind and parameters, hashed: what the last answer of another machine is kept by.
    var identity: String
    /// Positions of the stages that ask the same.
    var others: [Int] = []
  }

  private struct Answer: Sendable {
    var question: Question
    var value: JSONValue?
    var failure: (any Error)?
  }

  private func ask(_ questions: [Question]) throws -> [Answer] {
    try parallelMap(questions.count) { [recipe, runs = planner.runs, options] index throws(Diagnostic) in
      let question = questions[index]
      var context = ResolutionContext(
        stageName: recipe.stages[question.position].id, directory: recipe.directory, store: runs.store,
        previous: question.stage.isRemote ? runs.lastResolution(question.identity) : nil)
      context.placement = options.placement(recipe.stages[question.position])
      context.resources = recipe.stages[question.position].resources
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
      for other in answer.question.others { resolutions[other] = value }
      if isRemote { planner.runs.saveResolution(value, identity) }
    } else if let error = answer.failure {
      guard isRemote, let last = planner.runs.lastResolution(identity) else {
        problems += stage.located(error)
        for other in answer.question.others { problems += recipe.stages[other].located(error) }
        return
      }
      resolutions[position] = last
      warnings.append(
        Diagnostic(
          .warning, code: "using-last-resolution",
          "the source of '\(stage.id)' could not be asked; its last known state is used",
          location: stage.location, notes: stage.located(error).map(\.message)))
    }
  }

  // MARK: Decisions

  private mutating func decideAll() {
    stages.reserveCapacity(recipe.stages.count)
    for position in selection.order {
      let stage = recipe.stages[position]
      guard let kind = planner.catalog.kind(stage.kind) else {
        // A stage that is needed was refused when it was decoded.
        if !selection.needed.contains(position) { problems += stage.located(StageCatalog.unknown(stage.kind)) }
        continue
      }
      var planned = PlannedStage(
        stage: stage, kind: kind, dependencies: selection.dependencies[position].map { places[$0] }.sorted(),
        disposition: .excluded, decision: StageDecision(.unknownUntilUpstream), resolution: resolutions[position])
      planned.launcher = options.placement(stage)?.launcher
      planned.isResolvedRemotely = (instances[position] as? any ResolvableStage)?.isRemote ?? false
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
      let key = evaluator.key(stage, kind: planned.kind, digests: known, resolution: planned.resolution)
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
  private mutating func digests(of stage: RecipeStage) -> [Digest]? {
    var digests: [Digest] = []
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

  private mutating func estimateAll() {
    for index in stages.indices where stages[index].isPending {
      let planned = stages[index]
      guard let instance = recipe.index(of: planned.id).flatMap({ instances[$0] })
      else { continue }
      defer { objectToRows(index, instance) }
      guard let stage = instance as? any EstimatingStage else { continue }
      let context = EstimateContext(
        stageName: planned.id, inputs: planned.stage.inputs.map(estimateInput), seed: recipe.seed,
        threads: planned.launcher == nil ? options.threads : planned.stage.resources.cpus ?? options.threads,
        memoryLimit: planned.launcher == nil
          ? options.memoryLimit : planned.stage.resources.memory.map { UInt64(max(0, $0)) } ?? .max,
        store: planner.runs.store)
      do {
        var estimate = try stage.estimate(context)
        estimate.objections = estimate.objections.flatMap { objection in
          // One that names a parameter stands where that is written.
          guard let path = objection.location?.file, planned.stage.parameters[path] != nil else { return [objection] }
          return planned.stage.located(objection)
        }
        stages[index].estimate = estimate
        warnings += estimate.warnings
      } catch {
        warnings += planned.stage.located(error).map { diagnostic in
          var diagnostic = diagnostic
          diagnostic.severity = .warning
          return diagnostic
        }
      }
    }
  }

  /// Adds what speaks against the rows that a stage is to read, unless its estimate has said something against them.
  private mutating func objectToRows(_ index: Int, _ instance: any Stage) {
    guard let stage = instance as? any RowReadingStage, stages[index].estimate?.objections.isEmpty ?? true else {
      return
    }
    let name = stages[index].id
    let found = stages[index].stage.inputs.map(estimateInput).flatMap { input in
      input.path.map { stage.objections(toRowsAt: $0, name: input.name, role: input.role, stage: name) } ?? []
    }
    warnings += found.filter { $0.severity != .error }
    let objections = found.filter { $0.severity == .error }
    guard !objections.isEmpty else { return }
    stages[index].estimate = stages[index].estimate ?? StageEstimate()
    stages[index].estimate?.objections = objections
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
