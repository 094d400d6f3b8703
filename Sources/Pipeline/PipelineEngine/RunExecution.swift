import Artifacts
import Diagnostics
import JSON
import Platform
import Recipes
import RemoteCache
import Synchronization

/// One run of a plan, from its first event to its last.
struct RunExecution {
  private enum Progress: Equatable {
    case waiting, running, ended(StageState)
  }

  private struct Completion: Sendable {
    var index: Int
    var outcome: StageOutcome
    var seconds: Double
  }

  let runner: PipelineRunner
  let plan: Plan
  let folder: RunFolder
  let options: RunOptions
  let control: RunControl
  let leasePath: String
  private let sink: EventSink
  private let evaluator: StageEvaluator
  private var progress: [Progress]
  private var results: [StageResult]
  private var stages: [PlannedStage]
  private var missing: [Int]
  private let dependents: [[Int]]
  private var positions: [String: Int] = [:]
  /// Stages that the plan meant to take from a remote cache, and what follows from them.
  private let wasToBeFetched: [Bool]
  private var ready: [Int] = []
  private var running = 0
  private var hasFailed = false
  /// Whether a stage was stopped that this run did not stop.
  private var wasStoppedFromOutside = false

  init(
    runner: PipelineRunner, plan: Plan, folder: RunFolder, options: RunOptions, control: RunControl, leasePath: String
  ) {
    self.runner = runner
    self.plan = plan
    self.folder = folder
    self.options = options
    self.control = control
    self.leasePath = leasePath
    // First, so that whoever hears of a stage's end finds its last points and log lines written.
    sink = EventSink([LiveRecorder(runner.runs, run: folder.id, plan: plan), folder.log] + runner.observers)
    evaluator = StageEvaluator(
      store: runner.runs.store, recipe: plan.recipe, lastKeys: LastKeys(runner.runs, label: plan.recipe.label),
      remote: runner.remote)
    stages = plan.stages
    progress = Array(repeating: .waiting, count: plan.stages.count)
    results = plan.stages.map { StageResult($0, .skipped) }
    missing = plan.stages.map(\.dependencies.count)
    var dependents = [[Int]](repeating: [], count: plan.stages.count)
    for (index, stage) in plan.stages.enumerated() {
      positions[stage.id] = index
      for dependency in stage.dependencies { dependents[dependency].append(index) }
    }
    self.dependents = dependents
    var fetched: [Bool] = []
    for stage in plan.stages {
      let isRemote = if case .remote = stage.disposition { true } else { false }
      fetched.append(isRemote || stage.dependencies.contains { fetched[$0] })
    }
    wasToBeFetched = fetched
  }

  mutating func run() async -> RunSummary {
    let begun = SystemClock.monotonic()
    sink.emit(.runStarted(folder.start))
    for warning in plan.warnings { sink.emit(.warning(warning)) }
    ready = stages.indices.filter { missing[$0] == 0 }.reversed()
    settleReady()
    await launchAll()
    for index in stages.indices where progress[index] == .waiting {
      let isExcluded = if case .excluded = stages[index].disposition { true } else { false }
      end(
        index,
        .init(
          stages[index], isExcluded ? .excluded : control.isStopping && !hasFailed ? .interrupted : .skipped))
    }
    // A run that was stopped after its last stage had ended lost nothing.
    let lacksWork = results.contains { $0.state == .interrupted }
    let status: RunStatus = hasFailed ? .failed : lacksWork ? .interrupted : .succeeded
    let summary = RunSummary(
      id: folder.id, path: folder.path, status: status, stages: results, seconds: SystemClock.monotonic() - begun)
    saveKeys()
    sink.emit(.runFinished(summary))
    folder.finish()
    return summary
  }

  // MARK: Scheduling

  private mutating func launchAll() async {
    await withTaskGroup(of: Completion.self) { group in
      while true {
        while running < max(1, options.jobs), !control.isStopping,
          !(hasFailed || wasStoppedFromOutside) || options.keepGoing, let index = nextToLaunch()
        {
          launch(index, in: &group)
        }
        guard running > 0, let completion = await group.next() else { return }
        running -= 1
        finish(completion)
        settleReady()
      }
    }
  }

  private mutating func nextToLaunch() -> Int? { ready.popLast() }

  /// Ends all ready stages that need no process, and those that follow from them.
  private mutating func settleReady() {
    var queue = Array(ready.reversed())
    var toRun: [Int] = []
    var next = 0
    ready = []
    while next < queue.count {
      let index = queue[next]
      next += 1
      if settle(index) {
        queue += ready
        ready = []
      } else {
        toRun.append(index)
      }
    }
    ready = toRun.sorted(by: >)
  }

