public import Diagnostics
import Glibc
import Synchronization

/// Both ends of a pipe. A program inherits neither unless it is started with it.
public struct Pipe: Sendable {
  public let readEnd: Int32
  public let writeEnd: Int32

  /// Held while a pipe's ends are not yet marked, and while a program is started, so that none inherits them.
  static let beingMade = Mutex(())

  public init() throws(Diagnostic) {
    var ends: [Int32] = [-1, -1]
    let opened = Self.beingMade.withLock { _ in
      guard pipe(&ends) == 0 else { return false }
      for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
      return true
    }
    guard opened else { throw systemFailure("open a pipe") }
    readEnd = ends[0]
    writeEnd = ends[1]
  }
}
