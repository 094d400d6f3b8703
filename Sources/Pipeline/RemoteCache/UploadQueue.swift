public import Artifacts
import Diagnostics
import Glibc
import Platform
import Synchronization

/// Sends what was made to the caches that take it, on a thread of its own, one action at a time.
///
/// What is to be sent lies in the store as `uploads/<cache>.<key>` until it has been sent, so that a run that was stopped is
/// continued by the next one, or by `lorapipe cache push`.
public final class UploadQueue: Sendable {
  private struct State {
    var isRunning = false
    var isStopped = false
    /// Entries that failed and wait for another process.
    var failed: Set<String> = []
    var current: (key: CacheKey, bytes: Int64)?
  }

  private let cache: RemoteCache
  private let state = Mutex(State())
  private let folder: String

  public init(_ cache: RemoteCache) {
    self.cache = cache
    folder = cache.store.root + "/uploads"
  }

  /// Keys that wait to be sent.
  public var pending: [CacheKey] {
    entries().map(\.key)
  }

  private func entries() -> [(name: String, key: CacheKey, remote: Remote)] {
    let failed = state.withLock { $0.failed }
    return ((try? FileSystem.names(in: folder)) ?? []).compactMap { name in
      let parts = name.split(separator: ".").map(String.init)
      guard parts.count == 2, let key = CacheKey(parts[1]), !failed.contains(name),
        let remote = cache.remotes.first(where: { $0.fileName == parts[0] }), remote.pushes
      else { return nil }
      return (name, key, remote)
    }
  }

  /// Puts an action that was made here in line, for every cache that takes it.
  public func add(_ key: CacheKey) {
    for remote in cache.remotes where remote.pushes {
      try? FileSystem.makeDirectory(folder)
      try? FileSystem.replace("\(folder)/\(remote.fileName).\(key)", with: [])
    }
    start()
  }

  /// Begins to send what is in line, if anything is.
  public func start() {
    let begins = state.withLock { state in
      guard !state.isRunning, !state.isStopped else { return false }
      state.isRunning = true
      return true
    }
    guard begins else { return }
    Thread.detached { self.work() }
  }

  private func work() {
    while true {
      let isStopped = { @Sendable in self.state.withLock { $0.isStopped } }
      guard !isStopped(), let entry = entries().first else { break }
      // Another process at the same queue would send the same bytes.
      let lock: FileLock?
      do throws(Diagnostic) { lock = try FileLock.tryAcquire(cache.store.root + "/locks/uploads") } catch {
        // Not busy but out of reach, now and later: the entry stays for a run that can.
        state.withLock { _ = $0.failed.insert(entry.name) }
        continue
      }
      guard let lock else {
        usleep(100_000)
        continue
      }
      defer { withExtendedLifetime(lock) {} }
      send(entry.name, entry.key, entry.remote, isStopped)
    }
    let isDone = state.withLock { state in
      state.isRunning = false
      state.current = nil
      return state.isStopped
    }
    // Something may have been put in line between the last look and this.
    if !isDone, !entries().isEmpty { start() }
  }

  private func send(_ name: String, _ key: CacheKey, _ remote: Remote, _ isStopped: @escaping @Sendable () -> Bool) {
    if remote.isBroken {
      state.withLock { _ = $0.failed.insert(name) }
      return
    }
    state.withLock { $0.current = (key, 0) }
    let outcome = cache.push(
      key, to: remote, scope: .worthIt, progress: { bytes in self.state.withLock { $0.current = (key, bytes) } },
      isCancelled: isStopped)
    switch outcome {
    case .failed: state.withLock { _ = $0.failed.insert(name) }
    case .sent, .present, .notWorthIt: unlink("\(folder)/\(name)")
    }
  }

  /// Waits until everything in line has been sent or has failed.
  ///
  /// It blocks its thread.
  /// - Parameter progress: told what is being sent, and how much of it went.
  public func finish(
    progress: (_ key: CacheKey, _ bytes: Int64, _ left: Int) -> Void = { _, _, _ in },
    isCancelled: () -> Bool = { false }
  ) {
    start()
    while state.withLock({ $0.isRunning }) {
      if isCancelled() { state.withLock { $0.isStopped = true } }
      if let (key, bytes) = state.withLock({ $0.current }) { progress(key, bytes, entries().count) }
      usleep(10_000)
    }
  }

  /// Stops after the blob that is being sent; what is left stays in line.
  public func stop() { state.withLock { $0.isStopped = true } }

  /// Sends actions now, whatever is in line.
  /// - Parameters:
  ///   - replacesAll: whether what a cache has is sent anew.
  ///   - report: told of each action.
  public func push(
    _ keys: [CacheKey], scope: RemoteCache.PushScope, replacesAll: Bool = false,
    report: (_ key: CacheKey, _ cache: String, PushOutcome) -> Void, isCancelled: @escaping @Sendable () -> Bool
  ) {
    for remote in cache.remotes {
      for key in keys {
        if isCancelled() || remote.isBroken { break }
        let outcome = cache.push(
          key, to: remote, scope: scope, replacesAll: replacesAll, isCancelled: isCancelled)
        if case .failed = outcome {} else { unlink("\(folder)/\(remote.fileName).\(key)") }
        report(key, remote.configuration.url, outcome)
      }
    }
  }
}
