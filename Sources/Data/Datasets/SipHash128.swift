/// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein 2012): equality of rows without keeping their text.
struct SipHash128 {
  struct Digest: Sendable, Hashable {
    var high: UInt64
    var low: UInt64
  }

  private var v0: UInt64
  private var v1: UInt64
  private var v2: UInt64
  private var v3: UInt64
  private var tail: UInt64 = 0
  private var length = 0

  init(key: (UInt64, UInt64)) {
    v0 = key.0 ^ 0x736F_6D65_7073_6575
    v1 = key.1 ^ 0x646F_7261_6E64_6F6D ^ 0xEE
    v2 = key.0 ^ 0x6C79_6765_6E65_7261
    v3 = key.1 ^ 0x7465_6462_7974_6573
  }

  static func hash(_ bytes: some Sequence<UInt8>, key: (UInt64, UInt64)) -> Digest {
    var state = SipHash128(key: key)
    for byte in bytes { state.add(byte) }
    return state.finish()
  }

  private mutating func round() {
    func rotate(_ word: UInt64, _ bits: UInt64) -> UInt64 { (word << bits) | (word >> (64 &- bits)) }
    v0 = v0 &+ v1
    v1 = rotate(v1, 13) ^ v0
    v0 = rotate(v0, 32)
    v2 = v2 &+ v3
    v3 = rotate(v3, 16) ^ v2
    v0 = v0 &+ v3
    v3 = rotate(v3, 21) ^ v0
    v2 = v2 &+ v1
    v1 = rotate(v1, 17) ^ v2
    v2 = rotate(v2, 32)
  }

  private mutating func absorb(_ word: UInt64) {
    v3 ^= word
    round()
    round()
    v0 ^= word
  }

  mutating func add(_ byte: UInt8) {
    tail |= UInt64(byte) << UInt64((length & 7) * 8)
    length &+= 1
    if length & 7 == 0 {
      absorb(tail)
      tail = 0
    }
  }

  /// A whole word at once when the bytes so far fill whole words.
  mutating func add(_ word: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
  }

  /// Text with its length before it, so that two fields cannot run together.
  mutating func add(_ text: String) {
    add(UInt64(text.utf8.count))
    var text = text
    text.withUTF8 { bytes in
      for byte in bytes { add(byte) }
    }
  }

  mutating func finish() -> Digest {
    absorb(tail | UInt64(truncatingIfNeeded: length) << 56)
    v2 ^= 0xEE
    for _ in 0..<4 { round() }
    let first = v0 ^ v1 ^ v2 ^ v3
    v1 ^= 0xDD
    for _ in 0..<4 { round() }
    return Digest(high: first, low: v0 ^ v1 ^ v2 ^ v3)
  }
}
