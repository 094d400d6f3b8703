import CKernels
public import ModelFiles

/// How the KV cache stores keys and values.
///
/// Attention computes in f32 over the stored numbers, whatever the type. A key or a value is rounded once, when it is stored,
/// and on its own: so a reply has the same bits in a batch and alone, with every type.
public enum KeyValueType: String, Sendable, Hashable, CaseIterable {
  /// Nothing is rounded.
  case f32
  /// Rounded to the nearest f16, ties to even. With a number beyond 65504, the reply ends with `not-a-number`.
  case f16
  /// ggml's q8_0 along a head: per 32 dimensions, a scale in f16 and 8-bit integers. A head whose size is no multiple of 32
  /// has a last block that is filled up with zeros.
  case q80 = "q8_0"

  /// What is used when nobody says: the type with which equality with other programs is tested.
  public static let usual = KeyValueType.f32

  /// The kernels' number.
  var weightType: Int32 {
    switch self {
    case .f32: Int32(LP_F32.rawValue)
    case .f16: Int32(LP_F16.rawValue)
    case .q80: Int32(LP_Q8_0.rawValue)
    }
  }

  /// Bytes of the keys, or of the values, of one head at the positions of a page.
  func byteCount(headDimension: Int) -> Int { lp_cache_bytes(weightType, headDimension) }

  /// Bytes of the cache that a token of a conversation takes. The states of recurrent layers are no part of it.
  public func bytesPerToken(of model: ModelConfiguration) -> Int { PageMemory.pageByteCount(model, self) / pageTokens }
}
