/// SHA-256 of some content. A text that is not one cannot become one, so that a digest may always be part of a path.
public struct Digest: Sendable, Hashable {
  /// 64 lower-case hexadecimal digits.
  public let hex: String

  /// - Returns: `nil` unless `text` is 64 lower-case hexadecimal digits.
  public init?(_ text: String) {
    guard isDigest(text) else { return nil }
    hex = text
  }

  init(finished hex: String) { self.hex = hex }

  /// The first 12 digits: what people are shown.
  public var short: String { String(hex.prefix(12)) }
}

extension Digest: Comparable, CustomStringConvertible {
  public static func < (left: Digest, right: Digest) -> Bool { left.hex < right.hex }

  public var description: String { hex }
}

private func isDigest(_ text: String) -> Bool {
  text.utf8.count == 64
    && text.utf8.allSatisfy {
      ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "f"))
    }
}
