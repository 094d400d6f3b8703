import Artifacts
import Diagnostics
import Glibc
import JSON
import Platform
public import Recipes

/// Runs each stage through a command that runs another command: `ssh gpu1 {command}`, `kubectl run … -- {command}`.
///
/// The other machine shares the store's file system. The command must last as long as the stage.
public struct CommandLauncher: StageLauncher {
  public var configuration: LauncherConfiguration
  /// Absolute path of lorapipe, unless the configuration names another.
  public var program: String
  /// Seconds between the request to stop and the end of the command.
  public var grace: Double = 60

  public init(configuration: LauncherConfiguration, program: String) {
    self.configuration = configuration
    self.program = program
  }

  /// The words that are started for a stage.
  public static func words(
    _ configuration: LauncherConfiguration, program: String, job: StageJob, stage: String, resources: StageResources
  ) -> [String] {
    var command = configuration.variables.isEmpty ? [] : ["env"]
    command += configuration.variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    command += [configuration.program ?? program, "exec-stage", "--job", job.folder]
    let values: [(String, String)] = [
      ("stage", stage), ("cpus", String(resources.cpus ?? 1)),
      ("gpus", String(resources.gpus ?? 0)), ("memory_mib", String((resources.memory ?? 0) >> 20)),
      ("minutes", String(((resources.time ?? 0) + 59) / 60)),
      // Last, because nothing in it is to be replaced.
      ("command", ShellWord.quoted(command)),
    ]
    let words = configuration.run.map { word in
      values.reduce(word) { text, value in text.replacing("{\(value.0)}", with: value.1) }
    }
    return configuration.run.contains { $0.contains("{command}") } ? words : words + command
  }

  public func launch(
    _ request: StageRequest, log: String, control: RunControl, events: @escaping @Sendable (StageEvent) -> Void
  ) async -> StageOutcome {
    await withCheckedContinuation { continuation in
      Thread.detached {
        continuation.resume(returning: run(request, log: log, control: control, events: events))
      }
    }
  }

  private func run(
    _ request: StageRequest, log: String, control: RunControl, events: (StageEvent) -> Void
  ) -> StageOutcome {
    let job = StageJob(store: request.storePath, key: request.key.digest)
    do throws(Diagnostic) {
      try SharedStore.checkLocks(of: request.storePath)
      // Another run with the same stage waits here until this one has ended, and then finds the record.
      guard let lock = try job.lockWhenFree(control, events) else { return .interrupted }
      defer { withExtendedLifetime(lock) {} }
      if !request.force, try ArtifactStore(at: request.storePath).actionRecord(request.key.digest) != nil {
        return .finished(wasCached: true, changedInputs: [])
      }
      try job.begin(request)
      job.shareLog(as: log)
      let words = Self.words(
        configuration, program: program, job: job, stage: request.stage, resources: request.resources)
      let input = try Pipe()
      var launch = ProgramLaunch(words, hasOwnGroup: true)
      launch.connect(0, to: input.readEnd)
      launch.connect(1, toFile: job.log, flags: O_WRONLY | O_APPEND)
      launch.connect(2, toFile: job.log, flags: O_WRONLY | O_APPEND)
      let process: Subprocess
      do throws(Diagnostic) {
        process = try launch.start()
      } catch {
        close(input.readEnd)
        close(input.writeEnd)
        throw Diagnostic(
          code: "launcher-failed",
          "the launcher '\(configuration.name)' cannot start '\(words.first ?? "")': \(error.message)",
          remedy: "check 'run' of the launcher in lorapipe.yaml")
      }
      close(input.readEnd)
      // A stage that reads this knows that the end of its input is the end of this run.
      try? FileSystem.writeAll(input.writeEnd, Array(ChildProcess.greeting.utf8), path: "the launcher's input")
      defer { close(input.writeEnd) }
      let outcome = try follow(process, job, request, control, events)
      job.end(keepingLog: log)
      return outcome
    } catch {
      return .failed([error])
    }
  }

  private func follow(
    _ process: Subprocess, _ job: StageJob, _ request: StageRequest, _ control: RunControl,
    _ events: (StageEvent) -> Void
  ) throws(Diagnostic) -> StageOutcome {
    var follower = JobFollower(job)
    var stopped: Double?
    var status: ProcessStatus?
    var ended = 0.0
    while true {
      follower.read(events)
      let now = SystemClock.monotonic()
      if status == nil {
        status = try process.poll()
        ended = now
      }
      if let status {
        if let outcome = follower.outcome { return outcome }
        let store = try ArtifactStore(at: request.storePath)
        // The record of a stage that is made again by force may be the old one.
        if !request.force, store.actionRecord(request.key.digest) != nil {
          return .finished(wasCached: false, changedInputs: [])
        }
        if control.isStopping { return .interrupted }
        if now - ended >= (follower.starts == 0 && !status.succeeded ? 1 : min(10, Double(configuration.settling))) {
          return .failed([failure(status, job, started: follower.starts > 0, request.stage)])
        }
      } else if control.isStopping {
        if stopped == nil {
          stopped = now
          try? FileSystem.replace(job.stop, with: [])
        }
        if control.level == .killing || now - (stopped ?? now) > grace { kill(-process.process, SIGKILL) }
      }
      usleep(100_000)
    }
  }

  private func failure(_ status: ProcessStatus, _ job: StageJob, started: Bool, _ stage: String) -> Diagnostic {
    let notes = job.logEnd() + ["its output: lorapipe logs \(stage)"]
    guard started else {
      return Diagnostic(
        code: "launcher-failed",
        "the command of launcher '\(configuration.name)' \(status.description), and the stage never started",
        remedy: "check that the other machine has lorapipe and sees the store at the same path", notes: notes)
    }
    return Diagnostic(
      code: "stage-exited",
      "the command of launcher '\(configuration.name)' \(status.description), and the stage left no result",
      remedy: "the command must last as long as the stage", notes: notes)
  }
}
