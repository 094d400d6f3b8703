import Glibc

/// How an adapter's matrices are filled before training.
public enum AdapterInitialization: String, Sendable, Hashable, CaseIterable {
  /// A ~ U(±1/√in), B = 0: the update begins as nothing.
  case random = "default"
  /// A and B are the largest singular directions of the weight, and the base is trained on without them (PiSSA: Meng, Wang
  /// and Zhang, 2024, arXiv:2404.02948).
  case pissa
}

extension AdapterConfiguration {
  /// The adapter that training works on and writes.
  ///
  /// With `pissa` it has twice the rank. The first half is trained. The second takes the directions that the first began
  /// as off the base, `W − s·B₀A₀ + s·B A`, so that the base's files stay as they are and the result is a plain adapter:
  /// `[A; A₀]` and `[B, −B₀]`, as peft converts PiSSA's to one.
  public var trained: AdapterConfiguration {
    guard initialization == .pissa else { return self }
    var doubled = self
    doubled.initialization = .random
    // The scale, alpha ÷ rank or alpha ÷ √rank, stays what it was.
    let factor = usesRankStabilizedScale ? 2.0.squareRoot() : 2
    doubled.rank *= 2
    doubled.alpha *= factor
    for index in doubled.rankOverrides.indices { doubled.rankOverrides[index].value *= 2 }
    for index in doubled.alphaOverrides.indices { doubled.alphaOverrides[index].value *= factor }
    return doubled
  }
}
