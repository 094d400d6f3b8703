import Diagnostics
public import ModelFiles
public import Tensors

/// A decoder's frozen weights, in place in their mapped file: what training, evaluation and merging read.
public final class TransformerModel: Sendable {
  public struct Layer: Sendable {
    public var inputNorm: [Float]
    public var postAttentionNorm: [Float]
    /// Of each query and key head, `headDimension` long; `nil` where the architecture has none.
    public var queryNorm: [Float]?
    public var keyNorm: [Float]?
    /// In the order of `ProjectionKind.allCases`.
    var weights: [MatrixView]
    var biases: [[Float]?]

    public func weight(_ projection: ProjectionKind) -> MatrixView { weights[projection.index] }
    public func bias(_ projection: ProjectionKind) -> [Float]? { biases[projection.index] }
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
    finalNorm = try source.tensor("model.norm.weight").floats()
    layers = try (0..<source.configuration.layerCount).map { index in
      let prefix = "model.layers.\(index)."
      func vector(_ name: String) throws -> [Float] { try source.tensor(prefix + name + ".weight").floats() }
      let normed = source.configuration.hasQueryKeyNorm
      return Layer(
        inputNorm: try vector("input_layernorm"), postAttentionNorm: try vector("post_attention_layernorm"),
        queryNorm: normed ? try vector("self_attn.q_norm") : nil,
        keyNorm: normed ? try vector("self_attn.k_norm") : nil,
        weights: try ProjectionKind.allCases.map {
          try TransformerModel.matrix(source.tensor(prefix + $0.modulePath + ".weight"))
        },
        biases: try ProjectionKind.allCases.map {
          let name = prefix + $0.modulePath + ".bias"
          return source.contains(name) ? try source.tensor(name).floats() : nil
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

extension ProjectionKind {
  /// Position in `allCases`.
  var index: Int {
    switch self {
    case .query: 0
    case .key: 1
    case .value: 2
    case .output: 3
    case .gate: 4
    case .up: 5
    case .down: 6
    }
  }
}

extension ModelConfiguration {
  /// Floating-point operations of the decoder layers' linear maps for one token, forward.
  public var linearFlops: Double {
    let perLayer = ProjectionKind.allCases.reduce(0.0) {
      let shape = shape(of: $1)
      return $0 + 2 * Double(shape.out) * Double(shape.in)
    }
    return perLayer * Double(layerCount)
  }

  /// Floating-point operations of the output head for one position, forward.
  public var headFlops: Double { 2 * Double(vocabularySize) * Double(hiddenSize) }
}
