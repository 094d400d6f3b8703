public import Artifacts
import Diagnostics
import Glibc
import Platform
import Synchronization

/// Sends the checkpoints of running stages to the caches that take them, on a thread of its own, and removes them there when
/// the stages have ended.
///
/// Sending takes at most a tenth of the time: a checkpoint is sent when the work since the last one that was sent took ten
/// times as long as sending will. A stage whose checkpoints are written faster than that sends only the newest.
public final class CheckpointUploads: Sendable {
  /// A running stage.
  public struct Watch: Sendable {
    public var key: CacheKey
    /// The kind of the stage.
    public var kind: String
    /// Its work folder.
    public var work: String
    /// The newest whole checkpoint there.
    public var newest: @Sendable () -> WorkCheckpoint?

    public init(key: CacheKey, kind: String, work: String, newest: @escaping @Sendable () -> WorkCheckpoint?) {
      self.key = key
      self.kind = kind
      self.work = work
      self.newest = newest
    }
  }

  /// What is known of a stage and one cache.
  private struct Lane {
    /// When the work began that the cache does not have.
    var since: Double
    /// When to look again.
    var next: Double
    var sent: WorkCheckpoint.Position?
    /// The cache does not want it.
    var isClosed = false
  }

  private struct Entry {
    var watch: Watch
    var lanes: [Lane]
    /// Set when the stage has ended: until then its last checkpoint may be sent.
    var deadline: Double?
  }

  private struct State {
    var isRunning = false
    var entries: [CacheKey: Entry] = [:]
  }

  private let cache: RemoteCache
  private let state = Mutex(State())
  private let folder: String
  /// Sending may take one part in so many of a stage's time.
  static let share = 10.0
  /// Seconds that the end of a run waits for the last checkpoint of a stage that was stopped.
  private static let patience = 10.0
  private static let tick: UInt32 = 50_000

  public init(_ cache: RemoteCache) {
    self.cache = cache
    folder = cache.store.root + "/uploads/checkpoints"
  }

  // MARK: Stages

