public import Diagnostics
import Glibc
import JSON
import Platform

extension RunsDirectory {
  /// Asks a run in progress to stop, as Ctrl-C in its terminal does: training writes a checkpoint, and the run ends as
  /// interrupted.
  /// - Throws: `not-running`, `runs-elsewhere`, or why the process cannot be reached.
  public func interrupt(_ run: String) throws(Diagnostic) {
    guard isLive(run), let bytes = try FileSystem.readIfPresent("\(livePath)/\(run)"),
      let identity = (try? JSONValue(parsing: bytes)).flatMap({ ProcessIdentity(json: $0) })
    else { throw Diagnostic(code: "not-running", "run '\(run)' is not in progress") }
    guard identity.host == Environment.hostName() else {
      throw Diagnostic(
        code: "runs-elsewhere", "run '\(run)' is in progress on \(identity.host)", remedy: "stop it there, with Ctrl-C")
    }
    guard kill(identity.process, SIGTERM) == 0 else { throw systemFailure("stop run", path: run) }
  }
}
