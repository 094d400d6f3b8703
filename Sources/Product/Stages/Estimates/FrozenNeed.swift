import Artifacts
import ModelFiles
import PipelineEngine
import Training

/// What computing and storing the output of the frozen layers takes, before the first update.
struct FrozenNeed {
  var layers: Int
  /// Bytes of the pieces that are not in the store yet.
  var bytes: Int64
  var flops: Double

  /// From the rows themselves, when they are here.
  /// - Returns: `nil` when nothing is frozen, or its output is not stored.
  init?(
    _ stage: SFTStage, _ configuration: TrainingConfiguration, model: ModelConfiguration,
    tokens: TokensArtifact, _ context: EstimateContext
  ) {
    guard
      let frozen = Self.layers(stage, configuration, model, rows: tokens.train.count),
      let base = context.input("model")?.digest,
      let pieces = try? frozen.pieces(
        tokens.trainingRows(tokens.train), others: tokens.trainingRows(tokens.validation))
    else { return nil }
    layers = frozen.layer
    bytes = 0
    flops = 0
    for piece in pieces where context.store.actionRecord(SFTStage.frozenKey(piece, base: base).digest) == nil {
      bytes += piece.byteCount
      flops += piece.rowTokens.reduce(0) { $0 + frozen.flops(tokens: $1) }
    }
  }

  /// From how many rows there will be.
  /// - Parameter tokens: of a row, on average.
  init?(
    _ stage: SFTStage, _ configuration: TrainingConfiguration, model: ModelConfiguration,
    rows: (train: Int, validation: Int), tokens: Int
  ) {
    guard let frozen = Self.layers(stage, configuration, model, rows: rows.train) else { return nil }
    let count = rows.train.addingReportingOverflow(rows.validation).partialValue
    layers = frozen.layer
    bytes = frozen.byteCount(tokens: max(0, count).multipliedReportingOverflow(by: tokens).partialValue)
    flops = Double(count) * frozen.flops(tokens: tokens)
  }

  private static func layers(
    _ stage: SFTStage, _ configuration: TrainingConfiguration, _ model: ModelConfiguration, rows: Int
  ) -> FrozenLayers? {
    guard stage.storesFrozenLayers else { return nil }
    let frozen = FrozenLayers(configuration, model: model, rowCount: rows)
    return frozen?.obstacle == nil ? frozen : nil
  }
}
