import Glibc

/// The singular values of an update, and what they say about the rank it needs.
///
/// The closest matrix of rank k keeps the k largest singular values. The square of the distance to it is the sum of the
/// squares of the others (Eckart and Young, Psychometrika 1, 1936). So the share of the squares that the first k hold says
/// what rank k would keep.
public struct UpdateSpectrum: Sendable, Hashable {
  /// Largest first.
  public var singularValues: [Double]

  public init(singularValues: [Double]) { self.singularValues = singularValues }

  /// The share of its energy for which an update's directions are counted.
  public static let countedShare = 0.95

  /// The sum of the squared singular values.
  public var energy: Double { singularValues.reduce(0) { $0 + $1 * $1 } }

  /// The Frobenius norm: how large the update is.
  public var norm: Double { energy.squareRoot() }

  /// The squares' sum of the first `count`.
  func energy(first count: Int) -> Double { singularValues.prefix(count).reduce(0) { $0 + $1 * $1 } }

  /// The effective rank: how many directions hold 95 % of the energy; 0 for an update of nothing.
  public var effectiveRank: Int { AdapterSpectrum(modules: [self]).effectiveRank }
}

/// The spectra of all modules of an adapter, taken together: cutting every module to rank k keeps the first k of each.
public struct AdapterSpectrum: Sendable, Hashable {
  public var modules: [UpdateSpectrum]

  public init(modules: [UpdateSpectrum]) { self.modules = modules }

  public var energy: Double { modules.reduce(0) { $0 + $1.energy } }
  public var norm: Double { energy.squareRoot() }
  public var largestRank: Int { modules.map(\.singularValues.count).max() ?? 0 }

  /// The share of the energy in the first `count` directions of each module; 0 for an update of nothing.
  public func share(first count: Int) -> Double {
    let energy = energy
    return energy > 0 ? modules.reduce(0) { $0 + $1.energy(first: count) } / energy : 0
  }

  /// The least k whose directions hold 95 % of the energy; 0 for an update of nothing.
  public var effectiveRank: Int {
    (1...max(largestRank, 1)).first { share(first: $0) >= UpdateSpectrum.countedShare } ?? 0
  }

  /// The distance to the closest adapter of this rank, as a share of the norm: from 0 to 1.
  public func error(rank: Int) -> Double { energy > 0 ? max(0, 1 - share(first: rank)).squareRoot() : 0 }
}
