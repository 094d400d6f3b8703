import Glibc

/// The singular values of `B·A` another way, without a library.
///
/// Their squares are the eigenvalues of `Lᵀ (BᵀB) L`, where `L Lᵀ` is the Cholesky factor of `A Aᵀ`: a symmetric r × r
/// matrix, whose eigenvalues Jacobi's rotations find. (Golub and Van Loan, Matrix Computations, 4th edition, sections 4.2
/// and 8.5.)
enum ReferenceSpectrum {
  /// - Parameters:
  ///   - a: `[rank, input]`, row by row.
  ///   - b: `[output, rank]`, row by row.
  static func singularValues(a: [Float], b: [Float], rank: Int, scale: Double) -> [Double] {
    let width = a.count / rank
    var left = [Double](repeating: 0, count: rank * rank)
    for i in 0..<rank {
      for j in 0...i {
        var sum = 0.0
        for k in 0..<width { sum += Double(a[i * width + k]) * Double(a[j * width + k]) }
        left[i * rank + j] = sum
      }
    }
    var right = [Double](repeating: 0, count: rank * rank)
    for row in 0..<(b.count / rank) {
      for i in 0..<rank {
        let value = Double(b[row * rank + i])
        for j in 0..<rank { right[i * rank + j] += value * Double(b[row * rank + j]) }
      }
    }
    let factor = cholesky(left, rank)
    // Lᵀ · right · L
    var product = [Double](repeating: 0, count: rank * rank)
    for i in 0..<rank {
      for j in 0..<rank {
        product[i * rank + j] = (j..<rank).reduce(0) { $0 + right[i * rank + $1] * factor[$1 * rank + j] }
      }
    }
    var matrix = [Double](repeating: 0, count: rank * rank)
    for i in 0..<rank {
      for j in 0..<rank {
        matrix[i * rank + j] = (i..<rank).reduce(0) { $0 + factor[$1 * rank + i] * product[$1 * rank + j] }
      }
    }
    return eigenvalues(matrix, rank).map { max(0, $0).squareRoot() * abs(scale) }.sorted(by: >)
  }

  /// The lower factor of a symmetric matrix given by its lower half; a row that depends on those before becomes zero.
  private static func cholesky(_ matrix: [Double], _ size: Int) -> [Double] {
    var factor = [Double](repeating: 0, count: size * size)
    for i in 0..<size {
      for j in 0...i {
        let sum = (0..<j).reduce(matrix[i * size + j]) { $0 - factor[i * size + $1] * factor[j * size + $1] }
        if i == j {
          factor[i * size + i] = sum > matrix[i * size + i] * 1e-14 ? sum.squareRoot() : 0
        } else {
          let pivot = factor[j * size + j]
          factor[i * size + j] = pivot > 0 ? sum / pivot : 0
        }
      }
    }
    return factor
  }

  private static func eigenvalues(_ symmetric: [Double], _ size: Int) -> [Double] {
    var m = symmetric
    for _ in 0..<60 {
      var off = 0.0
      for i in 0..<size { for j in 0..<i { off += m[i * size + j] * m[i * size + j] } }
      let scale = (0..<size).reduce(0) { $0 + m[$1 * size + $1] * m[$1 * size + $1] }
      if off <= 1e-26 * max(scale, .leastNormalMagnitude) { break }
      for p in 0..<size {
        for q in (p + 1)..<max(size, p + 1) where m[p * size + q] != 0 {
          let theta = (m[q * size + q] - m[p * size + p]) / (2 * m[p * size + q])
          let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
          let c = 1 / (t * t + 1).squareRoot()
          let s = t * c
          for k in 0..<size {
            let (x, y) = (m[k * size + p], m[k * size + q])
            m[k * size + p] = c * x - s * y
            m[k * size + q] = s * x + c * y
          }
          for k in 0..<size {
            let (x, y) = (m[p * size + k], m[q * size + k])
            m[p * size + k] = c * x - s * y
            m[q * size + k] = s * x + c * y
          }
        }
      }
    }
    return (0..<size).map { m[$0 * size + $0] }
  }
}
