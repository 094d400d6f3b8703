import ModelFiles
import Tensors

/// A layer whose mixer is a gated delta net.
///
/// A sequence starts from the state after the last prefix before it, and without a prefix from zeros. A state is laid out as
/// `DeltaDescription.stateCount` says: the last inputs of the convolution, then what the delta rule keeps. Each sequence is cut
/// into chunks from its own first token, so a shared prefix changes the rounding of what follows unless its length is a multiple
/// of the chunk's.
extension PassEngine {
  /// From the normed input: what the linear layers, the convolution and the delta rule make, and what the output's linear
  /// layer reads.
  func deltaForward(_ layer: Int, _ delta: DeltaDescription, _ region: LayerRegions) {
    linear(
      layer,
      deltaMembers(delta, at(region.deltaInput), at(region.deltaGate), at(region.deltaRate), at(region.deltaDecay)),
      at(regions.normed), rows: tokens, inner: at(region.innerAttention), places: .tokens)
    guard let weights = model.layers[layer].delta else { return }
    // Before any convolution: a branch reads what its stem keeps.
    for place in sequencePlaces { keepInputs(layer, delta, region, place) }
    convolve(layer, delta, weights, region)
    for place in sequencePlaces {
      kernels.delta(deltaCall(layer, delta, weights, region, place), scratch: at(regions.delta))
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
  /// - Parameter injected: of a pack of prefixes, holds the gradients of their final states.
  func deltaBackward(
    _ layer: Int, _ delta: DeltaDescription, _ region: LayerRegions, _ gradient: PassGradient,
    _ injected: PassGradient?, isLowest: Bool
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
    convolve(layer, delta, weights, region)
    let channels = delta.channelCount
    let input = at(regions.convolvedGradient)
    let (rate, decay) = (at(regions.rateGradient), at(regions.decayGradient))
    // Backward in order: the gradient of a prefix's final state is a sum over all that start from it.
    for place in sequencePlaces.reversed() {
      let heads = place.token * delta.valueHeadCount
      let finalGradient = injected.map { $0.prefixStates(layer) + place.index * delta.stateCount }
      let initialGradient = place.sequence.stem.map { gradient.prefixStates(layer) + $0 * delta.stateCount }
      var gradients = DeltaGradients(
        output: output + place.token * width, input: input + place.token * channels, decay: decay + heads,
        rate: rate + heads)
      gradients.finalState = finalGradient.map { FloatPointer($0 + delta.keptInputCount) }
      gradients.initialState = initialGradient.map { $0 + delta.keptInputCount }
      kernels.deltaBackward(
        deltaCall(layer, delta, weights, region, place), gradients, scratch: at(regions.delta))
      kernels.convolutionBackward(
        length: place.sequence.tokens.count, channels: channels, taps: delta.convolutionWidth,
        at(region.deltaInput) + place.token * channels, before: initialState(layer, delta, place),
        weight: weights.convolution, gradient: input + place.token * channels, beforeGradient: initialGradient)
      if let finalGradient {
        forEachKeptInput(delta, place) { row, token in
          // A short prefix keeps inputs of the prefixes before it.
          let target =
            token >= 0
            ? input + (place.token + token) * channels
            : initialGradient.map { $0 + (row + place.sequence.tokens.count) * channels }
          if let target { kernels.add(count: channels, finalGradient + row * channels, to: target) }
        }
      }
    }
    let normed = at(regions.normed)
    norm(at(regions.inputs[layer]), rows: tokens, model.layers[layer].beforeMixer, into: normed)
    linearBackward(
      layer, deltaMembers(delta, input, gate, rate, decay), normed, rows: tokens, inner: at(region.innerAttention),
      places: .tokens, gradient: gradient.buffer.pointer, into: isLowest ? nil : at(regions.dnorm))
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

  private func convolve(_ layer: Int, _ delta: DeltaDescription, _ weights: DeltaWeights, _ region: LayerRegions) {
    let channels = delta.channelCount
    for place in sequencePlaces {
      kernels.convolution(
        length: place.sequence.tokens.count, channels: channels, taps: delta.convolutionWidth,
        at(region.deltaInput) + place.token * channels, before: initialState(layer, delta, place),
        weight: weights.convolution, into: at(regions.convolved) + place.token * channels)
    }
  }

  private func deltaCall(
    _ layer: Int, _ delta: DeltaDescription, _ weights: DeltaWeights, _ region: LayerRegions, _ place: SequencePlace
  ) -> DeltaCall {
    let heads = place.token * delta.valueHeadCount
    var call = DeltaCall(
      shape: delta.shape, length: place.sequence.tokens.count,
      input: at(regions.convolved) + place.token * delta.channelCount, decay: at(region.deltaDecay) + heads,
      rate: at(region.deltaRate) + heads, headDecay: weights.decay, headBias: weights.bias,
      output: at(region.deltaOutput) + place.token * delta.valueWidth)
    call.initialState = initialState(layer, delta, place).map { $0 + delta.keptInputCount }
    call.finalState = finalState(delta, region, place).map { $0 + delta.keptInputCount }
    return call
  }

  /// A sequence of the pack that is not empty.
  private struct SequencePlace {
    var index: Int
    /// Its first token in the pack.
    var token: Int
    var sequence: PackSequence
  }

  private var sequencePlaces: [SequencePlace] {
    var token = 0
    var places: [SequencePlace] = []
    for (index, sequence) in pack.sequences.enumerated() where !sequence.tokens.isEmpty {
      places.append(SequencePlace(index: index, token: token, sequence: sequence))
      token += sequence.tokens.count
    }
    return places
  }

  /// The state before a sequence; `nil` for zeros.
  private func initialState(_ layer: Int, _ delta: DeltaDescription, _ place: SequencePlace) -> FloatPointer? {
    // If no other engine holds the prefixes, this pack holds them. A branch then starts from the state of its stem, which
    // is in the same pack.
    let states = prefix?.states[layer] ?? FloatPointer(at(regions.layers[layer].states))
    return place.sequence.stem.map { states + $0 * delta.stateCount }
  }

  /// Where the state after a sequence is kept; `nil` in packs that hand none on.
  private func finalState(_ delta: DeltaDescription, _ region: LayerRegions, _ place: SequencePlace)
    -> MutableFloatPointer?
  {
    capacity.keptStates == 0 ? nil : at(region.states) + place.index * delta.stateCount
  }

  /// Copies the convolution's last inputs to the state after a sequence.
  private func keepInputs(_ layer: Int, _ delta: DeltaDescription, _ region: LayerRegions, _ place: SequencePlace) {
    guard let state = finalState(delta, region, place) else { return }
    let channels = delta.channelCount
    forEachKeptInput(delta, place) { row, token in
      let target = state + row * channels
      if token >= 0 {
        target.update(from: at(region.deltaInput) + (place.token + token) * channels, count: channels)
      } else if let before = initialState(layer, delta, place) {
        target.update(from: before + (row + place.sequence.tokens.count) * channels, count: channels)
      } else {
        target.update(repeating: 0, count: channels)
      }
    }
  }

  /// Calls `body` with each row of the inputs that a state keeps, and the token of the sequence that it is; one below 0 is
  /// the row `row + length` of the state before the sequence.
  private func forEachKeptInput(
    _ delta: DeltaDescription, _ place: SequencePlace, _ body: (_ row: Int, _ token: Int) -> Void
  ) {
    let rows = delta.convolutionWidth - 1
    for row in 0..<rows { body(row, place.sequence.tokens.count - rows + row) }
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
