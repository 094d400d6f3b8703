import Diagnostics
import Glibc
public import Platform

/// What a collection keeps: keys of actions, and digests of artifacts.
public struct CollectionRoots: Sendable, Hashable {
  public var keys: Set<CacheKey>
  public var artifacts: Set<Digest>

  public init(keys: Set<CacheKey> = [], artifacts: Set<Digest> = []) {
    self.keys = keys
    self.artifacts = artifacts
  }
}

/// What a collection removed, or would remove.
public struct CollectionReport: Sendable, Hashable {
  public struct Item: Sendable, Hashable {
    /// The key of an action, the digest of an artifact, or the name of a folder that an attempt left.
    public var name: String
    /// The stage kind that made it, where known.
    public var kind: String
    public var bytes: Int64
    /// What it took to make.
    public var seconds: Double
  }

  public var actions: [Item] = []
  public var artifacts: [Item] = []
  /// Checkpoints of stages that finished or that no kept run needs.
  public var checkpoints: [Item] = []
  /// Left by attempts that died.
  public var temporary: [Item] = []
  public var keptActions = 0
  public var keptArtifacts = 0
  /// Of these, what no run needs and another user made: only its owner can remove a read-only tree.
  public var keptOfOthers = 0
  /// Live runs whose claims were respected.
  public var liveRuns = 0

  public var freedBytes: Int64 {
    [artifacts, checkpoints, temporary].joined().reduce(0) { $0 &+ $1.bytes }
  }
  /// What making all of it again would take, at the speed it was made at.
  public var recomputeSeconds: Double { actions.reduce(0) { $0 + $1.seconds } }
}

extension ArtifactStore {
  /// Removes every action and artifact that cannot be reached from the roots, the pins and the claims of live runs:
  /// actions first, so that no record ever names an artifact that was removed on purpose.
  /// - Parameter roots: asked once the collector's lock is held, so that a run that began meanwhile is seen.
  /// - Parameter dryRun: report only.
  public func collectGarbage(
    dryRun: Bool, roots: () throws -> CollectionRoots
  ) throws -> CollectionReport {
    let lock = try FileLock.acquire(root + "/locks/gc")
    defer { withExtendedLifetime(lock) {} }
    let claims = try StoreLease.claimed(in: self)
    var marked = try roots()
    var pinned: Set<Digest> = []
    for pin in try pins() {
      marked.keys.insert(CacheKey(pin.digest))
      marked.artifacts.insert(pin.digest)
      pinned.insert(pin.digest)
    }
    // Keeping an artifact without the action that made it would keep bytes that no run finds again.
    if !pinned.isEmpty {
      for key in try actionKeys() where actionRecord(key).map({ pinned.contains($0.artifact) }) ?? false {
        marked.keys.insert(key)
      }
    }
    marked.keys.formUnion(claims.digests.map { CacheKey($0) })
    marked.artifacts.formUnion(claims.digests)
    var report = CollectionReport()
    report.liveRuns = claims.runs
    try mark(&marked)
    let makers = try sweepActions(marked, dryRun: dryRun, into: &report)
    try sweepObjects(marked, makers: makers, dryRun: dryRun, into: &report)
    try sweepWork(marked, dryRun: dryRun, into: &report)
    try sweepTemporary(dryRun: dryRun, into: &report)
    if !dryRun { try sweepJobs() }
    return report
  }

  private func mark(_ roots: inout CollectionRoots) throws(Diagnostic) {
    var pending = Array(roots.keys)
    while let key = pending.popLast() {
      guard let record = actionRecord(key) else { continue }
      roots.artifacts.insert(record.artifact)
      roots.artifacts.formUnion(record.uses)
      for piece in record.subactions where roots.keys.insert(piece).inserted { pending.append(piece) }
    }
  }

  /// - Returns: the removed records by the artifact they name.
  private func sweepActions(
    _ marked: CollectionRoots, dryRun: Bool, into report: inout CollectionReport
  ) throws(Diagnostic) -> [Digest: ActionRecord] {
    var makers: [Digest: ActionRecord] = [:]
    for shard in try FileSystem.names(in: root + "/actions") {
      let folder = "\(root)/actions/\(shard)"
      for name in try FileSystem.names(in: folder) where !name.hasSuffix(".series.json") {
        guard let key = name.split(separator: ".").first.flatMap({ CacheKey(String($0)) }) else { continue }
        if marked.keys.contains(key) {
          report.keptActions += 1
          continue
        }
        let record = actionRecord(key)
        if let record, !FileSystem.mayRemove(objectPath(record.artifact)) {
          report.keptActions += 1
          continue
        }
        if let record { makers[record.artifact] = record }
        report.actions.append(
          .init(
            name: key.hex, kind: record?.kind ?? "", bytes: record?.size ?? 0, seconds: record?.cost.seconds ?? 0))
        if !dryRun {
          unlink(actionPath(key))
          unlink(seriesPath(key))
        }
      }
      if !dryRun { try FileSystem.syncDirectory(folder) }
    }
    return makers
  }

