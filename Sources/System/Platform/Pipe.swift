public import Diagnostics
import Glibc

/// Both ends of a pipe. A program inherits neither unless it is started with it.
public struct Pipe: Sendable {
  public let readEnd: Int32
  public let writeEnd: Int32

  public init() throws(Diagnostic) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw systemFailure("open a pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    readEnd = ends[0]
    writeEnd = ends[1]
  }
}
