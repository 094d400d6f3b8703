import Diagnostics
import Glibc
import Platform

/// Named places where a test may stop the world, so that what a crash leaves behind can be looked at.
///
/// `LORAPIPE_FAILPOINT=name` kills the process (`SIGKILL`) when it comes to that place; `name:error` makes the place
/// fail as a full disk would; `name:pause` stops there until the process is killed.
public enum Failpoint {
  public enum Action: Sendable { case kill, fail, pause }

  private static let configured: (name: String, action: Action)? = {
    guard let value = Environment.value("LORAPIPE_FAILPOINT") else { return nil }
    let parts = value.split(separator: ":")
    guard let name = parts.first else { return nil }
    let action: Action =
      switch parts.dropFirst().first {
      case "error"?: .fail
      case "pause"?: .pause
      default: .kill
      }
    return (String(name), action)
  }()

  /// Called at a place; throws what a failing system call there would.
  static func reached(_ name: String, path: String) throws(Diagnostic) {
    guard let configured, configured.name == name else { return }
    switch configured.action {
    case .kill:
      kill(getpid(), SIGKILL)
    case .fail:
      throw systemFailure("write", path: path, errno: ENOSPC)
    case .pause:
      while true { sleep(1000) }
    }
  }

  /// Every place there is, in the order a publication passes them.
  public static let names = [
    "publish.begin", "publish.hashed", "publish.synced", "publish.readonly", "publish.renamed", "publish.object",
    "publish.object-synced", "record.written", "record.synced", "record.renamed", "record.done",
  ]
}
