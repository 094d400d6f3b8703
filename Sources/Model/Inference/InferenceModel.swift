import Diagnostics
import Glibc
public import ModelFiles

/// A model ready to generate: plain weights in the kernels' layout, held once and shared by every generator and adapter,
/// quantized ones in their mapped file.
///
/// ```swift
/// let model = try InferenceModel.open("models/smollm2")
/// let adapter = try InferenceAdapter.open("adapters/grace", for: model)
/// let reply = try model.generate(prompt: tokens, adapter: adapter, sampling: .greedy, maximumTokens: 64)
/// ```
/// Tokens go in and out as numbers; `Serving.ChatModel` puts text around it. For many requests at once, see
/// `Generator`.
public final class InferenceModel: Sendable {
  public let configuration: ModelConfiguration
  /// How most weights are stored.
  public let dominantDType: TensorDType
  /// Bytes of the weights held in memory, beside the mapped file.
  public let packedByteCount: Int

  /// Where the weights came from; opened again for an adapter that must read them.
  private let path: String
  let embedding: TensorView
  let layers: [LayerWeights]
  let finalNorm: [Float]
  let head: PackedMatrix
  /// The ways in which layers rotate.
  let rotations: [Rotation]

  struct Rotation: Sendable {
    let frequencies: [Float]
    /// What cos and sin are multiplied by.
    let factor: Float
    /// Rotated dimensions of a head.
    var dimension: Int { 2 * frequencies.count }
  }

  struct LayerWeights: Sendable {
    let description: LayerDescription
    /// Index into `rotations`; `nil` for a layer that rotates nothing.
    let rotation: Int?
    /// Index among the layers that keep keys and values, or among those that keep a state.
    let place: Int
    /// Of a gated delta net.
    let delta: DeltaWeights?
    /// The order in which `output` reads the heads of a gated delta net, where that is not the canonical one.
    let outputOrder: ValueHeadOrder?
    let beforeMixer: [Float]
    /// Empty where no norm follows the mixer.
    let afterMixer: [Float]
    /// What reads the mixer's input: queries, keys and values, or those of a gated delta net with its gate, rate and decay.
    let queryKeyValue: PackedMatrix
    /// In the layout of `queryKeyValue`'s output; empty without bias.
    let queryKeyValueBias: [Float]
    let queryNorm: [Float]
    let keyNorm: [Float]
    let output: PackedMatrix
    let beforeMLP: [Float]
    /// Empty where no norm follows the MLP.
    let afterMLP: [Float]
    /// Gate and up in turn, 16 rows each.
    let gateUp: PackedMatrix
    let down: PackedMatrix
  }

  /// Opens what `ModelSource.open` opens and packs plain weights.
  /// - Parameter threads: members of the team that packs.
  /// - Throws: `Diagnostic` or `DiagnosticList` naming the file.
  public static func open(_ path: String, threads: Int = 2) throws -> InferenceModel {
    try InferenceModel(ModelSource.open(path), threads: threads)
  }

  /// Takes the weights of an open source, which need not be kept: quantized ones where they lie, plain ones packed.
  /// - Parameter arranged: of this source; read in the place of the matrices that it holds. Their inputs keep 16 bits
  ///   (`ActivationType.readsArranged`).
  public init(_ source: ModelSource, threads: Int = 2, arranged: ArrangedWeights? = nil) throws {
    let configuration = source.configuration
    self.configuration = configuration
    path = source.path
    dominantDType = source.dominantDType
    embedding = try source.tensor("model.embed_tokens.weight")
    finalNorm = try source.normScale("model.norm.weight")
    try Self.requireEqualLayers(configuration)
    var kinds: [(rope: RopeConfiguration, dimension: Int)] = []
    let rotation = configuration.layers.map { layer -> Int? in
      guard let rope = layer.attention.rope else { return nil }
      let kind = (rope: rope, dimension: layer.attention.rotatedDimension)
      if let known = kinds.firstIndex(where: { $0 == kind }) { return known }
      kinds.append(kind)
      return kinds.count - 1
    }
    rotations = kinds.map { kind in
      let (frequencies, factor) = kind.rope.inverseFrequencies(
        headDimension: kind.dimension, maximumPositions: configuration.maximumPositions)
      return Rotation(frequencies: frequencies, factor: factor)
    }

    var packer = MatrixPacker()
    var planned:
      [(qkv: MatrixPacker.Planned, o: MatrixPacker.Planned, gu: MatrixPacker.Planned, d: MatrixPacker.Planned)]
    planned = []
    for (layer, description) in configuration.layers.enumerated() {
      func weight(_ role: ProjectionRole) throws -> TensorView { try Self.weight(role, of: source, layer: layer) }
      planned.append(
        (
          try packer.plan(stacking: Self.inputRoles(description).map { try weight($0) }),
          try packer.plan(stacking: [weight(.output)]),
          try packer.plan(interleaving: weight(.gate), weight(.up)),
          try packer.plan(stacking: [weight(.down)])
        ))
    }
    let plannedHead = try packer.plan(stacking: [source.outputHead()])
    let slab = try packer.pack(team: ThreadTeam(count: threads))
    packedByteCount = slab.byteCount
    head = MatrixPacker.matrix(plannedHead, in: slab, arranged: arranged)
    layers = try planned.enumerated().map { layer, planned in
      let prefix = "model.layers.\(layer)."
      let description = configuration.layers[layer]
      func norm(_ name: String?) throws -> [Float] {
        try name.map { try source.normScale(prefix + $0 + ".weight") } ?? []
      }
      var bias: [Float] = []
      for role in Self.inputRoles(description) {
        guard let (index, rows) = description.place(of: role), description.projections[index].hasBias else { continue }
        bias += try source.tensor(prefix + description.projections[index].module + ".bias").floats()[rows]
        bias += [Float](repeating: 0, count: (16 - bias.count % 16) % 16)
      }
      let normed = description.attention.hasQueryKeyNorm
      return LayerWeights(
        description: description, rotation: rotation[layer],
        place: configuration.layers[..<layer].filter { ($0.delta == nil) == (description.delta == nil) }.count,
        delta: try description.delta.map { try source.deltaWeights(layer: layer, $0) },
        outputOrder: try description.delta.flatMap { _ in try Self.outputMatrix(of: source, layer: layer).columns },
        beforeMixer: try norm(description.norms.beforeMixer),
        afterMixer: try norm(description.norms.afterMixer),
        queryKeyValue: MatrixPacker.matrix(planned.qkv, in: slab, arranged: arranged),
        queryKeyValueBias: bias, queryNorm: try norm(normed ? "self_attn.q_norm" : nil),
        keyNorm: try norm(normed ? "self_attn.k_norm" : nil),
        output: MatrixPacker.matrix(planned.o, in: slab, arranged: arranged),
        beforeMLP: try norm(description.norms.beforeMLP), afterMLP: try norm(description.norms.afterMLP),
        gateUp: MatrixPacker.matrix(planned.gu, in: slab, arranged: arranged),
        down: MatrixPacker.matrix(planned.d, in: slab, arranged: arranged))
    }
  }

