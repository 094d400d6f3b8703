import Diagnostics
public import ModelFiles
public import Tensors

/// A decoder's frozen weights, in place in their mapped file: what training, evaluation and merging read.
public final class TransformerModel: Sendable {
  public struct Layer: Sendable {
    /// What each norm multiplies by; those after the halves are `nil` where the architecture has none.
    public var beforeMixer: [Float]
    public var afterMixer: [Float]?
    public var beforeMLP: [Float]
    public var afterMLP: [Float]?
    /// Of each query and key head, `headDimension` long; `nil` where the architecture has none.
    public var queryNorm: [Float]?
    public var keyNorm: [Float]?
    /// Of a gated delta net.
    public var delta: DeltaWeights?
    /// In the order of the description's projections.
    public var weights: [MatrixView]
    public var biases: [[Float]?]
  }

  public let configuration: ModelConfiguration
  public let source: ModelSource
  /// `[vocabulary, hidden]`
  public let embedding: MatrixView
  /// `[vocabulary, hidden]`: the embedding when tied.
  public let head: MatrixView
  public let finalNorm: [Float]
  public let layers: [Layer]

  /// - Throws: `Diagnostic` for a missing tensor or one whose storage no kernel reads.
  public init(_ source: ModelSource) throws {
    self.source = source
    configuration = source.configuration
    embedding = try TransformerModel.matrix(source.tensor("model.embed_tokens.weight"))
    head = try TransformerModel.matrix(source.outputHead())
    finalNorm = try source.normScale("model.norm.weight")
    layers = try source.configuration.layers.enumerated().map { index, layer in
      let prefix = "model.layers.\(index)."
      func norm(_ name: String) throws -> [Float] { try source.normScale(prefix + name + ".weight") }
      let normed = layer.attention.hasQueryKeyNorm
      return Layer(
        beforeMixer: try norm(layer.norms.beforeMixer), afterMixer: try layer.norms.afterMixer.map(norm),
        beforeMLP: try norm(layer.norms.beforeMLP), afterMLP: try layer.norms.afterMLP.map(norm),
        queryNorm: normed ? try norm("self_attn.q_norm") : nil, keyNorm: normed ? try norm("self_attn.k_norm") : nil,
        delta: try layer.delta.map { try source.deltaWeights(layer: index, $0) },
        weights: try layer.projections.map {
          try TransformerModel.matrix(source.tensor(prefix + $0.module + ".weight"))
        },
        biases: try layer.projections.map {
          $0.hasBias ? try source.tensor(prefix + $0.module + ".bias").floats() : nil
        })
    }
  }

  /// A stored tensor as kernels read it.
  public static func matrix(_ view: TensorView) throws -> MatrixView {
    let storage = view.dtype.weightType.flatMap { StorageType(rawValue: $0) }
    guard let storage,
      let matrix = MatrixView(
        data: view.baseAddress, rows: view.rowCount, columns: view.columnCount, type: storage, owner: view.memory)
    else {
      throw Diagnostic(
        code: "unsupported-tensor-dtype", "tensor '\(view.name)' is \(view.dtype.rawValue), which does not hold weights"
      )
    }
    return matrix
  }

  /// Multiply-adds ×2 of the frozen linear layers for one token, forward.
  public var linearFlops: Double { configuration.linearFlops }
}

extension ModelConfiguration {
  /// Floating-point operations of the decoder layers' linear maps for one token, forward.
  public var linearFlops: Double {
    layers.reduce(0.0) { $0 + $1.linearFlops }
  }

  /// Floating-point operations of the output head for one position, forward.
  public var headFlops: Double { 2 * Double(vocabularySize) * Double(hiddenSize) }
}

extension LayerDescription {
  /// Floating-point operations of the layer's linear maps for one token, forward.
  public var linearFlops: Double {
    projections.reduce(0.0) { $0 + 2 * Double($1.outputs) * Double($1.inputs) }
  }
}
