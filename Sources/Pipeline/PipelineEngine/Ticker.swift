import Glibc
import Platform
import Synchronization

/// Calls a closure again and again on a thread of its own, until it is stopped.
package final class Ticker: Sendable {
  private let isStopped = Mutex(false)

  /// - Parameter interval: seconds between two calls.
  package init(every interval: Double, _ body: @escaping @Sendable () -> Void) {
    Thread.detached { [self] in
      while true {
        usleep(UInt32(min(max(interval, 0.001), 60) * 1e6))
        if isStopped.withLock({ $0 }) { return }
        body()
      }
    }
  }

  /// No call begins afterwards; one that has begun may go on.
  package func stop() { isStopped.withLock { $0 = true } }
}
