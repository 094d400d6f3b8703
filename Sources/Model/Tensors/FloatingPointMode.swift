internal import CKernels

/// Runs `body` with denormals flushed to zero in this thread: every worker computes in the same mode, and vanishing
/// probabilities do not slow a loop a hundredfold.
public func withDenormalsFlushed<Result>(_ body: () throws -> Result) rethrows -> Result {
  let mode = lp_flush_denormals()
  defer { lp_restore_denormals(mode) }
  return try body()
}
