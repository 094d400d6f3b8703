import Platform

/// Runs `body(0), …, body(count − 1)` on threads of their own, the first on the caller's, and waits for all.
///
/// Threads rather than tasks: each sets the floating-point mode and computes for seconds without suspending.
public func runWorkers(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  Thread.each(max(count, 1), stackSize: 4 << 20) { index in withDenormalsFlushed { body(index) } }
}
