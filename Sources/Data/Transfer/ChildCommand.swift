import Diagnostics
import Glibc
import Platform

/// Runs another program and waits for it.
enum ChildCommand {
  /// - Parameters:
  ///   - arguments: the program, found by PATH, and what it is given.
  ///   - log: the file that takes both output streams.
  /// - Returns: the exit status; 127 when there is no such program, 128 plus the signal when one killed it.
  static func run(
    _ arguments: [String], log: String, isCancelled: () -> Bool
  ) throws(Diagnostic) -> Int32 {
    var program = ProgramLaunch(arguments)
    program.connectStreams(toLog: log)
    let child: Subprocess
    do throws(Diagnostic) { child = try program.start() } catch {
      if ["not-found", "permission-denied"].contains(error.code) { return 127 }
      throw error
    }
    var killed = false
    while true {
      if let status = try child.poll() {
        if killed { throw HTTPClient.cancelled }
        return status.shellCode
      }
      if isCancelled(), !killed {
        child.signal(SIGTERM)
        killed = true
      }
      usleep(20_000)
    }
  }
}
