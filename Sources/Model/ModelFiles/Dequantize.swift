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
    case .q80: for block in 0..<blocks { q80(input + block * 34, out + block * 32) }
    case .q40: for block in 0..<blocks { q40(input + block * 18, out + block * 32) }
    case .q41: for block in 0..<blocks { q41(input + block * 20, out + block * 32) }
    case .q4K: for block in 0..<blocks { q4K(input + block * 144, out + block * 256) }
    case .q6K: for block in 0..<blocks { q6K(input + block * 210, out + block * 256) }
    default: return false
    }
    return true
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
