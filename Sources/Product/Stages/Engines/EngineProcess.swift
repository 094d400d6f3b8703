import Diagnostics
import Glibc
import Platform

/// A training engine's processes: started on a thread that lives as long as they do.
///
/// The engine asks the kernel for its end when the thread that started it ends, so a thread of a pool, which may go at any
/// time, must not start it.
struct EngineProcess {
  var arguments: [String]
  var folder: String
  /// Added to the environment.
  var variables: [String: String]

  /// Waits for the engine's end.
  /// - Parameter tick: called ten times a second, and once more after the end.
  /// - Throws: `Diagnostic` when it cannot be started.
  func run(tick: @escaping @Sendable () -> Void) async throws -> ProcessStatus {
    let result: Result<ProcessStatus, Diagnostic> = await withCheckedContinuation { continuation in
      Thread.detached { continuation.resume(returning: self.runHere(tick)) }
    }
    return try result.get()
  }

  private func runHere(_ tick: () -> Void) -> Result<ProcessStatus, Diagnostic> {
    // The shell enters the folder: posix_spawn has no portable way to.
    let words = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder] + arguments
    do throws(Diagnostic) {
      // A group of its own: the signals that stop a stage would end the engine before it has written a checkpoint.
      let process = try ProgramLaunch(words, variables: variables, hasOwnGroup: true).start()
      let guardian = try? Guardian(of: process.process)
      while true {
        let status = try process.poll()
        tick()
        if let status {
          kill(-process.process, SIGKILL)
          guardian?.dismiss()
          return .success(status)
        }
        usleep(100_000)
      }
    } catch {
      return .failure(
        Diagnostic(code: "engine-failed", "cannot run \(arguments.first ?? "the engine"): \(error.message)"))
    }
  }
}

/// Kills a process group when this process ends without having said that all is well, however it ends.
private struct Guardian {
  private let process: Subprocess
  private let input: Int32

  init(of group: pid_t) throws(Diagnostic) {
    let pipe = try Pipe()
    defer { close(pipe.readEnd) }
    let script = "read -r word; [ \"$word\" = done ] || kill -KILL -- -\(group)"
    var launch = ProgramLaunch(["/bin/sh", "-c", script], hasOwnGroup: true)
    launch.connect(0, to: pipe.readEnd)
    launch.connect(1, toFile: "/dev/null", flags: O_WRONLY)
    launch.connect(2, toFile: "/dev/null", flags: O_WRONLY)
    do throws(Diagnostic) { process = try launch.start() } catch {
      close(pipe.writeEnd)
      throw error
    }
    input = pipe.writeEnd
  }

  func dismiss() {
    try? FileSystem.writeAll(input, Array("done\n".utf8), path: "the guardian's pipe")
    close(input)
    _ = process.wait()
  }
}
