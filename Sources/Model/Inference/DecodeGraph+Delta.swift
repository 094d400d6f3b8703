import CKernels
import Glibc
import ModelFiles

extension DecodeGraph {
  /// The mixer of a gated delta net, from its input's products to what its last product reads. Members divide channels,
  /// then heads; each head walks its sequence's tokens in order, so that how a prompt is cut changes no bit.
  func mix(
    _ layer: InferenceModel.LayerWeights, _ delta: DeltaDescription, sequences: [StepSequence], member: Int
  ) {
    guard let weights = layer.delta else { return }
    convolve(layer, delta, weights, sequences: sequences, member: member)
    team.barrier()
    let scratch = members[member].head
    let epsilon = Float(model.configuration.normEpsilon)
    let (dk, dv) = (delta.keyHeadDimension, delta.valueHeadDimension)
    let group = delta.valueHeadCount / delta.keyHeadCount
    var item = 0
    for sequence in sequences {
      guard let states = state(layer, delta, of: sequence) else { continue }
      for head in 0..<delta.valueHeadCount {
        defer { item += 1 }
        guard item % team.count == member else { continue }
        let offset = (delta.convolutionWidth - 1) * delta.channelCount + head * dk * dv
        let state = states + offset
        let place = (layer.outputOrder?.fileHead(canonical: head) ?? head) * dv
        if sequence.start == 0 { state.update(repeating: 0, count: dk * dv) }
        for row in sequence.first..<sequence.first + sequence.count {
          let input = convolved + row * convolvedStride
          let products = qkv + row * qkvWidth
          let pull = weights.decay[head] * Self.softplus(products[decayOffset + head] + weights.bias[head])
          kernels.delta_step(
            input + head / group * dk, input + delta.keyWidth + head / group * dk,
            input + 2 * delta.keyWidth + head * dv,
            dk, dv, expf(pull), 1 / (1 + expf(-products[rateOffset + head])), state, scratch)
          weights.norm.withUnsafeBufferPointer {
            kernels.gated_norm(
              scratch, products + gateOffset + head * dv, $0.baseAddress, dv, epsilon,
              attended + row * attendedStride + place)
          }
          for target in copies(of: layer, delta, in: sequence, after: row) {
            (target + offset).update(from: state, count: dk * dv)
          }
        }
      }
    }
  }

  private func convolve(
    _ layer: InferenceModel.LayerWeights, _ delta: DeltaDescription, _ weights: DeltaWeights,
    sequences: [StepSequence], member: Int
  ) {
    let channels = delta.channelCount
    let mine = share(channels, member, unit: 16)
    guard !mine.isEmpty else { return }
    for sequence in sequences {
      guard let states = state(layer, delta, of: sequence) else { continue }
      let state = states + mine.lowerBound
      if sequence.start == 0 {
        for tap in 0..<delta.convolutionWidth - 1 {
          (state + tap * channels).update(repeating: 0, count: mine.count)
        }
      }
      weights.convolution.withUnsafeBufferPointer { convolution in
        guard let base = convolution.baseAddress else { return }
        for row in sequence.first..<sequence.first + sequence.count {
          kernels.convolve(
            qkv + row * qkvWidth + mine.lowerBound, state, base + mine.lowerBound, mine.count, channels,
            delta.convolutionWidth, convolved + row * convolvedStride + mine.lowerBound)
          for target in copies(of: layer, delta, in: sequence, after: row) {
            for tap in 0..<delta.convolutionWidth - 1 {
              let place = tap * channels
              (target + mine.lowerBound + place).update(from: state + place, count: mine.count)
            }
          }
        }
      }
    }
  }

  /// A layer's part of a sequence's states.
  private func state(_ layer: InferenceModel.LayerWeights, _ delta: DeltaDescription, of sequence: StepSequence)
    -> UnsafeMutablePointer<Float>?
  {
    sequence.state.map { $0 + layer.place * delta.stateCount }
  }

  /// Where copies of the layer's part go, once a row is computed.
  private func copies(
    of layer: InferenceModel.LayerWeights, _ delta: DeltaDescription, in sequence: StepSequence, after row: Int
  ) -> [UnsafeMutablePointer<Float>] {
    // For nearly all rows there are none.
    if sequence.stateCopies.isEmpty { return [] }
    let position = sequence.start + row - sequence.first + 1
    return sequence.stateCopies.filter { $0.position == position }.map { $0.target + layer.place * delta.stateCount }
  }

  private static func softplus(_ x: Float) -> Float { x > 20 ? x : log1pf(expf(x)) }
}
