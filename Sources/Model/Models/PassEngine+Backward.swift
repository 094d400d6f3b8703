public import ModelFiles
public import Tensors

/// Where the gradients of a pass are added: the adapter's parameters, then, per layer, what the shared prefixes hand to the
/// rows behind them, all in one buffer so that packs reduce in one sweep. Layers that no gradient reaches have no part.
public struct PassGradient: Sendable {
  public let buffer: FloatBuffer
  public let parameterCount: Int
  public let prefixes: PrefixExtent
  private let keyValueWidth: Int
  /// Where each layer's part begins.
  private let places: [Int]

  public init(layout: AdapterLayout, configuration: ModelConfiguration, prefixes: PrefixExtent) {
    parameterCount = layout.parameterCount
    self.prefixes = prefixes
    keyValueWidth = configuration.keyValueWidth
    var count = parameterCount
    let lowest = layout.firstTrainedLayer
    places = configuration.layers.enumerated().map { index, layer in
      defer { if index >= lowest { count += PassGradient.floatCount(layer, configuration, prefixes) } }
      return count
    }
    buffer = FloatBuffer(count: count)
  }

  public static func floatCount(
    layout: AdapterLayout, configuration: ModelConfiguration, prefixes: PrefixExtent
  ) -> Int {
    configuration.layers.dropFirst(layout.firstTrainedLayer).reduce(layout.parameterCount) {
      $0 + floatCount($1, configuration, prefixes)
    }
  }

  private static func floatCount(
    _ layer: LayerDescription, _ configuration: ModelConfiguration, _ prefixes: PrefixExtent
  ) -> Int {
    if let delta = layer.delta { return prefixes.sequences * delta.stateCount }
    return 2 * prefixes.tokens * configuration.keyValueWidth
  }

  /// Gradient of the prefixes' keys in an attention layer, `[tokens, keyValueWidth]`; the values' follows it.
  func prefixKeys(_ layer: Int) -> MutableFloatPointer { buffer.pointer + places[layer] }
  func prefixValues(_ layer: Int) -> MutableFloatPointer { prefixKeys(layer) + prefixes.tokens * keyValueWidth }
  /// Gradient of the states after the prefixes in a recurrent layer, `[prefixes, stateCount]`.
  func prefixStates(_ layer: Int) -> MutableFloatPointer { buffer.pointer + places[layer] }
}

extension PassEngine {
  /// Adds the adapter's gradients over the pack to `gradient`, and, for prefixes the pack reads, those of their keys, values
  /// and states. `forward`, then `loss(gradientScale:into:)`, must have run.
  public func backward(into gradient: PassGradient) {
    precondition(capacity.storedLayers != nil, "the engine keeps activations")
    backward(gradient: gradient, injected: nil)
  }

  /// The backward pass of a pack of prefixes. It begins with the gradients of its keys, values and states, which other packs
  /// have summed in `summed`, and adds the adapter's gradients to the same buffer.
  public func backwardPrefix(_ summed: PassGradient) {
    precondition(predictors == 0 && summed.prefixes == pack.extent, "a pack of prefixes predicts nothing")
    backward(gradient: summed, injected: summed)
  }

  private func backward(gradient: PassGradient, injected: PassGradient?) {
    let embedding = layout.table(.embedding)
    // No gradient is needed below what is adapted first.
    let lowest = embedding == nil ? layout.lowest : nil
    guard embedding != nil || lowest != nil, tokens > 0 else { return }
    for layer in stride(from: lastLayer, through: lowest?.layer ?? 0, by: -1) {
      if cancelled() { return }
      if layer < configuration.layerCount - (capacity.storedLayers ?? 0) {
        recompute(layer)
      }
      let stop = layer == lowest?.layer ? lowest?.group : nil
      backwardLayer(layer, gradient, injected, stop: stop)
    }
    if let embedding { embeddingBackward(embedding, gradient.buffer.pointer) }
  }

  /// Computes a layer's activations again: the same kernels on the same shapes, so the same bits.
  private func recompute(_ layer: Int) {
    // The layer's output overwrites the next input with what it already holds.
    forwardLayer(layer)
  }

