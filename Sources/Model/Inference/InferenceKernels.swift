internal import CKernels
public import Diagnostics

/// The kernels that generation uses on this processor.
public enum InferenceKernels {
  /// Name of the best level, such as `avx2`, `avx512-vnni` or `neon`. Matrix products and attention give the same bits at
  /// every level.
  public static var bestName: String { String(cString: lp_inference_level_name(lp_inference_best_level())) }

  /// What the environment variable `LORAPIPE_KERNELS` asks for; `nil` when it asks for nothing.
  public static var wantedLevel: String? { lp_level_wanted().map { String(cString: $0) } }

  /// The words of that variable, lowest level first.
  public static var levels: [String] {
    var names: [String] = []
    while let name = lp_level_name(Int32(names.count)) { names.append(String(cString: name)) }
    return names
  }

  /// Checks the level that is asked for, before anything is computed with another.
  /// - Returns: a warning when this processor lacks the level; the highest that it has is used then.
  /// - Throws: `Diagnostic` (`bad-kernel-level`) for a word that is no level.
  public static func check(wanted: String?) throws(Diagnostic) -> Diagnostic? {
    guard let wanted else { return nil }
    let levels = levels
    guard let level = levels.firstIndex(of: wanted) else {
      throw Diagnostic(
        code: "bad-kernel-level",
        "\(LP_LEVEL_VARIABLE)='\(wanted)' is not a level: \(levels.joined(separator: ", "))",
        remedy: "unset the variable to use all that the processor has")
    }
    let best = Int(lp_inference_best_level())
    guard level > best, levels.indices.contains(best) else { return nil }
    return Diagnostic(
      .warning, code: "kernel-level-not-here",
      "\(LP_LEVEL_VARIABLE)='\(wanted)': this processor has no such kernels, those of level '\(levels[best])' are used")
  }
}
