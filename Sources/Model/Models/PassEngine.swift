import ModelFiles
public import Tensors

/// Dropout of one pass; `probability` 0 is none.
public struct DropoutKey: Sendable, Hashable {
  public var probability: Float
  public var seed: UInt64
  /// The update the pass belongs to.
  public var step: Int

  public init(probability: Float, seed: UInt64, step: Int) {
    self.probability = probability
    self.seed = seed
    self.step = step
  }

  public static let none = DropoutKey(probability: 0, seed: 0, step: 0)
}

/// What shared prefixes hand to the rows behind them, in the memory of the engine that computed them; valid until its next
/// pass. Attention layers have keys and values, `[tokens, keyValueWidth]`; recurrent layers have the state after each
/// prefix, `[prefixes, stateCount]`.
public struct PrefixKeys {
  var keys: [FloatPointer]
  var values: [FloatPointer]
  var states: [FloatPointer]
  public var extent: PrefixExtent
}

/// Writes what enters the first computed layer for the tokens of a sequence, `[tokens, hidden]`. Returns false when it cannot;
/// the pass then stops as if it were cancelled.
public typealias LayerInput = @Sendable (_ sequence: PackSequence, _ rows: MutableFloatPointer) -> Bool

/// Forward and backward of a decoder over one pack at a time, in memory allocated once.
///
/// One worker owns an engine. Everything is f32. A sum over channels has one fixed order, so the results of a token do not
/// depend on the other rows of the pack. The gradients of the adapter are sums over the pack's tokens, in their order.
public final class PassEngine {
  public let model: TransformerModel
  public let layout: AdapterLayout
  public let capacity: PassCapacity
  let kernels: Kernels
  let regions: PassLayout
  let memory: FloatBuffer
  let configuration: ModelConfiguration
  let rotary: RotaryTable

  var pack = SequencePack(sequences: [])
  var tokens = 0
  var predictors = 0
  /// Position in its row of each token, and of each predictor.
  var positions: [Int32] = []
  var predictorPositions: [Int32] = []
  /// Place in the pack of each predictor, and what it predicts.
  var predictorTokens: [Int32] = []
  /// Place of each predictor in its own sequence: stable memory, for attention's calls.
  let localPredictors: UnsafeMutablePointer<Int32>
  var targets: [Int32] = []
  /// Row identity of each token, for dropout.
  var rowOfToken: [Int] = []
  var parameters: FloatPointer?
  /// DoRA's factors of rows, for these parameters.
  var rowScales: FloatPointer?
  var dropout = DropoutKey.none
  var prefix: PrefixKeys?
  /// Called before each layer. When it returns true, the pass stops, and its results must not be used.
  public var isCancelled: (@Sendable () -> Bool)?
  /// Whether the last pass was stopped by `isCancelled`.
  public internal(set) var wasCancelled = false

  /// - Parameter rotary: covers every position of every row; `nil` for a table of `capacity.keys` positions.
  public init(
    model: TransformerModel, layout: AdapterLayout, capacity: PassCapacity, rotary: RotaryTable? = nil,
    kernels: Kernels = .best
  ) {
    self.model = model
    self.layout = layout
    self.capacity = capacity
    self.kernels = kernels
    configuration = model.configuration
    self.rotary =
      rotary ?? RotaryTable(model.configuration, positions: capacity.keys, sequenceLength: capacity.keys)
    regions = PassLayout(model.configuration, layout, capacity, kernels: kernels)
    memory = FloatBuffer(count: regions.floatCount)
    localPredictors = .allocate(capacity: max(capacity.predictors, 1))
  }

  deinit { localPredictors.deallocate() }

  func at(_ offset: Int) -> MutableFloatPointer { memory.pointer + offset }

  var lastLayer: Int { configuration.layerCount - 1 }

  /// Rows that leave a layer: predictors only in the last.
  func rows(_ layer: Int) -> Int { layer == lastLayer ? predictors : tokens }

  // MARK: Forward