  /// One layer, from the gradient of its output in `dx` to that of its input in `dx`.
  ///
  /// What the scratch holds after each step, `g(y)` being the gradient of y:
  ///
  ///     step                        wide1            wide2          normed       dnorm          dx
  ///     start                                                                                   g(output)
  ///     activation again                             act
  ///     down, backward              g(act)           act                                        g(output)
  ///     activation, backward        g(gate)          g(up)                                      g(output)
  ///     norm of the middle again    g(gate)          g(up)          x of MLP                    g(output)
  ///     gate and up, backward                                       x of MLP     g(x of MLP)    g(output)
  ///     norm, backward                                                                          g(middle)
  ///     output, backward            g(attended)                                                 g(middle)
  ///     attention, backward                          g(q)                        (dk, dv)       g(middle)
  ///     norm of the input again                      g(q)           x of attn                   g(middle)
  ///     q, k, v, backward                            g(q)           x of attn    g(x of attn)   g(middle)
  ///     norm, backward                                                                          g(input)
  ///
  /// In the last layer, rows of the right half are predictors up to attention and all tokens below it.
  private func backwardLayer(
    _ layer: Int, _ gradient: PassGradient, _ injected: PassGradient?, stop: ProjectionGroup?
  ) {
    let weights = model.layers[layer]
    let description = configuration.layers[layer]
    let region = regions.layers[layer]
    let hidden = configuration.hiddenSize
    let intermediate = description.intermediateSize
    let isLast = layer == lastLayer
    let m = rows(layer)
    let places: Places = isLast ? .predictors : .tokens
    let epsilon = Float(configuration.normEpsilon)
    let target = gradient.buffer.pointer
    let dx = at(regions.dx)
    let dnorm = at(regions.dnorm)
    let normed = at(regions.normed)
    let wide1 = at(regions.wide1)
    let wide2 = at(regions.wide2)
    func normBackward(_ x: MutableFloatPointer, _ weight: [Float], rows: Int) {
      kernels.rmsNormBackward(
        rows: rows, channels: hidden, epsilon: epsilon, x, stride: hidden, weight: weight, gy: dnorm, gyStride: hidden,
        into: dx, gxStride: hidden, accumulate: true)
    }
    /// The gradient of a half's output: the residual stream's own, or through the norm that follows the half.
    func outputGradient(_ x: Int, _ weight: [Float]?) -> MutableFloatPointer {
      guard let weight else { return dx }
      kernels.rmsNormBackward(
        rows: m, channels: hidden, epsilon: epsilon, at(x), stride: hidden, weight: weight, gy: dx, gyStride: hidden,
        into: dnorm, gxStride: hidden, accumulate: false)
      return dnorm
    }

    // MLP. wide2 holds the activation, then the gradient of up; wide1 its gradient, then that of gate.
    activate(description, region, rows: m, into: wide2)
    linearBackward(
      layer, [Linear(.down, outputGradient(region.expanded, weights.afterMLP), hidden)], wide2, rows: m,
      inner: at(region.innerDown), places: places, gradient: target, into: stop == .mlpInner ? nil : wide1)
    if stop == .mlpInner { return }
    kernels.activateMultiplyBackward(
      description.activation, count: m * intermediate, gate: at(region.gate), up: at(region.up), gy: wide1,
      gateGradient: wide1, upGradient: wide2)
    norm(at(region.middle), rows: m, weights.beforeMLP, into: normed)
    linearBackward(
      layer, [Linear(.gate, wide1, intermediate), Linear(.up, wide2, intermediate)], normed, rows: m,
      inner: at(region.innerGateUp), places: places, gradient: target, into: stop == .mlpInput ? nil : dnorm)
    if stop == .mlpInput { return }
    normBackward(at(region.middle), weights.beforeMLP, rows: m)

    // Attention. wide1 holds the gradient of its output, wide2 that of the queries.
    linearBackward(
      layer, [Linear(.output, outputGradient(region.mixed, weights.afterMixer), hidden)],
      mixed(description, region, rows: m, into: wide2), rows: m, inner: at(region.innerOutput), places: places,
      gradient: target, into: stop == .mixerOutput ? nil : wide1)
    if stop == .mixerOutput { return }
    if let delta = description.delta {
      deltaBackward(layer, delta, region, gradient, injected, isLowest: stop == .mixerInput)
      return
    }
    attentionBackward(layer, region, gradient, injected)

    let queries = description.attention.queryProjectionWidth
    let dq = description.attention.hasOutputGate ? at(regions.gated) : wide2
    let keyValue = description.attention.keyValueWidth
    let input = at(regions.inputs[layer])
    let below = stop == .mixerInput ? nil : dnorm
    norm(input, rows: tokens, weights.beforeMixer, into: normed)
    let keyed = [Linear(.key, at(regions.dk), keyValue), Linear(.value, at(regions.dv), keyValue)]
    guard isLast else {
      linearBackward(
        layer, [Linear(.query, dq, queries)] + keyed, normed, rows: tokens, inner: at(region.innerAttention),
        places: .tokens, gradient: target, into: below)
      if below != nil { normBackward(input, weights.beforeMixer, rows: tokens) }
      return
    }
    // The last layer has keys of all tokens, but queries of predictors only. wide1 takes the predictors' rows.
    linearBackward(
      layer, keyed, normed, rows: tokens, inner: innerKeyValue(layer), places: .tokens, gradient: target, into: below)
    if pair(layer, .query) != nil || below != nil {
      let gathered = wide1
      gatherPredictors(normed, width: hidden, into: gathered)
      // Nothing reads the normed rows after this, so the queries' part of the gradient takes their place.
      linearBackward(
        layer, [Linear(.query, dq, queries)], gathered, rows: m, inner: innerQuery(layer), places: .predictors,
        gradient: target, into: below == nil ? nil : normed)
    }
    guard below != nil else { return }
    scatterAdd(normed, to: dnorm)
    spreadResidualGradient()
    normBackward(input, weights.beforeMixer, rows: tokens)
  }

