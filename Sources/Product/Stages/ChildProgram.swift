import Diagnostics
import Glibc
import Platform

/// Another program, run to its end with this process's output streams.
struct ChildProgram {
  var arguments: [String]
  var folder: String
  /// Added to the environment.
  var variables: [(String, String)] = []

  /// Starts the program, waits for it, and passes on a request to stop.
  /// - Throws: `Diagnostic` when it cannot be started.
  func run(isCancelled: () -> Bool) async throws -> ProcessStatus {
    // The shell enters the folder: posix_spawn has no portable way to.
    let words = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder] + arguments
    let process: Subprocess
    do {
      process = try ProgramLaunch(words, variables: Dictionary(variables) { _, last in last }).start()
    } catch {
      throw Diagnostic(code: "command-failed", "cannot start \(arguments[0]): \(error.message)")
    }
    var pause: UInt64 = 1_000_000
    var told = false
    while true {
      if let status = try process.poll() { return status }
      if !told, isCancelled() {
        process.signal(SIGTERM)
        told = true
      }
      try? await Task.sleep(nanoseconds: pause)
      pause = min(pause * 2, 50_000_000)
    }
  }
}
