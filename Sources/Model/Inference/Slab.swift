import CKernels
import Diagnostics
import Glibc

/// Zeroed memory for weights and caches, in large pages where the system gives them: reading weights in order then
/// misses no translation. Pages never touched cost nothing.
///
/// `@unchecked Sendable`: whoever fills a slab finishes before sharing it, or synchronizes access itself.
final class Slab: @unchecked Sendable {
  let base: UnsafeMutableRawPointer
  let byteCount: Int

  /// - Throws: `Diagnostic` (`out-of-memory`).
  init(byteCount: Int) throws {
    let page = 2 << 20
    let (padded, overflow) = max(byteCount, 1).addingReportingOverflow(page - 1)
    let size = padded / page * page
    guard !overflow, byteCount >= 0,
      let address = mmap(
        nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0), address != MAP_FAILED
    else {
      throw Diagnostic(
        code: "out-of-memory", "the system does not give \(byteText(byteCount)) of memory",
        remedy: "serve a smaller or more strongly quantized model, or a shorter context")
    }
    base = address
    self.byteCount = size
    madvise(address, size, Int32(MADV_HUGEPAGE))
  }

  deinit { munmap(base, byteCount) }

  var floats: UnsafeMutablePointer<Float> { base.assumingMemoryBound(to: Float.self) }
}
