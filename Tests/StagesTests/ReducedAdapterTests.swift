import Diagnostics
import LinearAlgebra
import ModelFiles
import TestSupport
import Testing

@testable import Stages

/// An adapter of peft's with ranks 4, 2 and 6 and scales of three kinds.
@Suite(.enabled(if: LinearAlgebra.isAvailable, "libopenblas.so.0 is not installed"))
struct ReducedAdapterTests {
  private func adapter(_ model: String = "qwen3-tied") throws -> Adapter {
    let parts = #filePath.split(separator: "/").dropLast(2)
    return try Adapter.read("/" + parts.joined(separator: "/") + "/Fixtures/Models/\(model)/adapter")
  }

  private func product(_ module: AdapterModule) throws -> [Double] {
    let (a, b) = (try module.a.floats(), try module.b.floats())
    let (columns, rows, rank) = (module.a.columnCount, module.b.rowCount, module.rank)
    return (0..<rows * columns).map { place in
      (0..<rank).reduce(0) { sum, r in
        sum + module.scale * Double(b[place / columns * rank + r]) * Double(a[r * columns + place % columns])
      }
    }
  }

  @Test(arguments: ["qwen3-tied", "llama-untied"], [1, 2, 3])
  func theErrorIsWhatIsMissingAndPatternsStay(_ model: String, _ rank: Int) throws {
    let old = try adapter(model)
    let cut = try ReducedAdapter(old, rank: rank)
    let new = try old.replacing(cut.configuration, cut.modules, scales: cut.scales)
    var (missing, whole) = (0.0, 0.0)
    for (before, after) in zip(old.modules, new.modules) {
      #expect(after.rank == min(rank, before.rank))
      // What a reader makes of the new rank and the old alpha.
      let ratio = Double(before.rank) / Double(after.rank)
      let stated = before.scale * (cut.configuration.usesRankStabilizedScale ? ratio.squareRoot() : ratio)
      #expect(abs(after.scale - stated) < 1e-12 * stated)
      let (x, y) = (try product(before), try product(after))
      missing += zip(x, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      whole += x.reduce(0) { $0 + $1 * $1 }
      // A module that has no more than this rank keeps its update.
      if before.rank <= rank { #expect(zip(x, y).allSatisfy { abs($0 - $1) < 1e-5 }) }
    }
    #expect(abs(cut.error - (missing / whole).squareRoot()) < 1e-5)
    #expect(cut.error > 0 && cut.worst.error >= cut.error && cut.worst.error <= 1)
    #expect(old.modules.map(\.path).contains(cut.worst.module))
    #expect(cut.configuration.rankOverrides.map(\.pattern) == old.configuration.rankOverrides.map(\.pattern))
    #expect(cut.configuration.alpha == old.configuration.alpha)
  }

  /// Embedding and head are cut too, and the written adapter is read again.
  @Test func tablesAreCutLikeModules() throws {
    let old = try adapter("qwen2-tables")
    let cut = try ReducedAdapter(old, rank: 1)
    var new = try old.replacing(cut.configuration, cut.modules, scales: cut.scales)
    new.changes = try new.changes.replacing(cut.tables)
    let parts = #filePath.split(separator: "/").dropLast(2)
    let model = try ModelSource.open("/" + parts.joined(separator: "/") + "/Fixtures/Models/qwen2-tables").configuration
    let folder = try TemporaryFolder()
    try Adapter.write(
      to: folder.path, configuration: new.configuration, model: model,
      modules: new.modules.map { try AdapterModuleValues($0) }, changes: new.changes)
    let read = try Adapter.read(folder.path)
    #expect(read.changes.tableUpdates.map(\.rank) == [1, 1])
    for (before, after) in zip(old.changes.tableUpdates, read.changes.tableUpdates) {
      let stated = try #require(cut.tables.first { $0.table == after.table }).scale
      #expect(abs(after.scale - stated) < 1e-5)
      func norm(_ update: TableUpdate) -> Double {
        (0..<80).reduce(0) { sum, token in
          (0..<32).reduce(sum) { sum, channel in
            let value = (0..<update.rank).reduce(0.0) {
              $0 + Double(update.tokenFactor[token * update.rank + $1]) * Double(update.hiddenFactor[$1 * 32 + channel])
            }
            return sum + update.scale * update.scale * value * value
          }
        }
      }
      // The strongest direction alone: less than the whole, more than an even share of it.
      #expect(norm(after) < norm(before) && norm(after) > norm(before) / Double(before.rank))
    }
  }

  @Test func aRankThatCutsNothingIsRefused() throws {
    let old = try adapter()
    for rank in [0, 6, 7] {
      let failure = try #require(throws: Diagnostic.self) { _ = try ReducedAdapter(old, rank: rank) }
      #expect(failure.message == "the adapter's rank is 6, which is not above \(rank)")
    }
    #expect(throws: Diagnostic.self) { _ = try old.replacing(old.configuration, [], scales: []) }
  }
}
