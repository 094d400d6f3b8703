import Artifacts
public import JSON
import Platform
import Synchronization

/// What remote caches did for a process.
public struct RemoteReport: Sendable, Hashable {
  public struct Failures: Sendable, Hashable {
    /// The cache's address.
    public var cache: String
    public var code: String
    /// The first of them.
    public var text: String
    public var count: Int
  }

  /// Actions taken from a cache.
  public var fetched = 0
  public var fetchedBytes: Int64 = 0
  public var misses = 0
  /// Actions given to a cache.
  public var sent = 0
  public var sentBytes: Int64 = 0
  /// Checkpoints of unfinished stages, taken from a cache and given to one.
  public var checkpointsFetched = 0
  public var checkpointsSent = 0
  public var checkpointBytes: Int64 = 0
  /// Not sent: they cost less to make, are too large, or would not come out the same again.
  public var notSent = 0
  /// What went wrong, by cache and code, in the order of the first.
  public var failures: [Failures] = []

  public var isEmpty: Bool { self == RemoteReport() }

  public var json: JSONValue {
    [
      "fetched": .integer(Int64(fetched)), "fetched_bytes": .integer(fetchedBytes), "misses": .integer(Int64(misses)),
      "sent": .integer(Int64(sent)), "sent_bytes": .integer(sentBytes), "not_sent": .integer(Int64(notSent)),
      "checkpoints_fetched": .integer(Int64(checkpointsFetched)),
      "checkpoints_sent": .integer(Int64(checkpointsSent)), "checkpoint_bytes": .integer(checkpointBytes),
      "failures": .array(
        failures.map {
          [
            "cache": .string($0.cache), "code": .string($0.code), "text": .string($0.text),
            "count": .integer(Int64($0.count)),
          ]
        }),
    ]
  }
}

/// One cache of the list, with what was learned of it.
final class Remote: Sendable {
  private struct State {
    /// Failures of the server in a row.
    var failures = 0
    /// Bytes a second of what was sent, smoothed.
    var bandwidth: Double = 20e6
    /// Keys whose entry could not be used: sent anew whatever lies there.
    var spoiled: Set<CacheKey> = []
    /// The same of checkpoints.
    var spoiledCheckpoints: Set<CacheKey> = []
  }

  let configuration: RemoteCacheConfiguration
  let storage: any RemoteStorage
  let pushes: Bool
  private let state = Mutex(State())
  /// So many failures in a row, and it is not asked again.
  private static let patience = 3

  init(_ configuration: RemoteCacheConfiguration, storage: any RemoteStorage, pushes: Bool) {
    self.configuration = configuration
    self.storage = storage
    self.pushes = pushes
  }

  var isBroken: Bool { state.withLock { $0.failures >= Self.patience } }
  var bandwidth: Double { state.withLock { $0.bandwidth } }

  func succeeded() { state.withLock { $0.failures = min($0.failures, 0) } }

  func failed(_ failure: RemoteFailure) {
    guard failure.isOfServer else { return }
    state.withLock { state in
      // What may not be done now may not be done in a moment either.
      if case .denied = failure { state.failures = Self.patience } else { state.failures += 1 }
    }
  }

  func sent(_ bytes: Int64, seconds: Double) {
    guard bytes > 1 << 20, seconds > 0 else { return }
    state.withLock { $0.bandwidth = $0.bandwidth * 0.5 + Double(bytes) / seconds * 0.5 }
  }

  func spoil(_ key: CacheKey) { state.withLock { _ = $0.spoiled.insert(key) } }
  func isSpoiled(_ key: CacheKey) -> Bool { state.withLock { $0.spoiled.contains(key) } }

  func spoilCheckpoint(_ key: CacheKey) { state.withLock { _ = $0.spoiledCheckpoints.insert(key) } }
  func isCheckpointSpoiled(_ key: CacheKey) -> Bool { state.withLock { $0.spoiledCheckpoints.contains(key) } }

  /// Names the cache in files of the store.
  var fileName: String { String(SHA256.hash(configuration.url).hex.prefix(16)) }
}
