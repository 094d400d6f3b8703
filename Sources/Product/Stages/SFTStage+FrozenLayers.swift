import Artifacts
import Diagnostics
import Models
import PipelineEngine
import Platform
import Training

/// The output of the layers below the adapter, kept as pieces in the store (`FrozenLayers`).
extension SFTStage {
  private static let frozenKind = "frozen-layers"

  /// What a piece is found by in the store.
  static func frozenKey(_ piece: FrozenPiece, base: Digest) -> ActionKey {
    ActionKey(
      kind: frozenKind, version: FrozenLayers.version, parameters: piece.parameters,
      inputs: [.init(role: "", digest: base)])
  }

  /// Whether so many bytes may be stored: at most half of what is free, so that checkpoints and other runs have room.
  static func mayStore(_ bytes: Int64, free: Int64?) -> Bool { free.map { bytes <= $0 / 2 } ?? true }

  /// The frozen layers whose output is to be stored; says why when there are some and it is not.
  func storedLayers(
    _ configuration: TrainingConfiguration, _ model: TransformerModel, rows: Int, _ context: any StageContext
  ) -> FrozenLayers? {
    guard storesFrozenLayers,
      let frozen = FrozenLayers(configuration, model: model.configuration, rowCount: rows)
    else { return nil }
    switch frozen.obstacle {
    case nil: return frozen
    case .recurrent:
      context.emit(
        .note(
          "the frozen layers are computed in every epoch: of recurrent layers, stored output would differ by rounding"))
    case .partOfTheRows:
      context.emit(.log("the frozen layers' output is not stored, because training sees less than all rows once"))
    }
    return nil
  }

  /// Computes what is missing of the pieces.
  /// - Returns: `nil` when the disk has no room for them.
  func frozenStates(
    _ frozen: FrozenLayers, _ rows: [TrainingRow], others: [TrainingRow], _ model: TransformerModel, base: Digest,
    workers: Int, _ context: any StageContext
  ) async throws -> FrozenStates? {
    let pieces = try frozen.pieces(rows, others: others)
    let total = pieces.reduce(0) { $0 + $1.byteCount }
    // Pieces that are stored already take no more room.
    let missing = pieces.map { piece in
      let isThere = context.hasRecord(
        ofSubartifact: Self.frozenKind, version: FrozenLayers.version, parameters: piece.parameters, inputs: [base])
      return isThere ? 0 : piece.byteCount
    }
    var found: [(piece: FrozenPiece, folder: String)] = []
    var reused = 0
    var left = missing.reduce(0, +)
    defer { context.emit(.activity(nil)) }
    do {
      for (index, piece) in pieces.enumerated() {
        try context.checkCancellation()
        context.emit(.activity("computing the frozen layers \(index + 1)/\(pieces.count)"))
        let needed = max(left, piece.byteCount)
        let made = try await context.subartifact(
          kind: Self.frozenKind, version: FrozenLayers.version, parameters: piece.parameters, inputs: [base],
          isPart: false
        ) { folder in
          guard Self.mayStore(needed, free: FileSystem.freeSpace(at: folder)) else { throw NoRoom() }
          try frozen.write(
            piece, of: model, workers: workers, to: folder, isCancelled: { context.isCancelled })
        }
        if made.wasCached { reused += 1 }
        left -= missing[index]
        found.append((piece, made.path))
      }
    } catch is NoRoom {
      context.emit(.warning(Self.noRoom(left, stage: context.stageName)))
      return nil
    }
    let count = pieces.reduce(0) { $0 + $1.rowCount }
    context.emit(
      .log(
        "the output of the first \(frozen.layer) layers is stored for \(count) different rows: \(byteText(total)) in "
          + "\(pieces.count) pieces"))
    if reused > 0 {
      context.emit(.note("\(reused) of \(pieces.count) pieces of the frozen layers' output were computed before"))
    }
    return try FrozenStates(found)
  }

  static func noRoom(_ bytes: Int64, stage: String) -> Diagnostic {
    Diagnostic(
      .warning, code: "no-room-for-frozen-layers",
      "'\(stage)' computes its frozen layers in every epoch: their output takes \(byteText(bytes)), more than half of the "
        + "free disk space", remedy: "free some space, or set cache_frozen: false")
  }

  private struct NoRoom: Error {}
}
