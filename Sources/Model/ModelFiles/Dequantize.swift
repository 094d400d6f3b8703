/// Widening of stored rows to f32, in plain Swift: the oracle for the kernels that do it fast.
///
/// Block layouts and arithmetic are those of ggml's reference `dequantize_row_*`; each product and sum is rounded to
/// f32 in the same order, so results are equal bit for bit.
public enum Dequantize {
  /// Widens `count` elements, a whole number of blocks.
  /// - Returns: `false` when `dtype` does not hold weights or `bytes`/`output` are too short.
  public static func row(
    _ bytes: UnsafeRawBufferPointer, dtype: TensorDType, into output: UnsafeMutableBufferPointer<Float>, count: Int
  ) -> Bool {
    guard let needed = dtype.byteCount(elementCount: count), bytes.count >= needed, output.count >= count,
      dtype.isWeight
    else { return false }
    guard count > 0, let input = bytes.baseAddress, let out = output.baseAddress else { return true }
    let blocks = count / dtype.blockElementCount
    switch dtype {
    case .f32: out.update(from: input.assumingMemoryBound(to: Float.self), count: count)
    case .f16:
      for index in 0..<count { out[index] = HalfPrecision.widen(f16: half(input, index * 2)) }
    case .bf16:
      for index in 0..<count { out[index] = HalfPrecision.widen(bf16: half(input, index * 2)) }
    default:
      guard let widen = blockWidening(dtype) else { return false }
      let size = dtype.blockByteCount
      let elements = dtype.blockElementCount
      for block in 0..<blocks { widen(input + block * size, out + block * elements) }
    }
    return true
  }

  /// What widens one block of a quantized kind.
  private static func blockWidening(
    _ dtype: TensorDType
  ) -> ((UnsafeRawPointer, UnsafeMutablePointer<Float>) -> Void)? {
    switch dtype {
    case .q80: q80
    case .q40: q40
    case .q41: q41
    case .q50: { q5($0, $1, quants: 6) }
    case .q51: { q5($0, $1, quants: 8) }
    case .q2K: q2K
    case .q3K: q3K
    case .q4K: q4K
    case .q5K: q5K
    case .q6K: q6K
    case .iq4NL: { codes($0 + 2, iq4Values, scale($0, 0), $1) }
    case .iq4XS: iq4XS
    case .mxfp4: mxfp4
    default: nil
    }
  }

  private static func half(_ pointer: UnsafeRawPointer, _ offset: Int) -> UInt16 {
    UInt16(littleEndian: pointer.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
  }

  private static func scale(_ pointer: UnsafeRawPointer, _ offset: Int) -> Float {
    HalfPrecision.widen(f16: half(pointer, offset))
  }

  private static func byte(_ pointer: UnsafeRawPointer, _ offset: Int) -> UInt8 {
    pointer.load(fromByteOffset: offset, as: UInt8.self)
  }

  private static func q80(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
    let d = scale(block, 0)
    for i in 0..<32 { out[i] = Float(block.load(fromByteOffset: 2 + i, as: Int8.self)) * d }
  }

  private static func q40(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
    let d = scale(block, 0)
    for i in 0..<16 {
      let pair = byte(block, 2 + i)
      out[i] = Float(Int(pair & 0xF) - 8) * d
      out[i + 16] = Float(Int(pair >> 4) - 8) * d
    }
  }

  private static func q41(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
    let d = scale(block, 0)
    let m = scale(block, 2)
    for i in 0..<16 {
      let pair = byte(block, 4 + i)
      out[i] = Float(pair & 0xF) * d + m
      out[i + 16] = Float(pair >> 4) * d + m
    }
  }

  /// Scale and minimum number `j` (of 8), packed as 6 bits in 12 bytes.
  private static func q4KScale(_ j: Int, _ scales: UnsafeRawPointer) -> (scale: UInt8, minimum: UInt8) {
    if j < 4 { return (byte(scales, j) & 63, byte(scales, j + 4) & 63) }
    return (
      byte(scales, j + 4) & 0xF | (byte(scales, j - 4) >> 6) << 4,
      byte(scales, j + 4) >> 4 | (byte(scales, j) >> 6) << 4
    )
  }

  private static func q4K(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
    let d = scale(block, 0)
    let dmin = scale(block, 2)
    for pair in 0..<4 {
      let low = q4KScale(2 * pair, block + 4)
      let high = q4KScale(2 * pair + 1, block + 4)
      let d1 = d * Float(low.scale)
      let m1 = dmin * Float(low.minimum)
      let d2 = d * Float(high.scale)
      let m2 = dmin * Float(high.minimum)
      for i in 0..<32 {
        let nibbles = byte(block, 16 + 32 * pair + i)
        out[64 * pair + i] = d1 * Float(nibbles & 0xF) - m1
        out[64 * pair + 32 + i] = d2 * Float(nibbles >> 4) - m2
      }
    }
  }

  private static func q5(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>, quants: Int) {
    let d = scale(block, 0)
    let minimum: Float? = quants == 8 ? scale(block, 2) : nil
    let top = UInt32(littleEndian: block.loadUnaligned(fromByteOffset: quants - 4, as: UInt32.self))
    for i in 0..<32 {
      let pair = byte(block, quants + i % 16)
      let q = Int(i < 16 ? pair & 0xF : pair >> 4) + Int(top >> UInt32(i) & 1) * 16
      out[i] = if let minimum { Float(q) * d + minimum } else { Float(q - 16) * d }
    }
  }

  private static func q2K(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
    let d = scale(block, 80)
    let dmin = scale(block, 82)
    for j in 0..<16 {
      let d1 = d * Float(byte(block, j) & 0xF)
      let m1 = dmin * Float(byte(block, j) >> 4)
      for i in 0..<16 {
        let bits = byte(block, 16 + j / 8 * 32 + j % 2 * 16 + i)
        out[16 * j + i] = d1 * Float(bits >> UInt8(j % 8 / 2 * 2) & 3) - m1
      }
    }
  }

  /// Scale number `j` (of 16), −32 … 31, packed as 6 bits in 12 bytes.
  private static func q3KScale(_ j: Int, _ scales: UnsafeRawPointer) -> Int {
    let low = j < 8 ? byte(scales, j) & 0xF : byte(scales, j - 8) >> 4
    let high = byte(scales, 8 + j % 4) >> UInt8(2 * (j / 4)) & 3
    return Int(low | high << 4) - 32
  }

  private static func q3K(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
    let d = scale(block, 108)
    for j in 0..<16 {
      let d1 = d * Float(q3KScale(j, block + 96))
      for i in 0..<16 {
        let bits = byte(block, 32 + j / 8 * 32 + j % 2 * 16 + i) >> UInt8(j % 8 / 2 * 2) & 3
        let top = byte(block, j % 2 * 16 + i) >> UInt8(j / 2) & 1
        out[16 * j + i] = d1 * Float(Int(bits) - (top == 0 ? 4 : 0))
      }
    }
  }

  private static func q5K(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
    let d = scale(block, 0)
    let dmin = scale(block, 2)
    for j in 0..<8 {
      let (s, m) = q4KScale(j, block + 4)
      let d1 = d * Float(s)
      let m1 = dmin * Float(m)
      for i in 0..<32 {
        let nibbles = byte(block, 48 + j / 2 * 32 + i)
        let q = (j % 2 == 0 ? nibbles & 0xF : nibbles >> 4) + (byte(block, 16 + i) >> UInt8(j) & 1) * 16
        out[32 * j + i] = d1 * Float(q) - m1
      }
    }
  }

  private static let iq4Values: [Float] = [
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
  ]
  /// Twice the values of the 4-bit floats (sign, two bits exponent, one bit mantissa).
  private static let mxfp4Values: [Float] = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12]

