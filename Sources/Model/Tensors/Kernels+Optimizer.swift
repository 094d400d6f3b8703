internal import CKernels
import Glibc

extension Kernels {
  /// One AdamW update (Loshchilov and Hutter): decoupled weight decay, bias-corrected moments, ε after the correction, as
  /// `torch.optim.AdamW`. The gradient is multiplied by `gradientScale` as it is read.
  public func adamW(
    count: Int, _ update: AdamWStep, gradientScale: Float, gradient: FloatPointer, parameters: MutableFloatPointer,
    firstMoment: MutableFloatPointer, secondMoment: MutableFloatPointer
  ) {
    var constants = lp_adamw(
      learning_rate: Float(update.learningRate), beta1: Float(update.beta1), beta2: Float(update.beta2),
      epsilon: Float(update.epsilon), weight_decay: Float(update.weightDecay),
      correction1: Float(1 - pow(update.beta1, Double(update.step))),
      correction2_sqrt: Float((1 - pow(update.beta2, Double(update.step))).squareRoot()))
    table.pointee.adamw(
      Int64(count), &constants, gradientScale, gradient, parameters, firstMoment, secondMoment)
  }
}
