internal import CKernels

/// How a tensor's elements are stored. Quantized kinds are ggml's blocks along a row, whose sizes the kernels' table
/// holds (`lp_types.h`).
public enum TensorDType: String, Sendable, Hashable, CaseIterable {
  case f64, f32, f16, bf16
  case i64, i32, i16, i8, u8, bool
  /// 32 elements: f16 scale, 32 signed bytes.
  case q80 = "q8_0"
  /// 32 elements: f16 scale, 16 bytes of nibbles (low half first), offset by 8.
  case q40 = "q4_0"
  /// 32 elements: f16 scale, f16 minimum, 16 bytes of nibbles.
  case q41 = "q4_1"
  /// 32 elements: f16 scale, 32 fifth bits, 16 bytes of nibbles, offset by 16.
  case q50 = "q5_0"
  /// 32 elements: f16 scale, f16 minimum, 32 fifth bits, 16 bytes of nibbles.
  case q51 = "q5_1"
  /// 256 elements: 16 bytes of 4-bit scales and minima, 64 bytes of pairs of bits, f16 scale, f16 minimum scale.
  case q2K = "q2_k"
  /// 256 elements: 32 bytes of third bits, 64 bytes of pairs of bits, 12 bytes of 6-bit scales, f16 scale.
  case q3K = "q3_k"
  /// 256 elements: f16 scale, f16 minimum scale, 12 bytes of 6-bit scales and minima, 128 bytes of nibbles.
  case q4K = "q4_k"
  /// 256 elements: as q4_k, with 32 bytes of fifth bits before the nibbles.
  case q5K = "q5_k"
  /// 256 elements: 128 bytes low nibbles, 64 bytes high pairs, 16 signed scales, f16 scale.
  case q6K = "q6_k"
  /// 32 elements: f16 scale, 16 bytes of nibbles that number 16 values.
  case iq4NL = "iq4_nl"
  /// 256 elements: f16 scale, 8 6-bit scales in 6 bytes, 128 bytes of nibbles that number the values of iq4_nl.
  case iq4XS = "iq4_xs"
  /// 32 elements: exponent of the scale, 16 bytes of nibbles that are floats of 4 bits.
  case mxfp4

  /// The kernels' and GGUF's number of a kind that weights may have; `nil` for other kinds.
  public var weightType: Int32? {
    let type: lp_weight_type? =
      switch self {
      case .f32: LP_F32
      case .f16: LP_F16
      case .bf16: LP_BF16
      case .q80: LP_Q8_0
      case .q40: LP_Q4_0
      case .q41: LP_Q4_1
      case .q50: LP_Q5_0
      case .q51: LP_Q5_1
      case .q2K: LP_Q2_K
      case .q3K: LP_Q3_K
      case .q4K: LP_Q4_K
      case .q5K: LP_Q5_K
      case .q6K: LP_Q6_K
      case .iq4NL: LP_IQ4_NL
      case .iq4XS: LP_IQ4_XS
      case .mxfp4: LP_MXFP4
      case .f64, .i64, .i32, .i16, .i8, .u8, .bool: nil
      }
    return type.map { Int32($0.rawValue) }
  }

  /// True for the kinds model weights may have.
  public var isWeight: Bool { weightType != nil }

  private var block: lp_block {
    if let weightType { return lp_block_of(weightType) }
    let bytes: Int32 =
      switch self {
      case .f64, .i64: 8
      case .i32: 4
      case .i16: 2
      default: 1
      }
    return lp_block(elements: 1, bytes: bytes)
  }

  /// Elements per block along a row; 1 for plain kinds.
  public var blockElementCount: Int { Int(block.elements) }

  /// Bytes per block.
  public var blockByteCount: Int { Int(block.bytes) }

  public var isQuantized: Bool { blockElementCount > 1 }

  /// Required alignment of a pointer to the elements: their size, in blocks that of a half.
  var alignment: Int {
    let block = block
    return block.elements == 1 ? Int(block.bytes) : block.bytes % 2 == 0 ? 2 : 1
  }

  /// Bytes of `elementCount` elements that lie in rows of a whole number of blocks; `nil` when they do not fill blocks
  /// or the size overflows.
  public func byteCount(elementCount: Int) -> Int? {
    let block = block
    guard elementCount >= 0, elementCount % Int(block.elements) == 0 else { return nil }
    let (bytes, overflow) = (elementCount / Int(block.elements)).multipliedReportingOverflow(by: Int(block.bytes))
    return overflow ? nil : bytes
  }
}
