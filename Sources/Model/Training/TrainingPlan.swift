import Diagnostics
import Glibc
public import ModelFiles
import Models
import Platform
public import Tensors

/// What a training will take, by arithmetic: no weights are read.
public struct TrainingPlan: Sendable, Hashable {
  public var trainableParameters: Int
  public var rows: Int
  public var stepsPerEpoch: Int
  public var steps: Int
  /// Tokens of all rows over all epochs; `computedTokens` leaves out what shared prefixes and unlabeled tails save.
  public var tokens: Int
  public var computedTokens: Int
  public var labeledTokens: Int
  /// Floating-point operations, forward and backward, recomputation included.
  public var flops: Double
  /// Those of the measurements on validation rows during training.
  public var evaluationFlops = 0.0
  /// Those of what happens before the first update.
  public var initializationFlops = 0.0
  /// Those of layers that are computed once, before the first update, and stored.
  public var frozenFlops = 0.0
  public var workers: Int
  /// Layers, from the last, whose activations are kept; the others that are trained are computed again in backward.
  public var storedLayers: Int
  /// Layers below the first adapted one, which no gradient reaches.
  public var frozenLayers: Int
  public var layerCount: Int
  /// Bytes resident at the peak, mapped weights included.
  public var peakMemory: Int
  /// Whether `tokens` and what follows from it were counted, or assumed from an average length.
  public var isExact: Bool

  var capacity: PassCapacity
  var prefixes: PrefixExtent

  /// Seconds at a rate per worker, such as `WorkerRate` gives.
  public func seconds(flopsPerWorker: Double) -> Double {
    (flops + evaluationFlops + initializationFlops + frozenFlops) / max(flopsPerWorker * Double(workers), 1)
  }
}

/// The row lengths a plan assumes when there is no data yet.
public struct AssumedLengths: Sendable, Hashable {
  public var averageTokens: Int
  public var averageLabels: Int
  public var longest: Int

  public init(averageTokens: Int, averageLabels: Int, longest: Int) {
    self.averageTokens = averageTokens
    self.averageLabels = averageLabels
    self.longest = longest
  }
}

extension TrainingPlan {
  /// A plan from row counts and assumed lengths, before there is data.
  /// - Parameters:
  ///   - evaluationRowCount: validation rows of the same lengths.
  ///   - sample: rows like those to come. What they cost, with what they share, then counts instead of the average length.
  /// - Throws: `DiagnosticList` for parameters out of range, `Diagnostic` (`not-enough-memory`).
  public init(
    rowCount: Int, evaluationRowCount: Int = 0, lengths: AssumedLengths, sample: [TrainingRow] = [],
    configuration: TrainingConfiguration, model: ModelConfiguration, baseBytes: Int,
    resources: TrainingResources = TrainingResources()
  ) throws {
    try configuration.validate()
    _ = try configuration.adapter.resolved(for: model)
    let schedule = WindowSchedule(rowCount: rowCount, configuration)
    let layout = AdapterLayout(configuration.adapter.trained, for: model)
    let span = LayerSpan(layout, resources)
    // Whole passes, and what the last one has: `max_steps` may end it early.
    let seen = Double(schedule.rowsSeen)
    let longest = max(lengths.longest, lengths.averageTokens)
    let tokens = max(configuration.packTokens, longest)
    let share = min(1, Double(lengths.averageLabels) / Double(max(lengths.averageTokens, 1)))
    let capacity = PassCapacity(
      tokens: tokens, predictors: max(1, Int(Double(tokens) * share)), keys: longest,
      storedLayers: model.layerCount, dropout: configuration.adapter.dropout > 0)
    let average = PackSequence(
      tokens: [Int32](repeating: 0, count: lengths.averageTokens),
      predictors: [Int32](repeating: 0, count: lengths.averageLabels), targets: [], row: 0)
    let row = try Self.row(sample, configuration, model, resources)
    try self.init(
      layout: layout, schedule: schedule, tokens: Int(seen * (row?.tokens ?? Double(lengths.averageTokens))),
      computedTokens: Int(seen * (row?.computed ?? Double(lengths.averageTokens))),
      labeledTokens: Int(seen * (row?.labels ?? Double(lengths.averageLabels))),
      flops: seen * (row?.flops ?? span.cost(average, model)), capacity: capacity,
      prefixes: row?.prefixes ?? .none, model: model,
      baseBytes: baseBytes, resources: resources, isExact: false)
    evaluationFlops =
      Double(configuration.evaluations(steps: schedule.total) * evaluationRowCount)
      * span.forwardCost(average, model)
    countInitialization(configuration.adapter, model)
  }

