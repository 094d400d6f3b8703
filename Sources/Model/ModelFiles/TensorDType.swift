/// How a tensor's elements are stored. Quantised kinds are ggml's blocks along a row.
public enum TensorDType: String, Sendable, Hashable, CaseIterable {
  case f64, f32, f16, bf16
  case i64, i32, i16, i8, u8, bool
  /// 32 elements: f16 scale, 32 signed bytes.
  case q80 = "q8_0"
  /// 32 elements: f16 scale, 16 bytes of nibbles (low half first), offset by 8.
  case q40 = "q4_0"
  /// 32 elements: f16 scale, f16 minimum, 16 bytes of nibbles.
  case q41 = "q4_1"
  /// 256 elements: f16 scale, f16 minimum scale, 12 bytes of 6-bit scales and minima, 128 bytes of nibbles.
  case q4K = "q4_k"
  /// 256 elements: 128 bytes low nibbles, 64 bytes high pairs, 16 signed scales, f16 scale.
  case q6K = "q6_k"

  /// Elements per block along a row; 1 for plain kinds.
  public var blockElementCount: Int {
    switch self {
    case .q80, .q40, .q41: 32
    case .q4K, .q6K: 256
    default: 1
    }
  }

  /// Bytes per block.
  public var blockByteCount: Int {
    switch self {
    case .f64, .i64: 8
    case .f32, .i32: 4
    case .f16, .bf16, .i16: 2
    case .i8, .u8, .bool: 1
    case .q80: 34
    case .q40: 18
    case .q41: 20
    case .q4K: 144
    case .q6K: 210
    }
  }

  public var isQuantized: Bool { blockElementCount > 1 }

  /// True for the kinds model weights may have.
  public var isWeight: Bool {
    switch self {
    case .f32, .f16, .bf16, .q80, .q40, .q41, .q4K, .q6K: true
    default: false
    }
  }

  /// Required alignment of a pointer to the elements.
  var alignment: Int {
    switch self {
    case .f64, .i64: 8
    case .f32, .i32: 4
    case .f16, .bf16, .i16, .q80, .q40, .q41, .q4K, .q6K: 2
    case .i8, .u8, .bool: 1
    }
  }

  /// Bytes of `elementCount` elements that lie in rows of a whole number of blocks; `nil` when they do not fill blocks
  /// or the size overflows.
  public func byteCount(elementCount: Int) -> Int? {
    guard elementCount >= 0, elementCount % blockElementCount == 0 else { return nil }
    let (bytes, overflow) = (elementCount / blockElementCount).multipliedReportingOverflow(by: blockByteCount)
    return overflow ? nil : bytes
  }
}
