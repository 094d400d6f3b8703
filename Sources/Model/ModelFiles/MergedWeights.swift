import Diagnostics

/// A base with an adapter merged in: `W + s·(B·A)` in f32, with DoRA's magnitudes where it has them, row by row, for a
/// model writer.
///
/// Also keeps account of what narrowing to the written dtype takes away again: pass `observe` as the writer's tile
/// hook and read `lostShare` afterward.
public final class MergedWeights {
  private let source: ModelSource
  private var updates: [String: LowRankUpdate] = [:]
  private var deltaSquared = 0.0
  private var lossSquared = 0.0

  /// - Parameters: base and adapter as `ModelSource.applying` gives them.
  /// - Throws: `Diagnostic` (`adapter-mismatch`) when the adapter is of another base.
  public init(source: ModelSource, adapter: Adapter) throws {
    guard adapter.changes.isEmpty else { throw adapter.changes.refusal("the base must have first") }
    try adapter.validate(for: source.configuration)
    self.source = source
    for module in adapter.modules {
      updates[module.path + ".weight"] = try LowRankUpdate(module)
    }
  }

  /// Rows of a merged weight: a `WeightRows`.
  public func rows(_ tensor: String, _ rows: Range<Int>, _ output: UnsafeMutableBufferPointer<Float>) throws {
    try source.readRows(tensor, rows, into: output)
    guard let update = updates[tensor] else { return }
    let columns = update.columnCount
    var change = [Float](repeating: 0, count: columns)
    var squared = 0.0
    change.withUnsafeMutableBufferPointer { change in
      for (index, row) in rows.enumerated() {
        let target = UnsafeMutableBufferPointer(rebasing: output[index * columns..<(index + 1) * columns])
        update.apply(row: row, to: target, change: change)
        var sum: Float = 0
        for column in 0..<columns { sum += change[column] * change[column] }
        squared += Double(sum)
      }
    }
    deltaSquared += squared
  }

  /// Compares what was written with what was merged: a `ModelWriteObserver.tile`.
  public func observe(_ tile: WrittenTile) {
    guard updates[tile.tensor] != nil, tile.dtype != .f32 else { return }
    let columns = tile.values.count / max(tile.rows.count, 1)
    let rowBytes = tile.bytes.count / max(tile.rows.count, 1)
    var stored = [Float](repeating: 0, count: columns)
    for index in 0..<tile.rows.count {
      let values = UnsafeBufferPointer(rebasing: tile.values[index * columns..<(index + 1) * columns])
      let bytes = UnsafeRawBufferPointer(rebasing: tile.bytes[index * rowBytes..<(index + 1) * rowBytes])
      stored.withUnsafeMutableBufferPointer { stored in
        _ = Dequantize.row(bytes, dtype: tile.dtype, into: stored, count: columns)
        var sum: Float = 0
        for column in 0..<columns { sum += (stored[column] - values[column]) * (stored[column] - values[column]) }
        lossSquared += Double(sum)
      }
    }
  }

  /// ‖written − merged‖ ÷ ‖merged − base‖ over all adapted weights: 0 when f32 is written or nothing was adapted; above
  /// 1 the rounding outweighs what was learned.
  public var lostShare: Double { deltaSquared == 0 ? 0 : (lossSquared / deltaSquared).squareRoot() }
}