  /// 32 codes in 16 bytes, the first 16 in the lower halves.
  private static func codes(
    _ quants: UnsafeRawPointer, _ values: [Float], _ d: Float, _ out: UnsafeMutablePointer<Float>
  ) {
    for i in 0..<16 {
      out[i] = d * values[Int(byte(quants, i) & 0xF)]
      out[i + 16] = d * values[Int(byte(quants, i) >> 4)]
    }
  }

  private static func iq4XS(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
    let d = scale(block, 0)
    let high = half(block, 2)
    for j in 0..<8 {
      let low = byte(block, 4 + j / 2) >> UInt8(j % 2 * 4) & 0xF
      let s = Int(low) + Int(high >> UInt16(2 * j) & 3) * 16 - 32
      codes(block + 8 + 16 * j, iq4Values, d * Float(s), out + 32 * j)
    }
  }

  private static func mxfp4(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
    let exponent = UInt32(byte(block, 0))
    // Half of 2^(exponent − 127), which for the two smallest exponents is subnormal.
    let d = Float(bitPattern: exponent < 2 ? 0x0020_0000 << exponent : (exponent - 1) << 23)
    codes(block + 1, mxfp4Values, d, out)
  }

  private static func q6K(_ block: UnsafeRawPointer, _ out: UnsafeMutablePointer<Float>) {
    let d = scale(block, 208)
    for half in 0..<2 {
      let low = block + 64 * half
      let high = block + 128 + 32 * half
      let scales = block + 192 + 8 * half
      for i in 0..<32 {
        let group = i / 16
        let bits = byte(high, i)
        let q = (
          Int(byte(low, i) & 0xF | (bits & 3) << 4) - 32,
          Int(byte(low, i + 32) & 0xF | (bits >> 2 & 3) << 4) - 32,
          Int(byte(low, i) >> 4 | (bits >> 4 & 3) << 4) - 32,
          Int(byte(low, i + 32) >> 4 | (bits >> 6) << 4) - 32
        )
        let base = out + 128 * half + i
        base[0] = d * Float(scales.load(fromByteOffset: group, as: Int8.self)) * Float(q.0)
        base[32] = d * Float(scales.load(fromByteOffset: group + 2, as: Int8.self)) * Float(q.1)
        base[64] = d * Float(scales.load(fromByteOffset: group + 4, as: Int8.self)) * Float(q.2)
        base[96] = d * Float(scales.load(fromByteOffset: group + 6, as: Int8.self)) * Float(q.3)
      }
    }
  }
}
