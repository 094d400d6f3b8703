import Synchronization

/// Stops a run from outside, as Ctrl-C does: asked once, stages write checkpoints and end; asked twice, they are killed.
public final class RunControl: Sendable {
  public enum Level: Int, Sendable, Comparable {
    case running, stopping, killing

    public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  private struct State {
    var level = Level.running
    var handlers: [Int: @Sendable (Level) -> Void] = [:]
    var next = 0
  }

  private let state = Mutex(State())

  public init() {}

  public var level: Level { state.withLock { $0.level } }
  public var isStopping: Bool { level > .running }

  /// Goes one level on.
  public func interrupt() {
    let (level, handlers) = state.withLock { state in
      state.level = state.level == .running ? .stopping : .killing
      return (state.level, Array(state.handlers.values))
    }
    for handler in handlers { handler(level) }
  }

  /// Calls `handler` at each further level, and at once if the run is being stopped already.
  /// - Returns: what `removeHandler` takes.
  func addHandler(_ handler: @escaping @Sendable (Level) -> Void) -> Int {
    let (token, level) = state.withLock { state in
      state.next += 1
      state.handlers[state.next] = handler
      return (state.next, state.level)
    }
    if level > .running { handler(level) }
    return token
  }

  func removeHandler(_ token: Int) {
    state.withLock { _ = $0.handlers.removeValue(forKey: token) }
  }
}
