import Diagnostics

extension ModelSource {
  /// How one model's weights stand to another's.
  public enum Likeness: Sendable, Hashable {
    /// Equal values wherever both are stored alike.
    case same
    /// The same weights in another precision: what rounding explains and no more.
    case rounded
    /// Other weights, or another shape.
    case other
  }

  /// Compares samples of both models' weights: some rows of the embedding and of a few layers.
  ///
  /// An adapter learned on one model may be used on the same model in another precision, and on no other; equal shapes
  /// say nothing. Two finetunes of one model differ by less than a four-bit rounding does, so samples stored alike must
  /// agree to the bit, and only samples stored unlike may differ, by at most `rounding` of their norm.
  /// - Throws: `Diagnostic` when a tensor is missing or cannot be read.
  public func likeness(to other: ModelSource, rounding: Double = 0.3) throws -> Likeness {
    let (a, b) = (configuration, other.configuration)
    guard
      a.hiddenSize == b.hiddenSize, a.layerCount == b.layerCount,
      zip(a.layers, b.layers).allSatisfy({ $0.projections == $1.projections })
    else { return .other }
    var names = ["model.embed_tokens.weight"]
    for layer in Set([0, a.layerCount / 2, max(a.layerCount - 1, 0)]).sorted() {
      for role in [ProjectionRole.value, .down] {
        guard let place = a.layers[layer].place(of: role) else { continue }
        names.append("model.layers.\(layer).\(a.layers[layer].projections[place.projection].module).weight")
      }
    }
    var result = Likeness.same
    for name in names {
      let (mine, theirs) = (try tensor(name), try other.tensor(name))
      guard mine.columnCount == theirs.columnCount else { return .other }
      let rows = min(mine.rowCount, theirs.rowCount)
      var (difference, norm) = (0.0, 0.0)
      var (x, y) = ([Float](repeating: 0, count: mine.columnCount), [Float](repeating: 0, count: mine.columnCount))
      for step in 0..<min(16, rows) {
        let row = step * rows / 16
        try x.withUnsafeMutableBufferPointer { try mine.readRow(row, into: $0) }
        try y.withUnsafeMutableBufferPointer { try theirs.readRow(row, into: $0) }
        for (u, v) in zip(x, y) {
          difference += Double(u - v) * Double(u - v)
          norm += max(Double(u) * Double(u), Double(v) * Double(v))
        }
      }
      if mine.dtype == theirs.dtype, difference > 0 { return .other }
      if difference > rounding * rounding * norm { return .other }
      if difference > 0 { result = .rounded }
    }
    return result
  }
}
