import Glibc
import Platform
import Synchronization

/// Calls a closure at intervals, on a thread of its own, until it is stopped. If the system cannot start another thread, the
/// closure is never called, so its caller must do the same work once more at the end.
package final class Ticker: Sendable {
  private let isStopped = Mutex(false)

  /// - Parameter interval: seconds between two calls.
  package init(every interval: Double, _ body: @escaping @Sendable () -> Void) {
    let thread = Thread { [self] in
      while true {
        usleep(UInt32(min(max(interval, 0.001), 60) * 1e6))
        if isStopped.withLock({ $0 }) { return }
        body()
      }
    }
    thread?.detach()
  }

  /// Starts no further call. It does not wait for a call in progress.
  package func stop() { isStopped.withLock { $0 = true } }
}
