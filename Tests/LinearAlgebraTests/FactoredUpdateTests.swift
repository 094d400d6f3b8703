import Diagnostics
import Platform
import Testing

@testable import LinearAlgebra

/// Numbers in (−1, 1), seeded.
func numbers(_ count: Int, seed: UInt64) -> [Float] {
  var generator = SplitMix64(seed: seed)
  return (0..<count).map { _ in Float.random(in: -1...1, using: &generator) }
}

let needsLibrary = ConditionTrait.enabled(if: LinearAlgebra.isAvailable, "libopenblas.so.0 is not installed")

/// `B·A` element by element.
private func product(a: [Float], b: [Float], rank: Int) -> [Double] {
  let (rows, columns) = (b.count / rank, a.count / rank)
  return (0..<rows * columns).map { place in
    (0..<rank).reduce(0) { $0 + Double(b[place / columns * rank + $1]) * Double(a[$1 * columns + place % columns]) }
  }
}

@Suite(needsLibrary) struct FactoredUpdateTests {
  @Test(arguments: [1, 2, 3, 8, 16, 33])
  func singularValuesEqualThoseOfJacobi(_ rank: Int) throws {
    let (rows, columns, scale) = (41, 37, -2.5)
    let a = numbers(rank * columns, seed: 1)
    let b = numbers(rows * rank, seed: 2)
    let found = try FactoredUpdate("m", a: a, b: b, rank: rank, scale: scale).spectrum().singularValues
    let expected = ReferenceSpectrum.singularValues(a: a, b: b, rank: rank, scale: scale)
    #expect(found.count == rank)
    for (value, other) in zip(found, expected) { #expect(abs(value - other) < 1e-7 * expected[0]) }
  }

  /// The squares sum up to those of the product's elements, also where the rank is above the sizes.
  @Test(arguments: [(11, 7, 3), (5, 9, 8), (3, 2, 16), (1, 1, 1), (200, 3, 4)])
  func theNormIsThatOfTheProduct(_ rows: Int, _ columns: Int, _ rank: Int) throws {
    let a = numbers(rank * columns, seed: 3)
    let b = numbers(rows * rank, seed: 4)
    let spectrum = try FactoredUpdate("m", a: a, b: b, rank: rank, scale: 2).spectrum()
    let norm = product(a: a, b: b, rank: rank).reduce(0) { $0 + 4 * $1 * $1 }.squareRoot()
    #expect(abs(spectrum.norm - norm) < 1e-12 * norm)
    #expect(spectrum.singularValues.count == min(rows, columns, rank))
  }

  /// What is left away is exactly what the spectrum says, and nothing nearer of that rank exists.
  @Test(arguments: [1, 3, 5, 8, 10])
  func theClosestOfARankIsAsFarAsTheSpectrumSays(_ kept: Int) throws {
    let (rows, columns, rank) = (30, 20, 8)
    let a = numbers(rank * columns, seed: 5)
    let b = numbers(rows * rank, seed: 6)
    let update = try FactoredUpdate("m", a: a, b: b, rank: rank, scale: 0.5)
    let (newA, newB, spectrum) = try update.closest(rank: kept, gain: 4)
    #expect(newA.count == kept * columns && newB.count == rows * kept)
    let whole = product(a: a, b: b, rank: rank)
    let cut = product(a: newA, b: newB, rank: kept)
    let distance = zip(whole, cut).reduce(0) { $0 + ($1.0 - $1.1 / 4) * ($1.0 - $1.1 / 4) }.squareRoot()
    let norm = whole.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let error = AdapterSpectrum(modules: [spectrum]).error(rank: kept)
    // Factors are rounded to f32.
    #expect(abs(distance / norm - error) < 1e-6)
    if kept >= rank { #expect(error < 1e-7) }
  }

  @Test func aDiagonalUpdateShowsItsDiagonal() throws {
    let spectrum = try FactoredUpdate(
      "m", a: [1, 0, 0, 0, 1, 0, 0, 0, 1], b: [3, 0, 0, 0, 2, 0, 0, 0, 0.1], rank: 3, scale: 2
    ).spectrum()
    for (value, expected) in zip(spectrum.singularValues, [6, 4, 0.2]) { #expect(abs(value - expected) < 1e-6) }
    #expect(spectrum.effectiveRank == 2)
  }

  @Test func equalRowsAreOneDirectionAndNothingIsNone() throws {
    let row = numbers(9, seed: 7)
    let same = try FactoredUpdate("m", a: row + row + row + row, b: numbers(20, seed: 8), rank: 4, scale: 1).spectrum()
    #expect(same.effectiveRank == 1)
    let nothing = try FactoredUpdate("m", a: row, b: [0, 0, 0], rank: 1, scale: 1).spectrum()
    #expect(nothing.effectiveRank == 0 && nothing.norm == 0)
  }

  @Test func modulesAreCutTogether() {
    let adapter = AdapterSpectrum(modules: [
      UpdateSpectrum(singularValues: [3, 1]), UpdateSpectrum(singularValues: [1, 1, 1]),
    ])
    #expect(adapter.energy == 13)
    #expect(abs(adapter.share(first: 1) - 10.0 / 13) < 1e-12)
    #expect(abs(adapter.share(first: 2) - 12.0 / 13) < 1e-12)
    #expect(adapter.effectiveRank == 3)
    #expect(abs(adapter.error(rank: 1) - (3.0 / 13).squareRoot()) < 1e-12)
    #expect(adapter.error(rank: 3) == 0)
    #expect(AdapterSpectrum(modules: []).effectiveRank == 0)
  }

  @Test func whatIsNoNumberIsRefusedByModule() throws {
    let failure = try #require(throws: Diagnostic.self) {
      _ = try FactoredUpdate("layers.0.q_proj", a: [.nan, 1], b: [1, 2], rank: 1, scale: 1)
    }
    #expect(failure.message == "layers.0.q_proj: the adapter holds a NaN or an infinity")
    #expect(throws: Diagnostic.self) { _ = try FactoredUpdate("m", a: [1, 2, 3], b: [1, 2], rank: 2, scale: 1) }
    #expect(throws: Diagnostic.self) { _ = try FactoredUpdate("m", a: [1], b: [1], rank: 1, scale: .infinity) }
  }
}