  /// Moves the residual stream's gradient from the predictors to all tokens; wide1 is scratch.
  func spreadResidualGradient() {
    let hidden = configuration.hiddenSize
    let dx = at(regions.dx)
    at(regions.wide1).update(from: dx, count: predictors * hidden)
    dx.update(repeating: 0, count: tokens * hidden)
    scatterAdd(at(regions.wide1), to: dx)
  }

  private func scatterAdd(_ x: FloatPointer, to y: MutableFloatPointer) {
    let hidden = configuration.hiddenSize
    for (row, token) in predictorTokens.enumerated() {
      kernels.add(count: hidden, x + row * hidden, to: y + Int(token) * hidden)
    }
  }

  /// Reads the gradient of attention's output from wide1. Writes that of the raw queries to wide2, those of keys and
  /// values to dk and dv.
  private func attentionBackward(
    _ layer: Int, _ region: LayerRegions, _ gradient: PassGradient, _ injected: PassGradient?
  ) {
    let attention = configuration.layers[layer].attention
    let queries = attention.queryWidth
    let keyValue = attention.keyValueWidth
    let dimension = attention.headDimension
    let isLast = layer == lastLayer
    let m = rows(layer)
    let dq = at(regions.wide2)
    let dk = at(regions.dk)
    let dv = at(regions.dv)
    if attention.hasOutputGate {
      let raw = at(region.qRaw)
      kernels.gateMultiplyBackward(
        rows: m * attention.headCount, columns: dimension, at(region.attended), gate: raw + dimension,
        gateStride: attention.queryStride, gy: at(regions.wide1), into: at(regions.wide1),
        gateGradient: at(regions.gated) + dimension)
    }
    if let injected {
      dk.update(from: injected.prefixKeys(layer), count: tokens * keyValue)
      dv.update(from: injected.prefixValues(layer), count: tokens * keyValue)
    } else {
      dk.update(repeating: 0, count: tokens * keyValue)
      dv.update(repeating: 0, count: tokens * keyValue)
    }
    for ((call, token, query), sequence) in zip(attentionCalls(layer, region), pack.sequences) {
      var gradients = AttentionGradients(
        go: at(regions.wide1) + query * queries, gq: dq + query * queries, gk: dk + token * keyValue,
        gv: dv + token * keyValue)
      let sharedKeys = prefix == nil ? dk : gradient.prefixKeys(layer)
      let sharedValues = prefix == nil ? dv : gradient.prefixValues(layer)
      gradients.shared = sequence.prefix.map {
        (sharedKeys + $0.lowerBound * keyValue, sharedValues + $0.lowerBound * keyValue)
      }
      kernels.attentionBackward(call, gradients, scratch: at(regions.attention))
    }
    growQueries(dq, layer)
    rotate(layer, dq, heads: attention.headCount, isLast ? predictorPositions : positions, inverse: true)
    rotate(layer, dk, heads: attention.keyValueHeadCount, positions, inverse: true)
    func headNormBackward(
      _ raw: Int, stride: Int, _ weight: [Float]?, _ count: Int, _ gradient: MutableFloatPointer,
      into output: MutableFloatPointer
    ) {
      guard let weight else { return }
      kernels.rmsNormBackward(
        rows: count, channels: dimension, epsilon: Float(configuration.normEpsilon), at(raw), stride: stride,
        weight: weight, gy: gradient, gyStride: dimension, into: output, gxStride: stride, accumulate: false)
    }
    headNormBackward(
      region.qRaw, stride: attention.queryStride, model.layers[layer].queryNorm, m * attention.headCount, dq,
      into: attention.hasOutputGate ? at(regions.gated) : dq)
    headNormBackward(
      region.kRaw, stride: dimension, model.layers[layer].keyNorm, tokens * attention.keyValueHeadCount, dk, into: dk)
  }
}
