internal import BuildStamp
import Inference
import JSON
import Tensors

extension Lorapipe {
  /// The version of the program. Packages, the manual page and the release scripts read it from this line.
  public static let version = "0.1.0"

  /// The commit this binary was built from, such as `3f2a9c1d04be` or `3f2a9c1d04be-dirty`; `unknown` in a plain build.
  static let commit = String(cString: lp_build_commit())

  /// The kernels this processor runs, such as `avx2`.
  static var kernels: (training: String, generation: String) { (Kernels.best.name, InferenceKernels.bestName) }

  static var versionLines: String {
    """
    \(name) \(version) (commit \(commit))
    kernels: training \(kernels.training), generation \(kernels.generation)
    """
  }

  static var versionJSON: JSONValue {
    [
      "version": .string(version), "commit": .string(commit),
      "kernels": ["training": .string(kernels.training), "generation": .string(kernels.generation)],
    ]
  }
}
