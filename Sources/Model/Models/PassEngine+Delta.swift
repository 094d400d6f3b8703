import ModelFiles
import Tensors

/// A layer whose mixer is a gated delta net. Every sequence starts with a convolution over nothing and a state of 0.
extension PassEngine {
  /// From the normed input: what the linear layers, the convolution and the delta rule make, and what the output's linear
  /// layer reads.
  func deltaForward(_ layer: Int, _ delta: DeltaDescription, _ region: LayerRegions) {
    linear(
      layer,
      deltaMembers(delta, at(region.deltaInput), at(region.deltaGate), at(region.deltaRate), at(region.deltaDecay)),
      at(regions.normed), rows: tokens, inner: at(region.innerAttention), places: .tokens)
    guard let weights = model.layers[layer].delta else { return }
    convolve(delta, weights, region)
    forEachSequence { token, length in
      kernels.delta(deltaCall(delta, weights, region, token: token, length: length), scratch: at(regions.delta))
    }
    let width = delta.valueWidth
    func gate(row: Int, token: Int, rows: Int) {
      kernels.gatedNorm(
        rows: rows * delta.valueHeadCount, columns: delta.valueHeadDimension,
        epsilon: Float(configuration.normEpsilon), at(region.deltaOutput) + token * width,
        gate: at(region.deltaGate) + token * width, weight: weights.norm, into: at(region.attended) + row * width)
    }
    guard layer == lastLayer else { return gate(row: 0, token: 0, rows: tokens) }
    for (row, token) in predictorTokens.enumerated() { gate(row: row, token: Int(token), rows: 1) }
  }

  /// From the gradient of what the output's linear layer read, in wide1, to that of the residual stream.
  func deltaBackward(
    _ layer: Int, _ delta: DeltaDescription, _ region: LayerRegions, gradient: MutableFloatPointer, isLowest: Bool
  ) {
    guard let weights = model.layers[layer].delta else { return }
    let width = delta.valueWidth
    let hidden = configuration.hiddenSize
    let isLast = layer == lastLayer
    // wide2 takes the gradient of the delta rule's output.
    let output = at(regions.wide2)
    let gate = at(regions.gateGradient)
    func gateBackward(row: Int, token: Int, rows: Int) {
      kernels.gatedNormBackward(
        rows: rows * delta.valueHeadCount, columns: delta.valueHeadDimension,
        epsilon: Float(configuration.normEpsilon), at(region.deltaOutput) + token * width,
        gate: at(region.deltaGate) + token * width, weight: weights.norm, gy: at(regions.wide1) + row * width,
        into: output + token * width, gateGradient: gate + token * width)
    }
    if isLast {
      output.update(repeating: 0, count: tokens * width)
      gate.update(repeating: 0, count: tokens * width)
      for (row, token) in predictorTokens.enumerated() { gateBackward(row: row, token: Int(token), rows: 1) }
    } else {
      gateBackward(row: 0, token: 0, rows: tokens)
    }
    convolve(delta, weights, region)
    let channels = delta.channelCount
    let input = at(regions.convolvedGradient)
    let (rate, decay) = (at(regions.rateGradient), at(regions.decayGradient))
    forEachSequence { token, length in
      let heads = token * delta.valueHeadCount
      kernels.deltaBackward(
        deltaCall(delta, weights, region, token: token, length: length),
        DeltaGradients(
          output: output + token * width, input: input + token * channels, decay: decay + heads, rate: rate + heads),
        scratch: at(regions.delta))
      kernels.convolutionBackward(
        length: length, channels: channels, taps: delta.convolutionWidth, at(region.deltaInput) + token * channels,
        weight: weights.convolution, gradient: input + token * channels)
    }
    let normed = at(regions.normed)
    norm(at(regions.inputs[layer]), rows: tokens, model.layers[layer].beforeMixer, into: normed)
    linearBackward(
      layer, deltaMembers(delta, input, gate, rate, decay), normed, rows: tokens, inner: at(region.innerAttention),
      places: .tokens, gradient: gradient, into: isLowest ? nil : at(regions.dnorm))
    if isLowest { return }
    if isLast { spreadResidualGradient() }
    kernels.rmsNormBackward(
      rows: tokens, channels: hidden, epsilon: Float(configuration.normEpsilon), at(regions.inputs[layer]),
      stride: hidden, weight: model.layers[layer].beforeMixer, gy: at(regions.dnorm), gyStride: hidden,
      into: at(regions.dx), gxStride: hidden, accumulate: true)
  }

  private func deltaMembers(
    _ delta: DeltaDescription, _ input: MutableFloatPointer, _ gate: MutableFloatPointer, _ rate: MutableFloatPointer,
    _ decay: MutableFloatPointer
  ) -> [Linear] {
    [
      Linear(.deltaInput, input, delta.channelCount), Linear(.deltaGate, gate, delta.valueWidth),
      Linear(.deltaRate, rate, delta.valueHeadCount), Linear(.deltaDecay, decay, delta.valueHeadCount),
    ]
  }

  private func convolve(_ delta: DeltaDescription, _ weights: DeltaWeights, _ region: LayerRegions) {
    let channels = delta.channelCount
    forEachSequence { token, length in
      kernels.convolution(
        length: length, channels: channels, taps: delta.convolutionWidth, at(region.deltaInput) + token * channels,
        weight: weights.convolution, into: at(regions.convolved) + token * channels)
    }
  }

  private func deltaCall(
    _ delta: DeltaDescription, _ weights: DeltaWeights, _ region: LayerRegions, token: Int, length: Int
  ) -> DeltaCall {
    let heads = token * delta.valueHeadCount
    return DeltaCall(
      shape: delta.shape, length: length, input: at(regions.convolved) + token * delta.channelCount,
      decay: at(region.deltaDecay) + heads, rate: at(region.deltaRate) + heads, headDecay: weights.decay,
      headBias: weights.bias, output: at(region.deltaOutput) + token * delta.valueWidth)
  }

  private func forEachSequence(_ body: (_ token: Int, _ length: Int) -> Void) {
    var token = 0
    for sequence in pack.sequences {
      if !sequence.tokens.isEmpty { body(token, sequence.tokens.count) }
      token += sequence.tokens.count
    }
  }
}

extension DeltaDescription {
  var shape: DeltaShape {
    DeltaShape(
      keyHeads: keyHeadCount, valueHeads: valueHeadCount, keyDimension: keyHeadDimension,
      valueDimension: valueHeadDimension)
  }
}

extension Kernels {
  func deltaScratch(_ delta: DeltaDescription, length: Int, backward: Bool) -> Int {
    deltaScratch(delta.shape, length: length, backward: backward)
  }
}