  private static func weight(_ role: ProjectionRole, of source: ModelSource, layer: Int) throws -> TensorView {
    if role == .output { return try outputMatrix(of: source, layer: layer).matrix }
    let description = source.configuration.layers[layer]
    guard let (index, rows) = description.place(of: role) else { throw incomplete(source.configuration) }
    return try source.tensor("model.layers.\(layer).\(description.projections[index].module).weight").rows(rows)
  }

  /// The matrix that reads what the mixer made, and in which order it does.
  private static func outputMatrix(of source: ModelSource, layer: Int) throws
    -> (matrix: TensorView, columns: ValueHeadOrder?)
  {
    let description = source.configuration.layers[layer]
    guard let (index, rows) = description.place(of: .output) else { throw incomplete(source.configuration) }
    let (matrix, columns) = try source.inFileOrder(
      "model.layers.\(layer).\(description.projections[index].module).weight")
    return (matrix.rows(rows), columns)
  }

  /// The matrices that generation multiplies by, in the order in which it reads them.
  static func multipliedMatrices(of source: ModelSource) throws -> [TensorView] {
    try source.configuration.layers.enumerated().flatMap { layer, description in
      try (inputRoles(description) + [.output, .gate, .up, .down]).map { try weight($0, of: source, layer: layer) }
    } + [source.outputHead()]
  }

  /// The weights by name. Plain ones are kept only as the kernels read them, so their files are opened again.
  func source() throws -> ModelSource { try ModelSource.open(path) }

  /// Scratch and cache are laid out for one shape of attention and of MLP.
  private static func requireEqualLayers(_ model: ModelConfiguration) throws {
    let first = model.layers.first { $0.delta == nil } ?? model.layers.first
    let net = model.layers.compactMap(\.delta).first
    guard let first,
      model.layers.allSatisfy({ layer in
        guard layer.delta == nil else {
          return layer.delta == net && layer.intermediateSize == first.intermediateSize
        }
        let (a, b) = (layer.attention, first.attention)
        return a.headCount == b.headCount && a.keyValueHeadCount == b.keyValueHeadCount
          && a.headDimension == b.headDimension && a.hasOutputGate == b.hasOutputGate
          && layer.intermediateSize == first.intermediateSize
      })
    else { throw incomplete(model) }
  }

  /// The roles that read the mixer's input, in the order of the stacked matrix.
  static func inputRoles(_ layer: LayerDescription) -> [ProjectionRole] {
    layer.delta == nil ? [.query, .key, .value] : [.deltaInput, .deltaGate, .deltaRate, .deltaDecay]
  }

  private static func incomplete(_ model: ModelConfiguration) -> Diagnostic {
    Diagnostic(code: "unsupported-model", "generation needs layers of one shape; this '\(model.family)' has others")
  }

  /// Widest output any matrix has, for scratch.
  var paddedVocabulary: Int { head.outputWidth }
}

/// Rounds up to whole groups of 16 rows.
func padded16(_ count: Int) -> Int { (count + 15) / 16 * 16 }
