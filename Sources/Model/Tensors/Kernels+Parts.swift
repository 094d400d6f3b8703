/// Products whose output columns are cut among threads: for the little work that has nothing beside it to do. An output's
/// sum does not depend on its neighbors, so no bit depends on the number of parts.
extension Kernels {
  /// As `productTransposed` without parts.
  /// - Parameter scratch: `parts · productScratch` floats.
  public func productTransposed(
    parts: Int, rows: Int, packed: FloatPointer, _ w: MatrixView, extension added: ProductExtension?,
    into output: MutableFloatPointer, stride: Int, accumulate: Bool, scratch: MutableFloatPointer
  ) {
    nonisolated(unsafe) let (packed, added, output, scratch) = (packed, added, output, scratch)
    let cuts = Kernels.cuts(w.rows, parts: parts, unit: 64)
    runParts(cuts) { part, range in
      productTransposed(
        rows: rows, packed: packed, w.rows(range), extension: added?.columns(from: range.lowerBound),
        into: output + range.lowerBound, stride: stride, accumulate: accumulate,
        scratch: scratch + part * productScratch)
    }
  }

  /// As `product` without parts.
  /// - Parameter scratch: `parts · productScratch` floats.
  public func product(
    parts: Int, rows: Int, packed: FloatPointer, _ w: MatrixView, extension added: ProductExtension?,
    into output: MutableFloatPointer, stride: Int, accumulate: Bool, scratch: MutableFloatPointer
  ) {
    nonisolated(unsafe) let (packed, added, output, scratch) = (packed, added, output, scratch)
    let cuts = Kernels.cuts(w.columns, parts: parts, unit: max(64, w.storage.blockSize))
    runParts(cuts) { part, range in
      product(
        rows: rows, packed: packed, w.columns(range), extension: added?.columns(from: range.lowerBound),
        into: output + range.lowerBound, stride: stride, accumulate: accumulate,
        scratch: scratch + part * productScratch)
    }
  }

  private func runParts(_ cuts: [Range<Int>], _ body: @Sendable (Int, Range<Int>) -> Void) {
    if cuts.count == 1 { return body(0, cuts[0]) }
    withoutActuallyEscaping(body) { body in
      runWorkers(cuts.count) { body($0, cuts[$0]) }
    }
  }

  /// `count` columns in at most `parts` stretches of about equal length, each but the last a multiple of `unit`.
  static func cuts(_ count: Int, parts: Int, unit: Int) -> [Range<Int>] {
    let units = max(1, (count + unit - 1) / unit)
    let parts = max(1, min(parts, units))
    return (0..<parts).map { units * $0 / parts * unit..<min(units * ($0 + 1) / parts * unit, count) }
  }
}

extension ProductExtension {
  /// The same factor for the output's columns from `column` on.
  fileprivate func columns(from column: Int) -> ProductExtension {
    var part = self
    part.right += column
    return part
  }
}
