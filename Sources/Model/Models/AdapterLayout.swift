public import ModelFiles

/// Which projections carry a low-rank pair, of what rank and scale, and where their parameters lie in one flat buffer.
///
/// Projections that read the same input form a group, and their A matrices are stacked so that one product computes A·x
/// of all: `[Σ rank, in]`. B is kept transposed, `[rank, out]`. Order: by layer, by group; in a group A, then each B.
public struct AdapterLayout: Sendable, Hashable {
  /// A low-rank pair: `y += scale · B (A x)`.
  public struct Pair: Sendable, Hashable {
    public var layer: Int
    public var projection: ProjectionKind
    public var rank: Int
    public var scale: Float
    public var inputs: Int
    public var outputs: Int
    /// Offset of A `[rank][inputs]`.
    public var offsetA: Int
    /// Offset of Bᵀ `[rank][outputs]`.
    public var offsetB: Int

    /// The module's name in the base model, such as `model.layers.0.self_attn.q_proj`.
    public var modulePath: String { "model.layers.\(layer).\(projection.modulePath)" }
    public var nameA: String { "base_model.model.\(modulePath).lora_A.weight" }
    public var nameB: String { "base_model.model.\(modulePath).lora_B.weight" }
  }

  /// The pairs of one layer that read the same input, in the order of their stacked A.
  enum Group: Int, CaseIterable {
    case queryKeyValue, output, gateUp, down

    var projections: [ProjectionKind] {
      switch self {
      case .queryKeyValue: [.query, .key, .value]
      case .output: [.output]
      case .gateUp: [.gate, .up]
      case .down: [.down]
      }
    }
  }

  public let pairs: [Pair]
  /// Floats of the flat buffer: the number of trainable parameters.
  public let parameterCount: Int
  /// `pairs` index by layer · 7 + projection; −1: none.
  private let positions: [Int]

  /// - Parameter rank: rank and scale of a projection of a layer, or `nil` where it is not adapted.
  public init(
    _ configuration: ModelConfiguration,
    pair: (_ layer: Int, _ projection: ProjectionKind) -> (rank: Int, scale: Double)?
  ) {
    var pairs: [Pair] = []
    var positions = [Int](repeating: -1, count: configuration.layerCount * ProjectionKind.allCases.count)
    var offset = 0
    for layer in 0..<configuration.layerCount {
      for group in Group.allCases {
        let first = pairs.count
        for projection in group.projections {
          guard let (rank, scale) = pair(layer, projection), rank > 0 else { continue }
          let shape = configuration.shape(of: projection)
          positions[layer * ProjectionKind.allCases.count + projection.index] = pairs.count
          pairs.append(
            Pair(
              layer: layer, projection: projection, rank: rank, scale: Float(scale), inputs: shape.in,
              outputs: shape.out, offsetA: offset, offsetB: 0))
          offset += rank * shape.in
        }
        for index in first..<pairs.count {
          pairs[index].offsetB = offset
          offset += pairs[index].rank * pairs[index].outputs
        }
      }
    }
    self.pairs = pairs
    self.positions = positions
    parameterCount = offset
  }

  public static func empty(_ configuration: ModelConfiguration) -> AdapterLayout {
    AdapterLayout(configuration) { _, _ in nil }
  }

  public func pair(_ layer: Int, _ projection: ProjectionKind) -> Pair? {
    let position = positions[layer * ProjectionKind.allCases.count + projection.index]
    return position < 0 ? nil : pairs[position]
  }

  func pairs(_ layer: Int, _ group: Group) -> [Pair] { group.projections.compactMap { pair(layer, $0) } }

  /// The largest Σ rank of a group.
  var largestGroupRank: Int {
    var largest = 0
    for layer in 0..<positions.count / ProjectionKind.allCases.count {
      for group in Group.allCases { largest = max(largest, pairs(layer, group).reduce(0) { $0 + $1.rank }) }
    }
    return largest
  }

  /// The first place, in the order of computation, that has a pair: no gradient is needed below it.
  var lowest: (layer: Int, group: Group)? {
    for layer in 0..<positions.count / ProjectionKind.allCases.count {
      for group in Group.allCases where !pairs(layer, group).isEmpty { return (layer, group) }
    }
    return nil
  }
}
