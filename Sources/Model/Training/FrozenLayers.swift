import Diagnostics
public import JSON
public import ModelFiles
public import Models
import Platform
import Tensors

/// The layers below the first adapted one. Nothing in them is trained, so what they make of a row's tokens is the same in
/// every epoch, and in every training of the same base that adapts the same layers, whatever its rank, rate and seed.
///
/// What enters the first adapted layer is computed once for each row, `[tokens, hidden]` in f32, and stored by pieces of some
/// rows. It does not depend on the pack or the piece that a row is computed in: the order of each sum depends on the row
/// alone (docs/numerics.md). So training gives the same bytes with and without it.
public struct FrozenLayers: Sendable {
  /// Why a training computes its frozen layers itself, although it has some.
  public enum Obstacle: Sendable, Hashable {
    /// A recurrent layer is rounded by where a shared beginning ends, which differs between windows.
    case recurrent
    /// Fewer updates than one pass over the rows would need.
    case partOfTheRows
  }

  /// The first adapted layer.
  public let layer: Int
  public let obstacle: Obstacle?
  private let model: ModelConfiguration
  private let packTokens: Int
  private let sharesPrefixes: Bool

  /// Of the arithmetic and of the pieces' files.
  public static let version = 1
  /// A piece ends where it would be larger, if it has more than one row.
  static let pieceBytes = 32 << 20
  /// A power of two. Of so many rows, one ends its piece.
  private static let pieceRows = 32

  /// - Parameter rowCount: rows to learn from.
  /// - Returns: `nil` when the first layer is adapted, or none.
  public init?(_ configuration: TrainingConfiguration, model: ModelConfiguration, rowCount: Int) {
    layer = AdapterLayout(configuration.adapter.trained, for: model).firstTrainedLayer
    guard layer > 0, layer < model.layerCount else { return nil }
    self.model = model
    packTokens = configuration.packTokens
    let shares = configuration.sharesPrefixes && configuration.adapter.dropout == 0
    let isRecurrent = model.layers[..<layer].contains { $0.delta != nil }
    sharesPrefixes = !isRecurrent
    if isRecurrent && shares {
      obstacle = .recurrent
    } else if WindowSchedule(rowCount: rowCount, configuration).rowsSeen < rowCount {
      obstacle = .partOfTheRows
    } else {
      obstacle = nil
    }
  }

  /// Bytes of what is stored for so many tokens.
  public func byteCount(tokens: Int) -> Int64 {
    Int64(clamping: tokens.multipliedReportingOverflow(by: 4 * model.hiddenSize).partialValue)
  }

  /// Floating-point operations of computing a row of so many tokens.
  public func flops(tokens: Int) -> Double { LayerSpan.lowerCost(layer, tokens: tokens, model) }

  /// The pieces that hold all different rows. Rows are put in the order of their digests, and a digest decides where a piece
  /// ends. So the same rows in another order make the same pieces, and one more row changes those up to the next end, mostly one.
  /// - Parameters:
  ///   - rows: to learn from.
  ///   - others: validation rows. Those that training would refuse are left out.
  /// - Throws: `Diagnostic` or `DiagnosticList` for rows to learn from that the base cannot take.
  public func pieces(_ rows: [TrainingRow], others: [TrainingRow] = []) throws -> [FrozenPiece] {
    try TrainingRows.validate(rows, model, empty: "there are no training rows")
    let usable = others.filter {
      (try? TrainingRows.validate([$0], model, empty: "there are no validation rows")) != nil
    }
    var known: [Digest: [Int32]] = [:]
    for row in rows + usable {
      let row = FrozenRow(row)
      known[row.digest] = row.tokens
    }
    var pieces: [FrozenPiece] = []
    var open: [FrozenRow] = []
    var bytes: Int64 = 0
    func close() {
      if !open.isEmpty { pieces.append(FrozenPiece(open, layer: layer, hidden: model.hiddenSize)) }
      open = []
      bytes = 0
    }
    for (digest, tokens) in known.sorted(by: { $0.key < $1.key }) {
      let size = byteCount(tokens: tokens.count)
      if bytes + size > Self.pieceBytes { close() }
      open.append(FrozenRow(digest: digest, tokens: tokens))
      bytes += size
      if let last = Int(digest.hex.suffix(4), radix: 16), last % Self.pieceRows == 0 { close() }
    }
    close()
    return pieces
  }