  /// Runs the decoder over a pack; the residual stream at the predictors is left for `loss` or `logits`.
  /// - Parameters:
  ///   - parameters: the adapter, laid out as `layout` says; not needed when the layout is empty.
  ///   - rowScales: the values of a DoRA's `RowScales`, updated for these parameters.
  ///   - prefix: keys and values of the prefixes the pack's sequences refer to; `nil` when they refer to sequences
  ///     of the pack itself, or to none.
  ///   - input: of an engine whose `capacity.firstLayer` is not 0.
  public func forward(
    _ pack: SequencePack, parameters: FloatPointer?, rowScales: FloatPointer? = nil, prefix: PrefixKeys? = nil,
    dropout: DropoutKey = .none, input: LayerInput? = nil
  ) {
    precondition(!layout.hasMagnitudes || rowScales != nil, "a DoRA has factors of its rows")
    precondition(
      capacity.firstLayer == 0 || input != nil && capacity.firstLayer <= layout.firstTrainedLayer,
      "layers are left out where nothing is adapted, and their output is given")
    self.rowScales = rowScales
    begin(pack, parameters, prefix, dropout)
    if capacity.firstLayer == 0 { embed() } else if let input { take(input) }
    for layer in capacity.firstLayer..<configuration.layerCount {
      if cancelled() { return }
      forwardLayer(layer)
    }
  }

  /// Runs the base's layers below one over a pack.
  /// - Parameter prefix: as of `forward`; from engines that ran the same layers.
  /// - Returns: what enters the layer, `[tokens, hidden]`, valid until the next pass; `nil` when cancelled.
  public func inputs(of layer: Int, _ pack: SequencePack, prefix: PrefixKeys? = nil) -> FloatPointer? {
    precondition(layer <= lastLayer && capacity.firstLayer == 0, "a layer of the model has an input")
    begin(pack, nil, prefix, .none)
    embed()
    for below in 0..<layer {
      if cancelled() { return nil }
      forwardLayer(below)
    }
    return FloatPointer(at(regions.inputs[layer]))
  }

  private func take(_ input: LayerInput) {
    var place = at(regions.inputs[capacity.firstLayer])
    for sequence in pack.sequences where !sequence.tokens.isEmpty {
      guard input(sequence, place) else {
        wasCancelled = true
        return
      }
      place += sequence.tokens.count * configuration.hiddenSize
    }
  }

  func cancelled() -> Bool {
    if !wasCancelled, isCancelled?() == true { wasCancelled = true }
    return wasCancelled
  }

  private func begin(
    _ pack: SequencePack, _ parameters: FloatPointer?, _ prefix: PrefixKeys?, _ dropout: DropoutKey
  ) {
    self.pack = pack
    self.parameters = parameters
    self.prefix = prefix
    self.dropout = dropout
    wasCancelled = false
    tokens = pack.tokenCount
    predictors = pack.predictorCount
    precondition(
      tokens <= capacity.tokens && predictors <= capacity.predictors && pack.keyCount <= capacity.keys
        && (capacity.keptStates == 0 || pack.sequences.count <= capacity.keptStates),
      "the engine was made for packs of this size")
    precondition(pack.keyCount <= rotary.positions, "the rotary table covers every position")
    positions.removeAll(keepingCapacity: true)
    predictorPositions.removeAll(keepingCapacity: true)
    predictorTokens.removeAll(keepingCapacity: true)
    targets.removeAll(keepingCapacity: true)
    rowOfToken.removeAll(keepingCapacity: true)
    for sequence in pack.sequences {
      let start = positions.count
      for place in sequence.predictors {
        localPredictors[predictorTokens.count] = place
        predictorTokens.append(Int32(start) + place)
        predictorPositions.append(Int32(sequence.prefixLength) + place)
      }
      targets += sequence.targets
      for place in sequence.tokens.indices {
        positions.append(Int32(sequence.prefixLength + place))
        rowOfToken.append(sequence.row)
      }
    }
  }

