import Artifacts
public import Diagnostics
import Glibc
public import PipelineEngine
public import Platform

/// What deleting a run gives back.
public struct RunDeletion: Sendable, Hashable {
  public var run: String
  /// Bytes of its folder: logs, curves, events.
  public var bytes: UInt64
  /// Artifacts that only this run had: the next `cache gc` may remove them.
  public var artifacts: [Digest]
  public var artifactBytes: UInt64
}

extension RunDatabase {
  /// What `delete` would free.
  public func deletion(of run: String, in runs: RunsDirectory) throws(Diagnostic) -> RunDeletion {
    let own = try perform { connection throws(Diagnostic) in
      try connection.rows(
        """
        SELECT DISTINCT s.artifact, b.bytes FROM stages s JOIN artifacts b ON b.digest = s.artifact
        WHERE s.run = ?1 AND s.artifact NOT IN
          (SELECT artifact FROM stages WHERE run <> ?1 AND artifact IS NOT NULL)
        """, [.text(run)]
      ) { (artifact: $0.text(0).flatMap { Digest($0) }, bytes: $0.integer(1) ?? 0) }
    }
    let present = own.compactMap { artifact, bytes -> (Digest, Int)? in
      guard let artifact, (try? runs.store.artifactPath(digest: artifact)) != nil else { return nil }
      return (artifact, bytes)
    }
    return RunDeletion(
      run: run, bytes: UInt64(clamping: ArtifactStore.size(of: runs.runPath(run))), artifacts: present.map(\.0),
      artifactBytes: present.reduce(0) { $0 &+ UInt64(clamping: $1.1) })
  }

  /// Removes a run's folder and its records. Artifacts stay until `cache gc` finds that nothing needs them; the links to the
  /// newest artifacts no longer lead to the run's.
  /// - Returns: the links that were renewed.
  /// - Throws: `run-is-live`, `run-has-alias`, and what keeps the folder from being removed.
  @discardableResult
  public func delete(_ run: String, in runs: RunsDirectory) throws(Diagnostic) -> [RenewedLink] {
    if runs.isLive(run) {
      throw Diagnostic(
        code: "run-is-live", "the run \(run) is still running", remedy: "stop it first, with Ctrl-C or SIGINT")
    }
    if let alias = try labels(of: run).aliases.first {
      throw Diagnostic(
        code: "run-has-alias", "the run \(run) is '\(alias)'",
        remedy: "remove the alias first: lorapipe runs alias --remove \(alias)")
    }
    let leading = try links(of: run, in: runs)
    // Away in one step: half a folder would be read in as a run.
    let aside = "\(runs.path)/.deleted-\(run)"
    guard rename(runs.runPath(run), aside) == 0 || errno == ENOENT else {
      throw systemFailure("remove", path: runs.runPath(run))
    }
    try forget(run)
    try FileSystem.removeTree(aside)
    return try renew(leading, in: runs)
  }

  /// Removes all that the database has of a run, except the actions, which other runs may share.
  func forget(_ run: String) throws(Diagnostic) {
    try transaction { connection throws(Diagnostic) in
      for (table, column) in [
        ("runs", "id"), ("stages", "run"), ("environment", "run"), ("run_tags", "run"), ("run_aliases", "run"),
        ("run_notes", "run"),
      ] {
        try connection.run("DELETE FROM \(table) WHERE \(column) = ?", [.text(run)])
      }
      // Metrics and points of actions that no run has any more.
      for table in ["action_metrics", "action_points", "lineage", "actions"] {
        try connection.run("DELETE FROM \(table) WHERE key NOT IN (SELECT key FROM stages WHERE key IS NOT NULL)")
      }
    }
  }
}
