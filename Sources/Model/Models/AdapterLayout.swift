public import ModelFiles

/// Which projections carry a low-rank pair, of what rank and scale, and where their parameters lie in one flat buffer.
///
/// Projections that read the same input form a group, and their A matrices are stacked so that one product computes A·x
/// of all: `[Σ rank, in]`. B is kept transposed, `[rank, out]`. Order: by layer, by group; in a group A, then each B, then,
/// for DoRA, each magnitude. The pairs of embedding and output head come last.
public struct AdapterLayout: Sendable, Hashable {
  /// A low-rank pair: `y += scale · B (A x)`.
  public struct Pair: Sendable, Hashable {
    public var layer: Int
    /// Index into the layer's projections.
    public var index: Int
    public var projection: Projection
    public var rank: Int
    public var scale: Float
    public var inputs: Int { projection.inputs }
    public var outputs: Int { projection.outputs }
    /// Offset of A `[rank][inputs]`.
    public var offsetA: Int
    /// Offset of Bᵀ `[rank][outputs]`.
    public var offsetB: Int
    /// DoRA: offset of the magnitudes `[outputs]`.
    public var offsetMagnitude: Int?
    /// DoRA: where the pair's rows lie in the layout's `RowScales`.
    var firstScale = 0
    /// The module's name in the base model's class, such as `model.layers.0.self_attn.q_proj`.
    public var modulePath: String

    public var nameA: String { "base_model.model.\(modulePath).lora_A.weight" }
    public var nameB: String { "base_model.model.\(modulePath).lora_B.weight" }
    public var nameMagnitude: String { "base_model.model.\(modulePath).lora_magnitude_vector" }
  }

  /// The low-rank pair of the embedding or the output head (`TableUpdate`).
  public struct TablePair: Sendable, Hashable {
    public var table: BaseChanges.Table
    public var rank: Int
    public var scale: Float
    /// Rows of the table.
    public var tokens: Int
    public var hidden: Int
    /// Offset of the factor with a column for each channel, `[rank][hidden]`.
    public var offsetHidden: Int
    /// Offset of the factor of the tokens: `[tokens][rank]` of the embedding, which is read by rows; `[rank][tokens]` of the
    /// head, as products read it.
    public var offsetTokens: Int
  }

  public let pairs: [Pair]
  /// Those of embedding and output head, where they are adapted.
  public let tables: [TablePair]
  /// Floats of the flat buffer: the number of trainable parameters.
  public let parameterCount: Int
  /// Rows of all weights with magnitudes; 0 for a plain LoRA.
  let scaleCount: Int
  /// By layer and index of the projection: the pair's index in `pairs`; −1: none.
  private let positions: [[Int]]

  /// - Parameters:
  ///   - hasMagnitudes: whether every pair has DoRA's magnitudes.
  ///   - table: rank and scale of the embedding and the output head, or `nil` where it is not adapted.
  ///   - pair: rank and scale of a projection of a layer, or `nil` where it is not adapted.
  public init(
    _ configuration: ModelConfiguration, hasMagnitudes: Bool = false,
    table: (BaseChanges.Table) -> (rank: Int, scale: Double)? = { _ in nil },
    pair: (_ layer: Int, _ projection: Projection) -> (rank: Int, scale: Double)?
  ) {
    var pairs: [Pair] = []
    var positions = configuration.layers.map { [Int](repeating: -1, count: $0.projections.count) }
    var offset = 0
    var scales = 0
    for (layer, description) in configuration.layers.enumerated() {
      for group in ProjectionGroup.allCases {
        let first = pairs.count
        for (index, projection) in description.projections.enumerated() where projection.group == group {
          guard let (rank, scale) = pair(layer, projection), rank > 0 else { continue }
          positions[layer][index] = pairs.count
          pairs.append(
            Pair(
              layer: layer, index: index, projection: projection, rank: rank, scale: Float(scale), offsetA: offset,
              offsetB: 0, modulePath: configuration.path(layer: layer, projection.module)))
          offset += rank * projection.inputs
        }
        for index in first..<pairs.count {
          pairs[index].offsetB = offset
          offset += pairs[index].rank * pairs[index].outputs
        }
        guard hasMagnitudes else { continue }
        for index in first..<pairs.count {
          pairs[index].offsetMagnitude = offset
          pairs[index].firstScale = scales
          offset += pairs[index].outputs
          scales += pairs[index].outputs
        }
      }
    }
    var tables: [TablePair] = []
    for name in BaseChanges.Table.allCases {
      guard let (rank, scale) = table(name), rank > 0 else { continue }
      let (tokens, hidden) = (configuration.vocabularySize, configuration.hiddenSize)
      tables.append(
        TablePair(
          table: name, rank: rank, scale: Float(scale), tokens: tokens, hidden: hidden, offsetHidden: offset,
          offsetTokens: offset + rank * hidden))
      offset += rank * (hidden + tokens)
    }
    self.pairs = pairs
    self.tables = tables
    self.positions = positions
    parameterCount = offset
    scaleCount = scales
  }

  /// Whether the adapter is a DoRA.
  public var hasMagnitudes: Bool { scaleCount > 0 }

  public static func empty(_ configuration: ModelConfiguration) -> AdapterLayout {
    AdapterLayout(configuration) { _, _ in nil }
  }

  /// The pair of the embedding or the output head.
  public func table(_ name: BaseChanges.Table) -> TablePair? { tables.first { $0.table == name } }

  /// The pair of a projection, by its index in the layer.
  public func pair(_ layer: Int, _ index: Int) -> Pair? {
    let position = positions[layer][index]
    return position < 0 ? nil : pairs[position]
  }

  func pairs(_ layer: Int, _ group: ProjectionGroup) -> [Pair] {
    positions[layer].compactMap { $0 < 0 || pairs[$0].projection.group != group ? nil : pairs[$0] }
  }

  /// The Σ rank of a group.
  func rank(_ layer: Int, _ group: ProjectionGroup) -> Int { pairs(layer, group).reduce(0) { $0 + $1.rank } }

  /// The rank of a projection that makes queries and keys at once, else 0.
  func queryRankKeptApart(_ layer: Int) -> Int {
    pairs(layer, .mixerInput)
      .first { $0.projection.rows(of: .query) != nil && $0.projection.rows(of: .key) != nil }?.rank ?? 0
  }

  /// The largest Σ rank of a group, or rank of a table.
  var largestGroupRank: Int {
    var largest = tables.reduce(0) { max($0, $1.rank) }
    for layer in positions.indices {
      for group in ProjectionGroup.allCases { largest = max(largest, rank(layer, group)) }
    }
    return largest
  }

  /// The first place in the layers, in the order of computation, that has a pair.
  var lowest: (layer: Int, group: ProjectionGroup)? {
    for layer in positions.indices {
      for group in ProjectionGroup.allCases where !pairs(layer, group).isEmpty { return (layer, group) }
    }
    return nil
  }
  /// The first layer that a gradient reaches: nothing below it is adapted, so what enters it never changes while the
  /// adapter is trained. The number of layers when none is adapted.
  public var firstTrainedLayer: Int { table(.embedding) != nil ? 0 : lowest?.layer ?? positions.count }
}
