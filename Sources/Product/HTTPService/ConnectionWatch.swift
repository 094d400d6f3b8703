import Glibc
import Platform
import Synchronization

/// Closes connections that take too long over a request's head and body, however busily they trickle.
final class ConnectionWatch: Sendable {
  private struct State {
    /// Socket → since when a request is awaited; absent while one is being answered.
    var reading: [Int32: Double] = [:]
    var open = 0
    var stopped = false
  }

  private let state = Mutex(State())
  private let limit: Double
  private let signal = Signal()
  private let thread: Mutex<Thread?> = Mutex(nil)

  /// - Parameter limit: seconds from connecting, or from the last answer, to a whole request.
  init(limit: Double) {
    self.limit = limit
    let thread = Thread { [weak self] in
      while let self, self.sweep() { self.signal.wait(milliseconds: 1000) }
    }
    self.thread.withLock { $0 = thread }
  }

  func opened(_ socket: Int32) {
    state.withLock { state in
      state.reading[socket] = SystemClock.monotonic()
      state.open += 1
    }
  }

  func requestComplete(_ socket: Int32) { state.withLock { $0.reading[socket] = nil } }
  func answered(_ socket: Int32) { state.withLock { $0.reading[socket] = SystemClock.monotonic() } }

  func closed(_ socket: Int32) {
    state.withLock { state in
      state.reading[socket] = nil
      state.open -= 1
    }
  }

  func stop() {
    state.withLock { $0.stopped = true }
    signal.raise()
    thread.withLock { thread in
      thread?.join()
      thread = nil
    }
  }

  private func sweep() -> Bool {
    state.withLock { state in
      let now = SystemClock.monotonic()
      for (socket, since) in state.reading where now - since > limit {
        // The library sees the end and closes; the descriptor stays its own until `closed`.
        shutdown(socket, Int32(SHUT_RDWR))
        state.reading[socket] = nil
      }
      return !state.stopped
    }
  }
}
