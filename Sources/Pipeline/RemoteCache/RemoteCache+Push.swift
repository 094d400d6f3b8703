public import Artifacts
import Diagnostics
import Glibc
import Platform
import Synchronization
import Transfer

/// What became of an action that was to be sent.
public enum PushOutcome: Sendable, Hashable {
  case sent(bytes: Int64)
  /// The cache has it.
  case present
  case notWorthIt(String)
  case failed(RemoteFailure)
}

extension RemoteCache {
  /// Which actions are sent.
  public enum PushScope: Sendable, Hashable {
    /// What costs more to make than to send, and comes out the same when it is made again.
    case worthIt
    /// All that may be sent at all.
    case everything
  }

  /// Sends an action to a cache: its pieces, the files that are not there, and, last, the record.
  ///
  /// It blocks its thread. Whatever was sent before it was stopped need not be sent again.
  /// - Parameter progress: told how many bytes went so far.
  func push(
    _ key: CacheKey, to remote: Remote, scope: PushScope, replacesAll: Bool = false,
    progress: @escaping @Sendable (Int64) -> Void = { _ in },
    isCancelled: @escaping @Sendable () -> Bool
  ) -> PushOutcome {
    guard case .hit(let record) = store.lookup(key) else { return .notWorthIt("it is no longer in the store") }
    if let reason = reasonNotToSend(record, to: remote, scope) {
      count { $0.notSent += 1 }
      return .notWorthIt(reason)
    }
    do throws(RemoteFailure) {
      let state = UploadState(replacesAll: replacesAll, progress: progress)
      for piece in record.subactions {
        guard case .hit(let record) = store.lookup(piece) else { return .notWorthIt("a piece of it was collected") }
        try send(record, to: remote, state, isCancelled)
      }
      let isNew = try send(record, to: remote, state, isCancelled)
      remote.succeeded()
      guard isNew || state.sent > 0 else { return .present }
      count {
        $0.sent += 1
        $0.sentBytes += state.sent
      }
      return .sent(bytes: state.sent)
    } catch {
      failed(error, remote)
      return .failed(error)
    }
  }

  private func reasonNotToSend(_ record: ActionRecord, to remote: Remote, _ scope: PushScope) -> String? {
    if !record.isReproducible, !remote.configuration.sendsUnreproducible, scope != .everything {
      return "it would not come out the same again"
    }
    if let limit = remote.configuration.maximumBytes, record.size > limit { return "it is larger than max_bytes" }
    guard scope == .worthIt, !remote.isSpoiled(record.key) else { return nil }
    // A request takes about as long as a quick stage does.
    let requests = Double(2 * record.files.count + 2) * 0.02
    let sending = Double(record.size) / remote.bandwidth + requests
    return record.cost.seconds < sending ? "it costs less to make than to send" : nil
  }

  /// - Returns: whether the record was not there yet.
  @discardableResult
  private func send(
    _ record: ActionRecord, to remote: Remote, _ state: UploadState, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) -> Bool {
    let replaces = remote.isSpoiled(record.key) || state.replacesAll
    let folder = store.objectPath(record.artifact)
    var work: [(name: String, body: HTTPRequest.Body, sha256: Digest)] = []
    var seen: Set<Digest> = []
    for file in record.files where seen.insert(file.entry.digest).inserted {
      work.append(
        (
          "cas/\(file.entry.digest)", .file(path: "\(folder)/\(file.entry.path)", size: file.entry.size),
          file.entry.digest
        ))
    }
    let series = store.seriesBytes(of: record)
    if let digest = record.series, let series { work.append(("cas/\(digest)", .bytes(series), digest)) }
    var portable = record
    // Curves that were lost do not keep the artifact from being of use.
    if series == nil { portable.series = nil }
    let blobs = work
    let storage = remote.storage
    _ = try? parallelMap(blobs.count) { index throws(Diagnostic) in
      let blob = blobs[index]
      state.send(blob.name, blob.body, sha256: blob.sha256, to: storage, replaces: replaces, isCancelled)
    }
    if let failure = state.failure { throw failure }
    let name = "ac/\(record.key)"
    if !replaces, try hasEqualRecord(record, remote, isCancelled) { return false }
    let bytes = ActionResult(portable, seriesSize: series.map { Int64($0.count) }, key: signingKey).bytes
    try storage.put(name, .bytes(bytes), sha256: SHA256.hash(bytes), isCancelled: isCancelled)
    remote.sent(state.sent, seconds: state.seconds)
    return true
  }
}

extension RemoteCache {
  /// Whether a cache's record of an action is whole and, where keys are trusted, signed. One that is not is replaced.
  private func hasEqualRecord(
    _ record: ActionRecord, _ remote: Remote, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) -> Bool {
    let receiver = BlobReceiver(.memory(limit: Self.recordLimit))
    guard try remote.storage.get("ac/\(record.key)", into: receiver, isCancelled: isCancelled),
      let result = ActionResult(receiver.bytes)
    else { return false }
    let trusted = signingKey == nil ? [] : remote.configuration.trust
    // Another machine's artifact of the same key is as good as this one's.
    return (try? result.action(record.key, source: 0, trusted: trusted)) != nil
  }
}

/// What several uploads share.
private final class UploadState: Sendable {
  private struct State {
    var sent: Int64 = 0
    var failure: RemoteFailure?
  }

  private let state = Mutex(State())
  private let progress: @Sendable (Int64) -> Void
  private let begun = ContinuousClock.now

  /// Whether what is there is sent anew.
  let replacesAll: Bool

  init(replacesAll: Bool, progress: @escaping @Sendable (Int64) -> Void) {
    self.replacesAll = replacesAll
    self.progress = progress
  }

  var failure: RemoteFailure? { state.withLock { $0.failure } }
  var sent: Int64 { state.withLock { $0.sent } }
  var seconds: Double { (ContinuousClock.now - begun) / .seconds(1) }

  /// Sends one blob that is not there yet, unless another has failed.
  /// - Parameter replaces: whether what is there is known to be wrong.
  func send(
    _ name: String, _ body: HTTPRequest.Body, sha256: Digest, to storage: any RemoteStorage, replaces: Bool,
    _ isCancelled: @escaping @Sendable () -> Bool
  ) {
    guard failure == nil else { return }
    let isStopped = { @Sendable in self.failure != nil || isCancelled() }
    do throws(RemoteFailure) {
      if !replaces, try storage.has(name, isCancelled: isStopped) { return }
      try storage.put(name, body, sha256: sha256, isCancelled: isStopped)
      state.withLock { state in
        state.sent += body.size
        progress(state.sent)
      }
    } catch {
      state.withLock { if $0.failure == nil { $0.failure = error } }
    }
  }
}
