import Glibc
import Synchronization

/// Runs `body(0), …, body(count − 1)` on threads of their own, the first on the caller's, and waits for all.
///
/// Threads rather than tasks: each sets the floating-point mode and computes for seconds without suspending.
public func runWorkers(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  var threads: [pthread_t] = []
  for index in 1..<max(count, 1) {
    let work = Unmanaged.passRetained(WorkerThread { withDenormalsFlushed { body(index) } })
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, 4 << 20)
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<WorkerThread>.fromOpaque(argument).takeRetainedValue().work()
        return nil
      }, work.toOpaque())
    pthread_attr_destroy(&attributes)
    if status == 0 {
      threads.append(thread)
    } else {
      work.takeRetainedValue().work()  // no thread to be had: the same work, here
    }
  }
  withDenormalsFlushed { body(0) }
  for thread in threads { pthread_join(thread, nil) }
}

private final class WorkerThread: Sendable {
  let work: @Sendable () -> Void
  init(_ work: @escaping @Sendable () -> Void) { self.work = work }
}
