public import Diagnostics
public import Glibc
import Synchronization

/// Another program, as it is to be started.
///
/// Every signal has its default effect in the child, and none is blocked, whatever this process ignores.
public struct ProgramLaunch: Sendable {
  /// The program and what it is given. A program without a slash is found by `PATH`.
  public var arguments: [String]
  /// Added to this process's variables, or in place of them.
  public var variables: [String: String]
  public var inheritsVariables: Bool
  /// Gives the child a process group of its own, so that what it starts can be signaled with it.
  public var hasOwnGroup: Bool
  private var connections: [Connection] = []

  private enum Connection: Sendable {
    case descriptor(Int32, of: Int32)
    case file(Int32, path: String, flags: Int32)

    var number: Int32 {
      switch self {
      case .descriptor(let number, _), .file(let number, _, _): number
      }
    }
  }

  public init(
    _ arguments: [String], variables: [String: String] = [:], inheritsVariables: Bool = true, hasOwnGroup: Bool = false
  ) {
    self.arguments = arguments
    self.variables = variables
    self.inheritsVariables = inheritsVariables
    self.hasOwnGroup = hasOwnGroup
  }

  /// Makes the child's descriptor `number` the same as this process's `own`.
  public mutating func connect(_ number: Int32, to own: Int32) { connections.append(.descriptor(number, of: own)) }

  /// Opens a file as the child's descriptor `number`.
  /// - Parameter flags: those of `open`.
  public mutating func connect(_ number: Int32, toFile path: String, flags: Int32) {
    connections.append(.file(number, path: path, flags: flags))
  }

  /// The child reads nothing and writes both streams to the end of a log file.
  public mutating func connectStreams(toLog path: String) {
    connect(0, toFile: "/dev/null", flags: O_RDONLY)
    connect(1, toFile: path, flags: O_WRONLY | O_CREAT | O_APPEND)
    connect(2, toFile: path, flags: O_WRONLY | O_CREAT | O_APPEND)
  }

  /// - Throws: `Diagnostic` of `systemFailure`: `not-found` when there is no such program.
  public func start() throws(Diagnostic) -> Subprocess {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // A descriptor that is one of the child's numbers could be overwritten before its turn: a copy above them cannot.
    let base = connections.reduce(10) { max($0, $1.number &+ 1) }
    var copies: [Int32] = []
    defer { for copy in copies { close(copy) } }
    for connection in connections {
      switch connection {
      case .descriptor(let number, let own):
        let copy = fcntl(own, F_DUPFD_CLOEXEC, base)
        guard copy >= 0 else { throw systemFailure("start", path: arguments.first) }
        copies.append(copy)
        posix_spawn_file_actions_adddup2(&actions, copy, number)
      case .file(let number, let path, let flags):
        posix_spawn_file_actions_addopen(&actions, number, path, flags, 0o644)
      }
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    if hasOwnGroup { flags |= POSIX_SPAWN_SETPGROUP }
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var environment = variables
    if inheritsVariables { environment.merge(Environment.all()) { added, _ in added } }
    var process: pid_t = 0
    let status = Self.withStrings(arguments) { arguments in
      Self.withStrings(environment.map { "\($0.key)=\($0.value)" }) { variables in
        Pipe.beingMade.withLock { _ in
          posix_spawnp(&process, self.arguments.first ?? "", &actions, &attributes, arguments, variables)
        }
      }
    }
    guard status == 0 else { throw systemFailure("start", path: arguments.first, errno: status) }
    return Subprocess(process: process)
  }

  private static func withStrings(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Int32
  ) -> Int32 {
    let copies: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}

/// A child of this process. Its number belongs to it until it is reaped, by `wait` or by `poll`.
public struct Subprocess: Sendable {
  public let process: pid_t

  public func signal(_ number: Int32) { kill(process, number) }

  /// Waits for its end and reaps it.
  public func wait() -> ProcessStatus {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    return ProcessStatus(raw: status)
  }

  /// Reaps it if it has ended; `nil` while it runs.
  /// - Throws: `Diagnostic` when it is no child of this process any more.
  public func poll() throws(Diagnostic) -> ProcessStatus? {
    var status: Int32 = 0
    let ended = waitpid(process, &status, WNOHANG)
    if ended == process { return ProcessStatus(raw: status) }
    if ended < 0, errno != EINTR { throw systemFailure("wait for the program") }
    return nil
  }

  /// Waits for its end without reaping it, so that its number stays its own.
  public func waitWithoutReaping() {
    var information = siginfo_t()
    while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
  }
}

/// How a process ended.
public struct ProcessStatus: Sendable, Hashable {
  /// As `waitpid` gives it.
  private let raw: Int32

  public init(raw: Int32) { self.raw = raw }

  /// The signal that ended it.
  public var signal: Int32? { raw & 0x7F == 0 ? nil : raw & 0x7F }
  /// The status it ended with by itself.
  public var exitCode: Int32? { signal == nil ? (raw >> 8) & 0xFF : nil }
  /// As a shell tells it: the exit code, or 128 plus the signal.
  public var shellCode: Int32 { exitCode ?? 128 + (signal ?? 0) }
  public var succeeded: Bool { raw == 0 }

  /// `ended with status 3`, `was ended by signal 9 (Killed)`.
  public var description: String {
    guard let signal else { return "ended with status \(shellCode)" }
    return "was ended by signal \(signal) (\(Self.name(ofSignal: signal)))"
  }

  /// `Killed`.
  public static func name(ofSignal number: Int32) -> String { String(cString: strsignal(number)) }
}
