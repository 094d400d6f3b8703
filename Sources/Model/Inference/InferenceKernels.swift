internal import CKernels

/// The kernels that generation uses on this processor.
public enum InferenceKernels {
  /// Name of the best level: `portable`, `avx2`, `avx512` or `avx512-vnni`. Every level gives the same bits.
  public static var bestName: String {
    switch lp_inference_best_level() {
    case Int32(LP_LEVEL_VNNI.rawValue): "avx512-vnni"
    case Int32(LP_LEVEL_AVX512.rawValue): "avx512"
    case Int32(LP_LEVEL_AVX2.rawValue): "avx2"
    default: "portable"
    }
  }
}
