import Artifacts
import Diagnostics
import JSON
import Platform
public import Recipes
public import RemoteCache

/// Plans, runs and records: `prepare`, look at the plan, `execute`.
public struct PipelineRunner: Sendable {
  public let runs: RunsDirectory
  public let catalog: StageCatalog
  public let launcher: any StageLauncher
  /// Told of everything that happens, after the run's own log.
  public let observers: [any RunObserver]
  /// Where other machines' results come from.
  public let remote: RemoteCache?
  /// Takes this machine's results.
  public let uploads: UploadQueue?
  /// Takes the checkpoints of this machine's unfinished stages.
  public let checkpoints: CheckpointUploads?

  /// - Parameter uploads: told of what is made; whoever gives it waits for it.
  public init(
    runs: RunsDirectory, catalog: StageCatalog, launcher: any StageLauncher, observers: [any RunObserver] = [],
    remote: RemoteCache? = nil, uploads: UploadQueue? = nil, checkpoints: CheckpointUploads? = nil
  ) {
    self.checkpoints = checkpoints
    self.remote = remote
    self.uploads = uploads
    self.runs = runs
    self.catalog = catalog
    self.launcher = launcher
    self.observers = observers
  }

  /// A plan whose cached artifacts are safe from the garbage collector for as long as this lives.
  public struct Prepared: Sendable {
    public let plan: Plan
    let id: String
    /// The text of `recipe.resolved.yaml`.
    let recipeText: Ahead<[UInt8]>
    /// Held by a plan with nothing to do, which is over in a moment.
    let pause: FileLock?
    /// Held by a plan with work to do.
    let lease: StoreLease?
  }

  /// Plans a run.
  /// - Parameter review: as `Planner.plan` has it: looks at the plan before any source is asked.
  /// - Throws: `DiagnosticList` or `Diagnostic` for what speaks against running.
  public func prepare(
    _ recipe: Recipe, options: PlanOptions = PlanOptions(), review: ((Plan) throws -> Void)? = nil
  ) async throws -> Prepared {
    reconcile()
    let pause = try runs.store.holdOffCollection()
    // A long recipe takes as long to write down as to plan.
    let recipeText = Ahead(isLong: recipe.stages.count >= Planner.manyStages) { [workspace = runs.workspace] in
      Array(recipe.resolvedYAML(in: workspace).utf8)
    }
    let plan = try Planner(runs: runs, catalog: catalog, remote: remote).plan(
      recipe, options: options, review: review)
    runs.store.saveDigestCache()
    let id = RunID.make(after: try runs.runs().last)
    if plan.isUpToDate { return Prepared(plan: plan, id: id, recipeText: recipeText, pause: pause, lease: nil) }
    let lease = try StoreLease(runs.store, run: id)
    for stage in plan.stages {
      if case .cached(let record) = stage.disposition {
        try StoreLease.claim(record, in: lease.path)
      } else if let key = stage.key {
        try StoreLease.claim([key.digest], artifacts: [], in: lease.path)
      }
    }
    return Prepared(plan: plan, id: id, recipeText: recipeText, pause: nil, lease: lease)
  }

  /// Runs what was prepared.
  /// - Throws: `DiagnosticList` when the run cannot even begin: no room, no folder. A stage that fails is no error here
  ///   but part of the summary.
  public func execute(
    _ prepared: Prepared, options: RunOptions = RunOptions(), control: RunControl = RunControl()
  ) async throws -> RunSummary {
    if !options.ignoresForecast {
      let forecast = prepared.plan.forecast
      var objections = forecast.objections(freeDisk: runs.store.freeSpace(), memory: options.memoryLimit)
      objections += prepared.plan.objections
      if !objections.isEmpty { throw DiagnosticList(objections) }
    }
    let folder = try RunFolder(
      runs, id: prepared.id, plan: prepared.plan, recipe: prepared.recipeText.value, options: options)
    if prepared.plan.isUpToDate {
      let summary = UpToDateRun(runner: self, plan: prepared.plan, folder: folder).run()
      withExtendedLifetime(prepared) {}
      return summary
    }
    var execution = RunExecution(
      runner: self, plan: prepared.plan, folder: folder, options: options, control: control,
      leasePath: prepared.lease?.path ?? "")
    let summary = await execution.run()
    withExtendedLifetime(prepared) {}
    return summary
  }

  /// Plans and runs.
  public func run(
    _ recipe: Recipe, plan: PlanOptions = PlanOptions(), options: RunOptions = RunOptions(),
    control: RunControl = RunControl()
  ) async throws -> RunSummary {
    try await execute(prepare(recipe, options: plan), options: options, control: control)
  }

  /// Marks runs whose process is gone as interrupted, and tells the observers. Part of `prepare`.
  public func reconcile() {
    for id in runs.reconcileDeadRuns() {
      for observer in observers { observer.observe(RunEvent(time: SystemClock.now(), .runReconciled(id: id))) }
    }
  }
}
