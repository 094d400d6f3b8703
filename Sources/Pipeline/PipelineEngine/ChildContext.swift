import Artifacts
import Diagnostics
import JSON
import Platform
import Recipes
import Synchronization

/// What a running stage may use, inside its process.
final class ChildContext: StageContext {
  /// What the stage has said so far, for the record.
  struct Findings: Sendable {
    var metrics = JSONObject()
    var series = JSONObject()
    var warnings: [String] = []
    var uses: Set<Digest> = []
    var subactions: Set<CacheKey> = []
    var environment = JSONObject()
  }

  let stageName: String
  let inputs: [StageInput]
  let outputDirectory: String
  let workDirectory: String
  let seed: UInt64
  let threads: Int
  let memoryLimit: UInt64
  let resolution: JSONValue?
  private let kind: StageKind
  private let store: ArtifactStore
  private let leasePath: String
  private let environment: JSONObject
  private let cancellation: StageCancellation
  private let send: @Sendable (StageEvent) -> Void
  private let findings = Mutex(Findings())
  private let lastProgress = Mutex(0.0)
  private let lastActivity = Mutex((time: 0.0, text: ""))
  private let lastUsage = Mutex(0.0)
  /// Seconds between two progress events: a line on a screen needs no more.
  private static let progressInterval = 0.1

  init(
    request: StageRequest, kind: StageKind, inputs: [StageInput], store: ArtifactStore, output: String, work: String,
    cancellation: StageCancellation, send: @escaping @Sendable (StageEvent) -> Void
  ) {
    stageName = request.stage
    self.inputs = inputs
    outputDirectory = output
    workDirectory = work
    seed = request.seed
    threads = request.threads
    memoryLimit = request.memoryLimit
    resolution = request.resolution
    self.kind = kind
    self.store = store
    leasePath = request.leasePath
    environment = request.environment
    self.cancellation = cancellation
    self.send = send
  }

  var isCancelled: Bool { cancellation.isCancelled }

  var collected: Findings { findings.withLock { $0 } }

  func emit(_ event: StageEvent) {
    switch event {
    case .progress(let completed, let total, _, _):
      let now = SystemClock.monotonic()
      let isDue = lastProgress.withLock { last in
        guard now - last >= Self.progressInterval || completed == total else { return false }
        last = now
        return true
      }
      guard isDue else { return }
    case .metric(let name, let value):
      let isNew = findings.withLock { findings in
        defer { findings.metrics[name] = value }
        return findings.metrics[name] == nil
      }
      // What is not declared can be neither explained nor compared: its kind's author should see it at once.
      if isNew, kind.metric(name) == nil {
        emit(.warning("the kind '\(kind.name)' reports a metric '\(name)' that it does not declare"))
      }
    case .point(let series, let step, let value):
      findings.withLock { findings in
        var points = findings.series[series]?.arrayValue ?? []
        // Taken out while it grows, so that it is not copied for each point.
        findings.series[series] = .null
        points.append([.integer(Int64(step)), .number(value)])
        findings.series[series] = .array(points)
      }
    case .warning(let text): findings.withLock { $0.warnings.append(text) }
    case .activity(let text?):
      let now = SystemClock.monotonic()
      let isDue = lastActivity.withLock { last in
        // Another sentence is shown at once; another number in the same one need not be.
        guard now - last.time >= Self.progressInterval || last.text.first != text.first else { return false }
        last = (now, text)
        return true
      }
      guard isDue else { return }
    case .note, .log, .usage, .activity(nil): break
    }
    send(event)
    sendUsage()
  }

  /// The memory of this process, at most once a second.
  private func sendUsage() {
    let now = SystemClock.monotonic()
    let isDue = lastUsage.withLock { last in
      guard now - last >= 1 else { return false }
      last = now
      return true
    }
    if isDue, let memory = ProcessMemory.resident { send(.usage(memory: Int64(memory))) }
  }

  func describe(_ name: String, _ value: JSONValue) { findings.withLock { $0.environment[name] = value } }

  func artifactPath(digest: Digest) throws -> String {
    let path = try store.artifactPath(digest: digest)
    findings.withLock { _ = $0.uses.insert(digest) }
    return path
  }

  func subartifact(
    kind: String, version: Int, parameters: JSONValue, inputs: [Digest], isPart: Bool,
    build: (String) async throws -> Void
  ) async throws -> (path: String, digest: Digest, wasCached: Bool) {
    let key = Self.key(ofSubartifact: kind, version, parameters, inputs)
    let lock = try await store.lockWhenFree(key: key.digest) { self.isCancelled }
    defer { withExtendedLifetime(lock) {} }
    let (record, wasCached) = try await action(key, build: build)
    if isPart {
      findings.withLock { findings in
        findings.uses.insert(record.artifact)
        findings.subactions.insert(key.digest)
      }
    }
    return (store.objectPath(record.artifact), record.artifact, wasCached)
  }

  func hasRecord(ofSubartifact kind: String, version: Int, parameters: JSONValue, inputs: [Digest]) -> Bool {
    store.actionRecord(Self.key(ofSubartifact: kind, version, parameters, inputs).digest) != nil
  }

  private static func key(
    ofSubartifact kind: String, _ version: Int, _ parameters: JSONValue, _ inputs: [Digest]
  ) -> ActionKey {
    ActionKey(kind: kind, version: version, parameters: parameters, inputs: inputs.map { .init(role: "", digest: $0) })
  }

  /// The record of a piece of work, made now if there is none. The caller holds the key's lock.
  private func action(
    _ key: ActionKey, build: (String) async throws -> Void
  ) async throws -> (ActionRecord, wasCached: Bool) {
    if let record = try claimed(key) { return (record, true) }
    try store.removeTemporaryDirectories(for: key.digest)
    let temporary = try store.makeTemporaryDirectory(for: key.digest)
    defer { try? FileSystem.removeTree(temporary) }
    let output = temporary + "/output"
    try FileSystem.makeDirectory(output)
    let meter = ResourceMeter()
    try await build(output)
    let pause = try store.holdOffCollection()
    defer { withExtendedLifetime(pause) {} }
    let artifact = try store.publish(output)
    var record = ActionRecord(
      key: key.digest, document: key.document, artifact: artifact.digest, files: artifact.files)
    record.cost = meter.cost(threads: threads)
    record.environment = environment
    record.finished = SystemClock.now()
    try store.record(record)
    try StoreLease.claim(record, in: leasePath)
    return (record, false)
  }

  private func claimed(_ key: ActionKey) throws -> ActionRecord? {
    let pause = try store.holdOffCollection()
    defer { withExtendedLifetime(pause) {} }
    guard case .hit(let record) = store.lookup(key.digest) else { return nil }
    try StoreLease.claim(record, in: leasePath)
    return record
  }
}

extension ArtifactStore {
  /// Waits for a key's lock without holding up other work of this process.
  /// - Throws: `CancellationError` when the stage is asked to stop meanwhile.
  func lockWhenFree(
    key: CacheKey, whenBusy: () -> Void = {}, isCancelled: () -> Bool
  ) async throws -> FileLock {
    var pause = 2
    var saidSo = false
    while true {
      if let lock = try tryLock(key: key) { return lock }
      if !saidSo { whenBusy() }
      saidSo = true
      if isCancelled() { throw CancellationError() }
      try await Task.sleep(for: .milliseconds(pause))
      pause = min(pause * 2, 50)
    }
  }
}
