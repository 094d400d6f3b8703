import Platform
import Testing

@testable import Reports

@Suite struct UpdateSpectrumTests {
  private func numbers(_ count: Int, seed: UInt64) -> [Float] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
  }

  /// The sum of the squared singular values is the sum of the squared elements of the product.
  @Test(arguments: [1, 2, 3, 8, 16]) func theNormIsThatOfTheProduct(_ rank: Int) {
    let (rows, columns, scale) = (11, 7, 2.5)
    let a = numbers(rank * columns, seed: 1)
    let b = numbers(rows * rank, seed: 2)
    var sum = 0.0
    for i in 0..<rows {
      for j in 0..<columns {
        let value = (0..<rank).reduce(0.0) { $0 + Double(b[i * rank + $1]) * Double(a[$1 * columns + j]) }
        sum += scale * scale * value * value
      }
    }
    let spectrum = UpdateSpectrum(a: a, b: b, rank: rank, scale: scale)
    #expect(abs(spectrum.norm - sum.squareRoot()) < 1e-9 * sum.squareRoot())
    #expect(spectrum.singularValues == spectrum.singularValues.sorted(by: >))
    #expect((1...min(rank, columns)).contains(spectrum.effectiveRank))
  }

  /// A diagonal product has its diagonal as singular values.
  @Test func aDiagonalUpdateShowsItsDiagonal() {
    let spectrum = UpdateSpectrum(
      a: [1, 0, 0, 0, 1, 0, 0, 0, 1], b: [3, 0, 0, 0, 2, 0, 0, 0, 0.1], rank: 3, scale: 2)
    for (value, expected) in zip(spectrum.singularValues, [6, 4, 0.2]) { #expect(abs(value - expected) < 1e-6) }
    #expect(spectrum.effectiveRank == 2)
  }

  /// Rows of A that say the same use one direction, whatever the rank.
  @Test func equalRowsAreOneDirection() {
    let row = numbers(9, seed: 3)
    let spectrum = UpdateSpectrum(a: row + row + row + row, b: numbers(20, seed: 4), rank: 4, scale: 1)
    #expect(spectrum.effectiveRank == 1)
    #expect(UpdateSpectrum(a: row, b: [0, 0, 0], rank: 1, scale: 1).effectiveRank == 0)
    #expect(UpdateSpectrum(a: [], b: [], rank: 0, scale: 1).norm == 0)
  }
}
