import Artifacts
import Diagnostics
import Dispatch
import Glibc
import JSON
import Synchronization

/// Starts each stage as a child process of the same binary, in a process group of its own.
public struct LocalLauncher: StageLauncher {
  /// The program and the arguments that make it read a request: `["/usr/bin/lorapipe", "exec-stage"]`.
  public var command: [String]
  /// Added to this process's environment.
  public var environment: [String: String]
  /// Seconds between SIGTERM and SIGKILL.
  public var grace: Double

  /// One child at a time is started, so that none inherits the pipes made for another.
  private static let spawning = Mutex(())

  public init(command: [String], environment: [String: String] = [:], grace: Double = 10) {
    self.command = command
    self.environment = environment
    self.grace = grace
  }

  public func launch(
    _ request: StageRequest, log: String, control: RunControl, events: @escaping @Sendable (StageEvent) -> Void
  ) async -> StageOutcome {
    await withCheckedContinuation { continuation in
      // One thread for the child's whole life: the kernel's death signal follows the thread that started it.
      startThread {
        continuation.resume(returning: self.runChild(request, log: log, control: control, events: events))
      }
    }
  }

  private func runChild(
    _ request: StageRequest, log: String, control: RunControl, events: (StageEvent) -> Void
  ) -> StageOutcome {
    do throws(Diagnostic) {
      let child = try Self.spawning.withLock { _ throws(Diagnostic) in
        try SpawnedChild(command: command, environment: environment, log: log)
      }
      let group = ProcessGroup(child.process)
      let grace = grace
      let token = control.addHandler { level in
        group.signal(level == .killing ? SIGKILL : SIGTERM)
        if level == .stopping {
          DispatchQueue.global().asyncAfter(deadline: .now() + grace) { group.signal(SIGKILL) }
        }
      }
      defer { control.removeHandler(token) }
      child.send(request)
      let outcome = child.readMessages(events)
      let status = group.wait()
      child.closePipes()
      if let outcome { return outcome }
      if control.isStopping { return .interrupted }
      return .failed([Self.unexpectedEnd(status, log: log)])
    } catch {
      return .failed([error])
    }
  }

  /// What a status says when the child did not say it itself.
  private static func unexpectedEnd(_ status: Int32, log: String) -> Diagnostic {
    let signal = status & 0x7F
    let notes = ["its output is in \(log)"]
    if signal == SIGKILL {
      return Diagnostic(
        code: "stage-killed", "the stage was killed (signal 9), most likely by the kernel because memory ran out",
        remedy: "lower its memory need (shorter sequences, smaller packs) or raise what the machine offers",
        notes: notes)
    }
    if signal != 0 {
      return Diagnostic(
        code: "stage-crashed", "the stage crashed with signal \(signal) (\(String(cString: strsignal(signal))))",
        notes: notes)
    }
    return Diagnostic(
      code: "stage-exited", "the stage ended with status \((status >> 8) & 0xFF) and no result", notes: notes)
  }
}

/// A child's process group, which is signalled only while its leader is not reaped: afterwards the number may be
/// somebody else's.
private final class ProcessGroup: Sendable {
  private let process: Mutex<pid_t?>
  private let leader: pid_t

  init(_ process: pid_t) {
    leader = process
    self.process = Mutex(process)
  }

  func signal(_ signal: Int32) {
    process.withLock { if let process = $0 { kill(-process, signal) } }
  }

  /// Waits for the leader, kills what it left behind, and reaps it.
  func wait() -> Int32 {
    var information = siginfo_t()
    while waitid(P_PID, id_t(leader), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    return process.withLock { process in
      kill(-leader, SIGKILL)
      var status: Int32 = 0
      while waitpid(leader, &status, 0) < 0, errno == EINTR {}
      process = nil
      return status
    }
  }
}

/// A started process with its two pipes.
private struct SpawnedChild {
  let process: pid_t
  private let control: Int32
  private let events: Int32

  init(command: [String], environment: [String: String], log: String) throws(Diagnostic) {
    let (controlRead, controlWrite) = try Self.pipe()
    let eventRead: Int32
    let eventWrite: Int32
    do throws(Diagnostic) {
      (eventRead, eventWrite) = try Self.pipe()
    } catch {
      close(controlRead)
      close(controlWrite)
      throw error
    }
    let output = Self.aboveStandard(open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644))
    let input = Self.aboveStandard(open("/dev/null", O_RDONLY | O_CLOEXEC))
    defer { for descriptor in [controlRead, eventWrite, output, input] { close(descriptor) } }
    control = controlWrite
    events = eventRead
    guard output >= 0, input >= 0 else {
      let failure = systemFailure("write", path: log)
      close(control)
      close(events)
      throw failure
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
    posix_spawn_file_actions_adddup2(&actions, controlRead, ChildProcess.controlDescriptor)
    posix_spawn_file_actions_adddup2(&actions, eventWrite, ChildProcess.eventDescriptor)
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
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var process: pid_t = 0
    let status = Self.withStrings(command) { arguments in
      Self.withStrings(Self.merged(environment)) { variables in
        posix_spawnp(&process, command.first ?? "", &actions, &attributes, arguments, variables)
      }
    }
    guard status == 0 else {
      close(control)
      close(events)
      throw systemFailure("start", path: command.first, errno: status)
    }
    self.process = process
  }

  /// Descriptors low enough to be overwritten by the child's own numbers are moved up.
  private static func aboveStandard(_ descriptor: Int32) -> Int32 {
    guard descriptor >= 0, descriptor < 10 else { return descriptor }
    let moved = fcntl(descriptor, F_DUPFD_CLOEXEC, 10)
    close(descriptor)
    return moved
  }

  private static func pipe() throws(Diagnostic) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else { throw systemFailure("open a pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let moved = ends.map(aboveStandard)
    guard moved.allSatisfy({ $0 >= 0 }) else {
      let reason = errno
      for end in moved where end >= 0 { close(end) }
      throw systemFailure("open a pipe", errno: reason)
    }
    return (moved[0], moved[1])
  }

  private static func merged(_ added: [String: String]) -> [String] {
    var variables: [String] = []
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if !added.keys.contains(where: { text.hasPrefix($0 + "=") }) { variables.append(text) }
      next += 1
    }
    return variables + added.map { "\($0.key)=\($0.value)" }
  }

  private static func withStrings(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Int32
  ) -> Int32 {
    let copies: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }

  /// A child that dies while it is being told what to do has ended: the reader sees that.
  func send(_ request: StageRequest) {
    try? FileSystem.writeAll(control, request.json.bytes() + [UInt8(ascii: "\n")], path: "the stage's pipe")
  }

  /// Reads until the child, and all that inherited its pipe, have closed it.
  func readMessages(_ events: (StageEvent) -> Void) -> StageOutcome? {
    var outcome: StageOutcome?
    var pending: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(self.events, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return outcome }
      pending += chunk[0..<count]
      var start = pending.startIndex
      while let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
        switch ChildMessage(line: pending[start..<end]) {
        case .event(let event)?: events(event)
        case .outcome(let value)?: outcome = value
        case nil: break
        }
        start = end + 1
      }
      pending.removeSubrange(..<start)
    }
  }

  func closePipes() {
    close(control)
    close(events)
  }
}
