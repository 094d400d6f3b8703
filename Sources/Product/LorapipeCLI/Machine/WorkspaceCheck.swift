import Diagnostics
import Glibc
import Platform

/// What `doctor` says of the workspace here and of the hubs that sources come from.
enum WorkspaceCheck {
  static func findings() -> [Machine.Finding] { [workspace(), store(), hubs()].compactMap { $0 } }

  private static var here: Workspace? { Workspace.nearest(from: LocalText.currentFolder()) }

  private static func workspace() -> Machine.Finding {
    guard let here else {
      return Machine.Finding(
        name: "workspace", verdict: .limited, text: "none here or above", remedy: "make one: lorapipe init")
    }
    let counts =
      Quantity.plural(here.recipes.count, "recipe") + ", " + Quantity.plural(here.pipelines.count, "pipeline")
    return Machine.Finding(name: "workspace", verdict: .good, text: "\(here.root) (\(counts))", remedy: nil)
  }

  private static func store() -> Machine.Finding? {
    guard let here else { return nil }
    let folder = LocalText.isFolder(here.store) ? here.store : LocalText.isFolder(here.runs) ? here.runs : here.root
    guard access(folder, W_OK | X_OK) == 0 else {
      return Machine.Finding(
        name: "store", verdict: .bad, text: "\(folder) cannot be written: \(String(cString: strerror(errno)))",
        remedy: "make it yours, or work in a folder that is")
    }
    // Locks keep two runs from doing one thing twice; some network file systems have none.
    guard hasLocks(folder) else {
      return Machine.Finding(
        name: "store", verdict: .bad, text: "\(folder) lies on a file system without locks",
        remedy: "put the workspace on a local disk")
    }
    return Machine.Finding(name: "store", verdict: .good, text: "\(folder) can be written and locked", remedy: nil)
  }

  private static func hasLocks(_ folder: String) -> Bool {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // Another's shared lock would not be in the way of this one.
    return flock(descriptor, LOCK_SH | LOCK_NB) == 0 || errno == EWOULDBLOCK
  }

  /// Which variables of the hubs are set: names and mirrors, never a token.
  private static func hubs() -> Machine.Finding {
    let mirrors = ["HF_ENDPOINT", "MODELSCOPE_DOMAIN"].compactMap { name in
      Environment.value(name).flatMap { $0.isEmpty ? nil : "\(name)=\($0.terminalSafe)" }
    }
    let tokens = ["HF_TOKEN", "MODELSCOPE_API_TOKEN"].filter { !(Environment.value($0) ?? "").isEmpty }
    let parts = mirrors + tokens.map { "\($0) is set" }
    return Machine.Finding(
      name: "hubs", verdict: .good,
      text: parts.isEmpty ? "not checked (no mirror or token set)" : parts.joined(separator: ", "),
      remedy: nil)
  }
}
