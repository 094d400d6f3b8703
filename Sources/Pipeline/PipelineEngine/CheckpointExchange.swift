import Artifacts
import Platform
import RemoteCache
import Synchronization

/// Takes a stage's last checkpoint from a remote cache before it runs, and gives the caches its own while it runs.
struct CheckpointExchange: Sendable {
  let stage: any CheckpointingStage
  let kind: String
  let key: CacheKey
  let store: ArtifactStore
  let cache: RemoteCache
  /// `nil` where nothing is sent.
  let uploads: CheckpointUploads?

  /// Called before the stage is started.
  func begin(control: RunControl, events: @escaping @Sendable (StageEvent) -> Void) async {
    await onThread {
      guard let work = try? store.workDirectory(key) else { return }
      // Whoever has the lock is at the same work, and has its own checkpoints.
      if let lock = try? store.tryLock(key: key) {
        if case .hit = store.lookup(key) {} else { fetch(into: work, control, events) }
        withExtendedLifetime(lock) {}
      }
      uploads?.begin(.init(key: key, kind: kind, work: work) { [stage] in stage.checkpoint(in: work) })
    }
  }

  private func fetch(into work: String, _ control: RunControl, _ events: @escaping @Sendable (StageEvent) -> Void) {
    let last = Mutex(0.0)
    let fetched = cache.fetchCheckpoint(
      of: key, newerThan: stage.checkpoint(in: work)?.position, into: work,
      progress: { bytes, total in
        let now = SystemClock.monotonic()
        let isDue = last.withLock { last in
          guard now - last > 0.1 else { return false }
          last = now
          return true
        }
        if isDue { events(.progress(completed: Double(bytes), total: Double(total), unit: "bytes", detail: nil)) }
      }, isCancelled: { control.isStopping })
    guard let fetched else { return }
    uploads?.remember(fetched)
    let step = fetched.position.step
    events(.note("fetched the checkpoint of step \(step) that '\(fetched.host)' left in a remote cache"))
  }

  /// Called when the stage has ended.
  func end(isFinished: Bool, control: RunControl) async {
    guard let uploads else { return }
    await onThread { uploads.end(key, isFinished: isFinished) { control.level == .killing } }
  }

  /// Does what blocks on a thread of its own.
  private func onThread(_ work: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
      Thread.detached {
        work()
        continuation.resume()
      }
    }
  }
}
