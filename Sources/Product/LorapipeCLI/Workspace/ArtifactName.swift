import Artifacts
import Diagnostics
import PipelineEngine
import Platform

/// Names people give artifacts: a digest, the start of one, or the stage that made it last.
enum ArtifactName {
  /// - Throws: exit status 2 when nothing, or more than one thing, is meant.
  static func digest(_ name: String, _ workspace: Workspace, _ runs: RunsDirectory) throws -> Digest {
    if let path = workspace.link(to: name).flatMap({ FileSystem.resolved($0) }),
      let digest = Digest(FileSystem.name(of: path))
    {
      return digest
    }
    let all = try runs.store.artifactDigests()
    // A path such as runs/latest/merged, as the end of a run prints it.
    if name.contains("/"), let path = FileSystem.resolved(name), let digest = Digest(FileSystem.name(of: path)),
      all.contains(digest)
    {
      return digest
    }
    let matches = name.count >= 4 ? all.filter { $0.hex.hasPrefix(name) } : []
    if matches.count == 1 { return matches[0] }
    throw CommandFailure(
      cause: Diagnostic(
        code: "no-artifact",
        matches.isEmpty ? "there is no artifact '\(name)'" : "'\(name)' begins \(matches.count) digests",
        remedy: matches.isEmpty
          ? workspace.similarStage(to: name).map { "did you mean '\($0)'?" } ?? "'lorapipe cache ls' lists them"
          : "give more of it"), status: .usage)
  }
}
