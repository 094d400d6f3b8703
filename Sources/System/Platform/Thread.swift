import Glibc

/// A thread of the system, for work that blocks or computes for long and must not hold a thread of Swift's tasks.
///
/// Join or detach each thread exactly once.
public struct Thread: Sendable {
  private let handle: pthread_t

  /// Starts `body`.
  /// - Parameter stackSize: bytes; the system's default (8 MiB, mostly untouched) when absent.
  /// - Returns: `nil` when the system refuses another thread; then `body` did not and will not run.
  public init?(stackSize: Int? = nil, _ body: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    if let stackSize { pthread_attr_setstacksize(&attributes, stackSize) }
    let box = Unmanaged.passRetained(Body(body))
    var handle = pthread_t()
    let status = pthread_create(
      &handle, &attributes,
      { argument in
        if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, box.toOpaque())
    guard status == 0 else {
      box.release()
      return nil
    }
    self.handle = handle
  }

  /// Waits for its end.
  public func join() { pthread_join(handle, nil) }

  /// Lets it end by itself.
  public func detach() { pthread_detach(handle) }

  /// Runs `body` on a thread that nobody waits for; on the caller's when the system refuses another.
  public static func detached(_ body: @escaping @Sendable () -> Void) {
    if let thread = Thread(body) { thread.detach() } else { body() }
  }

  /// Runs `body(0), …, body(count − 1)` at the same time, the first on the caller's thread and each other on one of its
  /// own, and waits for all. What the system refuses a thread runs on the caller's.
  public static func each(_ count: Int, stackSize: Int? = nil, _ body: @escaping @Sendable (Int) -> Void) {
    guard count > 0 else { return }
    var threads: [Thread] = []
    for index in 1..<max(count, 1) {
      if let thread = Thread(stackSize: stackSize, { body(index) }) { threads.append(thread) } else { body(index) }
    }
    body(0)
    for thread in threads { thread.join() }
  }

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
}
