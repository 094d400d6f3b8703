import Artifacts
import Diagnostics
import Platform
import RemoteCache
import Synchronization

/// Takes a stage's result from a remote cache.
struct RemoteFetch: Sendable {
  let action: RemoteAction
  let cache: RemoteCache
  let leasePath: String

  /// - Returns: whether the result is in the store now; otherwise the stage has to run, or was stopped.
  func run(control: RunControl, events: @escaping @Sendable (StageEvent) -> Void) async -> Bool {
    await withCheckedContinuation { continuation in
      Thread.detached {
        let total = Double(action.size)
        let last = Mutex(0.0)
        let record = cache.pull(
          action,
          progress: { bytes in
            let now = SystemClock.monotonic()
            let isDue = last.withLock { last in
              guard now - last > 0.1 else { return false }
              last = now
              return true
            }
            if isDue { events(.progress(completed: Double(bytes), total: total, unit: "bytes", detail: nil)) }
          },
          claim: { (record: ActionRecord) throws(Diagnostic) in try StoreLease.claim(record, in: leasePath) },
          isCancelled: { control.isStopping })
        continuation.resume(returning: record != nil)
      }
    }
  }
}
