import Diagnostics
import Glibc
import JSON
public import ModelFiles
import Platform

/// How the learning rate moves over the updates of a training. `cosine` is that of Loshchilov and Hutter 2017 (arXiv
/// 1608.03983) without restarts.
public struct LearningRateSchedule: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case cosine, linear, constant
  }

  public var kind: Kind
  /// Share of the updates over which the rate rises from 0: ⌈total · ratio⌉ of them.
  public var warmupRatio: Double
  /// A fixed number of them instead.
  public var warmupSteps: Int?

  public init(kind: Kind = .cosine, warmupRatio: Double = 0.05, warmupSteps: Int? = nil) {
    self.kind = kind
    self.warmupRatio = warmupRatio
    self.warmupSteps = warmupSteps
  }

  public func warmup(total: Int) -> Int {
    warmupSteps ?? Int((Double(total) * warmupRatio - 1e-9).rounded(.up))
  }

  /// The factor λ(s) of update `step`, from 0, as transformers' schedules: with warm-up the first update has rate 0.
  public func factor(step: Int, total: Int) -> Double {
    let warmup = warmup(total: total)
    if step < warmup { return Double(step) / Double(max(warmup, 1)) }
    let progress = Double(step - warmup) / Double(max(total - warmup, 1))
    switch kind {
    case .constant: return 1
    case .linear: return max(0, 1 - progress)
    case .cosine: return max(0, 0.5 * (1 + cos(.pi * progress)))
    }
  }
}

/// Everything that decides what a training computes; with the base, the rows and the initial adapter it fixes the result
/// to the byte. What only decides how fast and with how much memory is in `TrainingResources`.
public struct TrainingConfiguration: Sendable, Hashable {
  public var adapter: AdapterConfiguration
  public var learningRate: Double
  public var schedule: LearningRateSchedule
  public var weightDecay: Double
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double
  /// The gradient's global norm is clipped to it; 0 or infinity: not at all.
  public var maximumGradientNorm: Double
  /// Rows of a window are `batchSize · gradientAccumulation`: only the product matters.
  public var batchSize: Int
  public var gradientAccumulation: Int
  public var epochs: Double
  /// Stops after as many updates; the schedule then spans them.
  public var maximumSteps: Int?
  public var seed: UInt64
  /// Rows in a new order each epoch; otherwise as they come.
  public var shuffles: Bool
  /// Tokens of a pack, about: a window is cut into even packs of at most as many, where rows allow.
  public var packTokens: Int
  /// Computes a prefix that rows of a window share once, with exact gradients.
  public var sharesPrefixes: Bool
  /// Updates between evaluations; 0: none.
  public var evaluateEvery: Int
  /// Evaluations without a strictly lower loss after which training stops; 0: never.
  public var patience: Int
  /// Returns the adapter of the lowest evaluation loss instead of the last.
  public var loadsBest: Bool
  /// Updates between checkpoints; 0: only when cancelled. Changes no result.
  public var saveEvery: Int
  /// Newest checkpoints kept. Changes no result.
  public var keepsCheckpoints: Int

  public init(
    adapter: AdapterConfiguration = AdapterConfiguration(), learningRate: Double = 1e-4,
    schedule: LearningRateSchedule = LearningRateSchedule(), weightDecay: Double = 0.1, beta1: Double = 0.9,
    beta2: Double = 0.95, epsilon: Double = 1e-8, maximumGradientNorm: Double = 1, batchSize: Int = 1,
    gradientAccumulation: Int = 16, epochs: Double = 1, maximumSteps: Int? = nil, seed: UInt64 = 42,
    packTokens: Int = 320, sharesPrefixes: Bool = true, evaluateEvery: Int = 0, patience: Int = 0,
    loadsBest: Bool = false, saveEvery: Int = 50, keepsCheckpoints: Int = 2, shuffles: Bool = true
  ) {
    self.adapter = adapter
    self.learningRate = learningRate
    self.schedule = schedule
    self.weightDecay = weightDecay
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.maximumGradientNorm = maximumGradientNorm
    self.batchSize = batchSize
    self.gradientAccumulation = gradientAccumulation
    self.epochs = epochs
    self.maximumSteps = maximumSteps
    self.seed = seed
    self.shuffles = shuffles
    self.packTokens = packTokens
    self.sharesPrefixes = sharesPrefixes
    self.evaluateEvery = evaluateEvery
    self.patience = patience
    self.loadsBest = loadsBest
    self.saveEvery = saveEvery
    self.keepsCheckpoints = keepsCheckpoints
  }

