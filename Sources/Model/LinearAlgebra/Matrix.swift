internal import COpenBLAS
import Diagnostics

/// A dense f64 matrix, column after column, and what LAPACK makes of it.
struct Matrix {
  let rows: Int
  let columns: Int
  var values: [Double]

  /// - Throws: `Diagnostic` (`matrix-too-large`) when LAPACK's 32-bit sizes do not hold it.
  init(rows: Int, columns: Int) throws(Diagnostic) {
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard rows >= 0, columns >= 0, !overflow, count <= Int(Int32.max), rows <= Int(Int32.max) / 128,
      columns <= Int(Int32.max) / 128
    else {
      throw Diagnostic(code: "matrix-too-large", "a matrix of \(rows) × \(columns) is too large to be factored")
    }
    self.rows = rows
    self.columns = columns
    values = [Double](repeating: 0, count: count)
  }

  /// `floats` as they lie, one column after another.
  init(rows: Int, columns: Int, _ floats: [Float]) throws(Diagnostic) {
    try self.init(rows: rows, columns: columns)
    guard floats.count == values.count else {
      throw Diagnostic(code: "bad-matrix", "\(floats.count) numbers are no \(rows) × \(columns) matrix")
    }
    for index in 0..<floats.count { values[index] = Double(floats[index]) }
  }

  private var m: Int32 { Int32(rows) }
  private var n: Int32 { Int32(columns) }
  /// LAPACK wants a leading dimension of at least 1, also for empty matrices.
  private var stride: Int32 { max(1, m) }
  private var smaller: Int { min(rows, columns) }

  var transposed: Matrix {
    get throws(Diagnostic) {
      var result = try Matrix(rows: columns, columns: rows)
      for column in 0..<columns {
        for row in 0..<rows { result.values[row * columns + column] = values[column * rows + row] }
      }
      return result
    }
  }

  /// The first columns.
  func prefix(_ count: Int) throws(Diagnostic) -> Matrix {
    var result = try Matrix(rows: rows, columns: min(count, columns))
    result.values.replaceSubrange(result.values.indices, with: values.prefix(result.values.count))
    return result
  }

  /// `self · other`, or `self · otherᵀ`.
  func times(_ other: Matrix, transposed: Bool = false) throws(Diagnostic) -> Matrix {
    let width = transposed ? other.rows : other.columns
    precondition(columns == (transposed ? other.columns : other.rows), "matrices that fit")
    var result = try Matrix(rows: rows, columns: width)
    guard !result.values.isEmpty, columns > 0 else { return result }
    result.values.withUnsafeMutableBufferPointer { output in
      LinearAlgebra.call {
        lp_dgemm(
          false, transposed, m, Int32(width), n, values, stride,
          other.values, max(1, Int32(other.rows)), 0, output.baseAddress, stride)
      }
    }
    return result
  }

  /// R of `self = Q R`, an upper triangle, without Q.
  func triangle() throws(Diagnostic) -> Matrix {
    try reflected().matrix.upper()
  }

  /// Q with orthonormal columns and R, an upper triangle: `self = Q R`, both of the smaller of the two sizes between.
  func orthogonalized() throws(Diagnostic) -> (q: Matrix, r: Matrix) {
    let k = smaller
    let (reflectors, tau) = try reflected()
    var q = try reflectors.prefix(k)
    var work = [Double](repeating: 0, count: 64 * max(1, columns))
    let size = Int32(work.count)
    let info = LinearAlgebra.call { lp_dorgqr(m, Int32(k), Int32(k), &q.values, stride, tau, &work, size) }
    try Self.check(info, "dorgqr")
    return (q, try reflectors.upper())
  }

  /// R in the upper half, Q as reflectors below it.
  private func reflected() throws(Diagnostic) -> (matrix: Matrix, tau: [Double]) {
    var reflectors = self
    var tau = [Double](repeating: 0, count: max(1, smaller))
    var work = [Double](repeating: 0, count: 64 * max(1, columns))
    let size = Int32(work.count)
    let info = LinearAlgebra.call { lp_dgeqrf(m, n, &reflectors.values, stride, &tau, &work, size) }
    try Self.check(info, "dgeqrf")
    return (reflectors, tau)
  }

  /// What stands on the diagonal and above it.
  private func upper() throws(Diagnostic) -> Matrix {
    let k = smaller
    var r = try Matrix(rows: k, columns: columns)
    for column in 0..<columns {
      for row in 0..<min(column + 1, k) { r.values[column * k + row] = values[column * rows + row] }
    }
    return r
  }

  /// U, the singular values from the largest, and Vᵀ: `self = U diag(s) Vᵀ`.
  func decomposed() throws(Diagnostic) -> (u: Matrix, values: [Double], vt: Matrix) {
    let k = smaller
    var copy = self
    var s = [Double](repeating: 0, count: max(1, k))
    var u = try Matrix(rows: rows, columns: k)
    var vt = try Matrix(rows: k, columns: columns)
    guard k > 0 else { return (u, [], vt) }
    var work = [Double](repeating: 0, count: 8 * k + 64 * (rows + columns))
    let size = Int32(work.count)
    let info = LinearAlgebra.call {
      lp_dgesvd(true, m, n, &copy.values, stride, &s, &u.values, stride, &vt.values, Int32(k), &work, size)
    }
    try Self.check(info, "dgesvd")
    return (u, s, vt)
  }

  /// Its singular values, from the largest.
  func singularValues() throws(Diagnostic) -> [Double] {
    let k = smaller
    guard k > 0 else { return [] }
    var copy = self
    var s = [Double](repeating: 0, count: k)
    var work = [Double](repeating: 0, count: 8 * k + 64 * (rows + columns))
    let size = Int32(work.count)
    var unused = 0.0
    var alsoUnused = 0.0
    let info = LinearAlgebra.call {
      lp_dgesvd(false, m, n, &copy.values, stride, &s, &unused, 1, &alsoUnused, 1, &work, size)
    }
    try Self.check(info, "dgesvd")
    return s
  }

  /// The eigenvectors of the largest eigenvalues of the symmetric matrix whose upper half this is, from the largest.
  func largestEigenvectors(_ count: Int) throws(Diagnostic) -> Matrix {
    precondition(rows == columns && count >= 0 && count <= rows, "a square matrix has as many")
    var ascending = try Matrix(rows: rows, columns: count)
    guard count > 0 else { return ascending }
    var copy = self
    var found = [Double](repeating: 0, count: rows)
    var support = [Int32](repeating: 0, count: 2 * rows)
    var work = [Double](repeating: 0, count: 72 * rows)
    var integers = [Int32](repeating: 0, count: 10 * rows)
    let (size, integerSize) = (Int32(work.count), Int32(integers.count))
    let info = LinearAlgebra.call {
      lp_dsyevr(
        n, &copy.values, stride, Int32(rows - count + 1), n, &found, &ascending.values, stride, &support, &work, size,
        &integers, integerSize)
    }
    try Self.check(info, "dsyevr")
    var result = try Matrix(rows: rows, columns: count)
    for column in 0..<count {
      let source = (count - 1 - column) * rows
      result.values.replaceSubrange(
        column * rows..<(column + 1) * rows, with: ascending.values[source..<source + rows])
    }
    return result
  }

  private static func check(_ info: Int32, _ routine: String) throws(Diagnostic) {
    guard info == 0 else {
      throw Diagnostic(
        code: "no-factorization", "LAPACK's \(routine) found no factors (\(info))",
        remedy: "look for a NaN or an infinity among the weights")
    }
  }
}
