import ModelFiles
import Tensors

extension Kernels {
  /// `y = activation(gate) ∘ up`
  func activateMultiply(
    _ activation: Activation, count: Int, gate: FloatPointer, up: FloatPointer, into y: MutableFloatPointer
  ) {
    switch activation {
    case .silu: siluMultiply(count: count, gate: gate, up: up, into: y)
    case .geluTanh: geluMultiply(count: count, gate: gate, up: up, into: y)
    }
  }

  /// The gradients of `activateMultiply`; either may take the place of gate, up or gy.
  func activateMultiplyBackward(
    _ activation: Activation, count: Int, gate: FloatPointer, up: FloatPointer, gy: FloatPointer,
    gateGradient: MutableFloatPointer, upGradient: MutableFloatPointer
  ) {
    switch activation {
    case .silu:
      siluMultiplyBackward(
        count: count, gate: gate, up: up, gy: gy, gateGradient: gateGradient, upGradient: upGradient)
    case .geluTanh:
      geluMultiplyBackward(
        count: count, gate: gate, up: up, gy: gy, gateGradient: gateGradient, upGradient: upGradient)
    }
  }
}
