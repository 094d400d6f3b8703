import Diagnostics
import JSON
import Platform
import Recipes
import RemoteCache
import Stages
import Synchronization

extension WorkspaceFile {
  private static let read = Mutex<[String: Result<WorkspaceFile, DiagnosticList>]>([:])

  /// The settings of a workspace and of its user; read once a process.
  static func ofWorkspace(_ workspace: Workspace?) throws(DiagnosticList) -> WorkspaceFile {
    let home =
      Environment.value("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? Environment.value("HOME").map { $0 + "/.config" }
    return try read.withLock { known in
      let key = workspace?.root ?? ""
      if let result = known[key] { return result }
      let result: Result<WorkspaceFile, DiagnosticList>
      do throws(DiagnosticList) {
        result = .success(try WorkspaceFile.read(root: workspace?.root, configuration: home))
      } catch {
        result = .failure(error)
      }
      known[key] = result
      return result
    }.get()
  }

  /// The caches of the file and, before them, those of the environment.
  func remoteCaches() throws(Diagnostic) -> [RemoteCacheConfiguration] {
    var configurations = try RemoteCaches.ofEnvironment()
    for entry in values["remote_caches"]?.arrayValue ?? [] {
      configurations.append(try RemoteCacheConfiguration(json: entry))
    }
    return configurations
  }

  /// Tells stages, by way of the environment they inherit, where the engines are. What the environment has stays.
  func exportEngines() {
    guard let python = values["engines"]?["ms-swift"]?["python"]?.stringValue,
      Environment.value(MSSwift.pythonVariable) == nil
    else { return }
    Environment.set(MSSwift.pythonVariable, to: python)
  }
}
