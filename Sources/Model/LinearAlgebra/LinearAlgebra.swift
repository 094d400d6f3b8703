internal import COpenBLAS
public import Diagnostics
import Synchronization

/// The library that factors matrices, OpenBLAS with its LAPACK: optional, and loaded when first asked for.
///
/// It computes on the caller's thread only, so that a result does not depend on the number of cores.
public enum LinearAlgebra {
  /// Whether it is on this machine.
  public static let isAvailable = lp_blas_is_here() != 0

  private static let turn = Mutex(())
  private static let allowsThreads = lp_blas_allows_threads()

  /// Makes a call of the library. With a library that was built for one thread, as Debian's `libopenblas0-serial` is, calls of
  /// several threads wait for each other: at once they would compute in one buffer, and both results would be wrong.
  package static func call<Result: Sendable>(_ body: () -> Result) -> Result {
    allowsThreads ? body() : turn.withLock { _ in body() }
  }

  /// Its name and version, such as `OpenBLAS 0.3.21`; `nil` without it.
  public static var version: String? {
    guard isAvailable else { return nil }
    let words = String(cString: lp_blas_description()).split(separator: " ").prefix(2)
    return words.isEmpty ? "OpenBLAS" : words.joined(separator: " ")
  }

  /// How to install it.
  public static let remedy = "sudo apt-get install -y libopenblas0-serial"

  /// - Parameter purpose: what needs the library, the subject of the message: `'lora.init: pissa'`.
  /// - Throws: `Diagnostic` (`missing-library`) without it.
  public static func require(_ purpose: String) throws(Diagnostic) {
    guard isAvailable else { throw missing(purpose) }
  }

  static func missing(_ purpose: String) -> Diagnostic {
    Diagnostic(
      code: "missing-library", "\(purpose) needs OpenBLAS (libopenblas.so.0), which is not installed here",
      remedy: remedy)
  }
}
