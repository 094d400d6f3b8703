public import Artifacts
public import Diagnostics
import Glibc
import Platform
import Synchronization
import Transfer

extension RemoteCache {
  /// Brings an action into the store: its pieces first, then every file, checked as it comes, then the record, by the same
  /// path as what was made here.
  ///
  /// It blocks its thread.
  /// - Parameters:
  ///   - progress: told how many bytes came so far, of `action.size`.
  ///   - claim: keeps the garbage collector off what it is given. When it fails, so does the pull.
  /// - Returns: the record as it lies in the store now; `nil` for a miss, which `report` explains, or when it was stopped.
  public func pull(
    _ action: RemoteAction, progress: @escaping @Sendable (Int64) -> Void = { _ in },
    claim: (ActionRecord) throws(Diagnostic) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) -> ActionRecord? {
    let remote = remotes[action.source]
    do throws(RemoteFailure) {
      let record = try fetch(action, remote, within: [], progress: progress, claim: claim, isCancelled: isCancelled)
      remote.succeeded()
      return record
    } catch {
      if error != .cancelled {
        forget(action)
        failed(error, remote)
        count { $0.misses += 1 }
      }
      return nil
    }
  }

  private func fetch(
    _ action: RemoteAction, _ remote: Remote, within held: Set<CacheKey>, progress: @escaping @Sendable (Int64) -> Void,
    claim: (ActionRecord) throws(Diagnostic) -> Void, isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) -> ActionRecord {
    let lock = try lockWhenFree(action.key, isCancelled)
    defer { withExtendedLifetime(lock) {} }
    if let record = try claimed(action.key, claim) { return record }
    for key in action.record.subactions {
      // This call holds the locks of the actions around it: it would wait for itself for ever.
      guard key != action.key, !held.contains(key) else {
        throw .damaged("a piece of \(action.key.short) contains itself")
      }
      if try claimed(key, claim) != nil { continue }
      guard held.count < 4, let piece = find(key, isCancelled: isCancelled) else {
        throw .incomplete("a piece of \(action.key.short) is no longer there")
      }
      _ = try fetch(
        piece, remotes[piece.source], within: held.union([action.key]), progress: { _ in }, claim: claim,
        isCancelled: isCancelled)
    }
    // What it refers to was made or fetched upstream, or is a file of the user's.
    for use in action.record.uses where use != action.record.artifact && !store.hasContent(use) {
      throw .incomplete("what \(action.key.short) refers to is not here")
    }
    if let free = store.freeSpace(), free < action.size {
      throw .local("\(byteText(action.size)) to fetch and \(byteText(free)) of disk free")
    }
    var series: [UInt8]?
    if let file = action.series { series = try seriesBytes(file, remote, isCancelled) }
    let temporary = try onDisk { () throws(Diagnostic) in
      try store.removeTemporaryDirectories(for: action.key)
      return try store.makeTemporaryDirectory(for: action.key)
    }
    defer { try? FileSystem.removeTree(temporary) }
    let output = temporary + "/output"
    try download(action, remote, to: output, progress, isCancelled)
    return try publish(action, output, series, claim)
  }

  /// Turns a failure of this machine's disk into one that only makes a miss.
  private func onDisk<Result>(_ body: () throws(Diagnostic) -> Result) throws(RemoteFailure) -> Result {
    do throws(Diagnostic) { return try body() } catch { throw .local(error.message) }
  }

  /// What is here already, kept for the run. Without the hold or the claim a collection could remove it, so then it is not
  /// used.
  private func claimed(
    _ key: CacheKey, _ claim: (ActionRecord) throws(Diagnostic) -> Void
  ) throws(RemoteFailure) -> ActionRecord? {
    try onDisk { () throws(Diagnostic) -> ActionRecord? in
      let pause = try store.holdOffCollection()
      defer { withExtendedLifetime(pause) {} }
      guard case .hit(let record) = store.lookup(key) else { return nil }
      try claim(record)
      return record
    }
  }

