public import Platform

/// The name of an action in the cache: the digest of its `ActionKey` document. A type of its own, so that a key is never
/// taken for the digest of what the action made.
public struct CacheKey: Sendable, Hashable {
  public let digest: Digest

  public init(_ digest: Digest) { self.digest = digest }

  /// - Returns: `nil` unless `text` is a digest.
  public init?(_ text: String) {
    guard let digest = Digest(text) else { return nil }
    self.digest = digest
  }

  /// 64 lower-case hexadecimal digits.
  public var hex: String { digest.hex }
  /// The first 12 digits: what people are shown.
  public var short: String { digest.short }
}

extension CacheKey: Comparable, CustomStringConvertible {
  public static func < (left: CacheKey, right: CacheKey) -> Bool { left.digest < right.digest }

  public var description: String { hex }
}
