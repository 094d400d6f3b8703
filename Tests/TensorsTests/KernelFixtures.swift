import Tensors

/// Numbers in (−1, 1), seeded.
func random(_ count: Int, seed: UInt64) -> [Float] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
  }
}

/// Largest |a − b| − tolerance·|b|, which must not exceed `tolerance`: absolute near zero, relative elsewhere. Single
/// precision rounds to 6e-8; sums of a few hundred terms below one lose two digits more.
func close(_ a: [Float], _ b: [Float], _ tolerance: Float = 2e-5) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { ($0 - $1).magnitude <= tolerance * (1 + $1.magnitude) }
}

extension FloatBuffer {
  convenience init(_ values: [Float]) {
    self.init(count: values.count)
    for (index, value) in values.enumerated() { pointer[index] = value }
  }
}

/// The instruction sets that this processor has.
let sets = Kernels.InstructionSet.allCases.filter { Kernels($0) != nil }
