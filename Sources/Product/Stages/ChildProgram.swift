import Diagnostics
import Glibc

/// Another program, run to its end with this process's output streams.
struct ChildProgram {
  var arguments: [String]
  var folder: String
  /// Added to the environment.
  var variables: [(String, String)] = []

  struct Status: Sendable {
    var raw: Int32

    var succeeded: Bool { raw == 0 }

    /// `ended with status 3`, `was ended by signal 9 (Killed)`.
    var description: String {
      let signal = raw & 0x7F
      if signal == 0 { return "ended with status \((raw >> 8) & 0xFF)" }
      return "was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
    }
  }

  /// Starts the program, waits for it, and passes on a request to stop.
  /// - Throws: `Diagnostic` when it cannot be started.
  func run(isCancelled: () -> Bool) async throws -> Status {
    // The shell enters the folder: posix_spawn has no portable way to.
    let words = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder] + arguments
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var environment: [UnsafeMutablePointer<CChar>?] = []
    defer { for pointer in arguments + environment { free(pointer) } }
    let names = Set(variables.map(\.0))
    var entry = environ
    while let text = entry.pointee {
      let value = String(cString: text)
      if !names.contains(String(value.prefix { $0 != "=" })) { environment.append(strdup(value)) }
      entry += 1
    }
    for (name, value) in variables { environment.append(strdup("\(name)=\(value)")) }
    environment.append(nil)
    // What this process ignores the program must not: `yes | head` ends by SIGPIPE.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var ignored = sigset_t()
    sigemptyset(&ignored)
    for signal in [SIGPIPE, SIGINT] { sigaddset(&ignored, signal) }
    posix_spawnattr_setsigdefault(&attributes, &ignored)
    // The thread this runs on may have signals blocked, and a blocked SIGTERM would stop nothing.
    var blocked = sigset_t()
    sigemptyset(&blocked)
    posix_spawnattr_setsigmask(&attributes, &blocked)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var process: pid_t = 0
    let failure = posix_spawn(&process, "/bin/sh", nil, &attributes, &arguments, &environment)
    guard failure == 0 else {
      throw Diagnostic(code: "command-failed", "cannot start \(words[4]): \(String(cString: strerror(failure)))")
    }
    var status: Int32 = 0
    var pause: UInt64 = 1_000_000
    var told = false
    while true {
      let ended = waitpid(process, &status, WNOHANG)
      if ended == process { return Status(raw: status) }
      if ended < 0, errno != EINTR { throw Diagnostic(code: "command-failed", "lost the program: no child") }
      if !told, isCancelled() {
        kill(process, SIGTERM)
        told = true
      }
      try? await Task.sleep(nanoseconds: pause)
      pause = min(pause * 2, 50_000_000)
    }
  }
}
