/// Narrowing of f32 rows to a stored kind.
///
/// q8_0 and q4_0 give the blocks of ggml's reference quantizers (`quantize_row_*_ref`) bit for bit, each product and sum
/// rounded to f32; compilers that fuse the two may put an exact tie into the neighboring level.
public enum Quantize {
  /// The kinds that can be written.
  public static let writableKinds: [TensorDType] = [.f32, .f16, .bf16, .q80, .q40]

  /// What went wrong with a row.
  public enum Failure: Error, Sendable, Hashable {
    /// The element at `index` is NaN or infinite.
    case notFinite(index: Int)
    /// The element at `index` is beyond f16's largest value.
    case overflow(index: Int)
    case unsupportedKind
  }

  /// Narrows one row.
  /// - Parameters:
  ///   - values: a whole number of the kind's blocks.
  ///   - output: at least `dtype.byteCount(elementCount: values.count)` bytes.
  public static func row(
    _ values: UnsafeBufferPointer<Float>, as dtype: TensorDType, into output: UnsafeMutableRawBufferPointer
  ) throws(Failure) {
    guard writableKinds.contains(dtype), let needed = dtype.byteCount(elementCount: values.count),
      output.count >= needed
    else { throw .unsupportedKind }
    guard let input = values.baseAddress, let out = output.baseAddress, values.count > 0 else { return }
    // A sum of v·0 is NaN as soon as one value is not finite, and vectorizes where a test with exit does not.
    var probe: Float = 0
    for index in 0..<values.count { probe += input[index] * 0 }
    if probe.isNaN { throw .notFinite(index: values.firstIndex { !$0.isFinite } ?? 0) }
    switch dtype {
    case .f32: out.copyMemory(from: input, byteCount: needed)
    case .bf16:
      for index in 0..<values.count {
        store(HalfPrecision.bf16(input[index]), out, index * 2)
      }
    case .f16:
      var largest: UInt16 = 0
      for index in 0..<values.count {
        let bits = HalfPrecision.f16(input[index])
        largest = max(largest, bits & 0x7FFF)
        store(bits, out, index * 2)
      }
      if largest >= 0x7C00 {
        throw .overflow(index: values.firstIndex { HalfPrecision.f16($0) & 0x7FFF >= 0x7C00 } ?? 0)
      }
    case .q80:
      for block in 0..<values.count / 32 { try q80(input + block * 32, out + block * 34, block) }
    case .q40:
      for block in 0..<values.count / 32 { try q40(input + block * 32, out + block * 18, block) }
    default: throw .unsupportedKind
    }
  }

  private static func store(_ bits: UInt16, _ out: UnsafeMutableRawPointer, _ offset: Int) {
    out.storeBytes(of: bits.littleEndian, toByteOffset: offset, as: UInt16.self)
  }

  /// Stores a block's scale; a scale that f16 cannot hold would lose the whole block.
  private static func storeScale(_ scale: Float, _ out: UnsafeMutableRawPointer, _ block: Int) throws(Failure) {
    let bits = HalfPrecision.f16(scale)
    guard bits & 0x7FFF < 0x7C00 else { throw .overflow(index: block * 32) }
    store(bits, out, 0)
  }

  private static func q80(_ x: UnsafePointer<Float>, _ out: UnsafeMutableRawPointer, _ block: Int) throws(Failure) {
    try storeScale(q80(x, count: 32, into: (out + 2).assumingMemoryBound(to: Int8.self), stride: 1), out, block)
  }

  /// A block of q8_0: integers of `count` numbers, at most 32, where those that are missing count as zeros.
  /// - Parameter stride: bytes from one integer to the next.
  /// - Returns: the scale, which is still to be rounded to f16: NaN if a number is not finite.
  @inlinable
  public static func q80(
    _ x: UnsafePointer<Float>, count: Int, into integers: UnsafeMutablePointer<Int8>, stride: Int
  ) -> Float {
    var largest: Float = 0
    var probe: Float = 0
    for i in 0..<count {
      largest = max(largest, abs(x[i]))
      probe += x[i] * 0
    }
    guard probe == 0 else { return .nan }
    let d = largest / 127
    let inverse: Float = d == 0 ? 0 : 1 / d
    for i in 0..<count {
      let q = (x[i] * inverse).rounded(.toNearestOrAwayFromZero)
      integers[i * stride] = Int8(max(-127, min(127, q)))
    }
    return d
  }

  private static func q40(_ x: UnsafePointer<Float>, _ out: UnsafeMutableRawPointer, _ block: Int) throws(Failure) {
    var largest: Float = 0
    var signed: Float = 0
    for i in 0..<32 where abs(x[i]) > largest {
      largest = abs(x[i])
      signed = x[i]
    }
    let d = signed / -8
    let inverse: Float = d == 0 ? 0 : 1 / d
    try storeScale(d, out, block)
    func nibble(_ value: Float) -> UInt8 {
      let shifted = value * inverse + 8.5
      return UInt8(max(0, min(15, shifted)))
    }
    for i in 0..<16 {
      out.storeBytes(of: nibble(x[i]) | nibble(x[i + 16]) << 4, toByteOffset: 2 + i, as: UInt8.self)
    }
  }
}
