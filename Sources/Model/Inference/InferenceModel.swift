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

  let embedding: TensorView
  let layers: [LayerWeights]
  let finalNorm: [Float]
  let head: PackedMatrix
  let inverseFrequencies: [Float]
  let ropeFactor: Float

  struct LayerWeights: Sendable {
    let inputNorm: [Float]
    let queryKeyValue: PackedMatrix
    /// In the layout of `queryKeyValue`'s output; empty without bias.
    let queryKeyValueBias: [Float]
    let queryNorm: [Float]
    let keyNorm: [Float]
    let output: PackedMatrix
    let postNorm: [Float]
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
  public init(_ source: ModelSource, threads: Int = 2) throws {
    let configuration = source.configuration
    self.configuration = configuration
    dominantDType = source.dominantDType
    embedding = try source.tensor("model.embed_tokens.weight")
    finalNorm = try source.tensor("model.norm.weight").floats()
    let rope = configuration.rope.inverseFrequencies(
      headDimension: configuration.headDimension, maximumPositions: configuration.maximumPositions)
    inverseFrequencies = rope.frequencies
    ropeFactor = rope.attentionFactor

    var packer = MatrixPacker()
    var planned:
      [(qkv: MatrixPacker.Planned, o: MatrixPacker.Planned, gu: MatrixPacker.Planned, d: MatrixPacker.Planned)]
    planned = []
    for layer in 0..<configuration.layerCount {
      func weight(_ projection: ProjectionKind) throws -> TensorView {
        try source.tensor("model.layers.\(layer).\(projection.modulePath).weight")
      }
      planned.append(
        (
          try packer.plan(stacking: [weight(.query), weight(.key), weight(.value)]),
          try packer.plan(stacking: [weight(.output)]),
          try packer.plan(interleaving: weight(.gate), weight(.up)),
          try packer.plan(stacking: [weight(.down)])
        ))
    }
    let plannedHead = try packer.plan(stacking: [source.outputHead()])
    let slab = try packer.pack(team: ThreadTeam(count: threads))
    packedByteCount = slab.byteCount
    head = MatrixPacker.matrix(plannedHead, in: slab)
    layers = try planned.enumerated().map { layer, planned in
      let prefix = "model.layers.\(layer)."
      func vector(_ name: String) throws -> [Float] { try source.tensor(prefix + name).floats() }
      var bias: [Float] = []
      if configuration.hasQueryKeyValueBias {
        for projection in [ProjectionKind.query, .key, .value] {
          bias += try vector(projection.modulePath + ".bias")
          bias += [Float](repeating: 0, count: (16 - bias.count % 16) % 16)
        }
      }
      return LayerWeights(
        inputNorm: try vector("input_layernorm.weight"), queryKeyValue: MatrixPacker.matrix(planned.qkv, in: slab),
        queryKeyValueBias: bias,
        queryNorm: configuration.hasQueryKeyNorm ? try vector("self_attn.q_norm.weight") : [],
        keyNorm: configuration.hasQueryKeyNorm ? try vector("self_attn.k_norm.weight") : [],
        output: MatrixPacker.matrix(planned.o, in: slab),
        postNorm: try vector("post_attention_layernorm.weight"),
        gateUp: MatrixPacker.matrix(planned.gu, in: slab), down: MatrixPacker.matrix(planned.d, in: slab))
    }
  }

  /// Widest output any matrix has, for scratch.
  var paddedVocabulary: Int { head.outputWidth }
}

/// Rounds up to whole groups of 16 rows.
func padded16(_ count: Int) -> Int { (count + 15) / 16 * 16 }
