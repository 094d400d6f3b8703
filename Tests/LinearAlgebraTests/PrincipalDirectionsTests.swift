import Diagnostics
import Glibc
import LinearAlgebra
import Platform
import Testing

@Suite(needsLibrary) struct PrincipalDirectionsTests {
  /// `W = H diag(values) G` with H and G reflections, whose columns and rows are the singular vectors.
  private func matrix(_ rows: Int, _ columns: Int, _ values: [Double]) -> (w: [Float], u: [Double], v: [Double]) {
    func reflection(_ size: Int, seed: UInt64) -> [Double] {
      let x = numbers(size, seed: seed).map { Double($0) }
      let square = x.reduce(0) { $0 + $1 * $1 }
      return (0..<size * size).map { ($0 / size == $0 % size ? 1 : 0) - 2 * x[$0 / size] * x[$0 % size] / square }
    }
    let (u, v) = (reflection(rows, seed: 1), reflection(columns, seed: 2))
    let w = (0..<rows * columns).map { place in
      Float(
        values.enumerated().reduce(0.0) {
          $0 + $1.element * u[place / columns * rows + $1.offset] * v[$1.offset * columns + place % columns]
        })
    }
    return (w, u, v)
  }

  /// Around the tile of 256, tall and wide.
  @Test(arguments: [(300, 40), (40, 300), (64, 64), (520, 257), (257, 520), (7, 1), (1, 5)])
  func directionsOfAMatrixThatIsMadeOfThemAreFound(_ rows: Int, _ columns: Int) throws {
    let size = min(rows, columns)
    let values = (0..<min(size, 9)).map { 10 * exp(-0.15 * Double($0)) }
    let (w, u, v) = matrix(rows, columns, values)
    let count = min(6, size)
    let found = try PrincipalDirections(w, rows: rows, columns: columns, count: count)
    for direction in 0..<count {
      #expect(abs(found.values[direction] - values[direction]) < 1e-5)
      // Reflections are symmetric, so a column is a row. A pair's sign is free; that of its product is not.
      var sign = 0.0
      for row in 0..<rows { sign += found.left[direction * rows + row] * u[row * rows + direction] }
      var other = 0.0
      for column in 0..<columns { other += found.right[direction * columns + column] * v[direction * columns + column] }
      #expect(abs(abs(sign) - 1) < 1e-6 && abs(abs(other) - 1) < 1e-6 && sign * other > 0)
    }
  }

  @Test func aMatrixOfLowerRankHasNoFurtherDirections() throws {
    let (w, _, _) = matrix(50, 30, [4, 2])
    let found = try PrincipalDirections(w, rows: 50, columns: 30, count: 5)
    #expect(abs(found.values[1] - 2) < 1e-6 && found.values[2...].allSatisfy { $0 < 1e-4 })
    let nothing = try PrincipalDirections([0, 0, 0, 0], rows: 2, columns: 2, count: 2)
    #expect(nothing.values == [0, 0] && nothing.left.allSatisfy(\.isFinite))
  }

  @Test func whatHasNoSuchDirectionsIsRefused() {
    #expect(throws: Diagnostic.self) { _ = try PrincipalDirections([1, 2], rows: 1, columns: 2, count: 2) }
    #expect(throws: Diagnostic.self) { _ = try PrincipalDirections([1, .nan], rows: 1, columns: 2, count: 1) }
    #expect(throws: Diagnostic.self) { _ = try PrincipalDirections([1], rows: 1, columns: 2, count: 1) }
  }

  /// Threads that work on several matrices at once get what one gets.
  @Test func threadsGetEqualBits() throws {
    let w = numbers(300 * 64, seed: 9)
    let alone = try PrincipalDirections(w, rows: 300, columns: 64, count: 4)
    let together = try parallelMap(16, threads: 4) { _ throws(Diagnostic) in
      try PrincipalDirections(w, rows: 300, columns: 64, count: 4)
    }
    for other in together { #expect(other.left == alone.left && other.values == alone.values) }
  }
}
