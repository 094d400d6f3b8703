/// Conversions between f32 and the 16-bit kinds, in integer arithmetic so that every machine gives the same bits.
public enum HalfPrecision {
  /// IEEE binary16 to f32, exact.
  @inlinable
  public static func widen(f16 bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    if exponent == 0x1F { return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13) }
    if exponent == 0 {
      // Zero and subnormals: fraction · 2⁻²⁴ is exact in f32.
      let magnitude = Float(fraction) * 0x1p-24
      return Float(bitPattern: sign | magnitude.bitPattern)
    }
    return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
  }

  /// bfloat16 to f32, exact.
  @inlinable
  public static func widen(bf16 bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

  /// f32 to IEEE binary16, round to nearest even; beyond 65504 becomes infinity, NaN stays NaN.
  @inlinable
  public static func f16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = bits & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 { return sign | 0x7E00 | UInt16(truncatingIfNeeded: magnitude >> 13) & 0x3FF }
    if magnitude >= 0x4780_0000 { return sign | 0x7C00 }
    if magnitude < 0x3880_0000 {
      // Below the smallest normal (2⁻¹⁴): adding 0.5 puts one unit of 2⁻²⁴ at the last place, and the addition itself
      // rounds to nearest even.
      let shifted = Float(bitPattern: magnitude) + 0.5
      return sign | UInt16(truncatingIfNeeded: shifted.bitPattern &- 0x3F00_0000)
    }
    let rounded = magnitude &+ 0xFFF &+ (magnitude >> 13 & 1)
    return sign | UInt16(truncatingIfNeeded: (rounded &- 0x3800_0000) >> 13)
  }

  /// f32 to bfloat16, round to nearest even; NaN stays NaN (quiet).
  @inlinable
  public static func bf16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if bits & 0x7FFF_FFFF > 0x7F80_0000 { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
    return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
  }
}