  /// Rows of one update.
  public var windowRows: Int { batchSize * gradientAccumulation }

  /// Updates of an epoch and of the whole training over `rows` rows: ⌈epochs · ⌈⌈rows/batch⌉/accumulation⌉⌉.
  public func steps(rows: Int) -> (perEpoch: Int, total: Int) {
    guard rows > 0, batchSize > 0, gradientAccumulation > 0 else { return (0, 0) }
    let batches = (rows + batchSize - 1) / batchSize
    let perEpoch = (batches + gradientAccumulation - 1) / gradientAccumulation
    let exact = epochs * Double(perEpoch)
    guard exact.isFinite, exact > 0, exact < 1e12 else { return (perEpoch, 0) }
    // A product such as 0.1 · 30 may end a rounding error above a whole number.
    let total = Int((exact - 1e-9 * max(1, exact)).rounded(.up))
    return (perEpoch, min(max(total, 1), maximumSteps ?? .max))
  }

  /// What single values may be: what `validate` accepts, and what a recipe may say.
  public enum Limits {
    public static let rank = 1...256
    public static let dropout = 0...0.9
    public static let warmupRatio = 0.0...1
    public static let warmupSteps = 0...1_000_000
    public static let weightDecay = 0.0...1
    /// Of both of AdamW's moments.
    public static let beta = 0...0.9999999
    /// Of `batchSize` and of `gradientAccumulation`.
    public static let batch = 1...65_536
    public static let steps = 1...100_000_000
    /// Of `evaluateEvery` and of `saveEvery`.
    public static let interval = 0...100_000_000
    public static let patience = 0...1_000_000
    public static let checkpoints = 1...1000
    public static let packTokens = 64...1_048_576
  }

  /// How often the validation rows are measured in so many updates: every `evaluateEvery` and after the last.
  func evaluations(steps: Int) -> Int {
    evaluateEvery > 0 ? steps / evaluateEvery + (steps % evaluateEvery == 0 ? 0 : 1) : 0
  }

