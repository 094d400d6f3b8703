import Glibc
import Synchronization

/// Ctrl-C and requests to end, as calls on a thread of their own.
enum InterruptSignals {
  /// Where the signal handler writes: it may do nothing else.
  private static let writer = Atomic<Int32>(-1)

  private final class Box: Sendable {
    let descriptor: Int32
    let body: @Sendable (Int32) -> Void

    init(descriptor: Int32, body: @escaping @Sendable (Int32) -> Void) {
      self.descriptor = descriptor
      self.body = body
    }
  }

  /// Calls `body` at each SIGINT, SIGTERM and SIGHUP from now on, instead of ending the process. A hangup that whoever
  /// started the program had ignored, as `nohup` does, stays ignored.
  static func watch(_ body: @escaping @Sendable () -> Void) { watchNumbers { _ in body() } }

  /// The same, with the signal's number.
  static func watchNumbers(_ body: @escaping @Sendable (Int32) -> Void) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let box = Box(descriptor: ends[0], body: body)
    var thread = pthread_t()
    let started = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let box = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
        var byte: UInt8 = 0
        while true {
          let count = read(box.descriptor, &byte, 1)
          if count == 1 { box.body(Int32(byte)) } else if count == 0 || errno != EINTR { return nil }
        }
      }, Unmanaged.passRetained(box).toOpaque())
    guard started == 0 else { return }
    pthread_detach(thread)
    writer.store(ends[1], ordering: .releasing)
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