  /// Fetches all files, several at once, equal ones once.
  private func download(
    _ action: RemoteAction, _ remote: Remote, to folder: String, _ progress: @escaping @Sendable (Int64) -> Void,
    _ isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) {
    let groups = Dictionary(grouping: action.manifest.entries, by: \.digest)
    // Largest first, so that the last to come is a short one.
    let work = groups.values.compactMap(\.first).sorted { $0.size > $1.size }
    let state = DownloadState(progress: progress, isCancelled: isCancelled)
    try onDisk { () throws(Diagnostic) in
      try FileSystem.makeDirectory(folder)
      for entry in action.manifest.entries {
        try FileSystem.makeDirectory(FileSystem.parent(of: folder + "/" + entry.path))
      }
      _ = try parallelMap(work.count) { index throws(Diagnostic) in
        state.fetch(work[index], from: remote.storage, to: folder)
      }
    }
    if let failure = state.failure { throw failure }
    try onDisk { () throws(Diagnostic) in
      for group in groups.values {
        guard let first = group.first else { continue }
        for copy in group.dropFirst() {
          try FileSystem.copy(
            folder + "/" + first.path, to: folder + "/" + copy.path, mode: copy.isExecutable ? 0o755 : 0o644)
        }
        // The file's mode is part of the artifact; the process's mask may have narrowed it.
        for entry in group { chmod(folder + "/" + entry.path, entry.isExecutable ? 0o755 : 0o644) }
      }
    }
    count { $0.fetchedBytes += state.received }
  }

  private func publish(
    _ action: RemoteAction, _ output: String, _ series: [UInt8]?,
    _ claim: (ActionRecord) throws(Diagnostic) -> Void
  ) throws(RemoteFailure) -> ActionRecord {
    var record = action.record
    try onDisk { () throws(Diagnostic) in
      let pause = try store.holdOffCollection()
      defer { withExtendedLifetime(pause) {} }
      let artifact = try store.publish(output)
      // Every file was checked, so this cannot differ unless the disk lies.
      guard artifact.digest == record.artifact else {
        throw Diagnostic(code: "changed-while-reading", "what was fetched changed before it was published")
      }
      record.files = artifact.files
      try store.record(record, seriesBytes: series)
      try claim(record)
    }
    count { $0.fetched += 1 }
    return record
  }

  private func seriesBytes(
    _ file: ActionResult.OutputFile, _ remote: Remote, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) -> [UInt8] {
    let receiver = BlobReceiver(.memory(limit: Self.recordLimit))
    guard try remote.storage.get("cas/\(file.hash)", into: receiver, isCancelled: isCancelled) else {
      throw .incomplete("the curves of a recorded action are gone")
    }
    guard Int64(receiver.bytes.count) == file.size, SHA256.hash(receiver.bytes).hex == file.hash else {
      throw .damaged("the curves of a recorded action are not what their name says")
    }
    return receiver.bytes
  }

  /// Waits for the key's lock: another run may be at the same work.
  private func lockWhenFree(_ key: CacheKey, _ isCancelled: () -> Bool) throws(RemoteFailure) -> FileLock {
    while true {
      do throws(Diagnostic) {
        if let lock = try store.tryLock(key: key) { return lock }
      } catch {
        throw .local(error.message)
      }
      if isCancelled() { throw .cancelled }
      usleep(20_000)
    }
  }
}

/// What several downloads share.
private final class DownloadState: Sendable {
  private struct State {
    var received: Int64 = 0
    var failure: RemoteFailure?
  }

  private let state = Mutex(State())
  private let progress: @Sendable (Int64) -> Void
  private let isCancelled: @Sendable () -> Bool

  init(progress: @escaping @Sendable (Int64) -> Void, isCancelled: @escaping @Sendable () -> Bool) {
    self.progress = progress
    self.isCancelled = isCancelled
  }

  var failure: RemoteFailure? { state.withLock { $0.failure } }
  var received: Int64 { state.withLock { $0.received } }

  /// Fetches one file, unless another has failed.
  func fetch(_ entry: TreeEntry, from storage: any RemoteStorage, to folder: String) {
    guard failure == nil else { return }
    let receiver = BlobReceiver(
      .file(
        path: folder + "/" + entry.path, size: entry.size, sha256: entry.digest, isExecutable: entry.isExecutable),
      progress: add)
    do throws(RemoteFailure) {
      guard
        try storage.get(
          "cas/\(entry.digest)", into: receiver, isCancelled: { self.failure != nil || self.isCancelled() })
      else { throw .incomplete("the file cas/\(entry.digest.short)… of a recorded action is gone") }
      try receiver.finish()
    } catch {
      // The first says why; the others were only stopped by it.
      state.withLock { if $0.failure == nil { $0.failure = error } }
    }
  }

  private func add(_ bytes: Int) {
    state.withLock { state in
      state.received += Int64(bytes)
      // Under the lock, so that the figures come in order.
      progress(state.received)
    }
  }
}
