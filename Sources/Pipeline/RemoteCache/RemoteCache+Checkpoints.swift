public import Artifacts
import Diagnostics
import Glibc
import Platform
import Transfer

// Unfinished work: a stage that was killed on one machine continues on another from the last checkpoint that a cache has.

extension RemoteCache {
  /// Brings the newest checkpoint of an action into a stage's work folder, if a cache has one that is newer than the one there.
  ///
  /// It blocks its thread. The caller holds the key's lock.
  /// - Parameter local: how far the work folder is.
  /// - Returns: what was fetched; `nil` for a miss, which `report` explains, or when it was stopped.
  public func fetchCheckpoint(
    of key: CacheKey, newerThan local: WorkCheckpoint.Position?, into work: String,
    progress: @escaping @Sendable (_ bytes: Int64, _ total: Int64) -> Void = { _, _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) -> RemoteCheckpoint? {
    // Another machine may replace a checkpoint while it is being fetched; then the newer one is asked for.
    for _ in 0..<2 {
      var found: [RemoteCheckpoint] = []
      for (index, remote) in remotes.enumerated() where !remote.isBroken {
        guard let checkpoint = askForCheckpoint(key, remote, index, isCancelled) else { continue }
        if let local, checkpoint.position <= local { continue }
        found.append(checkpoint)
      }
      var wasReplaced = false
      for checkpoint in found.sorted(by: { $0.position > $1.position }) {
        let remote = remotes[checkpoint.source]
        do throws(RemoteFailure) {
          try fetch(checkpoint, remote, into: work, progress, isCancelled)
          remote.succeeded()
          count {
            $0.checkpointsFetched += 1
            $0.checkpointBytes += checkpoint.size
          }
          return checkpoint
        } catch {
          if error == .cancelled { return nil }
          if case .incomplete = error, let now = askForCheckpoint(key, remote, checkpoint.source, isCancelled),
            now.blob != checkpoint.blob
          {
            wasReplaced = true
            continue
          }
          remote.spoilCheckpoint(key, error)
          failed(error, remote)
        }
      }
      guard wasReplaced else { return nil }
    }
    return nil
  }

  private func askForCheckpoint(
    _ key: CacheKey, _ remote: Remote, _ index: Int, _ isCancelled: @escaping @Sendable () -> Bool
  ) -> RemoteCheckpoint? {
    do throws(RemoteFailure) {
      let checkpoint = try checkpoint(of: key, in: remote, index, isCancelled)
      remote.succeeded()
      return checkpoint
    } catch {
      remote.spoilCheckpoint(key, error)
      failed(error, remote)
      return nil
    }
  }

  /// What a cache has of an action's unfinished work.
  func checkpoint(
    of key: CacheKey, in remote: Remote, _ index: Int, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) -> RemoteCheckpoint? {
    let receiver = BlobReceiver(.memory(limit: 1 << 20))
    guard try remote.storage.get(RemoteCheckpoint.name(key), into: receiver, isCancelled: isCancelled) else {
      return nil
    }
    guard let entry = ActionResult(receiver.bytes) else {
      throw .damaged("the entry of the checkpoint of \(key.short) is no action result")
    }
    return try RemoteCheckpoint.read(entry, key: key, source: index, trusted: remote.configuration.trust)
  }

  private func fetch(
    _ checkpoint: RemoteCheckpoint, _ remote: Remote, into work: String,
    _ progress: @escaping @Sendable (Int64, Int64) -> Void, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) {
    // The bundle and the files in it lie side by side for a moment.
    if let free = store.freeSpace(), free / 2 < checkpoint.size {
      throw .local("a checkpoint of \(byteText(checkpoint.size)) to fetch and \(byteText(free)) of disk free")
    }
    let folder: String
    do throws(Diagnostic) { folder = try store.makeTemporaryDirectory(for: checkpoint.key) } catch {
      throw .local(error.message)
    }
    defer { try? FileSystem.removeTree(folder) }
    let path = folder + "/checkpoint"
    var received: Int64 = 0
    let receiver = BlobReceiver(
      .file(path: path, size: checkpoint.size, sha256: checkpoint.blob, isExecutable: false)
    ) { bytes in
      received += Int64(bytes)
      progress(received, checkpoint.size)
    }
    guard try remote.storage.get("cas/\(checkpoint.blob)", into: receiver, isCancelled: isCancelled) else {
      throw .incomplete("the checkpoint of \(checkpoint.key.short) is no longer there")
    }
    try receiver.finish()
    try CheckpointBundle.unpack(path, into: work)
  }

  // MARK: Sending

  /// Gives a cache a checkpoint in place of an older one.
  /// - Parameter bundle: makes the blob; called only when it is needed. `nil` when the checkpoint is gone.
  /// - Returns: what the cache has now; `nil` when the checkpoint was gone before it could be sent.
  func push(
    _ position: WorkCheckpoint.Position, of key: CacheKey, kind: String, to index: Int,
    bundle: () throws(RemoteFailure) -> CheckpointBundle?, isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) -> RemoteCheckpoint? {
    let remote = remotes[index]
    // An entry that cannot be believed is replaced.
    let there = try? checkpoint(of: key, in: remote, index, isCancelled)
    if let there, there.position >= position, !remote.isCheckpointSpoiled(key) { return there }
    guard let bundle = try bundle() else { return nil }
    defer { withExtendedLifetime(bundle) {} }
    let sent = RemoteCheckpoint(
      key: key, kind: kind, position: position, host: Environment.hostName(), blob: bundle.digest, size: bundle.size,
      source: index)
    let begun = ContinuousClock.now
    try remote.storage.put(
      "cas/\(bundle.digest)", .file(path: bundle.path, size: bundle.size), sha256: bundle.digest,
      isCancelled: isCancelled)
    let entry = sent.entry(signedBy: signingKey).bytes
    try remote.storage.put(
      RemoteCheckpoint.name(key), .bytes(entry), sha256: SHA256.hash(entry), isCancelled: isCancelled)
    remote.sent(bundle.size, seconds: (ContinuousClock.now - begun) / .seconds(1))
    remote.succeeded()
    count {
      $0.checkpointsSent += 1
      $0.checkpointBytes += bundle.size
    }
    // Nobody asks for the older one any more. A cache that keeps it will evict it.
    if let there, there.blob != bundle.digest {
      _ = try? remote.storage.remove("cas/\(there.blob)", isCancelled: isCancelled)
    }
    return sent
  }

  /// Takes a checkpoint out of a cache, because its stage has ended.
  /// - Parameter blob: of the checkpoint this machine knows of, which may be an older one.
  func dropCheckpoint(
    of key: CacheKey, blob: Digest?, from index: Int, isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) {
    let remote = remotes[index]
    let there = try? checkpoint(of: key, in: remote, index, isCancelled)
    let name = RemoteCheckpoint.name(key)
    if there != nil, try !remote.storage.remove(name, isCancelled: isCancelled) {
      let entry = RemoteCheckpoint.ended(key, signedBy: signingKey).bytes
      try remote.storage.put(name, .bytes(entry), sha256: SHA256.hash(entry), isCancelled: isCancelled)
    }
    for blob in Set([blob, there?.blob].compactMap { $0 }) {
      _ = try? remote.storage.remove("cas/\(blob)", isCancelled: isCancelled)
    }
  }
}

extension Remote {
  /// What lies there is of no use, so the next checkpoint replaces it, however far it was.
  func spoilCheckpoint(_ key: CacheKey, _ failure: RemoteFailure) {
    switch failure {
    case .damaged, .incomplete, .untrusted: spoilCheckpoint(key)
    default: break
    }
  }
}