  /// What a row of a sample comes to on average, in windows of the training's size where the sample has as many.
  private static func row(
    _ sample: [TrainingRow], _ configuration: TrainingConfiguration, _ model: ModelConfiguration,
    _ resources: TrainingResources
  ) throws -> (tokens: Double, computed: Double, labels: Double, flops: Double, prefixes: PrefixExtent)? {
    guard !sample.isEmpty else { return nil }
    var once = configuration
    once.epochs = 1
    once.maximumSteps = nil
    once.evaluateEvery = 0
    once.loadsBest = false
    once.patience = 0
    var unbounded = resources
    unbounded.memoryBudget = .max
    let plan = try TrainingPlan(
      rows: sample, configuration: once, model: model, baseBytes: 0, resources: unbounded)
    let rows = Double(sample.count)
    // An update's own cost is counted once for each update, not for its rows.
    let updates = Double(plan.steps) * RowScales.flops(AdapterLayout(once.adapter.trained, for: model))
    return (
      Double(plan.tokens) / rows, Double(plan.computedTokens) / rows, Double(plan.labeledTokens) / rows,
      (plan.flops - updates) / rows, plan.prefixes
    )
  }

  /// A plan from the rows themselves.
  /// - Parameter sampledWindows: how many updates are looked at, evenly spread; all when absent. The others count as these
  ///   do on average.
  /// - Throws: `DiagnosticList` for parameters out of range, `Diagnostic` (`not-enough-memory`).
  public init(
    rows: [TrainingRow], evaluationRows: [TrainingRow] = [], configuration: TrainingConfiguration,
    model: ModelConfiguration, baseBytes: Int, resources: TrainingResources = TrainingResources(),
    sampledWindows: Int? = nil
  ) throws {
    try configuration.validate()
    _ = try configuration.adapter.resolved(for: model)
    let layout = AdapterLayout(configuration.adapter.trained, for: model)
    let span = LayerSpan(layout, resources)
    var schedule = WindowSchedule(rowCount: rows.count, configuration)
    var capacity = PassCapacity(
      tokens: 1, predictors: 1, keys: 1, storedLayers: model.layerCount, dropout: configuration.adapter.dropout > 0)
    var tokens = 0
    var computed = 0
    var labeled = 0
    var flops = 0.0
    var prefixes = PrefixExtent.none
    let looked = min(schedule.total, max(1, sampledWindows ?? schedule.total))
    for sample in 0..<looked {
      let step = looked == schedule.total ? sample : Int(Double(sample) / Double(looked) * Double(schedule.total))
      let window = WindowPlan(schedule.rows(step: step).map { ($0, rows[$0]) }, configuration, model)
      tokens += window.tokenCount
      labeled += window.labelCount
      for pack in window.packs {
        capacity.include(pack)
        computed += pack.tokenCount
        for sequence in pack.sequences { flops += span.cost(sequence, model) }
      }
      for sequence in window.prefixes?.sequences ?? [] {
        computed += sequence.tokens.count
        flops += span.cost(sequence, model)
      }
      prefixes.include(window.prefixes?.extent ?? .none)
    }
    let isExact = looked == schedule.total
    if !isExact {
      let share = Double(schedule.total) / Double(looked)
      tokens = Int(Double(tokens) * share)
      computed = Int(Double(computed) * share)
      labeled = Int(Double(labeled) * share)
      flops *= share
    }
    let evaluationPacks = Evaluation.packs(evaluationRows, packTokens: configuration.packTokens)
    for pack in evaluationPacks { capacity.include(pack) }
    try self.init(
      layout: layout, schedule: schedule, tokens: tokens,
      computedTokens: computed, labeledTokens: labeled, flops: flops, capacity: capacity, prefixes: prefixes,
      model: model, baseBytes: baseBytes, resources: resources, isExact: isExact)
    evaluationFlops =
      Double(configuration.evaluations(steps: schedule.total))
      * evaluationPacks.flatMap(\.sequences).reduce(0) { $0 + span.forwardCost($1, model) }
    countInitialization(configuration.adapter, model)
  }