  /// - Throws: `DiagnosticList` of everything out of range.
  public func validate() throws {
    var problems: [Diagnostic] = []
    func require(_ condition: Bool, _ message: String, _ remedy: String? = nil, parameter: String? = nil) {
      guard !condition else { return }
      problems.append(
        Diagnostic(
          code: "bad-training-parameter", message, remedy: remedy,
          location: parameter.map { SourceLocation(file: $0) }))
    }
    func within<Value>(_ range: ClosedRange<Value>, _ value: Value, _ name: String, _ remedy: String? = nil) {
      require(
        range.contains(value), "\(name) must lie between \(range.lowerBound) and \(range.upperBound), not \(value)",
        remedy)
    }
    for rank in [adapter.rank] + adapter.rankOverrides.map(\.value) {
      within(Limits.rank, rank, "the LoRA rank", "8 or 16 serves most adapters")
    }
    require(adapter.alpha.isFinite && adapter.alpha > 0, "LoRA alpha must be above 0")
    require(
      !adapter.targets.isEmpty || adapter.targetPattern != nil || !adapter.tables.isEmpty, "no projection is adapted",
      "name targets, or all-linear")
    require(
      adapter.savedModules.isEmpty && adapter.tokenIndices.isEmpty,
      "only low-rank updates are trained, not whole modules or single tokens",
      "leave out modules_to_save and trainable_token_indices; targets may name embed_tokens and lm_head")
    if let table = adapter.tables.first {
      require(
        !adapter.usesDoRA, "DoRA is not trained on '\(table.name)'",
        "leave '\(table.name)' out of the targets, or set dora: false", parameter: "lora.dora")
      require(
        adapter.initialization == .random, "lora.init: pissa does not begin an adapter of '\(table.name)'",
        "leave '\(table.name)' out of the targets, or leave out lora.init", parameter: "lora.init")
    }
    within(Limits.dropout, adapter.dropout, "dropout")
    if case .last(let layers) = adapter.layers { within(AdaptedLayers.limits, layers, "the number of last layers") }
    if adapter.initialization == .pissa {
      require(
        adapter.dropout == 0, "lora.init: pissa trains without dropout, not with \(adapter.dropout)",
        "set lora.dropout: 0, because dropout would also drop what was taken off the base", parameter: "lora.dropout")
      for rank in [adapter.rank] + adapter.rankOverrides.map(\.value) {
        within(
          1...Limits.rank.upperBound / 2, rank, "the LoRA rank with lora.init: pissa",
          "the adapter it writes has twice the rank")
      }
    }
    require(
      !adapter.usesDoRA || adapter.dropout == 0, "DoRA is trained without dropout",
      "set lora.dropout: 0, or dora: false")
    require(
      !adapter.usesDoRA || adapter.initialization == .random, "DoRA begins with B = 0, not with lora.init: pissa",
      "leave out lora.init, or set dora: false")
    require(learningRate.isFinite && learningRate > 0, "the learning rate must be above 0")
    within(Limits.warmupRatio, schedule.warmupRatio, "the warm-up ratio")
    if let steps = schedule.warmupSteps { within(Limits.warmupSteps, steps, "the number of warm-up steps") }
    within(Limits.weightDecay, weightDecay, "weight decay")
    within(Limits.beta, beta1, "AdamW's first beta")
    within(Limits.beta, beta2, "AdamW's second beta")
    require(epsilon.isFinite && epsilon > 0, "AdamW's epsilon must be above 0")
    require(maximumGradientNorm >= 0, "the clip norm must be at least 0")
    within(Limits.batch, batchSize, "the batch size")
    within(Limits.batch, gradientAccumulation, "gradient accumulation")
    require(epochs > 0 && epochs <= 1e6, "epochs must be above 0 and at most 1000000")
    if let maximumSteps { within(Limits.steps, maximumSteps, "the number of steps") }
    within(Limits.packTokens, packTokens, "pack_tokens")
    within(Limits.interval, evaluateEvery, "eval_every")
    within(Limits.interval, saveEvery, "save_every")
    within(Limits.patience, patience, "early_stopping")
    within(Limits.checkpoints, keepsCheckpoints, "keep_checkpoints")
    require(
      !(loadsBest || patience > 0) || evaluateEvery > 0,
      "load_best and early stopping need evaluation during training", "set eval_every",
      parameter: loadsBest ? "load_best" : "early_stopping")
    if !problems.isEmpty { throw DiagnosticList(problems) }
  }
}

/// How fast and with how much memory: none of it changes a bit of the result.
public struct TrainingResources: Sendable, Hashable {
  public var workers: Int
  /// Bytes the process may take; `nil`: four fifths of what is free.
  public var memoryBudget: Int?
  /// Whether what enters the first adapted layer is given to the training (`FrozenStates`), and not computed in it.
  public var reusesFrozenLayers: Bool

  public init(
    workers: Int = TrainingResources.processorCount, memoryBudget: Int? = nil, reusesFrozenLayers: Bool = false
  ) {
    self.workers = workers
    self.memoryBudget = memoryBudget
    self.reusesFrozenLayers = reusesFrozenLayers
  }

  public static var processorCount: Int { Processors.count }
}
