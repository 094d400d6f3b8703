import Diagnostics
import Glibc
import JSON
import Platform
import Synchronization

/// Starts each stage as a child process of the same binary, in a process group of its own.
public struct LocalLauncher: StageLauncher {
  /// The program and the arguments that make it read a request: `["/usr/bin/lorapipe", "exec-stage"]`.
  public var command: [String]
  /// Added to this process's environment.
  public var environment: [String: String]
  /// Seconds between SIGTERM and SIGKILL, unless the stage says that it needs more.
  public var grace: Double

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
      Thread.detached {
        continuation.resume(returning: self.runChild(request, log: log, control: control, events: events))
      }
    }
  }

  private func runChild(
    _ request: StageRequest, log: String, control: RunControl, events: (StageEvent) -> Void
  ) -> StageOutcome {
    do throws(Diagnostic) {
      let child = try SpawnedChild(command: command, environment: environment, log: log)
      let group = ProcessGroup(child.process)
      let grace = max(grace, request.stopSeconds)
      let token = control.addHandler { level in
        group.signal(level == .killing ? SIGKILL : SIGTERM)
        if level == .stopping {
          Thread.detached {
            usleep(UInt32(min(max(grace, 0), 3600) * 1e6))
            group.signal(SIGKILL)
          }
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
  private static func unexpectedEnd(_ status: ProcessStatus, log: String) -> Diagnostic {
    let notes = ["its output is in \(log)"]
    guard let signal = status.signal else {
      return Diagnostic(
        code: "stage-exited", "the stage ended with status \(status.shellCode) and no result", notes: notes)
    }
    if signal == SIGKILL {
      return Diagnostic(
        code: "stage-killed", "the stage was killed (signal 9), most likely by the kernel because memory ran out",
        remedy: "lower its memory need (shorter sequences, smaller packs) or raise what the machine offers",
        notes: notes)
    }
    return Diagnostic(
      code: "stage-crashed",
      "the stage crashed with signal \(signal) (\(ProcessStatus.name(ofSignal: signal)))", notes: notes)
  }
}

/// A child's process group, which is signaled only while its leader is not reaped: afterward the number may be
/// somebody else's.
private final class ProcessGroup: Sendable {
  private let running: Mutex<Bool> = Mutex(true)
  private let leader: Subprocess

  init(_ leader: Subprocess) { self.leader = leader }

  func signal(_ number: Int32) {
    running.withLock { if $0 { kill(-leader.process, number) } }
  }

  /// Waits for the leader, kills what it left behind, and reaps it.
  func wait() -> ProcessStatus {
    leader.waitWithoutReaping()
    return running.withLock { running in
      kill(-leader.process, SIGKILL)
      running = false
      return leader.wait()
    }
  }
}

/// A started stage with its two pipes.
private struct SpawnedChild {
  let process: Subprocess
  private let control: Int32
  private let events: Int32

  init(command: [String], environment: [String: String], log: String) throws(Diagnostic) {
    let output = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard output >= 0 else { throw systemFailure("write", path: log) }
    defer { close(output) }
    let control = try Pipe()
    defer { close(control.readEnd) }
    let events: Pipe
    do throws(Diagnostic) { events = try Pipe() } catch {
      close(control.writeEnd)
      throw error
    }
    defer { close(events.writeEnd) }
    var program = ProgramLaunch(command, variables: environment, hasOwnGroup: true)
    program.connect(0, toFile: "/dev/null", flags: O_RDONLY)
    program.connect(1, to: output)
    program.connect(2, to: output)
    program.connect(ChildProcess.controlDescriptor, to: control.readEnd)
    program.connect(ChildProcess.eventDescriptor, to: events.writeEnd)
    do throws(Diagnostic) { process = try program.start() } catch {
      close(control.writeEnd)
      close(events.readEnd)
      throw error
    }
    self.control = control.writeEnd
    self.events = events.readEnd
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