  /// Half of what PiSSA's adapter holds stays as it is.
  private mutating func countInitialization(_ adapter: AdapterConfiguration, _ model: ModelConfiguration) {
    if adapter.initialization == .pissa { trainableParameters /= 2 }
    initializationFlops = adapter.initializationFlops(model)
  }

  private init(
    layout: AdapterLayout, schedule: WindowSchedule, tokens: Int, computedTokens: Int, labeledTokens: Int,
    flops: Double, capacity: PassCapacity, prefixes: PrefixExtent, model: ModelConfiguration, baseBytes: Int,
    resources: TrainingResources, isExact: Bool
  ) throws {
    var capacity = capacity
    capacity.firstLayer = LayerSpan(layout, resources).first
    let memory = MemoryNeed(
      layout: layout, capacity: capacity, prefixes: prefixes, model: model, baseBytes: baseBytes)
    let budget = resources.memoryBudget ?? ProcessMemory.available.map { $0 / 5 * 4 } ?? .max
    guard let fit = memory.fit(workers: resources.workers, budget: budget) else {
      let least = memory.bytes(workers: 1, storedLayers: 0)
      throw Diagnostic(
        code: "not-enough-memory",
        "training needs \(byteText(least)) even with one worker that keeps no activations; \(byteText(budget)) may be used",
        remedy: "lower max_length or pack_tokens, take a smaller or quantized base, or give more memory")
    }
    trainableParameters = layout.parameterCount
    rows = schedule.rowCount
    stepsPerEpoch = schedule.perEpoch
    steps = schedule.total
    self.tokens = tokens
    self.computedTokens = computedTokens
    self.labeledTokens = labeledTokens
    frozenLayers = layout.firstTrainedLayer
    let again = Double(model.layerCount - frozenLayers - fit.storedLayers) / Double(max(model.layerCount, 1))
    self.flops =
      flops + again * Double(computedTokens) * model.linearFlops + Double(schedule.total) * RowScales.flops(layout)
    workers = fit.workers
    storedLayers = fit.storedLayers
    layerCount = model.layerCount
    peakMemory = memory.bytes(workers: fit.workers, storedLayers: fit.storedLayers)
    self.isExact = isExact
    self.capacity = capacity
    self.capacity.storedLayers = fit.storedLayers
    self.prefixes = prefixes
  }
}

/// The bytes a training takes for a number of workers and of layers kept.
struct MemoryNeed {
  var layout: AdapterLayout
  var capacity: PassCapacity
  var prefixes: PrefixExtent
  var model: ModelConfiguration
  var baseBytes: Int

  /// Code, libraries, the rows, tables.
  static let overhead = 48 << 20

  func bytes(workers: Int, storedLayers: Int) -> Int {
    var pass = capacity
    pass.storedLayers = storedLayers
    let gradient = 4 * PassGradient.floatCount(layout: layout, configuration: model, prefixes: prefixes)
    var total = MemoryNeed.overhead + baseBytes + workers * pass.byteCount(model, layout)
    // One being filled per worker, one waiting its turn, the sum; parameters and both moments.
    total += (workers + 2) * gradient + 3 * 4 * layout.parameterCount
    total += RowScales.byteCount(layout, workers: workers)
    if prefixes != .none {
      total += PassCapacity(prefixes: prefixes, threads: workers, firstLayer: capacity.firstLayer)
        .byteCount(model, layout)
    }
    return total
  }

  /// The fastest arrangement within a budget: time goes as the layers' passes (forward, backward and again) / workers.
  func fit(workers: Int, budget: Int) -> (workers: Int, storedLayers: Int)? {
    var best: (time: Double, workers: Int, storedLayers: Int)?
    let trained = model.layerCount - layout.firstTrainedLayer
    let passes = model.layerCount - capacity.firstLayer + 2 * trained
    for count in stride(from: max(workers, 1), through: 1, by: -1) {
      guard bytes(workers: count, storedLayers: 0) <= budget else { continue }
      var stored = 0
      for layers in stride(from: trained, through: 1, by: -1)
      where bytes(workers: count, storedLayers: layers) <= budget {
        stored = layers
        break
      }
      let time = Double(passes - stored) / Double(count)
      if best.map({ time < $0.time }) ?? true { best = (time, count, stored) }
    }
    return best.map { ($0.workers, $0.storedLayers) }
  }
}
