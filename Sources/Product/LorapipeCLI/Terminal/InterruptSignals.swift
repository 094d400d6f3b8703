import Glibc
import Platform
import Synchronization

/// Ctrl-C and requests to end, as calls on a thread of their own.
enum InterruptSignals {
  /// Where the signal handler writes: it may do nothing else.
  private static let writer = Atomic<Int32>(-1)

  /// Calls `body` at each SIGINT, SIGTERM and SIGHUP from now on, instead of ending the process. A hangup that whoever
  /// started the program had ignored, as `nohup` does, stays ignored.
  static func watch(_ body: @escaping @Sendable () -> Void) { watchNumbers { _ in body() } }

  /// The same, with the signal's number.
  static func watchNumbers(_ body: @escaping @Sendable (Int32) -> Void) {
    guard let pipe = try? Pipe() else { return }
    let started = Thread {
      var byte: UInt8 = 0
      while true {
        let count = read(pipe.readEnd, &byte, 1)
        if count == 1 { body(Int32(byte)) } else if count == 0 || errno != EINTR { return }
      }
    }
    guard let started else { return }
    started.detach()
    writer.store(pipe.writeEnd, ordering: .releasing)
    for number in [SIGINT, SIGTERM, SIGHUP] where number != SIGHUP || !isIgnored(number) {
      signal(number) { number in
        var byte = UInt8(truncatingIfNeeded: number)
        let saved = errno
        _ = write(InterruptSignals.writer.load(ordering: .acquiring), &byte, 1)
        errno = saved
      }
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
