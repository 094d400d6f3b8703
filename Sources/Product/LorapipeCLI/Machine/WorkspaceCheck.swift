import Diagnostics
import Glibc
import Platform
import Transfer

/// What `doctor` says of the workspace here and of the hubs that sources come from.
enum WorkspaceCheck {
  static func findings(asksHubs: Bool) -> [Machine.Finding] {
    [workspace(), store()].compactMap { $0 } + hubs(asks: asksHubs)
  }

  private static var here: Workspace? { Workspace.nearest(from: LocalText.currentFolder()) }

  private static func workspace() -> Machine.Finding {
    guard let here else {
      return Machine.Finding(
        name: "workspace", verdict: .limited, text: "none here or above", remedy: "make one: lorapipe init")
    }
    // In English as all findings, which a program may read; the catalog has the sentence in its four forms.
    func counted(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }
    let counts = counted(here.recipes.count, "recipe") + ", " + counted(here.pipelines.count, "pipeline")
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

  /// Which variables of the hubs are set, by name only where they hold a token, and whether the hubs answer.
  /// - Parameter asks: whether they are asked; each for two seconds.
  static func hubs(asks: Bool) -> [Machine.Finding] {
    let tokens = ["HF_TOKEN", "MODELSCOPE_API_TOKEN"].filter { !(Environment.value($0) ?? "").isEmpty }
    let set = tokens.isEmpty ? nil : tokens.joined(separator: ", ")
    guard asks else {
      let text = set.map { "not checked (--offline); \($0) set" } ?? "not checked (--offline)"
      return [Machine.Finding(name: "hubs", verdict: .good, text: text, remedy: nil)]
    }
    let answers = HubReachability.check(environment: Environment.all(), seconds: 2)
    let isAnyThere = answers.contains { $0.milliseconds != nil }
    return answers.map { answer in
      if let time = answer.milliseconds {
        let endpoint = answer.endpoint.terminalSafe
        return Machine.Finding(
          name: answer.hub, verdict: .good,
          text: set.map { "\(endpoint) answers in \(time) ms; \($0) set" } ?? "\(endpoint) answers in \(time) ms",
          remedy: nil)
      }
      let mirror =
        answer.hub == "ModelScope" ? "MODELSCOPE_DOMAIN" : "HF_ENDPOINT (such as https://hf-mirror.com)"
      return Machine.Finding(
        name: answer.hub, verdict: .limited,
        text: "\(answer.endpoint.terminalSafe) does not answer: \((answer.problem ?? "").terminalSafe)",
        remedy: isAnyThere
          ? "use the other hub, or set a mirror by \(mirror)"
          : "check the network and https_proxy, set a mirror by \(mirror), or use local files: source: file:…")
    }
  }
}
