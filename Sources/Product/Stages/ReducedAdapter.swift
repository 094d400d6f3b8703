public import Diagnostics
import LinearAlgebra
public import ModelFiles
import Platform

/// An adapter cut to a lower rank: in each module the closest update of that rank.
///
/// `rank_pattern` stays, with ranks above the new one lowered to it. `alpha` stays: what that changes of the scale, the
/// matrices make up for.
public struct ReducedAdapter: Sendable {
  public var configuration: AdapterConfiguration
  /// f32, in the order of the adapter's modules.
  public var modules: [AdapterModuleValues]
  /// Of the modules: what alpha and the new rank make of it.
  public var scales: [Double]
  /// Of embedding and output head, with their new scales.
  public var tables: [TableUpdate]
  /// ‖new − old‖ ÷ ‖old‖ over all modules (Frobenius).
  public var error: Double
  /// The largest of the modules' own errors, and whose it is.
  public var worst: (error: Double, module: String)

  /// - Throws: `Diagnostic` (`missing-library`, `bad-adapter`, `unsupported-adapter` for DoRA; `rank-not-lower` when
  ///   nothing would be cut).
  public init(_ adapter: Adapter, rank: Int) throws(Diagnostic) {
    let old = adapter.configuration
    let updates = adapter.changes.tableUpdates
    let highest = (adapter.modules.map(\.rank) + updates.map(\.rank)).max() ?? 0
    guard !old.usesDoRA else { throw AdapterModule.doRAHasFullRank }
    guard rank >= 1, rank < highest else {
      throw Diagnostic(
        code: "rank-not-lower", "the adapter's rank is \(highest), which is not above \(rank)",
        remedy: "give a rank from 1 to \(max(highest - 1, 1)), or leave --rank out")
    }
    var configuration = old
    configuration.rank = min(old.rank, rank)
    for index in configuration.rankOverrides.indices {
      configuration.rankOverrides[index].value = min(configuration.rankOverrides[index].value, rank)
    }
    self.configuration = configuration
    // The scale is alpha ÷ rank, or alpha ÷ √rank: it grows as the rank falls.
    let gain = { @Sendable (rank: Int, kept: Int) -> Double in
      let ratio = Double(rank) / Double(kept)
      return old.usesRankStabilizedScale ? ratio.squareRoot() : ratio
    }
    let count = adapter.modules.count
    let cut = try parallelMap(count + updates.count) { index throws(Diagnostic) in
      let own = index < count ? adapter.modules[index].rank : updates[index - count].rank
      let kept = min(rank, own)
      let update = try index < count ? adapter.modules[index].update() : updates[index - count].update()
      return (kept, try update.closest(rank: kept, gain: 1 / gain(own, kept)))
    }
    scales = zip(adapter.modules, cut).map { $0.scale * gain($0.rank, $1.0) }
    modules = zip(adapter.modules, cut).map { module, cut in
      AdapterModuleValues(layer: module.layer, module: module.module, a: cut.1.a, b: cut.1.b)
    }
    tables = zip(updates, cut.dropFirst(count)).map { update, cut in
      TableUpdate(
        table: update.table, rank: cut.0, scale: update.scale * gain(update.rank, cut.0), hiddenFactor: cut.1.a,
        tokenFactor: cut.1.b)
    }
    let spectra = cut.map { ($0.0, AdapterSpectrum(modules: [$0.1.spectrum])) }
    let energy = spectra.reduce(0) { $0 + $1.1.energy }
    let lost = spectra.reduce(0) { $0 + $1.1.energy * $1.1.error(rank: $1.0) * $1.1.error(rank: $1.0) }
    error = energy > 0 ? (lost / energy).squareRoot() : 0
    let names = adapter.modules.map(\.path) + updates.map(\.table.rawValue)
    worst = zip(spectra, names).map { ($0.1.error(rank: $0.0), $1) }.max { $0.0 < $1.0 } ?? (0, "")
  }
}
