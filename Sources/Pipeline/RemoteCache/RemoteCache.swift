public import Artifacts
public import Diagnostics
import Glibc
import Platform
import Synchronization

/// The remote caches of a workspace: actions and their artifacts that other machines made, and that this one gives to others
/// (`docs/remote-cache.md`).
///
/// Whatever a cache does wrong is counted and named, and makes a miss; nothing of it fails a run.
public final class RemoteCache: Sendable {
  let remotes: [Remote]
  let store: ArtifactStore
  let signingKey: SigningKey?
  private let counters = Mutex(RemoteReport())
  private let known = Mutex<[CacheKey: RemoteAction?]>([:])
  private let listener: @Sendable (Diagnostic) -> Void

  /// The largest entry below `ac/` that is read.
  static let recordLimit = 64 << 20

  /// - Parameters:
  ///   - environment: where credentials come from, and `CI`.
  ///   - listener: told once of each kind of failure.
  /// - Throws: `bad-remote-cache`, `bad-signing-key`.
  public init(
    _ configurations: [RemoteCacheConfiguration], store: ArtifactStore, environment: [String: String],
    listener: @escaping @Sendable (Diagnostic) -> Void = { _ in }
  ) throws(Diagnostic) {
    var remotes: [Remote] = []
    for configuration in configurations {
      remotes.append(
        Remote(
          configuration, storage: try configuration.storage(environment: environment),
          pushes: configuration.pushes(in: environment)))
    }
    self.remotes = remotes
    self.store = store
    self.listener = listener
    if let path = environment["LORAPIPE_CACHE_SIGNING_KEY"], !path.isEmpty, remotes.contains(where: \.pushes) {
      signingKey = try SigningKey(pem: FileSystem.read(path), path: path)
    } else {
      signingKey = nil
    }
  }

  /// Whether results of this machine are given to any cache.
  public var pushes: Bool { remotes.contains(where: \.pushes) }

  public var report: RemoteReport { counters.withLock { $0 } }

  func count(_ change: (inout RemoteReport) -> Void) { counters.withLock { change(&$0) } }

  /// Counts a failure, and tells of the first of its kind.
  func failed(_ failure: RemoteFailure, _ remote: Remote) {
    if failure == .cancelled { return }
    remote.failed(failure)
    let address = remote.configuration.url
    let isFirst = counters.withLock { report in
      if let index = report.failures.firstIndex(where: { $0.cache == address && $0.code == failure.code }) {
        report.failures[index].count += 1
        return false
      }
      report.failures.append(.init(cache: address, code: failure.code, text: failure.text, count: 1))
      return true
    }
    guard isFirst else { return }
    listener(
      Diagnostic(
        .warning, code: "remote-cache-\(failure.code)", "the remote cache '\(address)': \(failure.text)",
        remedy: Self.remedy(failure, remote.configuration)))
  }

  private static func remedy(_ failure: RemoteFailure, _ configuration: RemoteCacheConfiguration) -> String? {
    switch failure {
    case .denied where configuration.url.hasPrefix("s3://"):
      "check the AWS credentials; without the right to list the bucket S3 answers 403 for what is not there"
    case .denied where configuration.url.hasPrefix("http"):
      "set \(configuration.tokenVariable) to a token, or put user and password into ~/.netrc"
    case .denied: "check who may use the folder"
    case .unavailable: "the run continues without it"
    case .refused: "free some space there"
    case .damaged: "it was not used; what was made instead replaces it where this machine may push"
    case .incomplete: "it counts as a miss; what is made instead completes it where this machine may push"
    case .untrusted: "it was not used; LORAPIPE_REMOTE_TRUST lists the keys that are trusted"
    case .local, .cancelled: nil
    }
  }

  // MARK: Asking

  /// The action of a key, if a cache has it. Each key is asked for once in the life of this value.
  public func find(_ key: CacheKey, isCancelled: @escaping @Sendable () -> Bool = { false }) -> RemoteAction? {
    if let answer = known.withLock({ $0[key] }) { return answer }
    var found: RemoteAction?
    for (index, remote) in remotes.enumerated() where !remote.isBroken && found == nil {
      do throws(RemoteFailure) {
        found = try ask(remote, index, key, isCancelled)
        remote.succeeded()
      } catch {
        if error == .cancelled { return nil }
        remote.spoilIfDamaged(key, error)
        failed(error, remote)
      }
    }
    if found == nil { count { $0.misses += 1 } }
    known.withLock { $0[key] = .some(found) }
    return found
  }

  private func ask(
    _ remote: Remote, _ index: Int, _ key: CacheKey, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws(RemoteFailure) -> RemoteAction? {
    let receiver = BlobReceiver(.memory(limit: Self.recordLimit))
    guard try remote.storage.get("ac/\(key)", into: receiver, isCancelled: isCancelled) else { return nil }
    guard let result = ActionResult(receiver.bytes) else {
      throw .damaged("the entry ac/\(key.short)… is no action result")
    }
    return try result.action(key, source: index, trusted: remote.configuration.trust)
  }

  /// Forgets an answer that turned out to be of no use.
  func forget(_ action: RemoteAction) {
    known.withLock { $0[action.key] = .some(nil) }
    remotes[action.source].spoil(action.key)
  }
}

extension Remote {
  /// What lies there is of no use, so it is replaced when it is made again.
  func spoilIfDamaged(_ key: CacheKey, _ failure: RemoteFailure) {
    switch failure {
    case .damaged, .incomplete, .untrusted: spoil(key)
    default: break
    }
  }
}