  /// - Returns: whether the stage has ended.
  private mutating func settle(_ index: Int) -> Bool {
    // A stage that was to be fetched and was made here instead may have put out something else.
    if let key = stages[index].key, stages[index].dependencies.contains(where: { wasToBeFetched[$0] }),
      currentKey(index) != key, !decided(index)
    {
      return true
    }
    switch stages[index].disposition {
    case .excluded: end(index, .init(stages[index], .excluded))
    case .referenced(let reference):
      var result = StageResult(stages[index], .referenced)
      result.path = reference.path
      end(index, result)
    case .cached(let record): endCached(index, record)
    case .execute where stages[index].key != nil: return false
    case .remote: return false
    case .execute, .undecided:
      guard decided(index) else { return true }
      guard case .cached(let record) = stages[index].disposition else { return false }
      endCached(index, record)
    }
    return true
  }

  /// Decides a stage, which ends as failed when that is not possible.
  /// - Returns: whether it was decided.
  private mutating func decided(_ index: Int) -> Bool {
    do throws(Diagnostic) { try decide(index) } catch {
      // Without its claim, what the stage uses could be collected under it.
      var result = StageResult(stages[index], .failed)
      result.diagnostics = [error]
      end(index, result)
      return false
    }
    return true
  }

  /// Decides a stage whose upstream outputs have become known.
  /// - Throws: when the collector cannot be held off, or what is used cannot be claimed from it.
  private mutating func decide(_ index: Int) throws(Diagnostic) {
    let planned = stages[index]
    let key = currentKey(index)
    stages[index].key = key
    let pause = try runner.runs.store.holdOffCollection()
    (stages[index].disposition, stages[index].decision) = evaluator.evaluate(
      planned.stage, key: key, forced: plan.forced.contains(planned.id))
    if case .cached(let record) = stages[index].disposition {
      try StoreLease.claim(record, in: leasePath)
    }
    withExtendedLifetime(pause) {}
  }

  /// The key of a stage that is ready: what it reads from has ended well.
  private func currentKey(_ index: Int) -> ActionKey {
    let planned = stages[index]
    var digests: [Digest] = []
    for input in planned.stage.inputs {
      switch input.source {
      case .file(let path): if let digest = plan.references[path]?.digest { digests.append(digest) }
      case .stage(let id): if let digest = positions[id].flatMap({ results[$0].artifact }) { digests.append(digest) }
      }
    }
    // Fewer digests than inputs cannot be: a stage is ready only when all it reads from has ended well.
    return evaluator.key(planned.stage, kind: planned.kind, digests: digests, resolution: planned.resolution)
  }

  private mutating func launch(_ index: Int, in group: inout TaskGroup<Completion>) {
    let planned = stages[index]
    guard let key = planned.key else { return }
    progress[index] = .running
    running += 1
    let log = runner.runs.logPath(folder.id, stage: planned.id)
    sink.emit(.stageStarted(stage: planned.id, decision: planned.decision, key: key.digest, log: log))
    let share = max(1, min(options.jobs, running + ready.count))
    var request = StageRequest(
      runsPath: runner.runs.path, storePath: runner.runs.store.root, run: folder.id, stage: planned.id,
      kind: planned.stage.kind,
      parameters: planned.stage.parameters, inputs: planned.stage.inputs.compactMap(requestInput), key: key,
      resolution: planned.resolution, seed: plan.recipe.seed, threads: max(1, options.threads / share),
      memoryLimit: options.memoryLimit / UInt64(share), force: plan.forced.contains(planned.id), leasePath: leasePath,
      environment: options.environment)
    request.resources = planned.stage.resources
    request.launcher = planned.launcher
    let stage = try? runner.catalog.stage(of: planned.stage)
    if let stage { request.stopSeconds = stage.stopSeconds }
    // Work that is done again by force is done from its beginning.
    let exchange: CheckpointExchange? =
      if let stage = stage as? any CheckpointingStage, let cache = runner.remote, !request.force {
        CheckpointExchange(
          stage: stage, kind: request.kind, key: key.digest, store: runner.runs.store, cache: cache,
          uploads: runner.checkpoints)
      } else {
        nil
      }
    let launcher = runner.launcher
    let control = control
    let sink = sink
    let fetch: RemoteFetch? =
      if case .remote(let action) = planned.disposition, let cache = runner.remote {
        RemoteFetch(action: action, cache: cache, leasePath: leasePath)
      } else {
        nil
      }
    group.addTask { [request] in
      let begun = SystemClock.monotonic()
      if let fetch {
        let isThere = await fetch.run(control: control) { sink.emit(.stageEvent(stage: request.stage, $0)) }
        let seconds = SystemClock.monotonic() - begun
        if isThere {
          let outcome = StageOutcome.finished(wasCached: true, changedInputs: [])
          return Completion(index: index, outcome: outcome, seconds: seconds)
        }
        if control.isStopping { return Completion(index: index, outcome: .interrupted, seconds: seconds) }
      }
      await exchange?.begin(control: control) { sink.emit(.stageEvent(stage: request.stage, $0)) }
      let outcome = await launcher.launch(request, log: log, control: control) { event in
        sink.emit(.stageEvent(stage: request.stage, event))
      }
      let isFinished = if case .finished = outcome { true } else { false }
      await exchange?.end(isFinished: isFinished, control: control)
      return Completion(index: index, outcome: outcome, seconds: SystemClock.monotonic() - begun)
    }
  }

