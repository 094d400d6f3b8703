import Platform

/// xoshiro256** 1.0 (Blackman and Vigna 2018): the generator behind every sample, split and shuffle of a dataset.
///
/// The same seed gives the same numbers on every machine and in every version; golden tests hold it to that.
public struct Xoshiro256StarStar: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// The state itself; it must not be all zero.
  init(state: (UInt64, UInt64, UInt64, UInt64)) { self.state = state }

  /// Fills the state from SplitMix64, as its authors advise.
  public init(seed: UInt64) {
    var filler = SplitMix64(seed: seed)
    state = (filler.next(), filler.next(), filler.next(), filler.next())
  }

  /// A stream of its own for a purpose: the state comes from SipHash-2-4-128 of the purpose keyed by the seed.
  public init(seed: UInt64, purpose: String) {
    let first = SipHash128.hash(purpose.utf8, key: (seed, 0))
    let second = SipHash128.hash(purpose.utf8, key: (seed, 1))
    state = (first.high, first.low, second.high, second.low)
  }

  public mutating func next() -> UInt64 {
    func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 { (word << bits) | (word >> (64 &- bits)) }
    let result = rotate(state.1 &* 5, 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = rotate(state.3, 45)
    return result
  }

  /// A number below `bound`, every one equally likely (Lemire 2019, with rejection). `bound` must be positive.
  public mutating func below(_ bound: Int) -> Int {
    let bound = UInt64(max(bound, 1))
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }

  /// Puts the elements in a random order (Fisher and Yates, from the end).
  public mutating func permute<Element>(_ elements: inout [Element]) {
    var index = elements.count - 1
    while index > 0 {
      elements.swapAt(index, below(index + 1))
      index -= 1
    }
  }
}
