import Diagnostics
import Platform
import Synchronization

/// What an adapter makes of one weight, row by row: `W + s·B·A`, and for DoRA each row brought to its own length,
/// `m · (W + s·B·A) / ‖W + s·B·A‖` (Liu et al. 2024, equation 5, with the rows of `[out, in]` as their columns).
struct LowRankUpdate: Sendable {
  /// `[rank, in]`.
  let a: [Float]
  /// `[out, rank]`.
  let b: [Float]
  let rank: Int
  let scale: Float
  /// `[out]`, of DoRA.
  let magnitude: [Float]?

  var columnCount: Int { a.count / max(rank, 1) }

  init(a: [Float], b: [Float], rank: Int, scale: Float, magnitude: [Float]?) {
    self.a = a
    self.b = b
    self.rank = rank
    self.scale = scale
    self.magnitude = magnitude
  }

  init(_ module: AdapterModule) throws {
    self.init(
      a: try module.a.floats(), b: try module.b.floats(), rank: module.rank, scale: Float(module.scale),
      magnitude: try module.magnitude?.floats())
  }

  /// Adds row `row` of `s·B·A` to `target`, and brings the sum to its length.
  /// - Parameters:
  ///   - target: the row of W, `columnCount` elements.
  ///   - change: receives what was added to it.
  func apply(
    row: Int, to target: UnsafeMutableBufferPointer<Float>, change: UnsafeMutableBufferPointer<Float>
  ) {
    addProduct(row: row, to: target, change: change)
    guard let magnitude else { return }
    let factor = Self.factor(magnitude[row], norm: Self.norm(target))
    for column in target.indices {
      let scaled = factor * target[column]
      // The change from W itself, which is what target was before both steps.
      change[column] += scaled - target[column]
      target[column] = scaled
    }
  }

  /// Adds row `row` of `s·B·A`, which `change` receives, to `target`.
  private func addProduct(
    row: Int, to target: UnsafeMutableBufferPointer<Float>, change: UnsafeMutableBufferPointer<Float>
  ) {
    let columns = columnCount
    for column in 0..<columns { change[column] = 0 }
    a.withUnsafeBufferPointer { a in
      for r in 0..<rank {
        let weight = b[row * rank + r]
        let line = UnsafeBufferPointer(rebasing: a[r * columns..<(r + 1) * columns])
        for column in 0..<columns { change[column] += weight * line[column] }
      }
    }
    for column in 0..<columns {
      change[column] *= scale
      target[column] += change[column]
    }
  }

  /// What DoRA multiplies each row `rows` of `(W + s·B·A) x` by; `weight` is W.
  func rowScales(_ weight: TensorView, _ rows: Range<Int>) throws -> [Float] {
    guard let magnitude else { return [Float](repeating: 1, count: rows.count) }
    var target = [Float](repeating: 0, count: columnCount)
    var change = target
    return try target.withUnsafeMutableBufferPointer { target in
      try change.withUnsafeMutableBufferPointer { change in
        try rows.map { row in
          try weight.readRow(row, into: target)
          addProduct(row: row, to: target, change: change)
          return Self.factor(magnitude[row], norm: Self.norm(target))
        }
      }
    }
  }

  /// A row of zeros has no direction; it stays 0.
  static func factor(_ magnitude: Float, norm: Double) -> Float { norm == 0 ? 0 : Float(Double(magnitude) / norm) }

  /// The length of a row; the sums of four lanes, in f64.
  static func norm(_ row: UnsafeMutableBufferPointer<Float>) -> Double {
    var sums = SIMD4<Double>()
    var column = 0
    while column + 4 <= row.count {
      let part = SIMD4<Double>(
        Double(row[column]), Double(row[column + 1]), Double(row[column + 2]), Double(row[column + 3]))
      sums += part * part
      column += 4
    }
    var sum = sums.sum()
    while column < row.count {
      sum += Double(row[column]) * Double(row[column])
      column += 1
    }
    return sum.squareRoot()
  }
}

extension AdapterModule {
  /// What DoRA multiplies each row of `(W + s·B·A) x` by, `[out]`: magnitude ÷ length of the row of `W + s·B·A`.
  ///
  /// Takes as many operations as `2 · rank` columns of the weight, so it is computed once, when an adapter is loaded.
  /// - Parameter weight: W, `[out, in]`, quantized or not.
  /// - Returns: `nil` for an adapter without magnitudes.
  /// - Throws: `Diagnostic` (`unsupported-tensor-dtype`).
  public func rowScales(of weight: TensorView, threads: Int = 1) throws -> [Float]? {
    guard magnitude != nil else { return nil }
    let update = try LowRankUpdate(self)
    let rows = weight.rowCount
    let count = min(max(threads, 1), max(rows, 1))
    let parts = Mutex<[Int: Result<[Float], any Error>]>([:])
    Thread.each(count, stackSize: 1 << 20) { part in
      let mine = Result { try update.rowScales(weight, rows * part / count..<rows * (part + 1) / count) }
      parts.withLock { $0[part] = mine }
    }
    let found = parts.withLock { $0 }
    return try (0..<count).reduce(into: []) { all, part in all += try found[part]?.get() ?? [] }
  }
}