  private func embed() {
    let hidden = configuration.hiddenSize
    var place = 0
    for sequence in pack.sequences {
      for token in sequence.tokens {
        kernels.widenRow(Int(token), of: model.embedding, into: at(regions.inputs[0]) + place * hidden)
        place += 1
      }
    }
    addEmbeddingUpdate()
    if configuration.embeddingScale != 1 {
      let rows = at(regions.inputs[0])
      kernels.scale(count: tokens * hidden, by: configuration.embeddingScale, rows, into: rows)
    }
  }

  func norm(_ x: FloatPointer, rows: Int, _ weight: [Float], into y: MutableFloatPointer) {
    let hidden = configuration.hiddenSize
    kernels.rmsNorm(
      rows: rows, channels: hidden, epsilon: Float(configuration.normEpsilon), x, stride: hidden, weight: weight,
      into: y,
      outputStride: hidden)
  }

  /// Copies the predictors' rows of `x [T, width]`.
  func gatherPredictors(_ x: FloatPointer, width: Int, into y: MutableFloatPointer) {
    for (row, token) in predictorTokens.enumerated() {
      (y + row * width).update(from: x + Int(token) * width, count: width)
    }
  }

  /// Computes a layer from its input, leaving what backward needs in its regions and its output in the next input.
  func forwardLayer(_ layer: Int) {
    let weights = model.layers[layer]
    let description = configuration.layers[layer]
    let region = regions.layers[layer]
    let input = at(regions.inputs[layer])
    let output = at(regions.inputs[layer + 1])
    let hidden = configuration.hiddenSize
    let m = rows(layer)
    let isLast = layer == lastLayer
    let places: Places = isLast ? .predictors : .tokens
    let normed = at(regions.normed)

    norm(input, rows: tokens, weights.beforeMixer, into: normed)
    if let delta = description.delta {
      deltaForward(layer, delta, region)
    } else {
      attentionForward(layer, description.attention, region)
    }
    let middle = at(region.middle)
    if isLast {
      gatherPredictors(input, width: hidden, into: middle)
    } else {
      middle.update(from: input, count: m * hidden)
    }
    addHalf(
      layer, .output, mixed(description, region, rows: m, into: at(regions.wide1)), rows: m, inner: region.innerOutput,
      places: places, through: region.mixed, weights.afterMixer, to: middle)

    norm(middle, rows: m, weights.beforeMLP, into: normed)
    let intermediate = description.intermediateSize
    linear(
      layer, [Linear(.gate, at(region.gate), intermediate), Linear(.up, at(region.up), intermediate)], normed, rows: m,
      inner: at(region.innerGateUp), places: places)
    let activated = at(regions.wide1)
    activate(description, region, rows: m, into: activated)
    output.update(from: middle, count: m * hidden)
    addHalf(
      layer, .down, activated, rows: m, inner: region.innerDown, places: places, through: region.expanded,
      weights.afterMLP, to: output)
  }

  /// The input of the mixer's last linear layer: the output of attention, or, if the layer has an output gate, the gated
  /// output, which is written to `scratch`.
  func mixed(_ layer: LayerDescription, _ region: LayerRegions, rows: Int, into scratch: MutableFloatPointer)
    -> FloatPointer
  {
    let attention = layer.attention
    guard attention.hasOutputGate else { return FloatPointer(at(region.attended)) }
    let dimension = attention.headDimension
    kernels.gateMultiply(
      rows: rows * attention.headCount, columns: dimension, at(region.attended), gate: at(region.qRaw) + dimension,
      gateStride: attention.queryStride, into: scratch)
    return FloatPointer(scratch)
  }

