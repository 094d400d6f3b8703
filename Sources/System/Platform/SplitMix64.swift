/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): a small generator that any
/// seed starts well, equal on every platform.
@frozen
public struct SplitMix64: RandomNumberGenerator, Sendable {
  @usableFromInline var state: UInt64

  /// The distance between two states: the golden ratio's fraction.
  @inlinable
  public static var step: UInt64 { 0x9E37_79B9_7F4A_7C15 }

  @inlinable
  public init(seed: UInt64) { state = seed }

  @inlinable
  public mutating func next() -> UInt64 {
    state &+= Self.step
    return Self.mix(state)
  }

  /// Uniform in [0, 1), with 53 random bits.
  @inlinable
  public mutating func unit() -> Double { Self.unit(next()) }

  /// Uniform below `bound`, without the bias of a remainder.
  @inlinable
  public mutating func below(_ bound: UInt64) -> UInt64 {
    guard bound > 1 else { return 0 }
    let limit = UInt64.max - UInt64.max % bound
    while true {
      let draw = next()
      if draw < limit { return draw % bound }
    }
  }

  /// The word that comes `index` places after the first one of a seed.
  @inlinable
  public static func word(seed: UInt64, index: UInt64) -> UInt64 {
    mix(seed &+ (index &+ 1) &* step)
  }

  /// A word as a number in [0, 1), by its 53 highest bits.
  @inlinable
  public static func unit(_ word: UInt64) -> Double { Double(word >> 11) * 0x1p-53 }

  /// The generator's last step by itself: equal words stay equal, all others are scattered.
  @inlinable
  public static func mix(_ value: UInt64) -> UInt64 {
    var word = value
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
