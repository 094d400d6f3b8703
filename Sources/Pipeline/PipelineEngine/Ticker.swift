import Glibc
import Platform
import Synchronization

/// Calls a closure again and again on a thread of its own, until it is stopped. Where the system refuses another thread it is
/// never called: what it does must also be done at the end.
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

  /// No call begins afterward; one that has begun may go on.
  package func stop() { isStopped.withLock { $0 = true } }
}