  /// `y += norm(x W)`, the last step of a layer's half. Without a norm, the product is added to the residual stream directly.
  /// - Parameter raw: region that keeps x W for backward, where a norm follows.
  private func addHalf(
    _ layer: Int, _ role: ProjectionRole, _ x: FloatPointer, rows: Int, inner: Int, places: Places, through raw: Int,
    _ weight: [Float]?, to y: MutableFloatPointer
  ) {
    let hidden = configuration.hiddenSize
    guard let weight else {
      linear(
        layer, [Linear(role, y, hidden)], x, rows: rows, inner: at(inner), places: places, accumulate: true)
      return
    }
    linear(layer, [Linear(role, at(raw), hidden)], x, rows: rows, inner: at(inner), places: places)
    norm(at(raw), rows: rows, weight, into: at(regions.normed))
    kernels.add(count: rows * hidden, at(regions.normed), to: y)
  }

  /// `activation(gate) · up`
  func activate(_ layer: LayerDescription, _ region: LayerRegions, rows: Int, into y: MutableFloatPointer) {
    kernels.activateMultiply(
      layer.activation, count: rows * layer.intermediateSize, gate: at(region.gate), up: at(region.up), into: y)
  }

  /// Attention's output from the normed input.
  private func attentionForward(_ layer: Int, _ attention: AttentionDescription, _ region: LayerRegions) {
    let normed = at(regions.normed)
    let queries = attention.queryProjectionWidth
    let keyValue = attention.keyValueWidth
    let m = rows(layer)
    let q = at(attention.hasQueryKeyNorm ? region.qRaw : region.q)
    let k = at(attention.hasQueryKeyNorm ? region.kRaw : region.k)
    let keyed = [Linear(.key, k, keyValue), Linear(.value, at(region.v), keyValue)]
    if layer == lastLayer {
      linear(layer, keyed, normed, rows: tokens, inner: innerKeyValue(layer), places: .tokens)
      let gathered = at(regions.dnorm)
      gatherPredictors(normed, width: configuration.hiddenSize, into: gathered)
      linear(layer, [Linear(.query, q, queries)], gathered, rows: m, inner: innerQuery(layer), places: .predictors)
    } else {
      linear(
        layer, [Linear(.query, q, queries)] + keyed, normed, rows: tokens, inner: at(region.innerAttention),
        places: .tokens)
    }
    rotateForward(layer, region, rows: m)
    for (call, _, _) in attentionCalls(layer, region) { kernels.attention(call, scratch: at(regions.attention)) }
  }

  /// In the last layer, A·x of keys and values (all tokens) is kept first, and that of the queries (predictors only) after it.
  func innerKeyValue(_ layer: Int) -> MutableFloatPointer { at(regions.layers[layer].innerAttention) }
  func innerQuery(_ layer: Int) -> MutableFloatPointer {
    let kept = Set([ProjectionRole.key, .value].compactMap { pair(layer, $0)?.index })
    let rank = kept.reduce(0) { $0 + (layout.pair(layer, $1)?.rank ?? 0) }
    return at(regions.layers[layer].innerAttention) + tokens * rank
  }

  /// The pair of the projection that has a role.
  func pair(_ layer: Int, _ role: ProjectionRole) -> AdapterLayout.Pair? {
    configuration.layers[layer].place(of: role).flatMap { layout.pair(layer, $0.projection) }
  }

  /// Head norms, where there are any, and rotation; from the raw projections into q and k.
  func rotateForward(_ layer: Int, _ region: LayerRegions, rows m: Int) {
    let weights = model.layers[layer]
    let attention = configuration.layers[layer].attention
    let dimension = attention.headDimension
    func normHeads(_ raw: Int, stride: Int, _ weight: [Float]?, _ count: Int, into normed: Int) {
      guard let weight else { return }
      kernels.rmsNorm(
        rows: count, channels: dimension, epsilon: Float(configuration.normEpsilon), at(raw), stride: stride,
        weight: weight, into: at(normed), outputStride: dimension)
    }
    normHeads(region.qRaw, stride: attention.queryStride, weights.queryNorm, m * attention.headCount, into: region.q)
    normHeads(region.kRaw, stride: dimension, weights.keyNorm, tokens * attention.keyValueHeadCount, into: region.k)
    rotate(layer, at(region.q), heads: attention.headCount, layer == lastLayer ? predictorPositions : positions)
    rotate(layer, at(region.k), heads: attention.keyValueHeadCount, positions)
    growQueries(at(region.q), layer)
  }