  private func requestInput(_ input: InputReference) -> StageRequest.Input? {
    var digest: Digest?
    var externalPath: String?
    switch input.source {
    case .file(let path):
      digest = plan.references[path]?.digest
      externalPath = plan.references[path]?.path
    case .stage(let id):
      guard let position = positions[id] else { break }
      digest = results[position].artifact
      if results[position].state == .referenced { externalPath = results[position].path }
    }
    // No digest cannot be: a stage is ready only when all it reads from has ended well.
    guard let digest else { return nil }
    var request = StageRequest.Input(role: input.role, name: input.text, kind: input.kind, digest: digest)
    request.rowCap = input.rowCap
    request.externalPath = externalPath
    return request
  }

  // MARK: Endings

  private mutating func endCached(_ index: Int, _ record: ActionRecord) {
    var result = StageResult(stages[index], .cached)
    result.record = record
    result.path = runner.runs.store.objectPath(record.artifact)
    end(index, result)
  }

  private mutating func finish(_ completion: Completion) {
    let index = completion.index
    var result = StageResult(stages[index], .built)
    result.seconds = completion.seconds
    result.log = runner.runs.logPath(folder.id, stage: stages[index].id)
    switch completion.outcome {
    case .finished(let wasCached, let changed):
      guard let record = record(of: index, isPrivate: !changed.isEmpty) else {
        result.state = .failed
        result.diagnostics = [
          Diagnostic(
            code: "record-missing", "the stage ended well, and its record is not in the store",
            remedy: "check that every process of the run sees the same store")
        ]
        break
      }
      if wasCached { result.state = .cached }
      if !wasCached, changed.isEmpty { runner.uploads?.add(record.key) }
      result.record = record
      result.artifact = record.artifact
      result.path = runner.runs.store.objectPath(record.artifact)
      result.isRecorded = changed.isEmpty
      if !changed.isEmpty {
        sink.emit(
          .warning(
            Diagnostic(
              .warning, code: "input-changed-while-running",
              "\(changed.listed()) changed while '\(stages[index].id)' ran: the result is used and not cached",
              remedy: "run again when nothing writes to it")))
      }
    case .failed(let diagnostics):
      result.state = .failed
      result.diagnostics = diagnostics
    case .interrupted:
      result.state = .interrupted
      if !control.isStopping {
        wasStoppedFromOutside = true
        sink.emit(
          .warning(
            Diagnostic(
              .warning, code: "stage-stopped",
              "'\(stages[index].id)' was stopped from outside this run: its process was asked to end",
              remedy: "continue with: lorapipe resume \(folder.id)")))
      }
    }
    if result.state != .built, result.state != .cached { cleanUp(index) }
    end(index, result)
  }

  /// Removes what a stage that was killed could not remove itself.
  private func cleanUp(_ index: Int) {
    guard let key = stages[index].key?.digest, let lock = try? runner.runs.store.tryLock(key: key) else { return }
    try? runner.runs.store.removeTemporaryDirectories(for: key)
    withExtendedLifetime(lock) {}
  }

  private func record(of index: Int, isPrivate: Bool) -> ActionRecord? {
    guard let key = stages[index].key else { return nil }
    let document: ActionKey =
      isPrivate ? key.known(toRun: folder.id) : key
    guard case .hit(let record) = runner.runs.store.lookup(document.digest) else { return nil }
    return record
  }

  private mutating func end(_ index: Int, _ result: StageResult) {
    progress[index] = .ended(result.state)
    results[index] = result
    sink.emit(.stageFinished(result))
    if result.state == .failed { hasFailed = true }
    guard result.state.isDone || result.state == .excluded else { return }
    if let path = result.path { runner.runs.link(result.stage, isOfCommand: plan.recipe.isOfCommand, to: path) }
    for dependent in dependents[index] {
      missing[dependent] -= 1
      if missing[dependent] == 0 { ready.append(dependent) }
    }
  }

  /// What `explain` compares with next time.
  private func saveKeys() {
    let done = stages.indices.filter { results[$0].state == .built || results[$0].state == .cached }
    runner.runs.saveLastKeys(of: done.map { stages[$0] }, label: plan.recipe.label)
  }
}

/// Hands events to observers one at a time, whichever thread they come from.
final class EventSink: Sendable {
  private let observers: Mutex<[any RunObserver]>

  init(_ observers: [any RunObserver]) { self.observers = Mutex(observers) }

  func emit(_ kind: RunEvent.Kind) {
    observers.withLock { observers in
      let event = RunEvent(time: SystemClock.now(), kind)
      for observer in observers { observer.observe(event) }
    }
  }
}
