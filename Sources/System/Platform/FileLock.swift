public import Diagnostics
import Glibc

/// A kernel lock on a file of its own. It dies with its holder, however that ends; the file stays, because removing it
/// would let two processes hold "the same" lock on two files.
public final class FileLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Waits for the lock.
  /// - Parameter whenBusy: called once if somebody else holds it, before waiting.
  public static func acquire(
    _ path: String, shared: Bool = false, whenBusy: () -> Void = {}
  ) throws(Diagnostic) -> FileLock {
    if let lock = try tryAcquire(path, shared: shared) { return lock }
    whenBusy()
    let descriptor = try openFile(path)
    while flock(descriptor, shared ? LOCK_SH : LOCK_EX) != 0 {
      guard errno == EINTR else {
        let failure = systemFailure("lock", path: path)
        close(descriptor)
        throw failure
      }
    }
    return FileLock(descriptor: descriptor)
  }

  /// The lock, or `nil` when somebody else holds it.
  public static func tryAcquire(_ path: String, shared: Bool = false) throws(Diagnostic) -> FileLock? {
    let descriptor = try openFile(path)
    while flock(descriptor, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      let code = errno
      close(descriptor)
      if code == EWOULDBLOCK { return nil }
      throw systemFailure("lock", path: path, errno: code)
    }
    return FileLock(descriptor: descriptor)
  }

  private static func openFile(_ path: String) throws(Diagnostic) -> Int32 {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw systemFailure("lock", path: path) }
    FileSystem.shareFile(path, descriptor: descriptor)
    return descriptor
  }
}
