public import Diagnostics
public import LinearAlgebra
public import ModelFiles
import PipelineEngine
import Platform
import Recipes

/// What a trained adapter changes: how large its update is, and how many of its directions the update needs.
struct UpdateReport {
  var adapter: Adapter
  var source: ModelSource
  var context: any StageContext

  static let metrics = [
    MetricSpec(
      "effective_rank",
      help: "How many directions of each module hold 95 % of the update (of the sum of its squared singular values)."),
    MetricSpec(
      "effective_rank.*",
      help: "How many directions hold 95 % of the update in the modules of that name, over all layers."),
    MetricSpec(
      "update.energy.*", unit: .share,
      help: "The share of the update in so many directions of each module: what this rank would keep."),
    MetricSpec("update.norm", help: "The size of the update: the Frobenius norm over all modules."),
    MetricSpec(
      "update.relative_norm", unit: .share, help: "The update's norm as a share of the norm of the weights it changes."),
  ]

  /// Reports metrics, and a line of the log for each kind of module. The adapter is trained and written: nothing here
  /// makes its stage fail.
  func emit() {
    do throws(Diagnostic) { try measure() } catch {
      let remedy = error.remedy.map { "; remedy: \($0)" } ?? ""
      context.emit(.note("the rank is not judged: \(error.message)\(remedy)"))
    }
  }

  private func measure() throws(Diagnostic) {
    let adapter = adapter
    let source = source
    let tables = adapter.changes.isTrainable ? adapter.changes.tableUpdates : []
    let count = adapter.modules.count
    let measured = try parallelMap(count + tables.count, threads: context.threads) { index throws(Diagnostic) in
      guard index >= count else {
        let module = adapter.modules[index]
        return (spectrum: try module.spectrum(), base: try Self.squaredNorm(module.path + ".weight", source))
      }
      let table = tables[index - count]
      // A tied head has the embedding's weight.
      let isTied = table.table == .head && source.configuration.tiesEmbeddings
      let weight = isTied ? BaseChanges.Table.embedding.weight : table.table.weight
      return (spectrum: try table.update().spectrum(), base: try Self.squaredNorm(weight, source))
    }
    let names = adapter.modules.map(\.module) + tables.map(\.table.name)
    let whole = AdapterSpectrum(modules: measured.map(\.spectrum))
    guard whole.energy > 0 else { return }
    context.metric("effective_rank", whole.effectiveRank)
    var kept = 1
    while kept < whole.largestRank {
      context.metric("update.energy.\(kept)", whole.share(first: kept))
      kept *= 2
    }
    context.metric("update.norm", whole.norm)
    let base = measured.reduce(0) { $0 + $1.base }
    if base > 0 { context.metric("update.relative_norm", (whole.energy / base).squareRoot()) }
    for name in Self.distinct(names) {
      let own = zip(names, measured).filter { $0.0 == name }
      let part = AdapterSpectrum(modules: own.map(\.1.spectrum))
      let short = String(name.split(separator: ".").last ?? "")
      context.metric("effective_rank.\(short)", part.effectiveRank)
      let ranks = own.map(\.1.spectrum.effectiveRank)
      let share = part.energy / whole.energy * 100
      context.emit(
        .log(
          "\(short): 95 % of a module's update lies in \(ranks.min() ?? 0) to \(ranks.max() ?? 0) of \(part.largestRank)"
            + " directions; all its modules hold \(TrainingReporter.decimals(share, 0)) % of the whole update"))
    }
  }

  /// Each name once, in their order.
  private static func distinct(_ names: [String]) -> [String] {
    names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// The sum of a weight's squared elements.
  private static func squaredNorm(_ name: String, _ source: ModelSource) throws(Diagnostic) -> Double {
    do {
      let tensor = try source.tensor(name)
      var row = [Float](repeating: 0, count: tensor.columnCount)
      var sum = 0.0
      for index in 0..<tensor.rowCount {
        try row.withUnsafeMutableBufferPointer { try tensor.readRow(index, into: $0) }
        // A row is short enough for f32; the rows' sum is not.
        sum += Double(row.reduce(Float(0)) { $0 + $1 * $1 })
      }
      return sum
    } catch {
      throw Diagnostic.all(of: error).first ?? Diagnostic(code: "unexpected-error", "\(error)")
    }
  }
}

extension AdapterModule {
  static let doRAHasFullRank = Diagnostic(
    code: "unsupported-adapter", "the update of a DoRA adapter has the full rank of the weight",
    remedy: "leave out dora for an adapter whose rank can be measured and cut")

  /// The update as its factors.
  /// - Throws: `Diagnostic` (`missing-library`, `bad-adapter`; `unsupported-adapter` for DoRA).
  public func update() throws(Diagnostic) -> FactoredUpdate {
    guard magnitude == nil else { throw Self.doRAHasFullRank }
    do {
      return try FactoredUpdate(path, a: a.floats(), b: b.floats(), rank: rank, scale: scale)
    } catch {
      throw Diagnostic.all(of: error).first ?? Diagnostic(code: "unexpected-error", "\(error)")
    }
  }

  /// Its singular values.
  /// - Throws: `Diagnostic` (`missing-library`, `bad-adapter`).
  public func spectrum() throws(Diagnostic) -> UpdateSpectrum { try update().spectrum() }
}

extension TableUpdate {
  /// The update as its factors.
  /// - Throws: `Diagnostic` (`missing-library`, `bad-adapter`).
  func update() throws(Diagnostic) -> FactoredUpdate {
    try FactoredUpdate(table.name, a: hiddenFactor, b: tokenFactor, rank: rank, scale: scale)
  }
}
