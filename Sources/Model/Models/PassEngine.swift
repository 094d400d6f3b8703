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

/// Keys and values of shared prefixes, `[tokens, keyValueWidth]` per layer, in the memory of the engine that computed
/// them; valid until its next pass.
public struct PrefixKeys {
  var keys: [FloatPointer]
  var values: [FloatPointer]
  public var tokenCount: Int
}

/// Forward and backward of a decoder over one pack at a time, in memory allocated once.
///
/// One worker owns an engine. Everything is f32; sums over tokens' channels follow one order, so results do not depend on
/// what else is in the pack, except that adapter gradients sum over the pack's tokens in order.
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
  var dropout = DropoutKey.none
  var prefix: PrefixKeys?
  /// Asked before each layer; once it says so the pass stops and its results mean nothing.
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
  ///   - prefix: keys and values of the prefixes the pack's sequences refer to; `nil` when they refer to sequences
  ///     of the pack itself, or to none.
  public func forward(
    _ pack: SequencePack, parameters: FloatPointer?, prefix: PrefixKeys? = nil, dropout: DropoutKey = .none
  ) {
    begin(pack, parameters, prefix, dropout)
    embed()
    for layer in 0...lastLayer {
      if cancelled() { return }
      forwardLayer(layer)
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
      tokens <= capacity.tokens && predictors <= capacity.predictors && pack.keyCount <= capacity.keys,
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
    let region = regions.layers[layer]
    let input = at(regions.inputs[layer])
    let output = at(regions.inputs[layer + 1])
    let hidden = configuration.hiddenSize
    let queries = configuration.queryWidth
    let keyValue = configuration.keyValueWidth
    let m = rows(layer)
    let isLast = layer == lastLayer
    let normed = at(regions.normed)

    norm(input, rows: tokens, weights.inputNorm, into: normed)
    let q = at(region.qRaw > 0 ? region.qRaw : region.q)
    let k = at(region.kRaw > 0 ? region.kRaw : region.k)
    let keyed = [
      Linear(.key, k, keyValue), Linear(.value, at(region.v), keyValue),
    ]
    if isLast {
      linear(layer, keyed, normed, rows: tokens, inner: innerKeyValue(layer), places: .tokens)
      let gathered = at(regions.dnorm)
      gatherPredictors(normed, width: hidden, into: gathered)
      linear(
        layer, [Linear(.query, q, queries)], gathered, rows: m, inner: innerQuery(layer), places: .predictors)
    } else {
      linear(
        layer, [Linear(.query, q, queries)] + keyed, normed, rows: tokens, inner: at(region.innerAttention),
        places: .tokens)
    }
    rotateForward(layer, region, rows: m)
    for (call, _, _) in attentionCalls(layer, region) { kernels.attention(call, scratch: at(regions.attention)) }

    let middle = at(region.middle)
    if isLast {
      gatherPredictors(input, width: hidden, into: middle)
    } else {
      middle.update(from: input, count: m * hidden)
    }
    linear(
      layer, [Linear(.output, middle, hidden)], at(region.attended), rows: m, inner: at(region.innerOutput),
      places: isLast ? .predictors : .tokens, accumulate: true)

    norm(middle, rows: m, weights.postAttentionNorm, into: normed)
    let intermediate = configuration.intermediateSize
    linear(
      layer, [Linear(.gate, at(region.gate), intermediate), Linear(.up, at(region.up), intermediate)], normed, rows: m,
      inner: at(region.innerGateUp), places: isLast ? .predictors : .tokens)
    let activated = at(regions.wide1)
    kernels.siluMultiply(count: m * intermediate, gate: at(region.gate), up: at(region.up), into: activated)
    output.update(from: middle, count: m * hidden)
    linear(
      layer, [Linear(.down, output, hidden)], activated, rows: m, inner: at(region.innerDown),
      places: isLast ? .predictors : .tokens, accumulate: true)
  }

  /// In the last layer A·x of keys and values is kept first, that of the (fewer) queries behind it.
  func innerKeyValue(_ layer: Int) -> MutableFloatPointer { at(regions.layers[layer].innerAttention) }
  func innerQuery(_ layer: Int) -> MutableFloatPointer {
    let rank = [ProjectionKind.key, .value].reduce(0) { $0 + (layout.pair(layer, $1)?.rank ?? 0) }
    return at(regions.layers[layer].innerAttention) + tokens * rank
  }

  /// Head norms, where there are any, and rotation; from the raw projections into q and k.
  func rotateForward(_ layer: Int, _ region: LayerRegions, rows m: Int) {
    let weights = model.layers[layer]
    let dimension = configuration.headDimension
    func normHeads(_ raw: Int, _ weight: [Float]?, _ count: Int, into normed: Int) {
      guard let weight else { return }
      kernels.rmsNorm(
        rows: count, channels: dimension, epsilon: Float(configuration.normEpsilon), at(raw), stride: dimension,
        weight: weight, into: at(normed), outputStride: dimension)
    }
    normHeads(region.qRaw, weights.queryNorm, m * configuration.headCount, into: region.q)
    normHeads(region.kRaw, weights.keyNorm, tokens * configuration.keyValueHeadCount, into: region.k)
    rotate(at(region.q), heads: configuration.headCount, layer == lastLayer ? predictorPositions : positions)
    rotate(at(region.k), heads: configuration.keyValueHeadCount, positions)
  }

  func rotate(_ x: MutableFloatPointer, heads: Int, _ positions: [Int32], inverse: Bool = false) {
    kernels.rope(
      rows: positions.count, heads: heads, headDimension: configuration.headDimension, positions: positions,
      cosine: rotary.cosine, sine: rotary.sine, inverse: inverse, x, stride: heads * configuration.headDimension)
  }

  /// The attention of each sequence of the pack, with where its tokens and its query rows start.
  func attentionCalls(_ layer: Int, _ region: LayerRegions) -> [(call: AttentionCall, token: Int, query: Int)] {
    let queries = configuration.queryWidth
    let keyValue = configuration.keyValueWidth
    let isLast = layer == lastLayer
    var token = 0
    var query = 0
    return pack.sequences.map { sequence in
      let count = isLast ? sequence.predictors.count : sequence.tokens.count
      var call = AttentionCall(
        queries: count, length: sequence.tokens.count, heads: configuration.headCount,
        keyValueHeads: configuration.keyValueHeadCount, headDimension: configuration.headDimension,
        scale: 1 / Float(configuration.headDimension).squareRoot(), q: at(region.q) + query * queries,
        k: at(region.k) + token * keyValue, v: at(region.v) + token * keyValue,
        output: at(region.attended) + query * queries, logSumExp: at(region.logSumExp) + query * configuration.headCount
      )
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

  /// The keys and values this engine's last forward computed, as a prefix for other packs.
  ///
  /// The engine must keep keys, or store every layer.
  public var prefixKeys: PrefixKeys {
    precondition(
      capacity.keepsKeys || capacity.storedLayers == configuration.layerCount, "a prefix keeps every layer's keys")
    return PrefixKeys(
      keys: regions.layers.map { FloatPointer(at($0.k)) }, values: regions.layers.map { FloatPointer(at($0.v)) },
      tokenCount: tokens)
  }
}
