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
      let process = try ProgramLaunch(words, variables: variables).start()
      while true {
        let status = try process.poll()
        tick()
        if let status { return .success(status) }
        usleep(100_000)
      }
    } catch {
      return .failure(
        Diagnostic(code: "engine-failed", "cannot run \(arguments.first ?? "the engine"): \(error.message)"))
    }
  }
}
