internal import CKernels

/// The kernels that generation uses on this processor.
public enum InferenceKernels {
  /// Name of the best level, such as `avx2`, `avx512-vnni` or `neon`. Matrix products and attention give the same bits at
  /// every level.
  public static var bestName: String { String(cString: lp_inference_level_name(lp_inference_best_level())) }
}