  /// Watches a stage that begins.
  public func begin(_ watch: Watch) {
    guard cache.remotes.contains(where: { $0.pushes && $0.configuration.checkpointSeconds > 0 }) else { return }
    let now = SystemClock.monotonic()
    let lanes = cache.remotes.map { remote in
      Lane(
        since: now, next: now + Double(remote.configuration.checkpointSeconds),
        isClosed: !remote.pushes || remote.configuration.checkpointSeconds == 0)
    }
    let starts = state.withLock { state in
      state.entries[watch.key] = Entry(watch: watch, lanes: lanes)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if starts { Thread.detached { self.work() } }
  }

  /// Ends the watch of a stage. The last checkpoint of one that is not finished is sent, unless that takes too long.
  ///
  /// It blocks its thread.
  /// - Parameter isKilled: whether there is no time left at all.
  public func end(_ key: CacheKey, isFinished: Bool, isKilled: () -> Bool) {
    state.withLock { state in
      state.entries[key]?.deadline = isFinished ? 0 : SystemClock.monotonic() + Self.patience
    }
    while state.withLock({ $0.entries[key] != nil }) {
      if isKilled() { state.withLock { $0.entries[key]?.deadline = 0 } }
      usleep(Self.tick)
    }
  }

  private func isOver(_ key: CacheKey) -> Bool {
    let deadline = state.withLock { $0.entries[key]?.deadline }
    return deadline.map { SystemClock.monotonic() > $0 } ?? false
  }

  private func work() {
    while true {
      let entries = state.withLock { Array($0.entries.values) }
      for entry in entries { visit(entry) }
      let isDone = state.withLock { state in
        // Ended in the meantime, it gets another visit.
        for entry in entries where entry.deadline != nil { state.entries[entry.watch.key] = nil }
        state.isRunning = !state.entries.isEmpty
        return !state.isRunning
      }
      if isDone { return }
      usleep(Self.tick)
    }
  }

  private func visit(_ entry: Entry) {
    let key = entry.watch.key
    let now = SystemClock.monotonic()
    let isLast = entry.deadline != nil
    let due = entry.lanes.indices.filter { index in
      !entry.lanes[index].isClosed && !cache.remotes[index].isBroken && (isLast || entry.lanes[index].next <= now)
    }
    guard !due.isEmpty, !isOver(key) else { return }
    let newest = entry.watch.newest()
    var bundle: CheckpointBundle?
    for index in due {
      var lane = entry.lanes[index]
      // Looking costs a little too.
      lane.next = now + 1
      defer { state.withLock { $0.entries[key]?.lanes[index] = lane } }
      guard let newest, newest.position > (lane.sent ?? .init(step: -1)) else { continue }
      if !newest.isReproducible, !cache.remotes[index].configuration.sendsUnreproducible {
        lane.isClosed = true
        continue
      }
      let size = newest.files.reduce(Int64(0)) { $0 &+ (FileStamp.of("\(entry.watch.work)/\($1)")?.size ?? 0) }
      if let limit = cache.remotes[index].configuration.maximumBytes, size > limit { continue }
      guard Self.isWorth(now - lane.since, size: size, bandwidth: cache.remotes[index].bandwidth) else { continue }
      send(newest, entry.watch, to: index, &bundle, &lane)
    }
  }

  /// Whether so much work is worth sending a checkpoint of it.
  static func isWorth(_ seconds: Double, size: Int64, bandwidth: Double) -> Bool {
    // Two requests take about as long as this.
    seconds >= share * (Double(size) / max(bandwidth, 1) + 0.04)
  }

  private func send(
    _ checkpoint: WorkCheckpoint, _ watch: Watch, to index: Int, _ bundle: inout CheckpointBundle?, _ lane: inout Lane
  ) {
    let remote = cache.remotes[index]
    let begun = SystemClock.monotonic()
    var made = bundle
    do throws(RemoteFailure) {
      let sent = try cache.push(
        checkpoint.position, of: watch.key, kind: watch.kind, to: index,
        bundle: { () throws(RemoteFailure) in
          if made == nil { made = try CheckpointBundle.make(checkpoint, in: watch.work, store: cache.store) }
          return made
        }, isCancelled: { self.isOver(watch.key) })
      if let sent {
        remember(sent, remote)
        lane.sent = sent.position
        lane.since = begun
        lane.next = SystemClock.monotonic() + Double(remote.configuration.checkpointSeconds)
      }
    } catch {
      cache.failed(error, remote)
      switch error {
      // It will not take the next one either.
      case .denied, .refused: lane.isClosed = true
      default: lane.next = SystemClock.monotonic() + Double(remote.configuration.checkpointSeconds)
      }
    }
    bundle = made
  }

  // MARK: What the caches have of this machine

  private func path(_ key: CacheKey, _ remote: Remote) -> String { "\(folder)/\(remote.fileName).\(key)" }

  /// Notes that a cache has a checkpoint that must be removed there some day: one that was sent, or one that was fetched.
  public func remember(_ checkpoint: RemoteCheckpoint) {
    let remote = cache.remotes[checkpoint.source]
    if remote.pushes { remember(checkpoint, remote) }
  }

  private func remember(_ checkpoint: RemoteCheckpoint, _ remote: Remote) {
    try? FileSystem.makeDirectory(folder)
    try? FileSystem.replace(path(checkpoint.key, remote), with: checkpoint.entry(signedBy: nil).record)
  }

  private func remembered() -> [(checkpoint: RemoteCheckpoint?, key: CacheKey, index: Int, path: String)] {
    ((try? FileSystem.names(in: folder)) ?? []).compactMap { name in
      let parts = name.split(separator: ".").map(String.init)
      guard parts.count == 2, let key = CacheKey(parts[1]),
        let index = cache.remotes.firstIndex(where: { $0.fileName == parts[0] })
      else { return nil }
      let path = "\(folder)/\(name)"
      let checkpoint = (try? FileSystem.read(path)).flatMap { RemoteCheckpoint(record: $0, key: key, source: index) }
      return (checkpoint, key, index, path)
    }
  }

  /// Removes the checkpoints of stages that have ended, once their results need not be sent any more.
  ///
  /// It blocks its thread.
  public func dropFinished(isCancelled: @escaping @Sendable () -> Bool = { false }) {
    for entry in remembered() {
      let remote = cache.remotes[entry.index]
      guard !isCancelled(), !remote.isBroken, remote.pushes, case .hit = cache.store.lookup(entry.key),
        !FileSystem.exists("\(cache.store.root)/uploads/\(remote.fileName).\(entry.key)")
      else { continue }
      do throws(RemoteFailure) {
        try cache.dropCheckpoint(
          of: entry.key, blob: entry.checkpoint?.blob, from: entry.index, isCancelled: isCancelled)
        unlink(entry.path)
      } catch {
        cache.failed(error, remote)
      }
    }
  }

  /// What the caches have of the unfinished work of this store, as far as this machine knows of it: it sent or fetched some.
  public func states() -> [CheckpointState] {
    remembered().compactMap { entry in
      guard let mine = entry.checkpoint else { return nil }
      let remote = cache.remotes[entry.index]
      let there = try? cache.checkpoint(of: entry.key, in: remote, entry.index, { false })
      return CheckpointState(cache: remote.configuration.url, checkpoint: there ?? mine, isThere: there != nil)
    }
  }
}
