import Diagnostics
import Glibc
import JSON
import PipelineEngine
import Platform
import Recipes

/// The folder a person works in: the nearest one upward that holds `runs/`, `recipes/` or `lorapipe.yaml`.
struct Workspace: Sendable, Hashable {
  /// Absolute.
  var root: String

  var runs: String { root + "/runs" }
  /// Where the artifacts are: `--store`, `LORAPIPE_STORE`, the workspace file's `store`, else `runs/store`.
  var store: String { sharedStore ?? root + "/runs/store" }

  /// The link to the newest artifact of a stage, whether or not it is there.
  /// - Parameter isOfCommand: of a stage that a command such as `merge` wrote.
  func newest(_ stage: String, isOfCommand: Bool = false) -> String {
    let folder = isOfCommand ? RunsDirectory.commandsPath(in: runs) : RunsDirectory.latestPath(in: runs)
    return folder + "/" + fileName(for: stage)
  }

  /// The link to what a name means: the newest artifact of a recipe's stage, else that of a command's.
  func link(to stage: String) -> String? {
    [newest(stage), newest(stage, isOfCommand: true)].first { LocalText.exists($0) }
  }

  /// The stage of the newest runs whose name is nearly this; `nil` when none is near.
  func similarStage(to name: String) -> String? {
    let folders = [RunsDirectory.latestPath(in: runs), RunsDirectory.commandsPath(in: runs)]
    let stages = folders.flatMap { folder in
      LocalText.list(folder).filter { !$0.hasPrefix(".") && LocalText.exists("\(folder)/\($0)") }
    }
    return Spelling.closest(to: name, among: stages)
  }

  private var sharedStore: String? {
    if let path = Environment.value(Self.storeVariable), !path.isEmpty { return path }
    return (try? WorkspaceFile.ofWorkspace(self))?.values["store"]?.stringValue
  }

  static let storeVariable = "LORAPIPE_STORE"

  /// The runs, with the store they use.
  /// - Throws: `Diagnostic`, or `DiagnosticList` for a workspace file that cannot be read.
  func openRuns() throws -> RunsDirectory {
    _ = try CommandFailure.asUsage { try WorkspaceFile.ofWorkspace(self) }
    return try RunsDirectory(at: runs, store: sharedStore)
  }

  /// - Parameter start: an absolute folder.
  static func nearest(from start: String) -> Workspace? {
    var folder = start
    while true {
      let base = folder == "/" ? "" : folder
      if LocalText.isFolder(base + "/runs") || LocalText.isFolder(base + "/recipes")
        || LocalText.exists(base + "/" + WorkspaceFile.fileName)
      {
        return Workspace(root: folder)
      }
      guard folder != "/", let slash = folder.lastIndex(of: "/") else { return nil }
      folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
    }
  }

  /// The workspace of the current folder.
  /// - Throws: `Diagnostic` when there is none.
  static func current() throws -> Workspace {
    guard let workspace = nearest(from: LocalText.currentFolder()) else {
      throw CommandFailure(
        cause: Diagnostic(
          code: "no-workspace", "no workspace here: neither this folder nor one above it holds recipes/ or runs/",
          remedy: "make one with 'lorapipe init', or name a folder with -C"), status: .usage)
    }
    return workspace
  }

  /// Recipe files, as paths from the root: `recipes/grace.yaml`.
  var recipes: [String] { yaml(in: "recipes") }

  /// Pipeline files, as paths from the root.
  var pipelines: [String] { yaml(in: "pipelines") }

  private func yaml(in folder: String) -> [String] {
    LocalText.list(root + "/" + folder).filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }
      .map { folder + "/" + $0 }
  }

  /// A path as short as it can be typed from the current folder.
  func display(_ path: String) -> String {
    let here = LocalText.currentFolder()
    let prefix = here == "/" ? "/" : here + "/"
    return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
  }
}
