import Artifacts
public import JSON

/// A checkpoint that this machine sent to a cache or fetched from it.
public struct CheckpointState: Sendable, Hashable {
  /// The cache's address.
  public var cache: String
  /// The one that lies there; otherwise the one that this machine knows of.
  public var checkpoint: RemoteCheckpoint
  public var isThere: Bool

  public var json: JSONValue {
    [
      "cache": .string(cache), "key": .string(checkpoint.key.hex), "kind": .string(checkpoint.kind),
      "step": .integer(Int64(checkpoint.position.step)), "size": .integer(checkpoint.size),
      "host": .string(checkpoint.host), "is_there": .bool(isThere),
    ]
  }
}
