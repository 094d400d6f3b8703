public import Diagnostics
import Glibc

/// An update `scale · B·A` by its factors; the matrix itself is never formed.
///
/// With `B = Q_B R_B` and `Aᵀ = Q_A R_A`, the singular values of `B·A` are those of the r × r matrix `R_B R_Aᵀ`, because
/// the columns of both Q are orthonormal. All of it is computed in f64.
public struct FactoredUpdate: Sendable {
  private let name: String
  /// B `[out, r]`.
  private let left: Matrix
  /// Aᵀ `[in, r]`.
  private let right: Matrix
  private let scale: Double

  /// - Parameters:
  ///   - name: of the module, for messages.
  ///   - a: `[rank, in]`, row by row.
  ///   - b: `[out, rank]`, row by row.
  /// - Throws: `Diagnostic` (`missing-library`, `bad-adapter`): a size that does not fit, or a value that is no number.
  public init(_ name: String, a: [Float], b: [Float], rank: Int, scale: Double) throws(Diagnostic) {
    try LinearAlgebra.require("the rank of an update")
    guard rank > 0, a.count % rank == 0, b.count % rank == 0, scale.isFinite else {
      throw Diagnostic(code: "bad-adapter", "\(name): \(a.count) and \(b.count) values do not fit rank \(rank)")
    }
    guard a.allSatisfy(\.isFinite), b.allSatisfy(\.isFinite) else {
      throw Diagnostic(
        code: "bad-adapter", "\(name): the adapter holds a NaN or an infinity",
        remedy: "train it again with a lower learning_rate")
    }
    self.name = name
    self.scale = scale
    // A's rows one after another are the columns of Aᵀ.
    right = try Matrix(rows: a.count / rank, columns: rank, a)
    left = try Matrix(rows: rank, columns: b.count / rank, b).transposed
  }

  /// - Throws: `Diagnostic` (`no-factorization`).
  public func spectrum() throws(Diagnostic) -> UpdateSpectrum {
    let core = try left.triangle().times(right.triangle(), transposed: true)
    return UpdateSpectrum(singularValues: try core.singularValues().map { $0 * abs(scale) })
  }

  /// The factors of the closest update of a lower rank, and the spectrum of the whole.
  /// - Parameters:
  ///   - rank: of the factors; rows that no singular value is left for are 0.
  ///   - gain: what `B·A` is multiplied by, for a scale that changes with the rank.
  /// - Returns: A `[rank, in]` and B `[out, rank]`, row by row, each with the root of the singular values.
  /// - Throws: `Diagnostic` (`no-factorization`).
  public func closest(
    rank: Int, gain: Double
  ) throws(Diagnostic) -> (a: [Float], b: [Float], spectrum: UpdateSpectrum) {
    let (leftBasis, leftTriangle) = try left.orthogonalized()
    let (rightBasis, rightTriangle) = try right.orthogonalized()
    let (u, values, vt) = try leftTriangle.times(rightTriangle, transposed: true).decomposed()
    let kept = min(rank, values.count)
    let outputs = try leftBasis.times(u.prefix(kept))
    let inputs = try rightBasis.times(vt.transposed.prefix(kept))
    let roots = values.prefix(kept).map { ($0 * max(0, gain)).squareRoot() }
    var a = [Float](repeating: 0, count: rank * right.rows)
    var b = [Float](repeating: 0, count: left.rows * rank)
    for (direction, root) in roots.enumerated() {
      for column in 0..<right.rows {
        a[direction * right.rows + column] = Float(inputs.values[direction * right.rows + column] * root)
      }
      for row in 0..<left.rows { b[row * rank + direction] = Float(outputs.values[direction * left.rows + row] * root) }
    }
    return (a, b, UpdateSpectrum(singularValues: values.map { $0 * abs(scale) }))
  }
}
