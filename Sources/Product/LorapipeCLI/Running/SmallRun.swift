import Diagnostics
import JSON
import PipelineEngine
import Platform
import Recipes
import RunHistory

/// Runs recipes that are written here, of a stage or two: what `pull`, `merge` and the commands that take a model's
/// source do. They are cached and recorded like any other run, but `latest` never means one, and no message names a place
/// in a file that nobody can open.
enum SmallRun {
  /// - Parameters:
  ///   - name: what the run is called in `runs`.
  ///   - stages: lines of YAML below `stages:`, indented by two spaces.
  /// - Returns: the stages, all of which have ended well.
  /// - Throws: `CommandFailure` when one has not, after it was shown.
  static func run(
    _ name: String, stages: String, in workspace: Workspace, _ invocation: Invocation
  ) async throws -> [StageResult] {
    let text = "name: \(name)\nstages:\n\(stages)"
    let recipes = try CommandFailure.asUsage {
      let loader = RecipeAccess.loader()
      do throws(DiagnosticList) {
        return try loader.load(bytes: Array(text.utf8), path: workspace.root + "/\(name).yaml").recipes.map(\.ofCommand)
      } catch {
        throw DiagnosticList(
          error.diagnostics.map { Diagnostic(code: $0.code, $0.message, remedy: $0.remedy, notes: $0.notes) })
      }
    }
    let session = try RunSession(workspace, invocation)
    let recorder = RunRecorder(of: session.runs)
    let control = RunControl()
    InterruptSignals.watch { control.interrupt() }
    var done: [StageResult] = []
    for recipe in recipes {
      let summary = try await RunScreen(session: session, workspace: workspace).run(
        recipe, plan: PlanOptions(), run: session.runOptions(), control: control, observers: [recorder])
      guard let summary, summary.status == .succeeded else {
        // What went wrong stands above already.
        if control.isStopping { throw CancellationError() }
        throw SmallRunFailure()
      }
      done += summary.stages
    }
    session.warn(of: recorder)
    return done
  }

  /// The workspace here; outside of one, the folder of this user that models are kept in.
  static func workspace() throws -> Workspace {
    if let here = Workspace.nearest(from: LocalText.currentFolder()) { return here }
    guard let root = rootOfUser else { return try Workspace.current() }
    for folder in [FileSystem.parent(of: root), root, root + "/runs"] { try LocalText.makeFolder(folder) }
    return Workspace(root: root)
  }

  /// The folder of this user that models are kept in; `nil` when there is none yet.
  static func workspaceOfUser() -> Workspace? {
    rootOfUser.flatMap { LocalText.isFolder($0 + "/runs") ? Workspace(root: $0) : nil }
  }

  private static var rootOfUser: String? {
    func folder(_ variable: String) -> String? {
      Environment.value(variable).flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    return (folder("XDG_CACHE_HOME") ?? folder("HOME").map { $0 + "/.cache" }).map { $0 + "/" + Lorapipe.name }
  }
}

/// A run that ended badly and has said why.
struct SmallRunFailure: Error {}
