import ModelFiles
import Models
import Synchronization
import Tensors

/// Runs the packs of a window on workers and sums their gradients in pack order.
final class WindowRunner {
  let engines: EnginePool
  private let model: TransformerModel
  private let layout: AdapterLayout
  private let prefixEngine: PassEngine?
  /// Of a DoRA.
  private let scales: RowScales?
  private let dropout: Float
  private let seed: UInt64
  private let isCancelled: @Sendable () -> Bool
  /// What enters the first computed layer, unless all are computed.
  private let input: LayerInput?
  private let spare = Mutex<[PassGradient]>([])
  /// Rows whose loss was not finite in the last window.
  private(set) var nonFiniteRows: [Int] = []

  init(
    model: TransformerModel, layout: AdapterLayout, plan: TrainingPlan, adapterDropout: Float, seed: UInt64,
    input: LayerInput?, isCancelled: @escaping @Sendable () -> Bool
  ) {
    self.model = model
    self.input = input
    self.layout = layout
    self.isCancelled = isCancelled
    self.seed = seed
    dropout = adapterDropout
    scales = layout.hasMagnitudes ? RowScales(model: model, layout: layout, workers: plan.workers) : nil
    let rotary = RotaryTable(model.configuration, positions: plan.capacity.keys)
    engines = EnginePool(
      (0..<plan.workers).map { _ in
        PassEngine(model: model, layout: layout, capacity: plan.capacity, rotary: rotary)
      })
    prefixEngine =
      plan.prefixes == .none
      ? nil
      : PassEngine(
        model: model, layout: layout,
        capacity: PassCapacity(
          prefixes: plan.prefixes, threads: plan.workers, firstLayer: plan.capacity.firstLayer), rotary: rotary)
  }

  /// DoRA's factors of rows for these parameters; `nil` for a plain LoRA.
  func updatedScales(_ parameters: FloatBuffer) -> FloatBuffer? {
    scales?.update(parameters.pointer, workers: engines.count)
    return scales?.values
  }

  /// What workers share while a window runs.
  private struct Reduction {
    var next: Int
    var sum: PassGradient
    var loss: Double
    /// Finished packs that wait for their turn.
    var waiting: [Int: (gradient: PassGradient, losses: [SequenceLoss])] = [:]
    var nonFinite: [Int] = []
  }

  /// Takes the window from where the state says to its end.
  /// - Parameter progress: told how many packs are reduced, from the calling thread.
  /// - Returns: `false` when cancelled; the state then holds what is done.
  func run(_ window: WindowPlan, _ state: inout TrainingState, progress: (Int) -> Void) -> Bool {
    let configuration = model.configuration
    let parameters = FloatPointer(state.parameters.pointer)
    let rowScales = updatedScales(state.parameters).map { FloatPointer($0.pointer) }
    let dropout = DropoutKey(probability: dropout, seed: seed, step: state.step)
    var keys: PrefixKeys?
    if let prefixes = window.prefixes, let prefixEngine {
      prefixEngine.isCancelled = isCancelled
      withDenormalsFlushed {
        prefixEngine.forward(
          prefixes, parameters: parameters, rowScales: rowScales, dropout: dropout, input: input)
      }
      if prefixEngine.wasCancelled { return false }
      keys = prefixEngine.prefixKeys
    }
    let sum = PassGradient(layout: layout, configuration: configuration, prefixes: window.prefixes?.extent ?? .none)
    // A checkpoint that says otherwise is damaged: the window then starts again.
    if state.packsReduced > 0, state.packsReduced <= window.packs.count, let saved = state.accumulated,
      saved.count == sum.buffer.count
    {
      sum.buffer.copy(from: saved)
    } else {
      state.packsReduced = 0
      state.windowLoss = 0
    }
    let shared = SharedWindow(
      window: window, keys: keys, parameters: parameters, rowScales: rowScales, dropout: dropout,
      rowLosses: state.rowLosses, reduction: Reduction(next: state.packsReduced, sum: sum, loss: state.windowLoss))
    let upcoming = Atomic(state.packsReduced)
    let stopped = Atomic(false)
    withoutActuallyEscaping(progress) { progress in
      let report = CallingThread(progress)
      runWorkers(min(engines.count, window.packs.count)) { [self = UnsafeWorker(self)] worker in
        while !stopped.load(ordering: .relaxed) {
          let index = upcoming.wrappingAdd(1, ordering: .relaxed).oldValue
          guard index < window.packs.count else { return }
          guard let done = self.runner.pass(index, worker, shared) else {
            stopped.store(true, ordering: .relaxed)
            return
          }
          let reduced = self.runner.reduce(index, done, shared)
          if worker == 0 { report.body(reduced) }
        }
      }
    }
    return finish(shared, window, &state, stopped: stopped.load(ordering: .relaxed))
  }