  /// Rotates the rotated part of each head in place.
  func rotate(
    _ layer: Int, _ x: MutableFloatPointer, heads: Int, _ positions: [Int32], inverse: Bool = false
  ) {
    guard let angles = rotary.angles(layer) else { return }
    let dimension = configuration.layers[layer].attention.headDimension
    let isWhole = angles.dimension == dimension
    // The kernel rotates neighboring heads in one call if whole heads are rotated; otherwise it takes one head per call.
    for head in 0..<(isWhole ? 1 : heads) {
      kernels.rope(
        rows: positions.count, heads: isWhole ? heads : 1, headDimension: angles.dimension, positions: positions,
        cosine: angles.cosine, sine: angles.sine, inverse: inverse, x + head * dimension, stride: heads * dimension)
    }
  }

  /// Multiplies queries, or their gradients, by the factor of their positions.
  func growQueries(_ x: MutableFloatPointer, _ layer: Int) {
    let attention = configuration.layers[layer].attention
    guard let growth = attention.queryGrowth else { return }
    let width = attention.queryWidth
    for (row, position) in (layer == lastLayer ? predictorPositions : positions).enumerated()
    where Int(position) >= growth.originalPositions {
      kernels.scale(count: width, by: growth.factor(position: position), x + row * width, into: x + row * width)
    }
  }

  /// The attention of each sequence of the pack, with where its tokens and its query rows start.
  func attentionCalls(_ layer: Int, _ region: LayerRegions) -> [(call: AttentionCall, token: Int, query: Int)] {
    let attention = configuration.layers[layer].attention
    let queries = attention.queryWidth
    let keyValue = attention.keyValueWidth
    let isLast = layer == lastLayer
    var token = 0
    var query = 0
    return pack.sequences.map { sequence in
      let count = isLast ? sequence.predictors.count : sequence.tokens.count
      var call = AttentionCall(
        queries: count, length: sequence.tokens.count, heads: attention.headCount,
        keyValueHeads: attention.keyValueHeadCount, headDimension: attention.headDimension, scale: attention.scale,
        q: at(region.q) + query * queries,
        k: at(region.k) + token * keyValue, v: at(region.v) + token * keyValue,
        output: at(region.attended) + query * queries, logSumExp: at(region.logSumExp) + query * attention.headCount)
      call.window = attention.window
      call.softCap = attention.softCap
      if isLast { call.positions = UnsafePointer(localPredictors + query) }
      // Without prefixes of another engine the pack is one of prefixes, whose branches read their stems beside them.
      let keys = prefix?.keys[layer] ?? FloatPointer(at(region.k))
      let values = prefix?.values[layer] ?? FloatPointer(at(region.v))
      call.shared = sequence.prefix.map {
        SharedKeys(
          count: $0.count, keys: keys + $0.lowerBound * keyValue, values: values + $0.lowerBound * keyValue)
      }
      defer {
        token += sequence.tokens.count
        query += count
      }
      return (call, token, query)
    }
  }

  /// What this engine's last forward computed, as prefixes for other packs.
  ///
  /// The engine must keep keys, or train and store every layer; and with recurrent layers it must keep the states of the sequences.
  public var prefixKeys: PrefixKeys {
    precondition(
      capacity.keepsKeys || capacity.storedLayers == configuration.layerCount && layout.firstTrainedLayer == 0,
      "a prefix keeps every layer's keys")
    precondition(
      !configuration.isRecurrent || capacity.keptStates >= pack.sequences.count, "a prefix keeps its final states")
    return PrefixKeys(
      keys: regions.layers.map { FloatPointer(at($0.k)) }, values: regions.layers.map { FloatPointer(at($0.v)) },
      states: regions.layers.map { FloatPointer(at($0.states)) }, extent: pack.extent)
  }
}
