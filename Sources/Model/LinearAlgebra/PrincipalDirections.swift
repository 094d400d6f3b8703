internal import COpenBLAS
public import Diagnostics
import Glibc

/// The largest singular values of a weight, with their directions: `W ≈ U diag(s) Vᵀ`.
///
/// The right singular vectors of a tall matrix are the eigenvectors of `WᵀW`, which is summed tile by tile; the left ones
/// follow as `W V`, whose columns' norms are the singular values (Golub and Van Loan, Matrix Computations, 4th edition,
/// section 8.6). A wide matrix is treated as its transpose. In f64, squaring an f32 matrix loses nothing that f32 has.
public struct PrincipalDirections: Sendable {
  /// From the largest.
  public let values: [Double]
  /// U `[out, count]`, column by column.
  public let left: [Double]
  /// V `[in, count]`, column by column.
  public let right: [Double]

  private static let tile = 256

  /// - Parameters:
  ///   - weight: `[rows, columns]`, row by row.
  ///   - count: at most the smaller of both sizes.
  /// - Throws: `Diagnostic` (`missing-library`, `matrix-too-large`, `no-factorization`).
  public init(_ weight: [Float], rows: Int, columns: Int, count: Int) throws(Diagnostic) {
    try LinearAlgebra.require("the singular values of a weight")
    guard count >= 0, count <= min(rows, columns), weight.count == rows * columns else {
      throw Diagnostic(
        code: "bad-matrix", "a matrix of \(rows) × \(columns) has no \(count) singular values",
        remedy: "take a rank of at most \(min(rows, columns))")
    }
    guard weight.allSatisfy(\.isFinite) else {
      throw Diagnostic(code: "no-factorization", "the weights hold a NaN or an infinity")
    }
    let isTall = rows >= columns
    let vectors = try Self.gram(weight, rows: rows, columns: columns).largestEigenvectors(count)
    var other = try Matrix(rows: isTall ? rows : columns, columns: count)
    try Self.tiles(weight, rows: rows, columns: columns) { tile, range throws(Diagnostic) in
      let (height, width, k) = (Int32(range.count), Int32(columns), Int32(count))
      other.values.withUnsafeMutableBufferPointer { output in
        vectors.values.withUnsafeBufferPointer { vectors in
          guard let output = output.baseAddress, let vectors = vectors.baseAddress else { return }
          // A tile's rows one after another are the columns of its transpose.
          if isTall {
            LinearAlgebra.call {
              lp_dgemm(
                true, false, height, k, width, tile, width, vectors, width, 0, output + range.lowerBound, Int32(rows))
            }
          } else {
            LinearAlgebra.call {
              lp_dgemm(
                false, false, width, k, height, tile, width, vectors + range.lowerBound, Int32(rows), 1, output, width)
            }
          }
        }
      }
    }
    var found: [Double] = []
    var ordered = vectors
    for direction in 0..<count {
      let range = direction * other.rows..<(direction + 1) * other.rows
      let size = other.values[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
      found.append(size)
      // The sign of a pair of directions is free: the largest element of the eigenvector is made positive.
      let own = direction * ordered.rows..<(direction + 1) * ordered.rows
      let sign = ordered.values[own].max { abs($0) < abs($1) }.map { $0 < 0 ? -1.0 : 1 } ?? 1
      for index in own { ordered.values[index] *= sign }
      for index in range { other.values[index] *= size > 0 ? sign / size : 0 }
    }
    values = found
    left = isTall ? other.values : ordered.values
    right = isTall ? ordered.values : other.values
  }

  /// `WᵀW` of a tall matrix, `W Wᵀ` of a wide one: the upper half.
  private static func gram(_ weight: [Float], rows: Int, columns: Int) throws(Diagnostic) -> Matrix {
    let size = min(rows, columns)
    var sum = try Matrix(rows: size, columns: size)
    if rows >= columns {
      try tiles(weight, rows: rows, columns: columns) { tile, range throws(Diagnostic) in
        LinearAlgebra.call {
          lp_dsyrk(false, Int32(columns), Int32(range.count), tile, Int32(columns), &sum.values, Int32(columns))
        }
      }
    } else {
      // A stretch of columns of all rows at a time.
      for start in stride(from: 0, to: columns, by: tile) {
        let width = min(tile, columns - start)
        var part = [Double](repeating: 0, count: width * rows)
        for row in 0..<rows {
          for column in 0..<width { part[row * width + column] = Double(weight[row * columns + start + column]) }
        }
        LinearAlgebra.call { lp_dsyrk(true, Int32(rows), Int32(width), part, Int32(width), &sum.values, Int32(rows)) }
      }
    }
    return sum
  }

  /// Stretches of rows, widened.
  private static func tiles(
    _ weight: [Float], rows: Int, columns: Int,
    _ body: ([Double], Range<Int>) throws(Diagnostic) -> Void
  ) throws(Diagnostic) {
    for start in stride(from: 0, to: rows, by: tile) {
      let range = start..<min(start + tile, rows)
      try body(weight[range.lowerBound * columns..<range.upperBound * columns].map { Double($0) }, range)
    }
  }
}