  private func finish(
    _ shared: SharedWindow, _ window: WindowPlan, _ state: inout TrainingState, stopped: Bool
  ) -> Bool {
    let (next, sum, loss, nonFinite) = shared.reduction.withLock { ($0.next, $0.sum, $0.loss, $0.nonFinite) }
    nonFiniteRows = nonFinite
    state.packsReduced = next
    state.windowLoss = loss
    state.accumulated = sum.buffer
    guard next == window.packs.count, !stopped else { return false }
    if window.prefixes != nil, let prefixEngine {
      withDenormalsFlushed { prefixEngine.backwardPrefix(sum) }
      // Its own gradient went into the sum part by part: a window cut short here starts again.
      if prefixEngine.wasCancelled {
        state.packsReduced = 0
        state.windowLoss = 0
        return false
      }
    }
    return true
  }

  /// One pack forward and backward.
  /// - Returns: `nil` when cancelled.
  private func pass(_ index: Int, _ worker: Int, _ shared: SharedWindow) -> (PassGradient, [SequenceLoss])? {
    let engine = engines[worker]
    engine.isCancelled = isCancelled
    let gradient = takeGradient(shared.keys?.extent ?? .none)
    engine.forward(
      shared.window.packs[index], parameters: shared.parameters, rowScales: shared.rowScales, prefix: shared.keys,
      dropout: shared.dropout, input: input)
    let losses = engine.loss(gradientScale: 1 / Float(shared.window.labelCount), into: gradient)
    engine.backward(into: gradient)
    return engine.wasCancelled ? nil : (gradient, losses)
  }

  private func takeGradient(_ prefixes: PrefixExtent) -> PassGradient {
    let found = spare.withLock { spare in
      spare.removeAll { $0.prefixes != prefixes }
      return spare.popLast()
    }
    guard let found else {
      return PassGradient(layout: layout, configuration: model.configuration, prefixes: prefixes)
    }
    found.buffer.zero()
    return found
  }

  /// Adds a pack's gradient, and those that waited for it, in pack order.
  /// - Returns: the number of packs in the sum.
  private func reduce(_ index: Int, _ done: (PassGradient, [SequenceLoss]), _ shared: SharedWindow) -> Int {
    shared.reduction.withLock { reduction in
      reduction.waiting[index] = done
      while let ready = reduction.waiting.removeValue(forKey: reduction.next) {
        Kernels.best.add(
          count: reduction.sum.buffer.count, ready.gradient.buffer.pointer, to: reduction.sum.buffer.pointer)
        for loss in ready.losses {
          reduction.loss += loss.sum
          if loss.count > 0 { shared.rowLosses.pointer[loss.row] = Float(loss.sum / Double(loss.count)) }
          if !loss.sum.isFinite { reduction.nonFinite.append(loss.row) }
        }
        spare.withLock { $0.append(ready.gradient) }
        reduction.next += 1
      }
      return reduction.next
    }
  }

  /// What the workers of one window read, and the sum they take turns at.
  ///
  /// `@unchecked Sendable`: all but the lock's content is constant while the window runs; the parameters, DoRA's factors
  /// and the prefix's keys are written only between windows.
  private final class SharedWindow: @unchecked Sendable {
    let window: WindowPlan
    let keys: PrefixKeys?
    let parameters: FloatPointer
    let rowScales: FloatPointer?
    let dropout: DropoutKey
    /// Written under the lock of `reduction`.
    let rowLosses: FloatBuffer
    let reduction: Mutex<Reduction>

    init(
      window: WindowPlan, keys: PrefixKeys?, parameters: FloatPointer, rowScales: FloatPointer?, dropout: DropoutKey,
      rowLosses: FloatBuffer, reduction: sending Reduction
    ) {
      self.window = window
      self.keys = keys
      self.parameters = parameters
      self.rowScales = rowScales
      self.dropout = dropout
      self.rowLosses = rowLosses
      self.reduction = Mutex(reduction)
    }
  }

  /// Lets workers call the runner that waits for them.
  ///
  /// `@unchecked Sendable`: workers use only what is constant, locked, or theirs alone by worker number.
  private struct UnsafeWorker: @unchecked Sendable {
    let runner: WindowRunner
    init(_ runner: WindowRunner) { self.runner = runner }
  }
}

/// A closure that only worker 0, which is the calling thread, calls.
struct CallingThread: @unchecked Sendable {
  let body: (Int) -> Void
  init(_ body: @escaping (Int) -> Void) { self.body = body }
}

extension PassCapacity {
  /// Room for the shared prefixes of a window. They are few tokens that have to be kept while every pack runs, so only
  /// their keys and final states are, and their activations are computed again in the end; and no pack runs beside them, so all workers'
  /// threads share their products.
  init(prefixes: PrefixExtent, threads: Int, firstLayer: Int = 0) {
    self.init(tokens: prefixes.tokens, predictors: 0, keys: prefixes.tokens, storedLayers: 0)
    self.threads = threads
    self.firstLayer = firstLayer
    keepsKeys = true
    keptStates = prefixes.sequences
  }
}
