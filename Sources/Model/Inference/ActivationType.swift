public import Diagnostics

/// How inputs of products with quantized weights (activations) are rounded, per row and block of 32 columns.
///
/// Integers are multiplied exactly, whatever the type, and an input is rounded on its own: so a reply has the same bits in a
/// batch and alone, with any number of threads and at every level of kernels. Plain weights (f32, f16, bf16) are multiplied by
/// inputs that are not rounded.
public enum ActivationType: String, Sendable, Hashable, CaseIterable {
  /// To 16 bits: an error of at most 2⁻¹⁶ of the block's largest number.
  case int16
  /// To 8 bits, for weights in q4_0, q4_1, q4_k, q5_k and q6_k: an error of at most 2⁻⁸. Others keep 16 bits.
  case int8

  /// What is used when nobody says.
  public static let usual = ActivationType.int16

  /// Whether its products read arranged weights. Those of 8 bits read rows as they lie in the model's file, so a model is
  /// opened for them without a copy.
  public var readsArranged: Bool { self == .int16 }
}

extension InferenceModel {
  /// A warning when inputs are to be rounded to 8 bits and none of the model's weights take such.
  public func warning(of activations: ActivationType) -> Diagnostic? {
    let matrices = [head] + layers.flatMap { [$0.queryKeyValue, $0.output, $0.gateUp, $0.down] }
    guard activations == .int8, !matrices.contains(where: { $0.reads(.bytes, .int8) }) else { return nil }
    return Diagnostic(
      .warning, code: "activations-change-nothing",
      "int8 activations change nothing here: none of the model's weights are in q4_0, q4_1, q4_k, q5_k or q6_k")
  }
}
