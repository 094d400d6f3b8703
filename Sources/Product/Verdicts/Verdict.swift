/// One finding about a training, in words: what happened, what to do, and where more is said.
public struct Verdict: Sendable, Hashable {
  /// From good to bad.
  public enum Tone: String, Sendable, Hashable, CaseIterable {
    /// As one would wish.
    case good
    /// Worth knowing.
    case note
    /// The result is likely not what was wanted.
    case warning
  }

  /// A stable name in kebab case.
  public var code: String
  public var tone: Tone
  /// What happened, one sentence without a full stop, with its figures.
  public var message: String
  /// What to do about it, one sentence without a full stop.
  public var remedy: String?
  /// Where docs/troubleshooting.md says more.
  public var topic: VerdictTopic
  /// The code of the finding that the remedy is really about, where that is another one: what went wrong first.
  public var cause: String?
  /// The parameters whose values the remedy would have changed, by the names of their kinds' top-level keys: of the stage
  /// that this is about, or of those that it was made from.
  public var blames: Set<String>

  public init(
    _ code: String, _ tone: Tone, _ message: String, remedy: String? = nil, topic: VerdictTopic, cause: String? = nil,
    blames: Set<String> = []
  ) {
    self.code = code
    self.tone = tone
    self.message = message
    self.remedy = remedy
    self.topic = topic
    self.cause = cause
    self.blames = blames
  }

  /// Whether the model is not worth talking to before something was changed and run again.
  public var isPoor: Bool {
    ["diverged", "untrained", "worse-than-base", "not-learned", "merge-lost-it"].contains(code)
  }
}

extension [Verdict] {
  /// Warnings first, then notes, then what is good; each in the order they came.
  var worstFirst: [Verdict] { Verdict.Tone.allCases.reversed().flatMap { tone in filter { $0.tone == tone } } }
}

/// A curve: values by update, in the order of the updates.
public struct Curve: Sendable, Hashable {
  public var steps: [Int]
  public var values: [Double]

  /// Points whose value is not a finite number are left out.
  public init(_ points: some Sequence<(step: Int, value: Double)>) {
    let finite = points.filter(\.value.isFinite)
    steps = finite.map(\.step)
    values = finite.map(\.value)
  }

  public var count: Int { values.count }

  /// The points of a share: `0..<0.1` is the first tenth, at least one point.
  private func part(_ share: Range<Double>) -> ArraySlice<Double> {
    let first = min(Int(share.lowerBound * Double(count)), count - 1)
    let last = min(max(first + 1, Int((share.upperBound * Double(count)).rounded(.up))), count)
    return values[first..<last]
  }

  /// The last points: three of a long curve, a third of a short one, at least one.
  var ending: ArraySlice<Double> { values.suffix(max(1, min(3, count / 3))) }

  /// The lower median of the points before the last ones; infinite when there are none.
  var medianBeforeEnding: Double {
    let before = values.dropLast(ending.count).sorted()
    return before.isEmpty ? .infinity : before[(before.count - 1) / 2]
  }

  /// The standard error of the mean over a share; 0 for fewer than two points.
  func standardError(_ share: Range<Double>) -> Double {
    guard count > 1, let mean = mean(share) else { return 0 }
    let part = part(share)
    guard part.count > 1 else { return 0 }
    let squares = part.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(part.count - 1) / Double(part.count)).squareRoot()
  }

  /// The mean over a share of the points: `0..<0.1` is the first tenth, at least one point.
  func mean(_ share: Range<Double>) -> Double? {
    guard !values.isEmpty else { return nil }
    let part = part(share)
    return part.reduce(0, +) / Double(part.count)
  }
}

/// What a training left behind, as the rules read it. What was not measured is `nil` or empty.
public struct TrainingFacts: Sendable {
  public var loss: Curve
  public var validation: Curve
  /// The learning rate of each update.
  public var rates: Curve
  public var learningRate: Double?
  public var epochs: Double?
  /// `max_steps`, where it ended the training before the epochs were over, and the updates that these would have had.
  public var stepLimit: (steps: Int, whole: Int)?
  /// `max_steps`, where the epochs were over first.
  public var unreachedLimit: (steps: Int, limit: Int)?
  public var rank: Int?
  /// How many directions of each module hold 95 % of the update, over all modules; `nil` when nobody measured.
  public var effectiveRank: Double?
  /// Whether the adapter with the lowest validation loss was kept.
  public var keepsBest: Bool

  public init(
    loss: Curve, validation: Curve = Curve([]), rates: Curve = Curve([]), learningRate: Double? = nil,
    epochs: Double? = nil, stepLimit: (steps: Int, whole: Int)? = nil,
    unreachedLimit: (steps: Int, limit: Int)? = nil, rank: Int? = nil,
    effectiveRank: Double? = nil, keepsBest: Bool = false
  ) {
    self.loss = loss
    self.validation = validation
    self.rates = rates
    self.learningRate = learningRate
    self.epochs = epochs
    self.stepLimit = stepLimit
    self.unreachedLimit = unreachedLimit
    self.rank = rank
    self.effectiveRank = effectiveRank
    self.keepsBest = keepsBest
  }
}

/// What an evaluation measured, as shares from 0 to 1 and losses in nats per token.
public struct EvaluationFacts: Sendable {
  /// Right answers of base and tuned model to the same probes.
  public struct Answers: Sendable, Hashable {
    /// The shares that were right.
    public var base: Double
    public var tuned: Double
    /// How many probes there were; `nil` in records of older versions.
    public var count: Int?

    public init(base: Double, tuned: Double, count: Int? = nil) {
      self.base = base
      self.tuned = tuned
      self.count = count
    }
  }

  /// Of the probes outside the general group: the share that the tuned model answers right of those that the base gets
  /// wrong (of all when no base was asked), and the share that the base answers right.
  public var learned: Double?
  public var knownBefore: Double?
  /// The answers to the general probes, subgroups included.
  public var general: Answers?
  /// Of all validation rows.
  public var baseLoss: Double?
  public var tunedLoss: Double?
  public var baseGeneralLoss: Double?
  public var tunedGeneralLoss: Double?
  /// Share of the probes about other things that the tuned model answers with its identity.
  public var overGeneral: Double?
  /// Codes of the verdicts on the training that made the adapter. A remedy must not contradict theirs.
  public var training: Set<String>

  public init(
    learned: Double? = nil, knownBefore: Double? = nil, general: Answers? = nil, baseLoss: Double? = nil,
    tunedLoss: Double? = nil, baseGeneralLoss: Double? = nil, tunedGeneralLoss: Double? = nil,
    overGeneral: Double? = nil, training: Set<String> = []
  ) {
    self.learned = learned
    self.knownBefore = knownBefore
    self.general = general
    self.baseLoss = baseLoss
    self.tunedLoss = tunedLoss
    self.baseGeneralLoss = baseGeneralLoss
    self.tunedGeneralLoss = tunedGeneralLoss
    self.overGeneral = overGeneral
    self.training = training
  }
}

/// What a merge measured.
public struct MergeFacts: Sendable {
  /// The size of the rounding error beside the size of the update.
  public var lostShare: Double?
  /// Share of positions whose likeliest token changed.
  public var flips: Double?
  public var dtype: String?

  public init(lostShare: Double? = nil, flips: Double? = nil, dtype: String? = nil) {
    self.lostShare = lostShare
    self.flips = flips
    self.dtype = dtype
  }
}
