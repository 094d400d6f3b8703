public import ModelFiles
public import Tensors

/// What a pass must have room for.
public struct PassCapacity: Sendable, Hashable {
  /// Tokens of a pack, and of those the ones that predict a label.
  public var tokens: Int
  public var predictors: Int
  /// The most keys one query sees, prefix included.
  public var keys: Int
  /// Layers, counted from the last, whose activations are kept for backward; the others keep their input and are
  /// computed again. Those below the first adapted layer keep nothing. `nil`: no backward at all.
  public var storedLayers: Int?
  /// The first layer that is computed. What enters it is given to the pass (`LayerInput`) unless it is 0.
  public var firstLayer = 0
  public var dropout: Bool
  /// Threads that share each product of a weight.
  public var threads = 1
  /// Whether keys and values of every layer outlast the forward pass, also where activations do not.
  public var keepsKeys = false
  /// Sequences of which the recurrent layers' final states are kept.
  public var keptStates = 0

  public init(tokens: Int, predictors: Int, keys: Int, storedLayers: Int?, dropout: Bool = false) {
    self.tokens = tokens
    self.predictors = predictors
    self.keys = keys
    self.storedLayers = storedLayers
    self.dropout = dropout
  }

  /// The smallest capacity that holds both.
  public mutating func include(_ pack: SequencePack) {
    tokens = max(tokens, pack.tokenCount)
    predictors = max(predictors, pack.predictorCount)
    keys = max(keys, pack.keyCount)
  }
}

/// Offsets, in floats, of the activations that a layer keeps. `m` is the number of their rows: the pack's tokens, or in
/// the last layer its predictors.
///
/// A region that the layer's description does not need (`qRaw` without a norm of heads, `mixed` without a norm after the
/// mixer) keeps the offset 0 and takes no room. Code that reads such a region checks the description first.
struct LayerRegions {
  /// `[m, queries]`, rotated; `qRaw` is before norm and rotation, in architectures that norm the heads.
  var q = 0, qRaw = 0
  /// `[T, keyValue]`
  var k = 0, kRaw = 0, v = 0
  /// `[m, mixer's width]`, `[m, heads]`
  var attended = 0, logSumExp = 0
  /// Of a gated delta net: input `[T, channels]`, gate `[T, values]`, rate and decay `[T, value heads]`, and the output
  /// before the gated norm, `[T, values]`.
  var deltaInput = 0, deltaGate = 0, deltaRate = 0, deltaDecay = 0, deltaOutput = 0
  /// The final states of the pack's sequences, where they are kept: `[keptStates, stateCount]`.
  var states = 0
  /// `[m, hidden]`: the outputs of mixer and MLP, kept only if a norm follows them.
  var mixed = 0, expanded = 0
  /// `[m, hidden]`
  var middle = 0
  /// `[m, intermediate]`
  var gate = 0, up = 0
  /// A·x of the groups.
  var innerAttention = 0, innerOutput = 0, innerGateUp = 0, innerDown = 0
  /// DoRA, by index of the projection: `[T, outputs]`, the product before its rows' factors.
  var unscaled: [Int] = []
}

/// The plan of one pass's memory: the single place that says how much it takes, used to allocate and to forecast.
///
/// With L layers of which the last S keep their activations, and layer F the first that is adapted:
///
///     | layers 0 … L−S−1: one region for all  | layer L−S | … | layer L−1   | inputs of F … L, and 2 for all  | scratch |
///     | computed again in backward, from F on | region    |   | predictors  | below: [T, hidden] each         |         |
struct PassLayout {
  var layers: [LayerRegions] = []
  /// `[T, hidden]` per layer: the residual stream that enters it; and `[m, hidden]` that leaves the last.
  var inputs: [Int] = []
  var normed = 0, packed = 0, packedInner = 0, product = 0, attention = 0
  /// Gradient, or forward scratch, of the residual stream and of the widest activations.
  var dx = 0, dnorm = 0, wide1 = 0, wide2 = 0, dk = 0, dv = 0, inner = 0
  var logits = 0, dropped = 0
  /// Of an adapted embedding: a row of its factor for each token, `[T, rank]`.
  var embeddingInner = 0
  /// Of an adapted head: x times its factor, and the gradient, `[rows of logits, rank]`.
  var headInner = 0, headInnerGradient = 0
  /// DoRA: the gradient of a product before its rows' factors, `[T, widest]`.
  var scaledGradient = 0
  /// Queries and gates, or their gradients, as their projection has them: `[T, 2·queries]`.
  var gated = 0
  /// Of a gated delta net: `[T, channels]` after the convolution, and its gradient; gradients of gate, rate and decay.
  var delta = 0, convolved = 0, convolvedGradient = 0, gateGradient = 0, rateGradient = 0, decayGradient = 0
  /// Rows of logits computed at a time.
  var logitRows = 0
  var floatCount = 0