  private func sweepObjects(
    _ marked: CollectionRoots, makers: [Digest: ActionRecord], dryRun: Bool, into report: inout CollectionReport
  ) throws(Diagnostic) {
    for shard in try FileSystem.names(in: root + "/objects") {
      for digest in try FileSystem.names(in: "\(root)/objects/\(shard)").compactMap({ Digest($0) }) {
        if marked.artifacts.contains(digest) {
          report.keptArtifacts += 1
          continue
        }
        let path = objectPath(digest)
        guard FileSystem.mayRemove(path) else {
          report.keptArtifacts += 1
          report.keptOfOthers += 1
          continue
        }
        report.artifacts.append(
          .init(
            name: digest.hex, kind: makers[digest]?.kind ?? "", bytes: Self.size(of: path),
            seconds: makers[digest]?.cost.seconds ?? 0))
        if !dryRun { try discard(path, files: objectFilesPath(digest)) }
      }
    }
  }

  /// Moves a tree out of sight before taking it apart, so that no half of an artifact is ever found under its name.
  private func discard(_ path: String, files: String) throws(Diagnostic) {
    chmod(path, 0o755)
    let temporary = "\(root)/tmp/gc.\(getpid()).\(UInt32.random(in: 0 ... .max))"
    guard rename(path, temporary) == 0 else { throw systemFailure("remove", path: path) }
    unlink(files)
    try FileSystem.removeTree(temporary)
  }

  private func sweepWork(
    _ marked: CollectionRoots, dryRun: Bool, into report: inout CollectionReport
  ) throws(Diagnostic) {
    for name in try FileSystem.names(in: root + "/work") {
      let path = "\(root)/work/\(name)"
      let key = CacheKey(name)
      let finished = key.map { FileSystem.exists(actionPath($0)) } ?? false
      if !finished, let key, marked.keys.contains(key) { continue }
      // Whoever works on it holds its lock.
      guard FileSystem.mayRemove(path), let lock = try FileLock.tryAcquire("\(root)/locks/\(name)") else { continue }
      report.checkpoints.append(.init(name: name, kind: "", bytes: Self.size(of: path), seconds: 0))
      if !dryRun { try FileSystem.removeTree(path) }
      withExtendedLifetime(lock) {}
    }
  }

  /// Removes the files through which a run and a stage elsewhere spoke, once the stage's record is there and nobody uses them.
  private func sweepJobs() throws(Diagnostic) {
    guard FileSystem.exists(root + "/jobs") else { return }
    for key in try FileSystem.names(in: root + "/jobs").compactMap({ CacheKey($0) })
    where FileSystem.exists(actionPath(key)) {
      guard FileSystem.mayRemove("\(root)/jobs/\(key)"),
        let lock = try FileLock.tryAcquire("\(root)/jobs/\(key)/lock")
      else { continue }
      try FileSystem.removeTree("\(root)/jobs/\(key)")
      withExtendedLifetime(lock) {}
    }
  }

  private func sweepTemporary(dryRun: Bool, into report: inout CollectionReport) throws(Diagnostic) {
    for name in try FileSystem.names(in: root + "/tmp") {
      let path = "\(root)/tmp/\(name)"
      guard FileSystem.mayRemove(path) else { continue }
      var lock: FileLock?
      if let key = name.split(separator: ".").first.flatMap({ CacheKey(String($0)) }) {
        lock = try FileLock.tryAcquire(lockPath(key))
        guard lock != nil else { continue }
      } else if let owner = name.split(separator: ".").dropFirst().first.flatMap({ Int32($0) }), kill(owner, 0) == 0,
        owner != getpid()
      {
        continue
      }
      report.temporary.append(.init(name: name, kind: "", bytes: Self.size(of: path), seconds: 0))
      if !dryRun { try FileSystem.removeTree(path) }
      withExtendedLifetime(lock) {}
    }
  }

  /// Bytes of all files below a path.
  public static func size(of path: String) -> Int64 {
    guard let stamp = FileStamp.of(path, followingLinks: false) else { return 0 }
    guard stamp.isDirectory else { return stamp.size }
    let names = (try? FileSystem.names(in: path)) ?? []
    return names.reduce(0) { $0 &+ size(of: path + "/" + $1) }
  }
}
