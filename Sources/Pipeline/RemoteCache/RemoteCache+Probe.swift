import Artifacts
public import JSON
import Platform

/// Whether a cache answers.
public struct RemoteState: Sendable, Hashable {
  public var address: String
  public var push: RemoteCacheConfiguration.PushPolicy
  /// Whether this machine adds to it.
  public var pushes: Bool
  public var trustedKeys: Int
  /// Until it answered.
  public var seconds: Double
  public var failure: RemoteFailure?

  public var json: JSONValue {
    [
      "cache": .string(address), "push": .string(push.rawValue), "pushes": .bool(pushes),
      "trusted_keys": .integer(Int64(trustedKeys)), "seconds": .number(seconds),
      "failure": failure.map { ["code": .string($0.code), "text": .string($0.text)] } ?? .null,
    ]
  }
}

extension RemoteCache {
  /// Asks every cache for a key that nobody has.
  public func probe() -> [RemoteState] {
    remotes.map { remote in
      let begun = ContinuousClock.now
      var state = RemoteState(
        address: remote.configuration.url, push: remote.configuration.push, pushes: remote.pushes,
        trustedKeys: remote.configuration.trust.count, seconds: 0)
      let key = CacheKey(SHA256.hash("lorapipe-probe"))
      do throws(RemoteFailure) {
        _ = try remote.storage.get("ac/\(key)", into: BlobReceiver(.memory(limit: 1 << 20)), isCancelled: { false })
      } catch {
        state.failure = error
      }
      state.seconds = (ContinuousClock.now - begun) / .seconds(1)
      return state
    }
  }
}