  /// Computes a piece and writes it into a folder.
  /// - Throws: `CancellationError`; `Diagnostic` (`disk-full`, …).
  public func write(
    _ piece: FrozenPiece, of model: TransformerModel, workers: Int, to folder: String,
    isCancelled: @escaping @Sendable () -> Bool
  ) throws {
    guard let states = compute(piece, model, workers, isCancelled) else { throw CancellationError() }
    try FrozenFile.write(states, piece, to: folder)
  }

  /// - Returns: the rows' states one after the other; `nil` when cancelled.
  private func compute(
    _ piece: FrozenPiece, _ model: TransformerModel, _ workers: Int, _ isCancelled: @escaping @Sendable () -> Bool
  ) -> FloatBuffer? {
    let hidden = model.configuration.hiddenSize
    // The last token is never part of a shared beginning, so every row has a token of its own.
    var sequences = piece.rows.enumerated().map { index, row in
      PackSequence(tokens: row.tokens, predictors: [Int32(row.tokens.count - 1)], targets: [0], row: index)
    }
    let prefixes =
      sharesPrefixes
      ? WindowPlan.share(&sequences, maximumTokens: packTokens, model.configuration) : nil
    for index in sequences.indices {
      sequences[index].predictors = []
      sequences[index].targets = []
    }
    let packs = WindowPlan.pack(sequences, packTokens: packTokens, model.configuration)
    var capacity = PassCapacity(tokens: 1, predictors: 0, keys: 1, storedLayers: nil)
    for pack in packs { capacity.include(pack) }
    let layout = AdapterLayout.empty(model.configuration)
    let rotary = RotaryTable(model.configuration, positions: capacity.keys)
    var keys: PrefixKeys?
    var prefixStates: FloatPointer?
    var prefixEngine: PassEngine?
    if let prefixes {
      var capacity = PassCapacity(prefixes: prefixes.extent, threads: workers)
      capacity.storedLayers = nil
      let engine = PassEngine(model: model, layout: layout, capacity: capacity, rotary: rotary)
      engine.isCancelled = isCancelled
      prefixStates = withDenormalsFlushed { engine.inputs(of: layer, prefixes) }
      if engine.wasCancelled { return nil }
      keys = engine.prefixKeys
      prefixEngine = engine
    }
    let engines = EnginePool(
      (0..<max(1, min(workers, packs.count))).map { _ in
        PassEngine(model: model, layout: layout, capacity: capacity, rotary: rotary)
      })
    let work = FrozenWork(
      layer: layer, hidden: hidden, packs: packs, keys: keys, prefixStates: prefixStates, starts: piece.starts,
      states: FloatBuffer(count: piece.tokenCount * hidden))
    defer { withExtendedLifetime(prefixEngine) {} }
    return work.run(engines, isCancelled) ? work.states : nil
  }
}

/// A row as its frozen layers see it: without labels, and without the tokens that compute nothing.
struct FrozenRow: Sendable {
  /// Of the tokens.
  let digest: Digest
  let tokens: [Int32]

  init(digest: Digest, tokens: [Int32]) {
    self.digest = digest
    self.tokens = tokens
  }

  init(_ row: TrainingRow) {
    let tokens = PackSequence(ids: row.ids, labels: row.labels, row: 0).tokens
    self.init(digest: tokens.withUnsafeBytes { SHA256.hash($0) }, tokens: tokens)
  }
}

/// Rows whose states are computed and stored together.
public struct FrozenPiece: Sendable {
  let rows: [FrozenRow]
  let hidden: Int
  public let layer: Int
  /// The first token of each row among those of all.
  let starts: [Int]
  public let tokenCount: Int
  public var rowCount: Int { rows.count }
  /// Tokens of each row.
  public var rowTokens: [Int] { rows.map(\.tokens.count) }

  init(_ rows: [FrozenRow], layer: Int, hidden: Int) {
    self.rows = rows
    self.layer = layer
    self.hidden = hidden
    var count = 0
    starts = rows.map { row in
      defer { count += row.tokens.count }
      return count
    }
    tokenCount = count
  }

  public var byteCount: Int64 { Int64(4 * hidden * tokenCount) }

  /// What decides its content beside the base: tokens, layer, and the kernels, whose last bits differ between processors.
  public var parameters: JSONValue {
    [
      "rows": .string(SHA256.hash(rows.map(\.digest.hex).joined()).hex), "layer": .integer(Int64(layer)),
      "kernels": .string(Kernels.best.name),
    ]
  }
}
