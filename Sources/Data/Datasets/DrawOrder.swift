/// The order in which a source's rows are drawn: by a random number of each row's own, so that a larger draw holds a
/// smaller one, whether a cap, a ratio or both ask for it.
///
/// A row's number is SipHash of its ordinal under a key that comes from the seed and the source, so it can be told without
/// the rows.
public struct DrawOrder: Sendable, Hashable {
  private let high: UInt64
  private let low: UInt64

  init(seed: UInt64, purpose: String) {
    let digest = SipHash128.hash(purpose.utf8, key: (seed, 2))
    (high, low) = (digest.high, digest.low)
  }

  /// Reads what `text` wrote.
  public init?(_ text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 32, let high = UInt64(text.prefix(16), radix: 16),
      let low = UInt64(text.suffix(16), radix: 16)
    else { return nil }
    (self.high, self.low) = (high, low)
  }

  /// 32 hexadecimal digits.
  public var text: String { RowFingerprint.hex(high) + RowFingerprint.hex(low) }

  /// - Parameter ordinal: 1-based over the files of the source.
  func number(_ ordinal: Int) -> UInt64 {
    var hash = SipHash128(key: (high, low))
    hash.add(UInt64(truncatingIfNeeded: ordinal))
    return hash.finish().high
  }

  /// The ordinals of a source of so many rows, first drawn first.
  public func ordinals(_ count: Int) -> [Int] {
    guard count > 0 else { return [] }
    return (1...count).map { (number: number($0), ordinal: $0) }
      .sorted { ($0.number, $0.ordinal) < ($1.number, $1.ordinal) }.map(\.ordinal)
  }
}
