import Artifacts
public import Diagnostics
public import PipelineEngine
import Platform

extension RunDatabase {
  /// The links of a workspace that lead to artifacts of some run, to be renewed when the run is deleted.
  public struct StageLinks: Sendable, Hashable {
    /// By the run's origin, the names of the stages.
    var stages: [RunOrigin: Set<String>] = [:]

    /// No links.
    public init() {}
  }

  /// A link to a stage's newest artifact after it was renewed.
  public struct RenewedLink: Sendable, Hashable {
    public var stage: String
    /// The run whose artifact it leads to now; `nil` when it was removed, because no run has one.
    public var run: String?
  }

  /// The links that lead to what a run made or used.
  public func links(of run: String, in runs: RunsDirectory) throws(Diagnostic) -> StageLinks {
    let detail = try detail(run)
    var links = StageLinks()
    for stage in detail.stages {
      guard let artifact = stage.artifact, let path = try? runs.store.artifactPath(digest: artifact),
        runs.newest(stage.stage, isOfCommand: detail.run.origin == .command) == FileSystem.resolved(path)
      else { continue }
      links.stages[detail.run.origin, default: []].insert(stage.stage)
    }
    return links
  }

  /// Renews these links, and all links whose target is missing: they lead to the newest artifacts of the remaining runs.
  ///
  /// A link for which no run has an artifact is removed: it would name a model that nothing can open.
  /// - Returns: the renewed links of recipes' stages.
  @discardableResult
  public func renew(_ links: StageLinks = StageLinks(), in runs: RunsDirectory) throws(Diagnostic) -> [RenewedLink] {
    var renewed: [RenewedLink] = []
    for origin in [RunOrigin.recipe, .command] {
      let isOfCommand = origin == .command
      let stale = links.stages[origin] ?? []
      let files = runs.deadLinks(isOfCommand: isOfCommand).union(stale.map { fileName(for: $0) })
      if files.isEmpty { continue }
      let newest = try newestArtifacts(of: origin, in: runs) { files.contains(fileName(for: $0)) }
      let moved = newest.filter { runs.newest($0.stage, isOfCommand: isOfCommand) != FileSystem.resolved($0.path) }
      for found in moved { runs.link(found.stage, isOfCommand: isOfCommand, to: found.path) }
      let gone = files.subtracting(newest.map { fileName(for: $0.stage) })
      for name in gone { runs.removeLink(fileName: name, isOfCommand: isOfCommand) }
      if isOfCommand { continue }
      renewed += moved.map { RenewedLink(stage: $0.stage, run: $0.run) }
      renewed += gone.sorted().map { RenewedLink(stage: $0, run: nil) }
    }
    return renewed
  }

  /// Of each wanted stage, the artifact of the newest run that has it and whose artifact is here.
  private func newestArtifacts(
    of origin: RunOrigin, in runs: RunsDirectory, _ isWanted: (String) -> Bool
  ) throws(Diagnostic) -> [(stage: String, run: String, path: String)] {
    let done = RecordedState.allCases.filter(\.isDone).map { "'\($0.rawValue)'" }.joined(separator: ", ")
    let rows = try perform { connection throws(Diagnostic) in
      try connection.rows(
        """
        SELECT s.stage, s.artifact, s.run FROM stages s JOIN runs r ON r.id = s.run
        WHERE (r.file = '') = ? AND s.state IN (\(done)) AND s.artifact IS NOT NULL ORDER BY s.run DESC, s.position DESC
        """, [.integer(origin == .command ? 1 : 0)]
      ) { (stage: $0.text(0) ?? "", artifact: $0.text(1).flatMap { Digest($0) }, run: $0.text(2) ?? "") }
    }
    var seen: Set<String> = []
    var found: [(stage: String, run: String, path: String)] = []
    for case (let stage, let artifact?, let run) in rows where !seen.contains(stage) && isWanted(stage) {
      // The store may remember an artifact that was removed since.
      guard let path = try? runs.store.artifactPath(digest: artifact), FileSystem.resolved(path) != nil else {
        continue
      }
      seen.insert(stage)
      found.append((stage, run, path))
    }
    return found
  }
}
