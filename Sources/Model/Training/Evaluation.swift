import Diagnostics
import Glibc
public import Models
import Synchronization
import Tensors

/// Token-weighted figures over rows.
public struct EvaluationFigures: Sendable, Hashable {
  /// Σ −log p over labeled tokens, in nats.
  public var lossSum = 0.0
  public var tokens = 0
  /// Labeled tokens that were the most likely one.
  public var hits = 0

  public init() {}

  public var loss: Double { tokens == 0 ? .nan : lossSum / Double(tokens) }
  public var perplexity: Double { exp(loss) }
  public var accuracy: Double { tokens == 0 ? .nan : Double(hits) / Double(tokens) }

  mutating func add(_ loss: SequenceLoss) {
    lossSum += loss.sum
    tokens += loss.count
    hits += loss.hits
  }
}

public struct EvaluationResult: Sendable, Hashable {
  public var overall = EvaluationFigures()
  /// By the rows' role.
  public var roles: [String: EvaluationFigures] = [:]
  /// Of each row given, in their order.
  public var rows: [EvaluationFigures] = []
}

/// Loss and accuracy of a base, or a base with an adapter, on rows.
public enum Evaluation {
  /// - Parameters:
  ///   - isCancelled: asked before each layer.
  ///   - progress: told how many packs of how many are begun, from the calling thread.
  /// - Returns: `nil` when cancelled.
  /// - Throws: `Diagnostic` for rows the base cannot take or that have no label; `not-a-number` for a loss that is none.
  public static func run(
    model: TransformerModel, adapter: AdapterParameters? = nil, rows: [TrainingRow], packTokens: Int = 320,
    workers: Int = TrainingResources.processorCount, isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws -> EvaluationResult? {
    try TrainingRows.validate(rows, model.configuration, what: "evaluation")
    let packs = packs(rows, packTokens: packTokens)
    var capacity = PassCapacity(tokens: 0, predictors: 0, keys: 0, storedLayers: nil)
    for pack in packs { capacity.include(pack) }
    let rotary = RotaryTable(model.configuration, positions: capacity.keys)
    let engines = (0..<max(1, min(workers, packs.count))).map { _ in
      PassEngine(
        model: model, layout: adapter?.layout ?? .empty(model.configuration), capacity: capacity, rotary: rotary)
    }
    let result = run(
      packs, rows: rows, engines: EnginePool(engines), parameters: adapter?.values,
      rowScales: adapter?.rowScales(of: model, workers: workers)?.values, isCancelled: isCancelled
    ) { progress($0, packs.count) }
    if let result, let index = result.rows.firstIndex(where: { !$0.lossSum.isFinite }) {
      throw Diagnostic(
        code: "not-a-number", "the loss of \(rows[index].description) is not a number",
        remedy: "the weights of the model or the adapter hold a NaN or an infinity: fetch or train them again")
    }
    return result
  }

  /// Rows in their order, as many to a pack as fit.
  static func packs(_ rows: [TrainingRow], packTokens: Int) -> [SequencePack] {
    var packs: [SequencePack] = []
    var tokens = 0
    for (index, row) in rows.enumerated() {
      let sequence = PackSequence(ids: row.ids, labels: row.labels, row: index)
      if packs.isEmpty || tokens + sequence.tokens.count > packTokens {
        packs.append(SequencePack(sequences: []))
        tokens = 0
      }
      packs[packs.count - 1].sequences.append(sequence)
      tokens += sequence.tokens.count
    }
    return packs
  }

  static func run(
    _ packs: [SequencePack], rows: [TrainingRow], engines: EnginePool, parameters: FloatBuffer?,
    rowScales: FloatBuffer?, input: LayerInput? = nil, isCancelled: @escaping @Sendable () -> Bool,
    progress: (Int) -> Void
  ) -> EvaluationResult? {
    let next = Atomic(0)
    let losses = Mutex([SequenceLoss?](repeating: nil, count: rows.count))
    let stopped = Atomic(false)
    withoutActuallyEscaping(progress) { progress in
      let report = CallingThread(progress)
      runWorkers(engines.count) { worker in
        let engine = engines[worker]
        engine.isCancelled = isCancelled
        while true {
          let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard index < packs.count, !stopped.load(ordering: .relaxed) else { return }
          if worker == 0 { report.body(index + 1) }
          engine.forward(
            packs[index], parameters: parameters.map { FloatPointer($0.pointer) },
            rowScales: rowScales.map { FloatPointer($0.pointer) }, input: input)
          let found = engine.loss(gradientScale: nil)
          if engine.wasCancelled { stopped.store(true, ordering: .relaxed) }
          losses.withLock { all in for loss in found { all[loss.row] = loss } }
        }
      }
    }
    if stopped.load(ordering: .relaxed) { return nil }
    var result = EvaluationResult()
    for (row, loss) in zip(rows, losses.withLock { $0 }) {
      var figures = EvaluationFigures()
      if let loss {
        figures.add(loss)
        result.overall.add(loss)
        result.roles[row.role, default: EvaluationFigures()].add(loss)
      }
      result.rows.append(figures)
    }
    return result
  }
}

/// The engines of a pool of workers.
///
/// `@unchecked Sendable`: worker `i` alone uses engine `i` while workers run, and the owner alone between runs.
final class EnginePool: @unchecked Sendable {
  private let engines: [PassEngine]

  init(_ engines: [PassEngine]) { self.engines = engines }

  var count: Int { engines.count }
  subscript(worker: Int) -> PassEngine { engines[worker] }
}
