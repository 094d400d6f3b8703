import Artifacts
import Diagnostics
import JSON
import Platform
import Recipes

/// Does one stage's work: takes the key's lock, looks again, runs, publishes and records. The same in a process of its
/// own and inside the parent's.
enum StageChild {
  static func run(
    _ request: StageRequest, catalog: StageCatalog, cancellation: StageCancellation,
    send: @escaping @Sendable (StageEvent) -> Void
  ) async -> StageOutcome {
    do {
      return try await work(request, catalog: catalog, cancellation: cancellation, send: send)
    } catch is CancellationError {
      return .interrupted
    } catch {
      // What a stage throws because it was stopped in the middle says nothing.
      return cancellation.isCancelled ? .interrupted : .failed(Diagnostic.list(of: error))
    }
  }

  private static func work(
    _ request: StageRequest, catalog: StageCatalog, cancellation: StageCancellation,
    send: @escaping @Sendable (StageEvent) -> Void
  ) async throws -> StageOutcome {
    if let kind = catalog.kind(request.kind), request.key.document["version"]?.intValue != kind.version {
      throw Diagnostic(
        code: "other-version",
        "the process that runs '\(request.stage)' is another version of lorapipe than its parent",
        remedy: "use one version for all processes of a run")
    }
    let stage = try catalog.decode(request.kind, request.parameters)
    let store = try ArtifactStore(at: request.storePath)
    let key = request.key.digest
    let lock = try await store.lockWhenFree(key: key) {
      send(.note("waiting: another run is building the same artifact"))
    } isCancelled: {
      cancellation.isCancelled
    }
    defer { withExtendedLifetime(lock) {} }
    if !request.force, try claimRecorded(request, store) { return .finished(wasCached: true, changedInputs: []) }
    try store.removeTemporaryDirectories(for: key)
    let temporary = try store.makeTemporaryDirectory(for: key)
    defer { try? FileSystem.removeTree(temporary) }
    let output = temporary + "/output"
    try FileSystem.makeDirectory(output)
    let context = ChildContext(
      request: request, kind: type(of: stage).kind, inputs: try inputs(of: request, store), store: store,
      output: output,
      work: try store.workDirectory(key), cancellation: cancellation, send: send)
    let meter = ResourceMeter()
    try await stage.run(context)
    // A stage that was asked to stop may have returned with half of its output.
    if cancellation.isCancelled { return .interrupted }
    let changed = changedInputs(request, store)
    try publish(
      output, request: request, kind: catalog.kind(request.kind), context: context, meter: meter,
      isPrivate: !changed.isEmpty, in: store)
    try? store.removeWorkDirectory(key)
    store.saveDigestCache()
    return .finished(wasCached: false, changedInputs: changed)
  }

  private static func claimRecorded(_ request: StageRequest, _ store: ArtifactStore) throws -> Bool {
    let pause = try store.holdOffCollection()
    defer { withExtendedLifetime(pause) {} }
    guard case .hit(let record) = store.lookup(request.key.digest) else { return false }
    try StoreLease.claim(record, in: request.leasePath)
    return true
  }

  /// The inputs with their paths, each looked at again: what has changed since the plan is hashed.
  private static func inputs(of request: StageRequest, _ store: ArtifactStore) throws -> [StageInput] {
    try request.inputs.map { input in
      var path: String?
      if let external = input.externalPath, try store.reference(external).digest == input.digest { path = external }
      return StageInput(
        role: input.role, name: input.name, kind: input.kind, digest: input.digest,
        path: try path ?? store.artifactPath(digest: input.digest), rowCap: input.rowCap)
    }
  }

  /// Names of the user's files that are no longer what the key says.
  private static func changedInputs(_ request: StageRequest, _ store: ArtifactStore) -> [String] {
    request.inputs.compactMap { input in
      guard let path = input.externalPath else { return nil }
      let digest = try? store.reference(path).digest
      return digest == input.digest ? nil : input.name
    }
  }

  private static func publish(
    _ output: String, request: StageRequest, kind: StageKind?, context: ChildContext, meter: ResourceMeter,
    isPrivate: Bool, in store: ArtifactStore
  ) throws {
    let pause = try store.holdOffCollection()
    defer { withExtendedLifetime(pause) {} }
    let artifact = try store.publish(output)
    let findings = context.collected
    let key = isPrivate ? request.privateKey : request.key
    var record = ActionRecord(
      key: key.digest, document: key.document, artifact: artifact.digest, files: artifact.files,
      metrics: findings.metrics, warnings: findings.warnings, uses: findings.uses.sorted(),
      subactions: findings.subactions.sorted())
    record.cost = meter.cost(threads: request.threads)
    record.environment = request.environment
    if kind?.isReproducible == false { record.environment["reproducible"] = false }
    for (name, value) in findings.environment { record.environment[name] = value }
    record.finished = SystemClock.now()
    try store.record(record, series: findings.series.isEmpty ? nil : .object(findings.series))
    try StoreLease.claim(record, in: request.leasePath)
  }
}