  /// Bytes of logits a worker holds at a time; at least 64 rows are taken whatever they need.
  static let logitBytes = 32 << 20
  /// Columns of the vocabulary whose gradient is packed at a time.
  static let headColumns = 4096

  init(_ configuration: ModelConfiguration, _ adapter: AdapterLayout, _ capacity: PassCapacity, kernels: Kernels) {
    let tokens = capacity.tokens
    let predictors = capacity.predictors
    let hidden = configuration.hiddenSize
    let keyValue = configuration.keyValueWidth
    let last = configuration.layerCount - 1
    let rank = adapter.largestGroupRank
    let wide = max(configuration.intermediateSize, configuration.mixerWidth, hidden)
    // The widest operand of a product.
    let widest = configuration.layers.reduce(wide) { $1.projections.reduce($0) { max($0, $1.inputs, $1.outputs) } }
    let deltas = configuration.layers.compactMap(\.delta)
    func largestDelta(_ value: (DeltaDescription) -> Int) -> Int { deltas.reduce(0) { max($0, value($1)) } }
    var total = 0
    func take(_ count: Int) -> Int {
      defer { total += FloatArena.regionSize(count) }
      return total
    }
    /// A region that is large enough for each of these layers.
    func takeLayers(_ indices: some Sequence<Int>, rows: Int) -> LayerRegions {
      let layers = indices.map { configuration.layers[$0] }
      func largest(_ value: (LayerDescription) -> Int) -> Int { layers.reduce(0) { max($0, value($1)) } }
      func ranks(_ group: ProjectionGroup) -> Int { indices.reduce(0) { max($0, adapter.rank($1, group)) } }
      let queries = largest { $0.attention.queryWidth }
      let keyValue = largest { $0.attention.keyValueWidth }
      let intermediate = largest { $0.intermediateSize }
      var region = LayerRegions()
      region.q = take(rows * queries)
      region.k = take(tokens * keyValue)
      region.v = take(tokens * keyValue)
      if layers.contains(where: \.attention.hasQueryKeyNorm) {
        region.qRaw = take(rows * largest { $0.attention.queryProjectionWidth })
        region.kRaw = take(tokens * keyValue)
      }
      region.attended = take(rows * largest { $0.mixerWidth })
      region.logSumExp = take(rows * largest { $0.attention.headCount })
      let nets = layers.compactMap(\.delta)
      if !nets.isEmpty {
        func most(_ value: (DeltaDescription) -> Int) -> Int { nets.reduce(0) { max($0, value($1)) } }
        region.deltaInput = take(tokens * most(\.channelCount))
        region.deltaGate = take(tokens * most(\.valueWidth))
        region.deltaRate = take(tokens * most(\.valueHeadCount))
        region.deltaDecay = take(tokens * most(\.valueHeadCount))
        region.deltaOutput = take(tokens * most(\.valueWidth))
      }
      if layers.contains(where: { $0.norms.afterMixer != nil }) { region.mixed = take(rows * hidden) }
      if layers.contains(where: { $0.norms.afterMLP != nil }) { region.expanded = take(rows * hidden) }
      region.middle = take(rows * hidden)
      region.gate = take(rows * intermediate)
      region.up = take(rows * intermediate)
      // A fused projection's A·x is kept twice in the last layer: of all tokens for keys, of predictors for queries.
      let twice = indices.contains(last) ? predictors * adapter.queryRankKeptApart(last) : 0
      region.innerAttention = take(tokens * ranks(.mixerInput) + twice)
      region.innerOutput = take(rows * ranks(.mixerOutput))
      region.innerGateUp = take(rows * ranks(.mlpInput))
      region.innerDown = take(rows * ranks(.mlpInner))
      guard adapter.hasMagnitudes else { return region }
      for index in 0..<largest({ $0.projections.count }) {
        region.unscaled.append(
          take(
            tokens
              * indices.reduce(0) { most, layer in
                guard index < configuration.layers[layer].projections.count else { return most }
                return max(most, adapter.pair(layer, index)?.outputs ?? 0)
              }))
      }
      return region
    }
    let count = configuration.layerCount
    let trained = adapter.firstTrainedLayer
    let stored = min(capacity.storedLayers ?? 0, count - trained)
    // Layers before the first that is computed have no regions.
    layers = [LayerRegions](repeating: LayerRegions(), count: min(capacity.firstLayer, count - stored))
    if layers.count < count - stored {
      // Layers that are computed again, or only forward, share one region; the last layer is never among them unless none
      // is stored.
      let shared = takeLayers(layers.count..<count - stored, rows: tokens)
      layers += [LayerRegions](repeating: shared, count: count - stored - layers.count)
      if capacity.keepsKeys {
        for layer in capacity.firstLayer..<layers.count where configuration.layers[layer].delta == nil {
          layers[layer].k = take(tokens * keyValue)
          layers[layer].v = take(tokens * keyValue)
        }
      }
    }
    while layers.count < count {
      let index = layers.count
      layers.append(takeLayers(index...index, rows: index == last ? predictors : tokens))
    }
    if capacity.keptStates > 0 {
      for layer in layers.indices.dropFirst(capacity.firstLayer) {
        guard let delta = configuration.layers[layer].delta else { continue }
        layers[layer].states = take(capacity.keptStates * delta.stateCount)
      }
    }
    // A gradient needs the inputs of trained layers. Elsewhere a layer's output takes the place of its input's input.
    let kept = capacity.storedLayers == nil ? count + 1 : trained
    let passed = (0..<min(2, max(kept - capacity.firstLayer, 0))).map { _ in take(tokens * hidden) }
    inputs = (0...count).map { layer in
      if layer >= kept { return take((layer > last ? predictors : tokens) * hidden) }
      return passed.isEmpty ? 0 : passed[layer % passed.count]
    }
    logitRows = max(1, min(predictors, max(64, PassLayout.logitBytes / 4 / max(configuration.vocabularySize, 1))))
    normed = take(tokens * hidden)
    dx = take(tokens * hidden)
    dnorm = take(tokens * hidden)
    wide1 = take(tokens * wide)
    packed = take(
      max(
        kernels.packedSize(rows: tokens, inner: max(widest, keyValue)),
        kernels.packedSize(
          rows: logitRows, inner: max(hidden, min(PassLayout.headColumns, configuration.vocabularySize)))))
    // A pack without predictors still has room for a row of logits.
    let rows = max(tokens, logitRows)
    packedInner = take(
      max(kernels.packedSize(rows: rows, inner: rank), kernels.packedSize(rows: rank, inner: rows)))
    if let embedding = adapter.table(.embedding) { embeddingInner = take(tokens * embedding.rank) }
    if let head = adapter.table(.head) {
      headInner = take(logitRows * head.rank)
      if capacity.storedLayers != nil { headInnerGradient = take(logitRows * head.rank) }
    }
    product = take(kernels.productScratch * max(capacity.threads, 1))
    attention = take(
      kernels.attentionScratch(
        keys: capacity.keys, headDimension: configuration.headDimension, backward: capacity.storedLayers != nil))
    if configuration.layers.contains(where: \.attention.hasOutputGate) {
      gated = take(tokens * 2 * configuration.queryWidth)
    }
    if !deltas.isEmpty {
      delta = take(
        deltas.reduce(0) {
          max($0, kernels.deltaScratch($1, length: tokens, backward: capacity.storedLayers != nil))
        })
      convolved = take(tokens * largestDelta(\.channelCount))
      if capacity.storedLayers != nil {
        convolvedGradient = take(tokens * largestDelta(\.channelCount))
        gateGradient = take(tokens * largestDelta(\.valueWidth))
        rateGradient = take(tokens * largestDelta(\.valueHeadCount))
        decayGradient = take(tokens * largestDelta(\.valueHeadCount))
      }
    }
    if capacity.storedLayers != nil {
      wide2 = take(tokens * wide)
      dk = take(tokens * keyValue)
      dv = take(tokens * keyValue)
      inner = take(tokens * rank)
    }
    if capacity.dropout { dropped = take(tokens * wide) }
    if adapter.hasMagnitudes, capacity.storedLayers != nil { scaledGradient = take(tokens * widest) }
    logits = take(logitRows * configuration.vocabularySize)
    floatCount = total
  }
}

extension PassCapacity {
  /// Bytes a worker takes for passes of this capacity.
  public func byteCount(_ configuration: ModelConfiguration, _ adapter: AdapterLayout, kernels: Kernels = .best) -> Int
  {
    PassLayout(configuration, adapter, self, kernels: kernels).floatCount * 4
  }
}
