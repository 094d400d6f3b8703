import Synchronization

/// A value that a second thread computes while the caller does other work.
///
/// Where the system refuses a thread, or none is wanted, the value is computed when it is first asked for.
public final class Ahead<Value: Sendable>: Sendable {
  private final class Box: Sendable {
    let value = Mutex<Value?>(nil)
  }

  private let box: Box
  private let compute: @Sendable () -> Value
  private let thread: Mutex<Thread?>

  /// - Parameter isLong: whether the work is long enough that a thread pays.
  public init(isLong: Bool = true, _ compute: @escaping @Sendable () -> Value) {
    self.compute = compute
    let box = Box()
    self.box = box
    let work: @Sendable () -> Void = {
      let value = compute()
      box.value.withLock { $0 = value }
    }
    thread = Mutex(isLong ? Thread(work) : nil)
  }

  deinit { thread.withLock { $0?.detach() } }

  /// Waits for the thread.
  public var value: Value {
    thread.withLock { thread in
      thread?.join()
      thread = nil
    }
    if let value = box.value.withLock({ $0 }) { return value }
    let value = compute()
    box.value.withLock { $0 = value }
    return value
  }
}
